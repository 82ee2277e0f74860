//! An initiative: one owner, one due date, one status.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DeriveValueType, Iterable, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::ids::{InitiativeId, PersonId, PortfolioId};
use crate::text::Text;

/// Where an initiative stands. REJECTED, CLOSED and CANCELLED are final.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "InitiativeStatus")]
pub enum Status {
    /// Asked for, not decided.
    Proposed,
    /// Decided, not begun.
    Approved,
    /// Under way.
    Active,
    /// Paused, with a reason.
    OnHold,
    /// Done but for the handover.
    Closing,
    /// Finished.
    Closed,
    /// Stopped after it was approved, with a reason.
    Cancelled,
    /// Decided against, with a reason.
    Rejected,
}

/// A stage of the chain in which customers meet the organisation.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ValueChainStage {
    /// Customers hear of us.
    Marketing,
    /// Customers decide.
    Sales,
    /// Orders become work.
    OrderProcessing,
    /// Customers get what they bought.
    Delivery,
    /// Customers get help.
    CustomerService,
    /// Customers tell us how it was.
    CustomerFeedback,
}

/// What somebody can do with an initiative as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, async_graphql::Enum)]
#[graphql(name = "InitiativeAction")]
pub enum Action {
    /// Change, reschedule and reassign it.
    Edit,
    /// Move it to at least one other status.
    Transition,
    /// Write and publish reports.
    Report,
    /// Acknowledge its reports.
    Acknowledge,
    /// Record budget lines.
    Budget,
    /// Record costs.
    Cost,
    /// Approve its baseline.
    Baseline,
    /// Archive it, or take it out of the archive.
    Archive,
}

crate::value::set_of! {
    /// The stages that an initiative works on, each once, in the order of the chain.
    Stages of ValueChainStage
}

/// The column that says whether it has a plan that was agreed on: a note for the index alone, which no row of ours holds.
pub const IS_AGREED: &str = "is_agreed";

/// One initiative.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "initiatives")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InitiativeId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The short human key, unique: `CX-42`.
    pub code: String,
    /// The code, folded, for search.
    pub code_folded: String,
    /// The number in the code, for order.
    #[serde(rename = "_codeNumber")]
    pub code_number: i32,
    /// What it is called.
    pub title: String,
    /// The title, folded, for search and order.
    pub title_folded: String,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// The portfolio it belongs to.
    #[serde(rename = "portfolio")]
    pub portfolio_id: PortfolioId,
    /// The one person who answers for it.
    #[serde(rename = "owner")]
    pub owner_id: PersonId,
    /// Who wants it and pays for it.
    #[serde(rename = "sponsor")]
    pub sponsor_id: Option<PersonId>,
    /// Who acknowledges its reports; never the owner.
    #[serde(rename = "reviewer")]
    pub reviewer_id: Option<PersonId>,
    /// Where it stands.
    pub status: Status,
    /// Where it stood when it was put on hold; none at any other time.
    #[serde(rename = "_statusBeforeHold")]
    pub status_before_hold: Option<Status>,
    /// The first day of work.
    pub starts_on: NaiveDate,
    /// The day it is to be finished.
    pub due_on: NaiveDate,
    /// The day it was closed; only of one that is CLOSED.
    pub completed_on: Option<NaiveDate>,
    /// The day from which the cadence of its reports counts: when it became ACTIVE, came back from ON_HOLD, or
    /// the end of the last period that was reported, whichever is later; none before it was ACTIVE.
    #[serde(rename = "_reportsFrom")]
    pub reports_from: Option<NaiveDate>,
    /// The day on which its next report falls due; none while none does.
    #[serde(rename = "nextStatusReportDueOn")]
    pub next_report_due_on: Option<NaiveDate>,
    /// Where in the value chain it works.
    pub value_chain_stages: Stages,
    /// When it was put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    InitiativeId,
    within id,
    found by |row| Text::called(&row.title).or(&row.code).saying(row.description.as_deref())
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_keep_the_order_of_the_chain() {
        let stages =
            Stages::new(&[ValueChainStage::Delivery, ValueChainStage::Sales, ValueChainStage::Sales]);
        assert_eq!(stages.to_string(), ",SALES,DELIVERY,");
        assert_eq!(stages.to_string().parse::<Stages>().unwrap(), stages);
        assert_eq!(",".parse::<Stages>().unwrap(), Stages::default());
    }
}
