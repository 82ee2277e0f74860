//! Milestones as callers see them, and how far dates have slipped.

mod baseline;

use async_graphql::{ComplexObject, Context, SimpleObject};
use futures_util::future::try_join;
use tutti_entity::ids::{InitiativeId, Kind, MilestoneId, PersonId};
use tutti_entity::portfolio::date_move::{self, MoveReason};
use tutti_entity::portfolio::milestone::{self, CreditRule, Status};
use tutti_entity::portfolio::{baseline as baselines, baseline_milestone, initiative};

use super::rules::{self, NO_BASELINE};
use super::store::{Agreed, Baselines, MilestoneMoves};
use crate::graphql::figure::FigureUnit;
use crate::graphql::filter::{
    Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter, ListFilter, Many, One,
    StringFilter, Text,
};
use crate::graphql::needed::{Columns, Named, Needed};
use crate::graphql::scalars::{Date, DateTime, Percent};
use crate::graphql::{Fault, Figure, Listed};
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::store::DateMoves;
use crate::portfolio::types::{DateMove, Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, narrow, order, payload};

pub use baseline::{Baseline, BaselineFilter, BaselineMilestone, BaselinePayload};

/// A milestone of an initiative: a result with an owner, a weight and a due date.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Milestone {
    /// Its id: `mil_…`.
    pub id: MilestoneId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: Needed<i32>,
    /// The result, in words.
    pub title: Needed<String>,
    /// Its share of the work in the next baseline; null where it has none.
    pub weight: Needed<Option<Percent>>,
    /// How it earns its weight.
    pub credit_rule: Needed<CreditRule>,
    /// How far it is today: the latest progress that is in force.
    pub percent_complete: Needed<Percent>,
    /// The day it is to be reached, by today's forecast.
    pub due_on: Needed<Date>,
    /// The day it was reached; null until then.
    pub completed_on: Needed<Option<Date>>,
    /// Where it stands.
    pub status: Needed<Status>,
    /// When it was planned.
    pub created_at: Needed<DateTime>,
    /// When it last changed.
    pub updated_at: Needed<DateTime>,
    #[graphql(skip)]
    initiative_id: InitiativeId,
    #[graphql(skip)]
    owner_id: Needed<PersonId>,
}

narrow! {
    Milestone of milestone {
        always { id, initiative_id }
        plain {
            version;
            title;
            credit_rule;
            status for [slippage];
            owner_id for [owner];
        }
        made {
            weight: (weight_bp) => weight_bp.map(Percent::from_basis_points);
            percent_complete: (percent_bp) => Percent::from_basis_points(percent_bp);
            due_on: (due_on) => Date(due_on), for [slippage];
            completed_on: (completed_on) => completed_on.map(Date), for [slippage];
            created_at: (created_at) => DateTime(created_at);
            updated_at: (updated_at) => DateTime(updated_at);
        }
    }
}

/// What was agreed of one milestone.
struct Agreement {
    has_baseline: bool,
    first: Option<baseline_milestone::Model>,
    current: Option<baseline_milestone::Model>,
}

impl Milestone {
    async fn agreement(&self, scope: &Scope) -> Result<Agreement, Fault> {
        let (baselines, parts) =
            try_join(scope.load(&Baselines, self.initiative_id), scope.load(&Agreed, self.id)).await?;
        let (baselines, parts) = (baselines.unwrap_or_default(), parts.unwrap_or_default());
        let part =
            |baseline: &baselines::Model| parts.iter().find(|part| part.baseline_id == baseline.id).cloned();
        Ok(Agreement {
            has_baseline: !baselines.is_empty(),
            first: baselines.iter().find_map(part),
            current: baselines.last().and_then(part),
        })
    }
}

#[ComplexObject]
impl Milestone {
    /// The initiative that it is a part of.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.initiative_id).await?.into())
    }

    /// Exactly one accountable person.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, *self.owner_id.get()?).await
    }

    /// Its share of the work in the current baseline; null where that does not hold it: then it earns nothing.
    async fn baseline_weight(&self, ctx: &Context<'_>) -> Option<Result<Percent, Fault>> {
        let agreement = self.agreement(Scope::of(ctx).ok()?).await;
        agreement
            .map(|agreed| agreed.current.map(|part| Percent::from_basis_points(part.weight_bp)))
            .transpose()
    }

    /// The original promise: its due date in the first baseline that holds it; null where none does.
    async fn original_on(&self, ctx: &Context<'_>) -> Option<Result<Date, Fault>> {
        let agreement = self.agreement(Scope::of(ctx).ok()?).await;
        agreement.map(|agreed| agreed.first.map(|part| Date(part.due_on))).transpose()
    }

    /// The agreed due date: that in the current baseline; null where it does not hold it.
    async fn baseline_on(&self, ctx: &Context<'_>) -> Option<Result<Date, Fault>> {
        let agreement = self.agreement(Scope::of(ctx).ok()?).await;
        agreement.map(|agreed| agreed.current.map(|part| Date(part.due_on))).transpose()
    }

    /// How its due date moved, oldest first.
    async fn moves(&self, ctx: &Context<'_>) -> Result<Vec<DateMove>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&MilestoneMoves, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// How far its date has slipped.
    async fn slippage(&self, ctx: &Context<'_>) -> Result<Slippage, Fault> {
        let scope = Scope::of(ctx)?;
        let Agreement { has_baseline, first, current } = self.agreement(scope).await?;
        let pushes = pushes(&scope.load(&MilestoneMoves, self.id).await?.unwrap_or_default());
        if *self.status.get()? == Status::Cancelled {
            let none = Figure::not_applicable(FigureUnit::Days, "cancelled");
            return Ok(Slippage { from_original: none.clone(), from_baseline: none, pushes });
        }
        let now = self.completed_on.get()?.unwrap_or(*self.due_on.get()?).0;
        let why_none = if has_baseline { "not in the baseline" } else { NO_BASELINE };
        Ok(Slippage {
            from_original: rules::slippage(now, first.map(|part| part.due_on), why_none),
            from_baseline: rules::slippage(now, current.map(|part| part.due_on), why_none),
            pushes,
        })
    }
}

/// How often a date was moved to a later one.
fn pushes(moves: &[date_move::Model]) -> i32 {
    i32::try_from(moves.iter().filter(|moved| moved.days > 0).count()).unwrap_or(i32::MAX)
}

/// Days later (positive) or earlier than agreed, and how often the date was pushed.
#[derive(Clone, Debug, SimpleObject)]
pub struct Slippage {
    /// Days from the date in the first baseline to the day on which it was reached, or is due now. NOT_APPLICABLE,
    /// with the reason, where no baseline holds it and for a milestone that was cancelled.
    pub from_original: Figure,
    /// The same from the date in the current baseline.
    pub from_baseline: Figure,
    /// How often the date was moved to a later one.
    pub pushes: i32,
}

impl Slippage {
    /// That of an initiative which was closed, or is due now, on this day.
    pub(crate) async fn of_initiative(
        ctx: &Context<'_>,
        initiative: InitiativeId,
        now: Date,
    ) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let baselines = scope.load(&Baselines, initiative).await?.unwrap_or_default();
        let moves = scope.load(&DateMoves, initiative).await?.unwrap_or_default();
        let from = |baseline: Option<&baselines::Model>| {
            rules::slippage(now.0, baseline.map(|baseline| baseline.due_on), NO_BASELINE)
        };
        Ok(Self {
            from_original: from(baselines.first()),
            from_baseline: from(baselines.last()),
            pushes: pushes(&moves),
        })
    }
}

filter! {
    /// Which moves of a due date.
    DateMoveFilter for date_move {
        /// By when it was moved.
        at: DateTimeFilter = Col(date_move::Column::At),
        /// By why, as a code.
        reason: EnumFilter<MoveReason> = Col(date_move::Column::Reason),
        /// By how many days it moved: more than 0 where it was pushed to a later date.
        days: IntFilter = Col(date_move::Column::Days),
        /// By the date before.
        from: DateFilter = Col(date_move::Column::FromOn),
        /// By the date after.
        to: DateFilter = Col(date_move::Column::ToOn),
        /// By the id of who moved it.
        by_id: IdFilter = Id(date_move::Column::ById, Kind::Person),
    }
}

filter! {
    /// Which milestones.
    MilestoneFilter for milestone {
        /// By id.
        id: IdFilter = Id(milestone::Column::Id, Kind::Milestone),
        /// By title.
        title: StringFilter = Text(milestone::Column::Title, milestone::Column::TitleFolded),
        /// By the id of its initiative.
        initiative_id: IdFilter = Id(milestone::Column::InitiativeId, Kind::Initiative),
        /// By its initiative, and so by its portfolio.
        initiative: Box<InitiativeFilter> = One(milestone::Column::InitiativeId),
        /// By the id of its owner.
        owner_id: IdFilter = Id(milestone::Column::OwnerId, Kind::Person),
        /// By its owner.
        owner: Box<PersonFilter> = One(milestone::Column::OwnerId),
        /// By where it stands.
        status: EnumFilter<Status> = Col(milestone::Column::Status),
        /// By how it earns its weight.
        credit_rule: EnumFilter<CreditRule> = Col(milestone::Column::CreditRule),
        /// By the day it is to be reached.
        due_on: DateFilter = Col(milestone::Column::DueOn),
        /// By the day it was reached; `isNull: true` for those that were not.
        completed_on: DateFilter = Col(milestone::Column::CompletedOn),
        /// By how its due date moved.
        moves: ListFilter<DateMoveFilter> = Many(date_move::Column::MilestoneId),
        /// By when it was planned.
        created_at: DateTimeFilter = Col(milestone::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(milestone::Column::UpdatedAt),
    }
}

order! {
    /// Sorts milestones.
    MilestoneOrder, MilestoneOrderField "What milestones can be sorted by.", milestone {
        /// By title, case ignored.
        Title => [TitleFolded],
        /// By the name of the status.
        Status => [Status],
        /// By the day they are to be reached.
        DueOn => [DueOn],
        /// By the day they were reached.
        CompletedOn => [CompletedOn],
        /// By when they were planned.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Milestone {
    const NAME: &'static str = "Milestone";
    type Entity = milestone::Entity;
    type Filter = MilestoneFilter;
    type Order = MilestoneOrder;
    const ID: milestone::Column = milestone::Column::Id;

    fn columns(named: &Named) -> Columns<Self> {
        Columns::needed(named)
    }
}

payload! {
    /// What a mutation of a milestone answers.
    MilestonePayload {
        /// The milestone as written; null when something has to be mended.
        milestone: Milestone = milestone
    }
}
