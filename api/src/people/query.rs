//! Root fields that read people and org units.

use async_graphql::{Context, Object, SimpleObject};

use super::types::{
    OrgUnit, OrgUnitFilter, OrgUnitOrder, Person, PersonFilter, PersonOrder, RoleGrant, RoleGrantFilter,
    RoleGrantOrder,
};
use crate::access;
use crate::communication::types::{Communication, CommunicationFilter, CommunicationOrder};
use crate::events::types::{Event, EventFilter, EventOrder};
use crate::exchange::types::CalendarFeed;
use crate::graphql::gate::needs;
use crate::graphql::gathering::Gathering;
use crate::graphql::rate_limit::RateLimit;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Connection, Fault, Page};
use crate::rewards::types::RewardStatement;
use crate::store::Scope;
use crate::work::types::{DueState, Wanted, WorkItem, WorkKind, changes_since};

/// Root fields about people.
#[derive(Debug, Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Who is signed in.
    #[graphql(directive = needs::apply("people.read".to_owned()))]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>, Fault> {
        Ok(Viewer::of(Scope::of(ctx)?.viewer()))
    }

    /// The people of the organisation, also those who have left.
    #[graphql(directive = needs::apply("people.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<PersonFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<PersonOrder>,
        >,
    ) -> Result<Connection<Person>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The parts of the organisation, on every level.
    #[graphql(directive = needs::apply("people.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn org_units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<OrgUnitFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<OrgUnitOrder>,
        >,
    ) -> Result<Connection<OrgUnit>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The roles that people hold, held and will hold: your own, those of the people whose accounts you may see,
    /// and those that hold where you may.
    #[graphql(directive = needs::apply("accounts.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn role_grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<RoleGrantFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<RoleGrantOrder>,
        >,
    ) -> Result<Connection<RoleGrant>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }
}

/// The person who is signed in, and what they may be.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct Viewer {
    /// The person.
    pub person: Person,
    /// The roles they hold today.
    pub roles: Vec<RoleGrant>,
    /// Whether they get a mail each day with what waits for them; `personDigestSet` says so.
    pub daily_digest: bool,
}

#[async_graphql::ComplexObject]
impl Viewer {
    /// What waits for them, the most urgent first, across everything: by day, what has no day last; of what is due on
    /// the same day reports first, then acknowledgements, actions, milestones, approvals, recertifications and communications.
    /// Reports that they have
    /// to write; those that are missing beyond grace of people who report to them, and two business days later of
    /// people who report to these; reports and communications to acknowledge; actions and milestones that they have; actions,
    /// milestones and certificates of people who report to them that are overdue for more than 7 days; and for the
    /// programme office what it has to decide, where it may, and questions that somebody else was to answer more than 7 days
    /// ago; certificates of theirs from 90 days before their last day
    /// until 90 days after it; sessions to come that they are to give without a certificate that holds on the day, and
    /// for a change lead those of others; communications that they are to send, and for the programme office those whose
    /// sender has left.
    async fn work(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "Only these kinds; every kind by default.")] kinds: Option<Vec<WorkKind>>,
        #[graphql(desc = "Only what is as close as this; however close by default.")] due_states: Option<
            Vec<DueState>,
        >,
    ) -> Result<Gathering<WorkItem>, Fault> {
        Wanted { kinds, due_states }.page(ctx, first, after).await
    }

    /// What changed since a moment in what they follow, as far as they see it, oldest first unless sorted otherwise:
    /// in the initiatives that they own, back or review, in those in which they have a milestone, a risk, assumption
    /// or issue, or an action that is open, in those of portfolios that they own, and in these portfolios; and in
    /// open actions that they have outside of any initiative.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments, and a moment")]
    async fn changes_since(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The moment; what changed at it is told.")] at: DateTime,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<EventFilter>,
        #[graphql(desc = "In which order, at most 5 keys; as it happened by default.")] order_by: Option<
            Vec<EventOrder>,
        >,
    ) -> Result<Connection<Event>, Fault> {
        changes_since(ctx, at, Page { first, after, last, before, filter, order_by }).await
    }

    /// The plans of shared rewards in which they take part, the latest first: what they pay today, how past amounts came
    /// about, and which initiatives move them. None for a key.
    async fn rewards(&self, ctx: &Context<'_>) -> Result<Vec<RewardStatement>, Fault> {
        RewardStatement::mine(ctx).await
    }

    /// The communications that were sent to them; `filter: {awaitsMe: {eq: true}}` for those that they have not acknowledged. None
    /// for a key.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn communications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<CommunicationFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<CommunicationOrder>,
        >,
    ) -> Result<Connection<Communication>, Fault> {
        Communication::inbox(ctx, Page { first, after, last, before, filter, order_by }).await
    }

    /// How much they may still ask for.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Result<RateLimit, Fault> {
        RateLimit::of(ctx)
    }

    /// The address of their calendar of deadlines, as far as it can be told again; null where they have none that
    /// is good, and for a key.
    async fn calendar_feed(&self, ctx: &Context<'_>) -> Option<Result<CalendarFeed, Fault>> {
        match Scope::of(ctx) {
            Ok(scope) => CalendarFeed::mine(scope).await.transpose(),
            Err(fault) => Some(Err(fault)),
        }
    }
}

impl Viewer {
    /// Who calls, if somebody is signed in.
    #[must_use]
    pub fn of(viewer: &access::Viewer) -> Option<Self> {
        let person = viewer.person()?;
        let roles = viewer.grants.iter().map(|grant| RoleGrant::held(person.id, grant)).collect();
        Some(Self { person: person.clone().into(), roles, daily_digest: person.daily_digest })
    }
}
