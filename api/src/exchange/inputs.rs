//! What the mutations of imports and calendars take.

use async_graphql::{Enum, InputObject};
use tutti_entity::ids::CalendarFeedId;
use tutti_entity::portfolio::initiative::ValueChainStage;

use crate::graphql::scalars::{CurrencyCode, Date, Decimal, Markdown, Percent};

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

/// What was measured in one period, as a row of a file: as [`MeasurementRecordInput`], but with names.
///
/// [`MeasurementRecordInput`]: crate::metrics::inputs::MeasurementRecordInput
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasurementImportRow {
    /// The KPI, by its code, case ignored, or by its id.
    pub kpi: String,
    /// The unit, by its name, case ignored, or by its id; none for the whole organisation.
    pub org_unit: Option<String>,
    /// The first day of the period.
    pub period_start: Date,
    /// Its last day, to be sure.
    pub period_end: Option<Date>,
    /// How many answered.
    pub responses: Option<i32>,
    /// How many said 9 or 10.
    pub promoters: Option<i32>,
    /// How many said 7 or 8.
    pub passives: Option<i32>,
    /// How many said 0 to 6.
    pub detractors: Option<i32>,
    /// How many are satisfied.
    pub satisfied: Option<i32>,
    /// What is divided.
    pub numerator: Option<Decimal>,
    /// By what it is divided.
    pub denominator: Option<Decimal>,
    /// The number itself.
    pub value: Option<Decimal>,
    /// The story behind the number.
    pub story: Option<Markdown>,
}

/// One attendance, as a table has it.
#[derive(Clone, Debug)]
pub struct AttendanceImportRow {
    /// Who, by their address, case ignored, or by their id.
    pub email: String,
    /// How many minutes they were there; 0 for not at all.
    pub minutes: i32,
    /// Their score before, 0 to 100.
    pub pre_score: Option<Percent>,
    /// Their score after, 0 to 100.
    pub post_score: Option<Percent>,
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
