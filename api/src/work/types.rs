//! What waits for somebody, as they see it.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::NaiveDate;
use sea_orm::{DbErr, QueryResult};
use tutti_entity::ids::AnyId;
use uuid::Uuid;

use super::rules::{self, Part};
use super::store;
use crate::events::types::Event;
use crate::graphql::connection::InLists;
use crate::graphql::gathering::{self, DUE_ON, Gathered, Gathering, ID, PART};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Connection, Fault, Page};
use crate::node::Node;
use crate::store::Scope;

/// What kind of work waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WorkKind {
    /// A status report has to be written.
    Report,
    /// A published report, or a communication that was sent to you, has to be acknowledged.
    Acknowledge,
    /// An action has to be done.
    Action,
    /// A milestone has to be reached.
    Milestone,
    /// The programme office has to decide on an initiative, approve its baseline, or close it; a second person has to
    /// approve the restatement of a number; or an approver a run of shared rewards.
    Approval,
    /// A question, an idea or a concern has to be answered.
    Question,
    /// A certificate ends, or a session is to be given by somebody who may not train on its day.
    Recertification,
    /// A communication is to be sent, or needs another sender.
    Communication,
}

/// How close the day is, counted from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DueState {
    /// Before today.
    Overdue,
    /// Today.
    DueToday,
    /// Within the next 7 days.
    DueSoon,
    /// Later.
    Upcoming,
    /// There is no day.
    None,
}

impl DueState {
    const ALL: [Self; 5] = [Self::Overdue, Self::DueToday, Self::DueSoon, Self::Upcoming, Self::None];
}

/// Something that waits for you.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct WorkItem {
    /// What kind of work it is.
    pub kind: WorkKind,
    /// What there is to do.
    pub title: String,
    /// By when: a report on the day on which it falls due; an acknowledgement on the day on which the next report
    /// does; an action and a milestone on their own due dates; a decision and a baseline on the day on which the
    /// initiative is to start, and its closing on the day on which it is due; an answer 14 days after it was asked for; a
    /// certificate on its last day, and a session and a communication that is to be sent on the day for which it is planned.
    /// Null where there is no such day.
    pub due_on: Option<Date>,
    /// As what it waits for you: `owner`, `manager of the owner`, `manager of the owner's manager`, `reviewer`, `assignee`,
    /// `manager of the assignee`, `manager of the certificate holder`, `asked`, `programme office`, `second person`, `approver`, `certificate holder`, `trainer`, `change lead`, `audience` or
    /// `sender`.
    pub role: String,
    #[graphql(skip)]
    about: AnyId,
}

#[ComplexObject]
impl WorkItem {
    /// What it is about: the initiative of a REPORT and of an APPROVAL, the measurement of one that approves a
    /// restatement, the run of one that approves a payout, the certificate or the session of a RECERTIFICATION, what is asked
    /// of a QUESTION, and else the report, the communication, the action or the milestone itself.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Node, Fault> {
        let subject = Node::maybe(ctx, self.about).await?;
        subject.ok_or_else(|| Fault::internal(format!("{} waits and is not there", self.about)))
    }

    /// How close the day is.
    async fn due_state(&self, ctx: &Context<'_>) -> Result<DueState, Fault> {
        Ok(rules::due_state(self.due_on.map(|day| day.0), Scope::of(ctx)?.today()))
    }
}

impl InLists for WorkItem {
    const NAME: &'static str = "WorkItem";
}

/// Something that waits for somebody, before anybody has put it into words.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Why it waits.
    pub part: Part,
    /// The code of the initiative or the KPI, if it is about one; of what somebody else has, who it is.
    pub code: Option<String>,
    /// What it is called.
    pub name: String,
    /// By when.
    pub due_on: Option<NaiveDate>,
}

impl Waiting {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let number: i32 = row.try_get("", PART)?;
        let part = Part::numbered(number).ok_or_else(|| DbErr::Type(format!("{number} is no part")))?;
        Ok(Self {
            part,
            code: row.try_get("", store::CODE)?,
            name: row.try_get("", store::NAME)?,
            due_on: row.try_get("", DUE_ON)?,
        })
    }

    /// What waits for whoever this scope is of, the most urgent first: what `viewer { work }` lists, at most so many.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn for_viewer(scope: &Scope, most: u64) -> Result<Vec<Self>, Fault> {
        let parts = Part::ALL.into_iter().filter_map(|part| store::rows(scope, part)).collect();
        let Some(select) = gathering::first(parts, most) else { return Ok(Vec::new()) };
        let rows = scope.rows(&select).await?;
        Ok(rows.iter().map(Self::read).collect::<Result<_, _>>()?)
    }
}

impl Gathered for WorkItem {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let Waiting { part, code, name, due_on } = Waiting::read(row)?;
        let uuid: Uuid = row.try_get("", ID)?;
        Ok(Self {
            kind: part.kind(),
            title: part.title(code.as_deref(), &name),
            due_on: due_on.map(Date),
            role: part.role().to_owned(),
            about: AnyId { kind: part.subject(), uuid },
        })
    }
}

/// Which work is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Of these kinds; of every kind by default.
    pub kinds: Option<Vec<WorkKind>>,
    /// As close as this; however close by default.
    pub due_states: Option<Vec<DueState>>,
}

impl Wanted {
    /// The page of what waits for whoever asks, the most urgent first.
    ///
    /// # Errors
    /// BAD_USER_INPUT for arguments that cannot be meant.
    pub(crate) async fn page(
        self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Gathering<WorkItem>, Fault> {
        let scope = Scope::of(ctx)?;
        let asked = |part: &Part| self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&part.kind()));
        let parts = Part::ALL.into_iter().filter(asked).filter_map(|part| store::rows(scope, part));
        // Each once, however often it is asked for.
        let days = self.due_states.map(|states| {
            let asked = DueState::ALL.into_iter().filter(|state| states.contains(state));
            asked.map(|state| rules::days(state, scope.today())).collect::<Vec<_>>()
        });
        Gathering::page(scope, parts.collect(), days, first, after).await
    }
}

/// The page of what changed since a moment in what whoever asks follows.
pub(crate) async fn changes_since(
    ctx: &Context<'_>,
    at: DateTime,
    page: Page<Event>,
) -> Result<Connection<Event>, Fault> {
    let scope = Scope::of(ctx)?;
    let followed = match scope.viewer().related_as() {
        Some(me) => store::followed(scope, me, at.0),
        None => crate::store::find::never(),
    };
    page.of_those(scope, followed).await
}
