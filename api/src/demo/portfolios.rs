//! The four portfolios.

use super::story::Portfolio;
use super::{bills, onboarding, service, voice};

pub(super) const ONBOARDING: Portfolio = Portfolio {
    name: "Effortless onboarding",
    description: "From the first *yes* to the first bill without a single call to ask where things are.\n\n\
        A new customer meets five of our departments in thirty days. They should feel like one.",
    owner: "charlotte.vestergaard",
    currency: "DKK",
    cadence: "P14D",
    day: -192,
    initiatives: onboarding::INITIATIVES,
};

pub(super) const SERVICE: Portfolio = Portfolio {
    name: "Service that remembers",
    description: "Nobody tells us the same story twice. Whoever answers knows what was said, what was promised \
        and by whom.",
    owner: "leader",
    currency: "EUR",
    cadence: "P14D",
    day: -192,
    initiatives: service::INITIATIVES,
};

pub(super) const BILLS: Portfolio = Portfolio {
    name: "Honest bills",
    description: "A bill that needs no explanation, and an explanation before anybody has to ask.\n\n\
        Four in ten calls are about a bill. **Half of them** are about the same three lines.",
    owner: "tine.floee",
    currency: "DKK",
    cadence: "P1M",
    day: -191,
    initiatives: bills::INITIATIVES,
};

pub(super) const VOICE: Portfolio = Portfolio {
    name: "Everyone hears the customer",
    description: "Customer moments, single-customer feedback and the story behind the KPIs reach everybody, \
        from the technician to the executive team, and everybody is measured by the same numbers.",
    owner: "lars.thorup",
    currency: "EUR",
    cadence: "P1M",
    day: -191,
    initiatives: voice::INITIATIVES,
};

/// All of them, in the order in which they were entered.
pub(super) const PORTFOLIOS: &[&Portfolio] = &[&ONBOARDING, &SERVICE, &BILLS, &VOICE];
