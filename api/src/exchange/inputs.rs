//! What the mutations of imports and calendars take.

use async_graphql::{Enum, InputObject};
use tutti_entity::ids::CalendarFeedId;
use tutti_entity::portfolio::initiative::ValueChainStage;

use crate::graphql::scalars::{CurrencyCode, Date, Decimal, Markdown};

/// What to do when some of many rows cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ImportPolicy {
    /// All rows or none: where one is refused, nothing is written.
    RejectAll,
    /// The good rows are written, the others are told.
    SkipFailed,
}

/// New initiatives, as a table.
#[derive(Clone, Debug, InputObject)]
pub struct InitiativesImportInput {
    /// The rows, 1 to 1 000.
    pub rows: Vec<InitiativeImportRow>,
    /// What to do when some of them cannot be written.
    pub policy: ImportPolicy,
}

/// A new initiative as a row of a table. It starts as PROPOSED and gets the next code.
#[derive(Clone, Debug, PartialEq, Eq, InputObject)]
pub struct InitiativeImportRow {
    /// The portfolio it belongs to, by its id or by its name, case ignored; not archived. A name that several
    /// portfolios in use have is refused.
    pub portfolio: String,
    /// What it is called, 1 to 200 characters.
    pub title: String,
    /// What it is about, at most 20 000 characters.
    pub description: Option<Markdown>,
    /// The one person who answers for it, by their e-mail address, case ignored, or by their id; ACTIVE.
    pub owner: String,
    /// Who wants it and pays for it, by address or id; ACTIVE.
    pub sponsor: Option<String>,
    /// Who acknowledges its reports, by address or id; ACTIVE, and not the owner.
    pub reviewer: Option<String>,
    /// The first day of work.
    pub starts_on: Date,
    /// The day it is to be finished; not before it starts.
    pub due_on: Date,
    /// Where in the value chain it works; none by default.
    pub value_chain_stages: Option<Vec<ValueChainStage>>,
    /// How much it may spend, in the currency of its portfolio: becomes one line of its budget, of the category
    /// OTHER and for the whole time. No line by default. Needs that you may record budgets in the portfolio.
    pub budget: Option<Decimal>,
    /// The currency of the budget: INVALID where it is not that of the portfolio, which is taken by default.
    pub currency: Option<CurrencyCode>,
}

/// A new address for one's calendar.
#[derive(Clone, Debug, InputObject)]
pub struct CalendarFeedCreateInput {
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// Which address is not to be good any more.
#[derive(Clone, Debug, InputObject)]
pub struct CalendarFeedRevokeInput {
    /// The address, by the id that `viewer.calendarFeed` has.
    pub id: CalendarFeedId,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}
