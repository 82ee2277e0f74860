//! What the demo's initiatives may spend and have spent, worked out from their tables. Pure.
//!
//! Finance enters the budget on the day of the approval and the costs while the initiative runs. Most stay
//! under what was planned; [`CLOSE`] names those that do not.

use tutti_entity::portfolio::cost_entry::CostCategory::{
    self, Communication, External, Other, People, Technology, Training,
};
use tutti_entity::portfolio::cost_entry::CostKind::{self, Actual, Commitment};
use tutti_entity::portfolio::initiative::Status;

use super::story::{Initiative, Portfolio, Who, closed_on, day_of};

/// Who keeps the money: FINANCE for the whole organisation.
pub(super) const KEEPER: Who = "lene.abildgaard";

/// The initiatives that come close to their budget, or go over it, and how much of it they spend in percent.
const CLOSE: [(&str, i64); 4] = [
    ("One order confirmation for energy and broadband", 91),
    ("Broadband ready on moving day", 97),
    ("The story behind the NPS", 86),
    ("A bill on one page", 108),
];

/// One thing that was entered, on which day. Amounts are in minor units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Booking {
    pub day: i32,
    pub entry: Entry,
}

/// What it was.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    Line {
        category: CostCategory,
        minor: i64,
        by_month: bool,
        note: &'static str,
    },
    Cost {
        category: CostCategory,
        kind: CostKind,
        minor: i64,
        note: &'static str,
    },
    /// The last cost of the initiative is taken back.
    Reverse(&'static str),
}

/// Everything that finance entered for the initiative with this number.
pub(super) fn bookings(number: i64, portfolio: &Portfolio, initiative: &Initiative) -> Vec<Booking> {
    let Some(approved) = day_of(initiative, Status::Approved) else { return Vec::new() };
    // Between 30 000 and 120 000 euros, or as much in kroner, by the number.
    let rate = if portfolio.currency == "DKK" { 7 } else { 1 };
    let percent = (30 + number * 37 % 91) * rate * 1000;
    let special = [Technology, Training, Communication];
    let third = special.into_iter().cycle().nth(usize::try_from(number).unwrap_or_default()).unwrap_or(Other);
    let line = |category, share, by_month, note| Booking {
        day: approved,
        entry: Entry::Line { category, minor: percent * share, by_month, note },
    };
    let mut all = vec![
        line(People, 50, false, "The team, at what an hour costs"),
        line(External, 30, true, "Offer of the supplier"),
        line(third, 20, false, "What it takes beside people"),
    ];
    let Some(began) = day_of(initiative, Status::Active) else { return all };
    let span = closed_on(initiative) - began;
    let day = |sixth: i32| began + span * sixth / 6;
    // Too short for costs on days of their own.
    if span < 12 {
        return all;
    }
    let close = CLOSE.into_iter().find(|(title, _)| *title == initiative.title);
    let spent = close.map_or(22 + number * 13 % 50, |(_, spent)| spent) * percent;
    let cost = |sixth, category, kind, minor, note| Booking {
        day: day(sixth),
        entry: Entry::Cost { category, kind, minor, note },
    };
    all.push(cost(1, People, Actual, spent * 3 / 10, "Hours of the first weeks"));
    if number % 2 == 0 {
        all.push(cost(2, External, Commitment, percent * 6, "Order, not delivered yet"));
    }
    all.push(cost(2, External, Actual, spent * 2 / 10, "First invoice of the supplier"));
    if number % 9 == 0 {
        all.push(cost(3, Other, Actual, percent * 2, "Canteen, two workshops"));
        all.push(Booking { day: day(3) + 1, entry: Entry::Reverse("Booked on the wrong initiative.") });
    }
    all.push(cost(4, People, Actual, spent * 4 / 10, "Hours up to the half-way review"));
    all.push(cost(5, third, Actual, spent - spent * 9 / 10, "Licences, rooms and print"));
    all
}
