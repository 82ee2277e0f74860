//! Which events are seen.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoCondition, Query};
use tutti_entity::Keyed;
use tutti_entity::accounts::{api_key, password, session};
use tutti_entity::communication::{communication, key_message};
use tutti_entity::events::event::{self, Column};
use tutti_entity::exchange::calendar_feed;
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::Kind;
use tutti_entity::metrics::{kpi, kpi_link, kpi_target, measurement};
use tutti_entity::people::{org_unit, person, role_grant};
use tutti_entity::portfolio::{
    action_item, baseline, budget_line, cost_entry, date_move, dependency, initiative, milestone, portfolio,
    raid_item, status_report,
};
use tutti_entity::rewards::{participation, payout_run, reward_group, reward_plan};
use tutti_entity::training::{
    adoption_assessment, attendance, certification, change_agent, curriculum, training_session,
};
use tutti_entity::webhooks::{webhook, webhook_delivery};

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::store::{At, find::never};

impl Visible for event::Entity {
    /// An event is seen by whoever sees what it was done to. Kinds of things that the viewer sees all of are
    /// told apart by their name alone, so that a page of the log does not look each of them up.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let (open, guarded): (Vec<_>, Vec<_>) = Kind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind.prefix(), sight(kind, viewer, at)?)))
            .partition(|(_, condition)| condition.is_empty());
        if guarded.is_empty() {
            return everyone();
        }
        let kind = || at.col(Column::SubjectKind);
        let open = Condition::any().add(kind().is_in(open.into_iter().map(|(prefix, _)| prefix)));
        guarded.into_iter().fold(open, |any, (prefix, condition)| {
            any.add(Condition::all().add(kind().eq(prefix)).add(condition))
        })
    }
}

/// Which events about things of these kinds the viewer sees; one without parts where they see all of them. Whoever
/// follows the log knows the kinds of the few events that have come, and asks for no others.
#[must_use]
pub fn seen_of(kinds: &[Kind], viewer: &Viewer, at: At) -> Condition {
    let told: Vec<_> = kinds.iter().map(|kind| (kind.prefix(), sight(*kind, viewer, at))).collect();
    if told.iter().all(|(_, condition)| condition.as_ref().is_some_and(Condition::is_empty)) {
        return everyone();
    }
    let any = Condition::any().add(never());
    told.into_iter().fold(any, |any, (prefix, condition)| match condition {
        Some(condition) => {
            any.add(Condition::all().add(at.col(Column::SubjectKind).eq(prefix)).add(condition))
        }
        None => any,
    })
}

/// Which events about things of this kind the viewer sees; none for a kind that no event is about.
fn sight(kind: Kind, viewer: &Viewer, event: At) -> Option<Condition> {
    Some(match kind {
        Kind::Person => about::<person::Entity>(viewer, event),
        Kind::OrgUnit => about::<org_unit::Entity>(viewer, event),
        Kind::RoleGrant => about::<role_grant::Entity>(viewer, event),
        Kind::Portfolio => about::<portfolio::Entity>(viewer, event),
        Kind::Initiative => about::<initiative::Entity>(viewer, event),
        Kind::DateMove => about::<date_move::Entity>(viewer, event),
        Kind::Milestone => about::<milestone::Entity>(viewer, event),
        Kind::Baseline => about::<baseline::Entity>(viewer, event),
        Kind::StatusReport => about::<status_report::Entity>(viewer, event),
        Kind::Dependency => about::<dependency::Entity>(viewer, event),
        Kind::RaidItem => about::<raid_item::Entity>(viewer, event),
        Kind::ActionItem => about::<action_item::Entity>(viewer, event),
        Kind::CalendarFeed => about::<calendar_feed::Entity>(viewer, event),
        Kind::BudgetLine => about::<budget_line::Entity>(viewer, event),
        Kind::CostEntry => about::<cost_entry::Entity>(viewer, event),
        Kind::Kpi => about::<kpi::Entity>(viewer, event),
        Kind::KpiTarget => about::<kpi_target::Entity>(viewer, event),
        Kind::Measurement => about::<measurement::Entity>(viewer, event),
        Kind::KpiLink => about::<kpi_link::Entity>(viewer, event),
        Kind::KeyMessage => about::<key_message::Entity>(viewer, event),
        Kind::Communication => about::<communication::Entity>(viewer, event),
        Kind::Curriculum => about::<curriculum::Entity>(viewer, event),
        Kind::TrainingSession => about::<training_session::Entity>(viewer, event),
        Kind::Attendance => about::<attendance::Entity>(viewer, event),
        Kind::Certification => about::<certification::Entity>(viewer, event),
        Kind::ChangeAgent => about::<change_agent::Entity>(viewer, event),
        Kind::AdoptionAssessment => about::<adoption_assessment::Entity>(viewer, event),
        Kind::UpwardFeedback => about::<upward_feedback::Entity>(viewer, event),
        Kind::RewardPlan => about::<reward_plan::Entity>(viewer, event),
        Kind::RewardGroup => about::<reward_group::Entity>(viewer, event),
        Kind::Participation => about::<participation::Entity>(viewer, event),
        Kind::PayoutRun => about::<payout_run::Entity>(viewer, event),
        Kind::Session => about::<session::Entity>(viewer, event),
        Kind::ApiKey => about::<api_key::Entity>(viewer, event),
        Kind::Password => about::<password::Entity>(viewer, event),
        Kind::Webhook => about::<webhook::Entity>(viewer, event),
        Kind::WebhookDelivery => about::<webhook_delivery::Entity>(viewer, event),
        Kind::Event | Kind::StatusMove | Kind::MilestoneFact | Kind::PayoutLine => return None,
    })
}

/// Those whose subject is a row of this entity of which the viewer is told.
fn about<E: Keyed + Visible>(viewer: &Viewer, event: At) -> Condition {
    let subject = event.inner();
    let told = E::told(viewer, subject, &event.col(Column::Action));
    if told.is_empty() {
        return everyone();
    }
    let rows = Query::select()
        .expr(Expr::val(1))
        .from_as(E::default(), subject.alias())
        .and_where(subject.col(E::ID).equals((event.alias(), Column::SubjectId)))
        .cond_where(told)
        .to_owned();
    Expr::exists(rows).into_condition()
}
