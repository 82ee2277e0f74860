//! A KPI, its targets and its trend as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::NaiveDate;
use tutti_entity::ids::{KpiId, KpiTargetId, OrgUnitId, PersonId, TypedId};
use tutti_entity::metrics::kpi::{Aggregation, Cadence, Direction, Kind, TrendVerdict};
use tutti_entity::metrics::{kpi, kpi_target, measurement};

use super::{KpiLink, Measurement, MeasurementFilter, MeasurementOrder};
use crate::events::types::Event;
use crate::graphql::figure::FigureState;
use crate::graphql::scalars::{CurrencyCode, Date, DateTime, Decimal, Markdown};
use crate::graphql::{Connection, Fault, Figure, Page, Problem};
use crate::metrics::readings::{self, AsKnown, Reading};
use crate::metrics::rules::exact::shown;
use crate::metrics::rules::measure::Measure;
use crate::metrics::rules::tally::{Tally, Value};
use crate::metrics::rules::{statistics, target};
use crate::metrics::store::{Owned, Targets};
use crate::payload;
use crate::people::types::Person;
use crate::store::{Answers, Scope};

/// A number that the organisation steers by.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Kpi {
    /// Its id: `kpi_…`.
    pub id: KpiId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// Short human key, unique whatever its case, e.g. NPS.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What it says and how it is measured.
    pub description: Option<Markdown>,
    /// What kind of number it is, and so what is counted for it.
    pub kind: Kind,
    /// In what it is told, in words: `points`, `%`, `days`.
    pub unit: String,
    /// The currency of an amount of money; null for everything else.
    pub currency: Option<CurrencyCode>,
    /// Which way is good.
    pub direction: Direction,
    /// How several measurements come to one number.
    pub aggregation: Aggregation,
    /// How long a period is.
    pub cadence: Cadence,
    /// With fewer answers than this a number is INSUFFICIENT: it is shown and not relied on. 0 for no bound.
    pub min_responses: i32,
    /// Whether it moves before the results do.
    pub leading: bool,
    /// Periods that end on this day or before are locked; null while none is.
    pub locked_through: Option<Date>,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    owner_id: PersonId,
    #[graphql(skip)]
    measure: Measure,
}

impl From<kpi::Model> for Kpi {
    fn from(row: kpi::Model) -> Self {
        let measure = Measure::from(&row);
        let kpi::Model {
            id,
            version,
            code,
            code_folded: _,
            name,
            name_folded: _,
            description,
            kind,
            unit,
            currency,
            direction,
            aggregation,
            cadence,
            min_responses,
            leading,
            owner_id,
            locked_through,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            code,
            name,
            description: description.map(Markdown),
            kind,
            unit,
            currency,
            direction,
            aggregation,
            cadence,
            min_responses,
            leading,
            locked_through: locked_through.map(Date),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            owner_id,
            measure,
        }
    }
}

impl Kpi {
    /// The KPI with this id, where another row refers to it.
    pub(crate) async fn the(ctx: &Context<'_>, id: KpiId) -> Result<Self, Fault> {
        Ok(Scope::of(ctx)?.the::<kpi::Entity>(id).await?.into())
    }

    /// Those for which this person answers, loaded together with those of others.
    pub(crate) async fn owned_by(scope: &Scope, person: PersonId) -> Result<Vec<Self>, Fault> {
        Ok(scope.load_list(&Owned, person).await?.into_iter().map(Into::into).collect())
    }

    async fn target_on(&self, scope: &Scope, day: NaiveDate) -> Result<Option<kpi_target::Model>, Fault> {
        let targets = scope.load(&Targets, self.id).await?.unwrap_or_default();
        Ok(target::on(day, &targets).cloned())
    }
}

/// What was asked for, with today where no day was named.
fn as_known(scope: &Scope, on: Option<Date>, known_at: Option<DateTime>, unit: Option<OrgUnitId>) -> AsKnown {
    AsKnown { on: on.map_or(scope.today(), |day| day.0), known_at: known_at.map(|at| at.0), unit }
}

#[ComplexObject]
impl Kpi {
    /// The one person who answers for it.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.owner_id).await
    }

    /// What it is to come to, the earliest first; no two hold on the same day.
    async fn targets(&self, ctx: &Context<'_>) -> Result<Vec<KpiTarget>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Targets, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The target that holds on a day; null where none does.
    async fn target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Date>,
    ) -> Result<Option<KpiTarget>, Fault> {
        let scope = Scope::of(ctx)?;
        let day = on.map_or(scope.today(), |day| day.0);
        Ok(self.target_on(scope, day).await?.map(Into::into))
    }

    /// What was measured: every revision, also those that wait for a second person or were declined.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn measurements(
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
        filter: Option<MeasurementFilter>,
        #[graphql(desc = "In which order, at most 5 keys; as they were recorded by default.")]
        order_by: Option<Vec<MeasurementOrder>>,
    ) -> Result<Connection<Measurement>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, measurement::Column::KpiId, self.id.uuid()).await
    }

    /// The value in force on a day, as known at a moment: that of the last measured period that begins on the day or
    /// before, in the revision that was in force by then. It does not change when anything is recorded or restated
    /// later. Units are put together by their counts, which are added before they are divided; where the
    /// organisation was measured as a whole, that number stands for it. Null where nothing was measured.
    async fn value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Date>,
        #[graphql(desc = "As it was known at this moment; now by default.")] known_at: Option<DateTime>,
        #[graphql(desc = "In this unit with all units below it; in the whole organisation by default.")]
        org_unit_id: Option<OrgUnitId>,
    ) -> Result<Option<Measurement>, Fault> {
        let scope = Scope::of(ctx)?;
        let readings = readings::of(scope, self.id, as_known(scope, on, known_at, org_unit_id)).await?;
        Ok(readings.now.map(|reading| Measurement::together(reading, org_unit_id)))
    }

    /// How much of the way from the baseline to the target is done, in percent from 0 to 100:
    /// (value − baseline) / (target − baseline), which for DOWN is as good. By the target that holds on the day;
    /// NOT_APPLICABLE without one, and where the target is the baseline or worse; NO_DATA where nothing was measured.
    async fn progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Date>,
        #[graphql(desc = "As it was known at this moment; now by default.")] known_at: Option<DateTime>,
        #[graphql(desc = "In this unit with all units below it; in the whole organisation by default.")]
        org_unit_id: Option<OrgUnitId>,
    ) -> Result<Figure, Fault> {
        let scope = Scope::of(ctx)?;
        let asked = as_known(scope, on, known_at, org_unit_id);
        let now = readings::of(scope, self.id, asked).await?.now;
        let none = || Value::none(FigureState::NoData, "nothing was measured");
        let value = now.map_or_else(none, |reading| reading.value(&self.measure));
        let target = self.target_on(scope, asked.on).await?;
        Ok(target::progress(&self.measure, &value, target.as_ref()))
    }

    /// Is the last move bigger than chance? The last measured period against the one before, by a test of the
    /// difference at 95 %: z = change / √(SE₁² + SE₂²).
    async fn trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day on which one looks back; today by default.")] on: Option<Date>,
        #[graphql(desc = "As it was known at this moment; now by default.")] known_at: Option<DateTime>,
        #[graphql(desc = "In this unit with all units below it; in the whole organisation by default.")]
        org_unit_id: Option<OrgUnitId>,
    ) -> Result<Trend, Fault> {
        let scope = Scope::of(ctx)?;
        let readings = readings::of(scope, self.id, as_known(scope, on, known_at, org_unit_id)).await?;
        let tally = |reading: &Option<Reading>| reading.as_ref().map(Reading::tally);
        let (before, now): (Option<Tally>, Option<Tally>) = (tally(&readings.before), tally(&readings.now));
        let trend = statistics::trend(&self.measure, before.as_ref(), now.as_ref());
        let measured =
            |reading: Option<Reading>| reading.map(|reading| Measurement::together(reading, org_unit_id));
        Ok(Trend {
            change: trend.change,
            z_score: trend.z_score,
            verdict: trend.verdict,
            from: measured(readings.before),
            to: measured(readings.now),
        })
    }

    /// Which initiatives are to move it, in the order in which that was said.
    async fn links(&self, ctx: &Context<'_>) -> Result<Vec<KpiLink>, Fault> {
        KpiLink::of_kpi(ctx, self.id).await
    }
}

/// How a KPI moved from one measured period to the next.
#[derive(Clone, Debug, SimpleObject)]
pub struct Trend {
    /// The later value less the earlier one, in the unit of the KPI.
    pub change: Figure,
    /// How many standard errors that is, to four decimals. NOT_APPLICABLE for what is neither a share nor a score
    /// of counted answers, and where all answers are alike.
    pub z_score: Figure,
    /// Improving or worsening from |z| = 1.96 on, within noise below; UNKNOWN without two periods of enough answers.
    pub verdict: TrendVerdict,
    /// The earlier period; null where only one was measured.
    pub from: Option<Measurement>,
    /// The later period; null where nothing was measured.
    pub to: Option<Measurement>,
}

/// What a KPI is to come to within a time. Threshold, target and stretch are each better than the one before.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct KpiTarget {
    /// Its id: `kpt_…`.
    pub id: KpiTargetId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Where it stood before, in the unit of the KPI as the other three.
    pub baseline: Decimal,
    /// The least that counts.
    pub threshold: Decimal,
    /// What is aimed at.
    pub target: Decimal,
    /// What would be outstanding.
    pub stretch: Decimal,
    #[graphql(skip)]
    kpi_id: KpiId,
}

impl From<kpi_target::Model> for KpiTarget {
    fn from(row: kpi_target::Model) -> Self {
        let kpi_target::Model {
            id,
            version,
            kpi_id,
            from_day,
            to_day,
            baseline,
            threshold,
            target,
            stretch,
            created_at: _,
            updated_at: _,
        } = row;
        Self {
            id,
            version,
            from: Date(from_day),
            to: Date(to_day),
            baseline: Decimal(shown(baseline)),
            threshold: Decimal(shown(threshold)),
            target: Decimal(shown(target)),
            stretch: Decimal(shown(stretch)),
            kpi_id,
        }
    }
}

#[ComplexObject]
impl KpiTarget {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }
}

payload! {
    /// What a mutation of a KPI answers.
    KpiPayload {
        /// The KPI as written; null when something has to be mended.
        kpi: Kpi = kpi
    }
}

payload! {
    /// What a mutation of a target answers.
    KpiTargetPayload {
        /// The target as written; null when something has to be mended.
        kpi_target: KpiTarget = kpi_target
    }
}

/// What the lock of periods answers.
#[derive(Debug, SimpleObject)]
pub struct KpiPeriodLockPayload {
    /// The KPIs as they are locked now, in the order in which they were named; none when something has to be mended.
    pub kpis: Vec<Kpi>,
    /// What you have to mend. Where there is anything in it nothing was written.
    pub user_errors: Vec<Problem>,
    /// The last of the events, of which each KPI that was locked has one; null where all were locked already. A dry
    /// run shows the event that would have been written.
    pub event: Option<Event>,
}

impl From<Answers<kpi::Entity>> for KpiPeriodLockPayload {
    fn from(answers: Answers<kpi::Entity>) -> Self {
        Self {
            kpis: answers.results.into_iter().filter_map(|item| item.row).map(Into::into).collect(),
            user_errors: answers.problems,
            event: answers.event.map(Into::into),
        }
    }
}
