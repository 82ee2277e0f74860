//! How initiatives stood on a past day, from all that was recorded of them by then.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Order, SelectStatement};
use sea_orm::{ActiveEnum, DbErr, QueryResult};
use tutti_entity::ids::{BaselineId, InitiativeId, MilestoneId, PortfolioId};
use tutti_entity::portfolio::status_report::State;
use tutti_entity::portfolio::{
    baseline, baseline_milestone, cadence_move, date_move, initiative, milestone, milestone_fact, portfolio,
    status_move, status_report,
};

use super::{Stood, Which, gathered, initiatives, parts, place, spent};
use crate::access::Visible;
use crate::graphql::scalars::Duration;
use crate::portfolio::figures::rules::facts::{
    Agreed, Baseline, Facts, Milestone, Moment, Move, Progress, Report, ReportsDue, Step,
};
use crate::store::{At, Reads, Scope, find};

/// How initiatives stood, in ten statements.
///
/// # Errors
/// When the database cannot be read.
pub async fn standings<R: Reads>(reads: &R, which: &Which, moment: Moment) -> Result<Vec<Stood>, R::Error> {
    let scope = reads.scope();
    let rows = reads.read(&with_cadence(scope, which)).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    scope.produce(rows.len())?;
    let mut parts = Parts {
        steps: gathered(&reads.read(&steps(scope, which)).await?, step)?,
        moves: moves(&reads.read(&date_moves(scope, which)).await?)?,
        baselines: gathered(&reads.read(&baselines(scope, which)).await?, agreement)?,
        weights: weights(&reads.read(&agreed(scope, which)).await?)?,
        milestones: gathered(&reads.read(&milestones(scope, which)).await?, milestone)?,
        progress: facts(&reads.read(&progress(scope, which)).await?)?,
        reports: gathered(&reads.read(&reports(scope, which)).await?, report)?,
        cadences: cadences(&reads.read(&cadence_moves(scope)).await?)?,
        spent: spent(reads, which, moment).await?,
    };
    let mut standings = Vec::with_capacity(rows.len());
    for row in &rows {
        let (id, place, owner_id) = place(row)?;
        let facts = parts.facts(id, row, place.portfolio)?;
        standings.extend(facts.on(moment).map(|standing| Stood { id, place, owner_id, standing }));
    }
    Ok(standings)
}

/// What belongs to initiatives, by initiative and by milestone.
struct Parts {
    steps: HashMap<InitiativeId, Vec<Step>>,
    /// Under no milestone those of the initiative itself.
    moves: HashMap<(InitiativeId, Option<MilestoneId>), Vec<Move>>,
    baselines: HashMap<InitiativeId, Vec<(BaselineId, Baseline)>>,
    weights: HashMap<BaselineId, Vec<Agreed>>,
    milestones: HashMap<InitiativeId, Vec<Milestone>>,
    progress: HashMap<MilestoneId, Vec<Progress>>,
    reports: HashMap<InitiativeId, Vec<Report>>,
    cadences: HashMap<PortfolioId, Vec<(Duration, DateTime<Utc>)>>,
    spent: HashMap<InitiativeId, i64>,
}

impl Parts {
    /// All that was recorded of the initiative of this row.
    fn facts(
        &mut self,
        id: InitiativeId,
        row: &QueryResult,
        portfolio: Option<PortfolioId>,
    ) -> Result<Facts, DbErr> {
        let mut milestones = self.milestones.remove(&id).unwrap_or_default();
        for milestone in &mut milestones {
            milestone.moves = self.moves.remove(&(id, Some(milestone.id))).unwrap_or_default();
            milestone.progress = self.progress.remove(&milestone.id).unwrap_or_default();
        }
        let baselines = self.baselines.remove(&id).unwrap_or_default().into_iter();
        let cadence: String = row.try_get("", "report_cadence")?;
        let changes = portfolio.and_then(|portfolio| self.cadences.get(&portfolio).cloned());
        Ok(Facts {
            due_on: row.try_get("", "due_on")?,
            moves: self.moves.remove(&(id, None)).unwrap_or_default(),
            steps: self.steps.remove(&id).unwrap_or_default(),
            milestones,
            baselines: baselines
                .map(|(id, baseline)| Baseline {
                    milestones: self.weights.remove(&id).unwrap_or_default(),
                    ..baseline
                })
                .collect(),
            spent: self.spent.get(&id).copied().unwrap_or_default(),
            reports: self.reports.remove(&id).unwrap_or_default(),
            reports_due: ReportsDue::Every(Duration::stored(&cadence), changes.unwrap_or_default()),
        })
    }
}

/// The initiatives, each with the cadence of its portfolio.
fn with_cadence(scope: &Scope, which: &Which) -> SelectStatement {
    let inner = At::TOP.inner();
    let mut select = initiatives(scope, which, [initiative::Column::DueOn]);
    let theirs = Condition::all()
        .add(portfolio::Entity::visible(scope.viewer(), inner))
        .add(inner.col(portfolio::Column::Id).eq(At::TOP.col(initiative::Column::PortfolioId)));
    select
        .join_as(JoinType::InnerJoin, portfolio::Entity, inner.alias(), theirs)
        .expr(inner.col(portfolio::Column::ReportCadence));
    select
}

/// These columns of the parts of initiatives, in the order of their ids.
fn listed<E: Visible>(
    scope: &Scope,
    which: &Which,
    of: E::Column,
    columns: &[E::Column],
    id: E::Column,
) -> SelectStatement {
    let mut select = parts::<E>(scope, which, of);
    for column in columns {
        select.expr(At::TOP.col(*column));
    }
    select.order_by((At::TOP.alias(), id), Order::Asc);
    select
}

fn steps(scope: &Scope, which: &Which) -> SelectStatement {
    use status_move::Column as S;
    let columns = [S::FromStatus, S::ToStatus, S::OnDay, S::At];
    listed::<status_move::Entity>(scope, which, S::InitiativeId, &columns, S::Id)
}

fn step(row: &QueryResult) -> Result<Step, DbErr> {
    Ok(Step {
        from: row.try_get("", "from_status")?,
        to: row.try_get("", "to_status")?,
        on: row.try_get("", "on_day")?,
        at: row.try_get("", "at")?,
    })
}

fn date_moves(scope: &Scope, which: &Which) -> SelectStatement {
    use date_move::Column as D;
    let columns = [D::MilestoneId, D::FromOn, D::At];
    listed::<date_move::Entity>(scope, which, D::InitiativeId, &columns, D::Id)
}

/// The moves of due dates by what moved: an initiative itself, or one of its milestones.
type Moves = HashMap<(InitiativeId, Option<MilestoneId>), Vec<Move>>;

fn moves(rows: &[QueryResult]) -> Result<Moves, DbErr> {
    let mut of: HashMap<_, Vec<Move>> = HashMap::new();
    for row in rows {
        let whose = (row.try_get("", "initiative_id")?, row.try_get("", "milestone_id")?);
        let step = Move { from: row.try_get("", "from_on")?, at: row.try_get("", "at")? };
        of.entry(whose).or_default().push(step);
    }
    Ok(of)
}

fn baselines(scope: &Scope, which: &Which) -> SelectStatement {
    use baseline::Column as B;
    let columns = [B::Id, B::Number, B::ApprovedAt, B::StartsOn, B::DueOn, B::BudgetMinor];
    listed::<baseline::Entity>(scope, which, B::InitiativeId, &columns, B::Id)
}

fn agreement(row: &QueryResult) -> Result<(BaselineId, Baseline), DbErr> {
    let baseline = Baseline {
        number: row.try_get("", "number")?,
        approved_at: row.try_get("", "approved_at")?,
        starts_on: row.try_get("", "starts_on")?,
        due_on: row.try_get("", "due_on")?,
        budget_minor: row.try_get("", "budget_minor")?,
        milestones: Vec::new(),
    };
    Ok((row.try_get("", "id")?, baseline))
}

fn agreed(scope: &Scope, which: &Which) -> SelectStatement {
    use baseline_milestone::Column as W;
    let columns = [W::BaselineId, W::MilestoneId, W::DueOn, W::WeightBp, W::CreditRule];
    listed::<baseline_milestone::Entity>(scope, which, W::InitiativeId, &columns, W::MilestoneId)
}

fn weights(rows: &[QueryResult]) -> Result<HashMap<BaselineId, Vec<Agreed>>, DbErr> {
    let mut of: HashMap<_, Vec<Agreed>> = HashMap::new();
    for row in rows {
        of.entry(row.try_get("", "baseline_id")?).or_default().push(Agreed {
            milestone: row.try_get("", "milestone_id")?,
            due_on: row.try_get("", "due_on")?,
            weight_bp: row.try_get("", "weight_bp")?,
            credit_rule: row.try_get("", "credit_rule")?,
        });
    }
    Ok(of)
}

fn milestones(scope: &Scope, which: &Which) -> SelectStatement {
    use milestone::Column as M;
    let columns = [M::Id, M::CreatedAt, M::DueOn];
    listed::<milestone::Entity>(scope, which, M::InitiativeId, &columns, M::Id)
}

fn milestone(row: &QueryResult) -> Result<Milestone, DbErr> {
    Ok(Milestone {
        id: row.try_get("", "id")?,
        entered_at: row.try_get("", "created_at")?,
        due_on: row.try_get("", "due_on")?,
        moves: Vec::new(),
        progress: Vec::new(),
    })
}

fn progress(scope: &Scope, which: &Which) -> SelectStatement {
    use milestone_fact::Column as F;
    let columns = [F::MilestoneId, F::EffectiveOn, F::At, F::Status, F::PercentBp];
    listed::<milestone_fact::Entity>(scope, which, F::InitiativeId, &columns, F::Id)
}

fn facts(rows: &[QueryResult]) -> Result<HashMap<MilestoneId, Vec<Progress>>, DbErr> {
    let mut of: HashMap<_, Vec<Progress>> = HashMap::new();
    for row in rows {
        of.entry(row.try_get("", "milestone_id")?).or_default().push(Progress {
            effective_on: row.try_get("", "effective_on")?,
            at: row.try_get("", "at")?,
            status: row.try_get("", "status")?,
            percent_bp: row.try_get("", "percent_bp")?,
        });
    }
    Ok(of)
}

fn reports(scope: &Scope, which: &Which) -> SelectStatement {
    use status_report::Column as R;
    let columns = [R::PeriodEnd, R::PublishedAt, R::Health, R::OverrideUntil];
    let mut select = listed::<status_report::Entity>(scope, which, R::InitiativeId, &columns, R::Id);
    select.and_where(Expr::expr(At::TOP.col(R::State)).eq(State::Published.to_value()));
    select
}

fn report(row: &QueryResult) -> Result<Report, DbErr> {
    Ok(Report {
        period_end: row.try_get("", "period_end")?,
        published_at: row.try_get("", "published_at")?,
        health: row.try_get("", "health")?,
        override_until: row.try_get("", "override_until")?,
    })
}

/// How the cadences of portfolios changed: seldom, so all of them.
fn cadence_moves(scope: &Scope) -> SelectStatement {
    use cadence_move::Column as C;
    let at = At::TOP;
    let mut select = find::visible_only::<cadence_move::Entity>(scope.viewer(), at);
    for column in [C::PortfolioId, C::FromCadence, C::At] {
        select.expr(at.col(column));
    }
    select.order_by((at.alias(), C::PortfolioVersion), Order::Asc);
    select
}

/// The cadences that portfolios had, and until when, oldest first.
type Cadences = HashMap<PortfolioId, Vec<(Duration, DateTime<Utc>)>>;

fn cadences(rows: &[QueryResult]) -> Result<Cadences, DbErr> {
    let mut of: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let before: String = row.try_get("", "from_cadence")?;
        let change = (Duration::stored(&before), row.try_get("", "at")?);
        of.entry(row.try_get("", "portfolio_id")?).or_default().push(change);
    }
    Ok(of)
}
