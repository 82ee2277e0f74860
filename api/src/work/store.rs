//! The only SQL about what waits for somebody, and about what they follow.

use sea_orm::ActiveEnum as _;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, SelectStatement, UnionType};
use tutti_entity::communication::{communication, receipt};
use tutti_entity::events::event;
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::{PersonId, PortfolioId};
use tutti_entity::metrics::{kpi, measurement};
use tutti_entity::people::person;
use tutti_entity::portfolio::{action_item, initiative, milestone, portfolio, raid_item, status_report};
use tutti_entity::rewards::{payout_run, reward_plan};
use tutti_entity::training::{certification, curriculum, training_session};

use super::rules::Part;
use crate::access::{self, Capability, Visible};
use crate::feedback::open::is_open as is_unanswered;
use crate::graphql::gathering::Place;
use crate::portfolio::plan::{self, rules::is_open as is_ahead};
use crate::portfolio::raid::rules::is_open;
use crate::portfolio::reports::{self, rules::Concern};
use crate::store::{At, Scope, find};
use crate::training::rules::certificate::ending;
use crate::training::standing::{may_train, unended};

mod late;

use initiative::Column as I;

/// The code of the initiative, and what the subject is called.
pub(super) const CODE: &str = "code";
pub(super) const NAME: &str = "name";

const HERE: At = At::TOP;

/// How many characters of a text are read to name it by.
const MOST_OF_A_TEXT: i32 = 400;

/// What one part of the work tells of each row.
struct Told {
    id: Expr,
    due_on: Expr,
    code: Expr,
    name: Expr,
}

impl Told {
    /// Of an initiative that is due for this on that day.
    fn of_initiative(at: At, due_on: I) -> Self {
        Self { id: at.col(I::Id), due_on: at.col(due_on), code: at.col(I::Code), name: at.col(I::Title) }
    }

    fn by(self, part: Part, mut rows: SelectStatement) -> SelectStatement {
        Place { due_on: self.due_on, part: part.number(), id: self.id }.select(&mut rows);
        rows.expr_as(self.code, CODE).expr_as(self.name, NAME);
        rows
    }
}

/// The rows of an entity that the viewer may see, under this name.
fn seen<E: Visible>(scope: &Scope, at: At) -> SelectStatement {
    find::visible_only::<E>(scope.viewer(), at)
}

/// Joins the row of another entity, as far as the viewer may see it.
fn join<E: Visible>(select: &mut SelectStatement, scope: &Scope, at: At, on: Expr) {
    let on = Condition::all().add(on).add(E::visible(scope.viewer(), at));
    select.join_as(JoinType::InnerJoin, E::default(), at.alias(), on);
}

/// The rows of this part that wait for the viewer, if there can be any.
pub(super) fn rows(scope: &Scope, part: Part) -> Option<SelectStatement> {
    let me = || scope.viewer().related_as();
    let asked = HERE.col(upward_feedback::Column::AskedId);
    match part {
        Part::Report(concern) => Some(reports(scope, me()?, concern)),
        Part::Acknowledge => Some(acknowledgements(scope, me()?)),
        Part::Action => Some(actions(scope, me()?)),
        Part::Milestone => Some(milestones(scope, me()?)),
        Part::LateAction => Some(late::actions(scope, me()?)),
        Part::LateMilestone => Some(late::milestones(scope, me()?)),
        Part::LateRenewal => Some(late::certificates(scope, me()?)),
        Part::LateAnswer => late::questions(scope),
        Part::Decide | Part::Agree | Part::Close => approvals(scope, part),
        Part::Restate => restatements(scope),
        Part::Renew => Some(certificates(scope, me()?)),
        Part::Uncertified => {
            let mine = HERE.col(training_session::Column::TrainerId).eq(me()?);
            Some(sessions(scope, part, Condition::all().add(mine)))
        }
        Part::Unstaffed => Some(sessions(scope, part, of_others(scope)?)),
        Part::Payout => payouts(scope),
        Part::Hear => Some(unheard(scope, me()?)),
        Part::Say => Some(unsent(scope, part, HERE.col(communication::Column::SenderId).eq(me()?))),
        Part::Unsaid => orphaned(scope),
        Part::Answer => Some(questions(scope, part, asked.eq(me()?))),
        Part::AnswerAsOffice => {
            let office = scope.may(Capability::FeedbackAnswer, access::Place::default());
            office.then(|| questions(scope, part, asked.clone().is_null().or(has_left(asked))))
        }
    }
}

/// Initiatives that the viewer owns and that report; or that somebody owns who reports to them, or to somebody who
/// does, and whose report is missing for so long that it concerns them.
fn reports(scope: &Scope, me: PersonId, concern: Concern) -> SelectStatement {
    let mut rows = seen::<initiative::Entity>(scope, HERE);
    rows.and_where(HERE.col(I::NextReportDueOn).is_not_null());
    if let Some(since) = concern.since(scope.today()) {
        rows.and_where(HERE.col(I::NextReportDueOn).lte(since));
    }
    let owner = HERE.inner();
    let manager = owner.inner();
    let id = |at: At| at.col(person::Column::Id);
    let reports_to = |at: At| at.col(person::Column::ManagerId);
    match concern {
        Concern::Owner => {
            rows.and_where(HERE.col(I::OwnerId).eq(me));
        }
        Concern::Manager => {
            join::<person::Entity>(&mut rows, scope, owner, id(owner).eq(HERE.col(I::OwnerId)));
            rows.and_where(reports_to(owner).eq(me));
        }
        Concern::ManagersManager => {
            join::<person::Entity>(&mut rows, scope, owner, id(owner).eq(HERE.col(I::OwnerId)));
            join::<person::Entity>(&mut rows, scope, manager, id(manager).eq(reports_to(owner)));
            rows.and_where(reports_to(manager).eq(me));
        }
    }
    Told::of_initiative(HERE, I::NextReportDueOn).by(Part::Report(concern), rows)
}

/// Reports that somebody else wrote and published and that were neither corrected nor acknowledged, of initiatives
/// that the viewer reviews: by the day on which the next report falls due.
fn acknowledgements(scope: &Scope, me: PersonId) -> SelectStatement {
    use status_report::Column as R;
    let (of, later) = (HERE.inner(), HERE.inner().inner());
    let mut rows = seen::<status_report::Entity>(scope, HERE);
    join::<initiative::Entity>(&mut rows, scope, of, of.col(I::Id).eq(HERE.col(R::InitiativeId)));
    let corrected = SelectStatement::new()
        .expr(Expr::val(1))
        .from_as(status_report::Entity, later.alias())
        .and_where(later.col(R::SupersedesId).eq(HERE.col(R::Id)))
        // No published report is discarded: said so that the index of corrections finds it.
        .and_where(later.col(R::DiscardedAt).is_null())
        .and_where(later.col(R::State).eq(status_report::State::Published.to_value()))
        .to_owned();
    rows.and_where(of.col(I::ReviewerId).eq(me))
        .and_where(of.col(I::ArchivedAt).is_null())
        // By whose initiatives they are and not along all that were published: SQLite has no statistics to tell.
        .and_where(
            Expr::from(Func::coalesce([HERE.col(R::State), Expr::val("")]))
                .eq(status_report::State::Published.to_value()),
        )
        .and_where(HERE.col(R::AcknowledgedAt).is_null())
        .and_where(HERE.col(R::AuthorId).ne(me))
        .and_where(HERE.col(R::PublishedById).is_null().or(HERE.col(R::PublishedById).ne(me)))
        .and_where(Expr::exists(corrected).not())
        .and_where(Expr::exists(reports::store::written_by(later.inner(), HERE.col(R::Id), me)).not());
    let told = Told { id: HERE.col(R::Id), ..Told::of_initiative(of, I::NextReportDueOn) };
    told.by(Part::Acknowledge, rows)
}

/// Actions that the viewer has to do.
fn actions(scope: &Scope, me: PersonId) -> SelectStatement {
    use action_item::Column as A;
    let mut rows = seen::<action_item::Entity>(scope, HERE);
    rows.and_where(HERE.col(A::AssigneeId).eq(me))
        .and_where(HERE.col(A::Status).eq(action_item::Status::Open.to_value()));
    let code = Expr::val(None::<String>);
    Told { id: HERE.col(A::Id), due_on: HERE.col(A::DueOn), code, name: HERE.col(A::Title) }
        .by(Part::Action, rows)
}

/// Milestones for which the viewer answers and that were not reached, of initiatives that go on.
fn milestones(scope: &Scope, me: PersonId) -> SelectStatement {
    let (mut rows, told) = ahead(scope);
    rows.and_where(HERE.col(milestone::Column::OwnerId).eq(me));
    told.by(Part::Milestone, rows)
}

/// Milestones that were not reached, of initiatives that go on.
fn ahead(scope: &Scope) -> (SelectStatement, Told) {
    use milestone::Column as M;
    let of = HERE.inner();
    let mut rows = seen::<milestone::Entity>(scope, HERE);
    join::<initiative::Entity>(&mut rows, scope, of, of.col(I::Id).eq(HERE.col(M::InitiativeId)));
    rows.cond_where(plan::store::ahead(HERE, of));
    let (id, due_on) = (HERE.col(M::Id), HERE.col(M::DueOn));
    (rows, Told { id, due_on, code: of.col(I::Code), name: HERE.col(M::Title) })
}

/// Initiatives about which the programme office has to decide, where the viewer is of it.
fn approvals(scope: &Scope, part: Part) -> Option<SelectStatement> {
    use initiative::Status;
    let mut rows = seen::<initiative::Entity>(scope, HERE);
    if !scope.may(Capability::InitiativeDecide, access::Place::default()) {
        let portfolios: Vec<PortfolioId> = scope.viewer().portfolios_where(Capability::InitiativeDecide);
        if portfolios.is_empty() {
            return None;
        }
        rows.and_where(HERE.col(I::PortfolioId).is_in(portfolios));
    }
    rows.and_where(HERE.col(I::ArchivedAt).is_null());
    let other = HERE.inner();
    let there = |mut rows: SelectStatement, of: Expr, is: Condition| {
        rows.expr(Expr::val(1)).and_where(of.eq(HERE.col(I::Id))).cond_where(is);
        Expr::exists(rows)
    };
    let (status, due_on) = match part {
        Part::Agree => {
            rows.and_where(Expr::col((HERE.alias(), initiative::IS_AGREED)).eq(false));
            (Status::Approved, I::StartsOn)
        }
        Part::Close => {
            let ahead = Condition::all().add(find::one_of(other.col(milestone::Column::Status), is_ahead));
            let milestones = seen::<milestone::Entity>(scope, other);
            rows.and_where(there(milestones, other.col(milestone::Column::InitiativeId), ahead).not());
            let acknowledged = Condition::all()
                .add(other.col(status_report::Column::IsLatest))
                .add(other.col(status_report::Column::AcknowledgedAt).is_not_null());
            let reports = seen::<status_report::Entity>(scope, other);
            rows.and_where(there(reports, other.col(status_report::Column::InitiativeId), acknowledged));
            (Status::Closing, I::DueOn)
        }
        _ => (Status::Proposed, I::StartsOn),
    };
    rows.and_where(HERE.col(I::Status).eq(status.to_value()));
    Some(Told::of_initiative(HERE, due_on).by(part, rows))
}

/// Restatements that wait and that somebody else asked for, where the viewer may approve them.
fn restatements(scope: &Scope) -> Option<SelectStatement> {
    use measurement::Column as M;
    let me = scope.viewer().person_id()?;
    let of = HERE.inner();
    let mut rows = seen::<measurement::Entity>(scope, HERE);
    if !scope.may(Capability::RestatementApprove, access::Place::default()) {
        let units = scope.viewer().units_where(Capability::RestatementApprove);
        if units.is_empty() {
            return None;
        }
        rows.and_where(HERE.col(M::OrgUnitId).is_in(units));
    }
    join::<kpi::Entity>(&mut rows, scope, of, of.col(kpi::Column::Id).eq(HERE.col(M::KpiId)));
    rows.and_where(HERE.col(M::InForceAt).is_null())
        .and_where(HERE.col(M::DeclinedAt).is_null())
        .and_where(HERE.col(M::RecordedById).ne(me));
    let (code, name) = (of.col(kpi::Column::Code), of.col(kpi::Column::Name));
    let due_on = Expr::val(None::<chrono::NaiveDate>);
    Some(Told { id: HERE.col(M::Id), due_on, code, name }.by(Part::Restate, rows))
}

/// Certificates of the viewer that nothing ended but their last day, which is near.
fn certificates(scope: &Scope, me: PersonId) -> SelectStatement {
    let (mut rows, told) = renewals(scope, ending(scope.today()));
    rows.and_where(HERE.col(certification::Column::PersonId).eq(me));
    told.by(Part::Renew, rows)
}

/// Certificates whose last day is from one of these days to the other, and that nothing else ended.
fn renewals(scope: &Scope, (from, to): (chrono::NaiveDate, chrono::NaiveDate)) -> (SelectStatement, Told) {
    use certification::Column as C;
    let of = HERE.inner();
    let mut rows = seen::<certification::Entity>(scope, HERE);
    join::<curriculum::Entity>(
        &mut rows,
        scope,
        of,
        of.col(curriculum::Column::Id).eq(HERE.col(C::CurriculumId)),
    );
    rows.and_where(HERE.col(C::ExpiresOn).between(from, to)).cond_where(unended(HERE));
    (rows, of_curriculum(of, HERE.col(C::Id), HERE.col(C::ExpiresOn)))
}

/// What is told of a row of which the curriculum goes by this name.
fn of_curriculum(of: At, id: Expr, due_on: Expr) -> Told {
    let code = Expr::val(None::<String>);
    Told { id, due_on, code, name: of.col(curriculum::Column::Name) }
}

/// The sessions of other trainers, where the viewer looks after the sessions of every trainer.
fn of_others(scope: &Scope) -> Option<Condition> {
    use training_session::Column as S;
    const LEAD: Capability = Capability::TrainingLead;
    let mut others = Condition::all();
    if let Some(me) = scope.viewer().related_as() {
        others = others.add(HERE.col(S::TrainerId).ne(me));
    }
    if scope.may(LEAD, access::Place::default()) {
        return Some(others);
    }
    let (portfolios, units) = (scope.viewer().portfolios_where(LEAD), scope.viewer().units_where(LEAD));
    let mut there = Condition::any();
    if !portfolios.is_empty() {
        let theirs = SelectStatement::new()
            .column(I::Id)
            .from(initiative::Entity)
            .and_where(Expr::col(I::PortfolioId).is_in(portfolios))
            .to_owned();
        there = there.add(HERE.col(S::InitiativeId).in_subquery(theirs));
    }
    if !units.is_empty() {
        let theirs = SelectStatement::new()
            .column(person::Column::Id)
            .from(person::Entity)
            .and_where(Expr::col(person::Column::OrgUnitId).is_in(units))
            .to_owned();
        there = there.add(HERE.col(S::TrainerId).in_subquery(theirs));
    }
    (!there.is_empty()).then(|| others.add(there))
}

/// Those of these sessions that are to come and on whose day their trainer may not train, as is known now.
fn sessions(scope: &Scope, part: Part, which: Condition) -> SelectStatement {
    use training_session::Column as S;
    let (of, certificates) = (HERE.inner(), HERE.inner().inner());
    let mut rows = seen::<training_session::Entity>(scope, HERE);
    join::<curriculum::Entity>(
        &mut rows,
        scope,
        of,
        of.col(curriculum::Column::Id).eq(HERE.col(S::CurriculumId)),
    );
    let day = HERE.col(S::ScheduledOn);
    let may = may_train(certificates, HERE.col(S::TrainerId), HERE.col(S::CurriculumId), &day);
    rows.cond_where(which)
        .and_where(HERE.col(S::State).eq(training_session::State::Scheduled.to_value()))
        .and_where(day.clone().gte(scope.today()))
        .and_where(may.not());
    of_curriculum(of, HERE.col(S::Id), day).by(part, rows)
}

/// Communications that somebody else sent to the viewer and that they have not acknowledged: by no day.
fn unheard(scope: &Scope, me: PersonId) -> SelectStatement {
    use communication::Column as C;
    use receipt::Column as R;
    let of = HERE.inner();
    let mut rows = SelectStatement::new();
    // One's own receipts and what they are of are seen whatever else one is: said by this alone, so that their index finds
    // them.
    rows.from_as(receipt::Entity, HERE.alias())
        .and_where(HERE.col(R::PersonId).eq(me))
        .and_where(HERE.col(R::AcknowledgedAt).is_null());
    join::<communication::Entity>(&mut rows, scope, of, of.col(C::Id).eq(HERE.col(R::CommunicationId)));
    rows.and_where(of.col(C::SenderId).ne(me));
    let due_on = Expr::val(None::<chrono::NaiveDate>);
    let code = Expr::val(None::<String>);
    Told { id: of.col(C::Id), due_on, code, name: of.col(C::Subject) }.by(Part::Hear, rows)
}

/// Communications that are to be sent, of those for which this holds: by the day for which they are planned.
fn unsent(scope: &Scope, part: Part, which: Expr) -> SelectStatement {
    use communication::Column as C;
    let mut rows = seen::<communication::Entity>(scope, HERE);
    rows.and_where(which).and_where(HERE.col(C::State).eq(communication::State::Planned.to_value()));
    let code = Expr::val(None::<String>);
    Told { id: HERE.col(C::Id), due_on: HERE.col(C::PlannedFor), code, name: HERE.col(C::Subject) }
        .by(part, rows)
}

/// Communications that somebody was to send who has left, where the viewer sends those of anybody.
fn orphaned(scope: &Scope) -> Option<SelectStatement> {
    if !scope.may(Capability::CommunicationPlan, access::Place::default()) {
        return None;
    }
    Some(unsent(scope, Part::Unsaid, has_left(HERE.col(communication::Column::SenderId))))
}

/// Whether this person has left.
fn has_left(person: Expr) -> Expr {
    let gone = HERE.inner();
    let gone = SelectStatement::new()
        .expr(Expr::val(1))
        .from_as(person::Entity, gone.alias())
        .and_where(gone.col(person::Column::Id).eq(person))
        .and_where(gone.col(person::Column::Status).eq(person::PersonStatus::Left.to_value()))
        .to_owned();
    Expr::exists(gone)
}

/// Runs that wait and that somebody else has calculated, where the viewer may approve them and has not signed them yet.
fn payouts(scope: &Scope) -> Option<SelectStatement> {
    use payout_run::Column as R;
    let me = scope.viewer().person_id()?;
    if !scope.may(Capability::RewardApprove, access::Place::default()) {
        return None;
    }
    let of = HERE.inner();
    let mut rows = seen::<payout_run::Entity>(scope, HERE);
    join::<reward_plan::Entity>(
        &mut rows,
        scope,
        of,
        of.col(reward_plan::Column::Id).eq(HERE.col(R::PlanId)),
    );
    rows.and_where(HERE.col(R::State).eq(payout_run::RunState::Calculated.to_value()))
        .and_where(HERE.col(R::SupersededAt).is_null())
        .and_where(HERE.col(R::CalculatedById).ne(me))
        .cond_where(
            Condition::any().add(HERE.col(R::SignedById).is_null()).add(HERE.col(R::SignedById).ne(me)),
        );
    let code = Expr::val(None::<String>).cast_as("text");
    let (due_on, name) = (Expr::val(None::<chrono::NaiveDate>), of.col(reward_plan::Column::Name));
    Some(Told { id: HERE.col(R::Id), due_on, code, name }.by(Part::Payout, rows))
}

/// What is asked of these and not answered.
fn questions(scope: &Scope, part: Part, asked: Expr) -> SelectStatement {
    use upward_feedback::Column as F;
    let mut rows = seen::<upward_feedback::Entity>(scope, HERE);
    rows.and_where(asked).and_where(is_unanswered(HERE));
    let name = Func::cust("substr").arg(HERE.col(F::Text)).arg(1).arg(MOST_OF_A_TEXT).into();
    let code = Expr::val(None::<String>).cast_as("text");
    Told { id: HERE.col(F::Id), due_on: HERE.col(F::DueOn), code, name }.by(part, rows)
}

/// Events from this moment on about what somebody follows: the initiatives that they own, back or review, those in
/// which they have a milestone, a risk or an action that is open, those of the portfolios that they own, these
/// portfolios themselves, and the actions that they have outside of any initiative.
pub(super) fn followed(scope: &Scope, me: PersonId, since: chrono::DateTime<chrono::Utc>) -> Condition {
    use event::Column as E;
    let (told, at) = (HERE.inner(), HERE.inner().inner());
    let select = |id: Expr, mut rows: SelectStatement| rows.expr_as(id, "id").to_owned();
    let within = |mut rows: SelectStatement, of: Expr, who: Expr| {
        rows.and_where(who.eq(me));
        select(of, rows)
    };
    let initiatives = |who| within(seen::<initiative::Entity>(scope, at), at.col(I::Id), at.col(who));
    let portfolios = within(
        seen::<portfolio::Entity>(scope, at),
        at.col(portfolio::Column::Id),
        at.col(portfolio::Column::OwnerId),
    );
    let inner = at.inner();
    let mut theirs = seen::<portfolio::Entity>(scope, inner);
    theirs.expr(inner.col(portfolio::Column::Id)).and_where(inner.col(portfolio::Column::OwnerId).eq(me));
    let mut of_portfolios = seen::<initiative::Entity>(scope, at);
    of_portfolios.and_where(at.col(I::PortfolioId).in_subquery(theirs));
    let mut milestones = seen::<milestone::Entity>(scope, at);
    milestones.and_where(find::one_of(at.col(milestone::Column::Status), is_ahead));
    let mut items = seen::<raid_item::Entity>(scope, at);
    items.and_where(find::one_of(at.col(raid_item::Column::Status), is_open));
    let open = at.col(action_item::Column::Status).eq(action_item::Status::Open.to_value());
    let actions = |alone: bool| {
        let of = at.col(action_item::Column::InitiativeId);
        let mut rows = seen::<action_item::Entity>(scope, at);
        rows.and_where(open.clone()).and_where(if alone { of.is_null() } else { of.is_not_null() });
        rows
    };
    let mut all = initiatives(I::OwnerId);
    for more in [
        initiatives(I::SponsorId),
        initiatives(I::ReviewerId),
        select(at.col(I::Id), of_portfolios),
        within(milestones, at.col(milestone::Column::InitiativeId), at.col(milestone::Column::OwnerId)),
        within(items, at.col(raid_item::Column::InitiativeId), at.col(raid_item::Column::OwnerId)),
        within(
            actions(false),
            at.col(action_item::Column::InitiativeId),
            at.col(action_item::Column::AssigneeId),
        ),
    ] {
        all.union(UnionType::Distinct, more);
    }
    let mut others = portfolios;
    others.union(
        UnionType::Distinct,
        within(actions(true), at.col(action_item::Column::Id), at.col(action_item::Column::AssigneeId)),
    );
    // By place in the log, so that the index of what an event is about finds it, whatever else there is.
    let events = |about: E, what: SelectStatement| {
        let mut rows = SelectStatement::new();
        rows.from_as(event::Entity, told.alias())
            .expr(told.col(E::Position))
            .and_where(told.col(E::At).gte(since))
            .and_where(told.col(about).in_subquery(what));
        rows
    };
    let mut places = events(E::WithinId, all);
    places.union(UnionType::Distinct, events(E::SubjectId, others));
    Condition::all().add(HERE.col(E::Position).in_subquery(places))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sea_orm::sea_query::SqliteQueryBuilder;
    use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
    use tutti_entity::people::person::{Locale, PersonStatus, Tier};
    use tutti_entity::people::role_grant::Role;
    use uuid::Uuid;

    use super::*;
    use crate::access::{Grant, Viewer};
    use crate::store::{Database, World, database, world::Ids};

    /// Somebody of the programme office who leads the training as well.
    fn viewer(at: chrono::DateTime<chrono::Utc>) -> Viewer {
        let person = person::Model {
            id: PersonId(Uuid::from_u128(1)),
            version: 1,
            name: String::new(),
            name_folded: String::new(),
            email: String::new(),
            email_folded: String::new(),
            tier: Tier::Support,
            status: PersonStatus::Active,
            locale: Locale::En,
            org_unit_id: None,
            manager_id: None,
            last_sign_in_at: None,
            daily_digest: false,
            created_at: at,
            updated_at: at,
        };
        let office = |role| Grant {
            id: None,
            version: 1,
            role,
            portfolio: None,
            org_unit: None,
            units: Vec::new(),
            since: at.date_naive(),
            until: None,
        };
        Viewer::of(person, [Role::Pmo, Role::ChangeLead, Role::RewardApprover].map(office).into())
    }

    /// Every part of the work, and what somebody follows, is found by an index, whatever else there is.
    #[tokio::test]
    async fn nothing_is_looked_for_row_by_row() {
        let folder = tempfile::tempdir().unwrap();
        let second = std::time::Duration::from_secs(5);
        let options = database::Options {
            url: format!("sqlite://{}", folder.path().join("work.db").display()),
            connections: 1,
            patience: second,
            statement_timeout: second,
        };
        let database = Database::connect(&options).await.unwrap();
        database.migrate().await.unwrap();
        let at = World::machine_clock();
        let world = World::new(move || at, Ids::counting(), jiff::tz::TimeZone::UTC, "CX".into());
        let scope = Scope::new(database.clone(), Arc::new(world), viewer(at));
        let mut statements: Vec<(String, SelectStatement)> =
            Part::ALL.into_iter().map(|part| (format!("{part:?}"), rows(&scope, part).unwrap())).collect();
        let mut events = find::visible::<event::Entity>(scope.viewer());
        events.cond_where(followed(&scope, PersonId(Uuid::from_u128(1)), at));
        statements.push(("what is followed".to_owned(), events));
        for (what, statement) in statements {
            let sql = format!("EXPLAIN QUERY PLAN {}", statement.to_string(SqliteQueryBuilder));
            let plan = Statement::from_string(DatabaseBackend::Sqlite, sql);
            let plan = database.reader().query_all_raw(plan).await.unwrap();
            let plan: Vec<String> = plan.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
            // Nearly all reports stand in one state; of communications that are to be sent, and of questions that are not
            // answered, there are few.
            let few = ["ix_communications_state", "ix_upward_feedback_state"];
            let is_by_state =
                |step: &str| step.contains("(state=?)") && !few.iter().any(|index| step.contains(index));
            let slow = plan.iter().find(|step| step.starts_with("SCAN t") || is_by_state(step));
            assert_eq!(slow, None, "{what}: {plan:#?}");
        }
    }
}
