//! Receipts as callers see them, and what became of recording many.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::communication::receipt;
use tutti_entity::ids::{CommunicationId, Kind, OrgUnitId, PersonId};
use tutti_entity::people::person::Tier;

use super::Communication;
use crate::communication::commands::Recorded;
use crate::events::types::Event;
use crate::graphql::filter::{Col, DateTimeFilter, EnumFilter, Id, IdFilter, One};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Fault, Listed, Problem};
use crate::people::types::{OrgUnit, Person, PersonFilter};
use crate::store::Scope;
use crate::store::tx::Done;
use crate::{filter, order};

/// That a communication is for somebody, and whether it reached them. A moment that nobody knows is null. Seen by the person,
/// the sender, the programme office and auditors.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Receipt {
    /// Where they stood when it was sent.
    pub tier: Tier,
    /// When it reached them: when the mail server took the mail, when they were there as was recorded, or when they
    /// acknowledged it at the latest.
    pub delivered_at: Option<DateTime>,
    /// When they opened it, as far as that was recorded.
    pub opened_at: Option<DateTime>,
    /// When they acknowledged it, opened or not.
    pub acknowledged_at: Option<DateTime>,
    #[graphql(skip)]
    communication_id: CommunicationId,
    #[graphql(skip)]
    person_id: PersonId,
    #[graphql(skip)]
    org_unit_id: Option<OrgUnitId>,
    #[graphql(skip)]
    recorded_by_id: Option<PersonId>,
}

impl From<receipt::Model> for Receipt {
    fn from(row: receipt::Model) -> Self {
        let receipt::Model {
            communication_id,
            person_id,
            org_unit_id,
            tier,
            manager_id: _,
            delivered_at,
            opened_at,
            acknowledged_at,
            recorded_by_id,
        } = row;
        Self {
            tier,
            delivered_at: delivered_at.map(DateTime),
            opened_at: opened_at.map(DateTime),
            acknowledged_at: acknowledged_at.map(DateTime),
            communication_id,
            person_id,
            org_unit_id,
            recorded_by_id,
        }
    }
}

#[ComplexObject]
impl Receipt {
    /// For whom it is.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }

    /// The communication.
    async fn communication(&self, ctx: &Context<'_>) -> Result<Communication, Fault> {
        Scope::of(ctx)?.the_node(self.communication_id).await
    }

    /// Where they worked when it was sent; null for somebody outside of the units.
    async fn org_unit(&self, ctx: &Context<'_>) -> Option<Result<OrgUnit, Fault>> {
        OrgUnit::maybe(ctx, self.org_unit_id).await.transpose()
    }

    /// Who recorded that they acknowledged it; null where they did so themselves, and where nobody did.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.recorded_by_id).await.transpose()
    }
}

filter! {
    /// Which receipts.
    ReceiptFilter for receipt {
        /// By the id of whose they are.
        person_id: IdFilter = Id(receipt::Column::PersonId, Kind::Person),
        /// By whose they are.
        person: Box<PersonFilter> = One(receipt::Column::PersonId),
        /// By the id of the unit in which they worked when it was sent.
        org_unit_id: IdFilter = Id(receipt::Column::OrgUnitId, Kind::OrgUnit),
        /// By where they stood when it was sent.
        tier: EnumFilter<Tier> = Col(receipt::Column::Tier),
        /// By when it reached them; `isNull: true` where that is not known.
        delivered_at: DateTimeFilter = Col(receipt::Column::DeliveredAt),
        /// By when they opened it.
        opened_at: DateTimeFilter = Col(receipt::Column::OpenedAt),
        /// By when they acknowledged it; `isNull: true` for those who did not.
        acknowledged_at: DateTimeFilter = Col(receipt::Column::AcknowledgedAt),
    }
}

order! {
    /// Sorts receipts.
    ReceiptOrder, ReceiptOrderField "What receipts can be sorted by.", receipt {
        /// By when it reached them.
        DeliveredAt => [DeliveredAt],
        /// By when they acknowledged it.
        AcknowledgedAt => [AcknowledgedAt],
    }
}

impl Listed for Receipt {
    const NAME: &'static str = "Receipt";
    type Entity = receipt::Entity;
    type Filter = ReceiptFilter;
    type Order = ReceiptOrder;
    const ID: receipt::Column = receipt::Column::PersonId;
}

/// What became of recording whom a communication reached.
#[derive(Debug, SimpleObject)]
pub struct CommunicationReceiptsRecordPayload {
    /// What became of each row, in their order; empty where the call was refused as a whole.
    pub results: Vec<CommunicationReceiptsRecordResult>,
    /// What you have to mend. Where there is anything in it nothing was written: what is wrong with the call, or with its
    /// rows, all of which are told.
    pub user_errors: Vec<Problem>,
    /// What the log says of it, all rows in one event; null where nothing changed. A dry run shows the event that would have
    /// been written.
    pub event: Option<Event>,
}

/// What became of one row.
#[derive(Debug, SimpleObject)]
pub struct CommunicationReceiptsRecordResult {
    /// Which of the rows that you sent, counted from 0 as in the paths of errors.
    pub row: i32,
    /// The receipt as it is now; null where the row was not written.
    pub receipt: Option<Receipt>,
    /// What you have to mend of this row. Where there is anything in it the row was not written.
    pub user_errors: Vec<Problem>,
}

impl From<Done<Recorded>> for CommunicationReceiptsRecordPayload {
    fn from(done: Done<Recorded>) -> Self {
        let rows = done.reply.map(|reply| reply.rows).unwrap_or_default();
        let nothing = rows.iter().all(|row| row.receipt.is_none());
        let mut user_errors = done.problems;
        if nothing {
            user_errors.extend(rows.iter().flat_map(|row| row.problems.clone()));
        }
        let results = (0..).zip(rows).map(|(row, one)| CommunicationReceiptsRecordResult {
            row,
            receipt: one.receipt.map(Into::into),
            user_errors: one.problems,
        });
        Self {
            results: results.collect(),
            user_errors,
            event: done.event.filter(|_| !nothing).map(Into::into),
        }
    }
}
