//! What mutations of portfolios and initiatives take. In updates an absent field stays and an explicit
//! null clears.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{InitiativeId, PersonId, PortfolioId};
use tutti_entity::portfolio::date_move::MoveReason;
use tutti_entity::portfolio::initiative::{Status, ValueChainStage};

use crate::graphql::scalars::{CurrencyCode, Date, Duration, Markdown};

/// A new portfolio.
#[derive(Clone, Debug, InputObject)]
pub struct PortfolioCreateInput {
    /// What it is called, 1 to 200 characters.
    pub name: String,
    /// What it is about, at most 20 000 characters.
    pub description: Option<Markdown>,
    /// Who answers for it; ACTIVE.
    pub owner_id: PersonId,
    /// Every amount in the portfolio is in this currency.
    pub currency: CurrencyCode,
    /// How often reports fall due: whole days, weeks or months, at most a year. P14D by default.
    pub report_cadence: Option<Duration>,
}

/// What to change of a portfolio.
#[derive(Clone, Debug, InputObject)]
pub struct PortfolioUpdateInput {
    /// The portfolio.
    pub id: PortfolioId,
    /// What it is called, 1 to 200 characters; cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// What it is about, at most 20 000 characters; null clears.
    pub description: MaybeUndefined<Markdown>,
    /// Who answers for it; ACTIVE; cannot be cleared.
    pub owner_id: MaybeUndefined<PersonId>,
    /// Another currency, as long as the portfolio has no initiative; cannot be cleared.
    pub currency: MaybeUndefined<CurrencyCode>,
    /// How often reports fall due: whole days, weeks or months, at most a year; cannot be cleared.
    pub report_cadence: MaybeUndefined<Duration>,
}

/// Which portfolio to put away.
#[derive(Clone, Debug, InputObject)]
pub struct PortfolioArchiveInput {
    /// The portfolio.
    pub id: PortfolioId,
}

/// Which portfolio to take out again.
#[derive(Clone, Debug, InputObject)]
pub struct PortfolioUnarchiveInput {
    /// The portfolio.
    pub id: PortfolioId,
}

/// A new initiative. It starts as PROPOSED and gets the next code.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativeCreateInput {
    /// The portfolio it belongs to; not archived.
    pub portfolio_id: PortfolioId,
    /// What it is called, 1 to 200 characters.
    pub title: String,
    /// What it is about, at most 20 000 characters.
    pub description: Option<Markdown>,
    /// The one person who answers for it; ACTIVE.
    pub owner_id: PersonId,
    /// Who wants it and pays for it; ACTIVE.
    pub sponsor_id: Option<PersonId>,
    /// Who acknowledges its reports; ACTIVE, and not the owner.
    pub reviewer_id: Option<PersonId>,
    /// The first day of work.
    pub starts_on: Date,
    /// The day it is to be finished; not before it starts.
    pub due_on: Date,
    /// Where in the value chain it works; none by default.
    pub value_chain_stages: Option<Vec<ValueChainStage>>,
}

/// What to change of an initiative. Its owner, its due date and its status have mutations of their own.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativeUpdateInput {
    /// The initiative.
    pub id: InitiativeId,
    /// What it is called, 1 to 200 characters; cannot be cleared.
    pub title: MaybeUndefined<String>,
    /// What it is about, at most 20 000 characters; null clears.
    pub description: MaybeUndefined<Markdown>,
    /// Who wants it and pays for it; ACTIVE; null clears.
    pub sponsor_id: MaybeUndefined<PersonId>,
    /// Who acknowledges its reports; ACTIVE, and not the owner; null clears.
    pub reviewer_id: MaybeUndefined<PersonId>,
    /// The first day of work, not after the due date; cannot be cleared.
    pub starts_on: MaybeUndefined<Date>,
    /// Where in the value chain it works; null clears.
    pub value_chain_stages: MaybeUndefined<Vec<ValueChainStage>>,
}

/// A move along the state machine.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativeTransitionInput {
    /// The initiative.
    pub id: InitiativeId,
    /// Where it goes. PROPOSED → APPROVED | REJECTED; APPROVED → ACTIVE | ON_HOLD | CANCELLED; ACTIVE →
    /// ON_HOLD | CLOSING | CANCELLED; ON_HOLD → the status before | CANCELLED; CLOSING → CLOSED | ACTIVE.
    pub to: Status,
    /// Why, at most 1 000 characters; needed for ON_HOLD, CANCELLED and REJECTED.
    pub reason: Option<String>,
}

/// A move of the due date.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativeRescheduleInput {
    /// The initiative.
    pub id: InitiativeId,
    /// The new due date; not before it starts.
    pub due_on: Date,
    /// Why, as a code.
    pub reason: MoveReason,
    /// Why, in words: 10 to 1 000 characters.
    pub note: String,
}

/// A new owner.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativeReassignInput {
    /// The initiative.
    pub id: InitiativeId,
    /// Who answers for it from now on; ACTIVE, and not its reviewer.
    pub owner_id: PersonId,
}

/// Which initiative to put away.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativeArchiveInput {
    /// The initiative.
    pub id: InitiativeId,
}

/// Which initiative to take out again.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativeUnarchiveInput {
    /// The initiative.
    pub id: InitiativeId,
}
