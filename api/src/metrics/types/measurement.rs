//! A measurement as callers see it: one revision, or what several come to together.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{KpiId, MeasurementId, OrgUnitId, PersonId};
use tutti_entity::metrics::measurement::{PeriodState, RestatementReason};
use tutti_entity::metrics::{kpi, measurement};
use tutti_entity::value::Quantity;

use super::Kpi;
use crate::graphql::scalars::{Date, DateTime, Decimal, Markdown};
use crate::graphql::{Fault, Figure};
use crate::metrics::readings::Reading;
use crate::metrics::rules::exact::Exact;
use crate::metrics::rules::measure::Measure;
use crate::metrics::rules::{revision, statistics};
use crate::metrics::store::{Revisions, slot};
use crate::people::types::{OrgUnit, Person};
use crate::store::Scope;
use crate::{payload, payload_of_many};

/// One period's value. A correction is a new revision; older ones stay readable.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Measurement {
    /// Its id: `mea_…`. What several org units come to together has an id made of its parts, under which `node`
    /// finds nothing.
    pub id: MeasurementId,
    /// Counts the changes, from 1: what was measured never changes, but a restatement is decided about.
    pub version: i32,
    /// The first day of the period.
    pub period_start: Date,
    /// Its last day.
    pub period_end: Date,
    /// Which revision it is, from 1; of several org units together the highest of theirs.
    pub revision: i32,
    /// The story behind the number; null where none was told, and of several org units together.
    pub story: Option<Markdown>,
    /// Why a locked number was corrected; null for what was recorded before the lock.
    pub reason: Option<RestatementReason>,
    /// The same in words.
    pub reason_text: Option<String>,
    /// When it was recorded; of several org units together when the last of them was.
    pub recorded_at: DateTime,
    /// Since when it is in force, or was until the next revision. Null for a restatement that waits for a second
    /// person, and for one that was declined.
    pub in_force_at: Option<DateTime>,
    /// When a restatement was declined or withdrawn; null otherwise.
    pub declined_at: Option<DateTime>,
    #[graphql(skip)]
    kpi_id: KpiId,
    #[graphql(skip)]
    org_unit_id: Option<OrgUnitId>,
    #[graphql(skip)]
    recorded_by_id: PersonId,
    #[graphql(skip)]
    approved_by_id: Option<PersonId>,
    #[graphql(skip)]
    declined_by_id: Option<PersonId>,
    #[graphql(skip)]
    reading: Arc<Reading>,
}

impl From<measurement::Model> for Measurement {
    fn from(row: measurement::Model) -> Self {
        let reading = Arc::new(Reading::from(row.clone()));
        let measurement::Model {
            id,
            version,
            kpi_id,
            org_unit_id,
            period_start,
            period_end,
            revision,
            responses: _,
            promoters: _,
            passives: _,
            detractors: _,
            satisfied: _,
            numerator: _,
            denominator: _,
            amount: _,
            story,
            reason,
            reason_text,
            recorded_by_id,
            recorded_at,
            in_force_at,
            approved_by_id,
            declined_at,
            declined_by_id,
            updated_at: _,
        } = row;
        Self {
            id,
            version,
            period_start: Date(period_start),
            period_end: Date(period_end),
            revision,
            story: story.map(Markdown),
            reason,
            reason_text,
            recorded_at: DateTime(recorded_at),
            in_force_at: in_force_at.map(DateTime),
            declined_at: declined_at.map(DateTime),
            kpi_id,
            org_unit_id,
            recorded_by_id,
            approved_by_id,
            declined_by_id,
            reading,
        }
    }
}

/// A count of all parts together, where all of them have one.
fn count(reading: &Reading, of: impl Fn(&measurement::Model) -> Option<i32>) -> Option<i32> {
    let all: Option<i64> = reading.parts().iter().map(|part| of(part).map(i64::from)).sum();
    Some(i32::try_from(all?).unwrap_or(i32::MAX))
}

/// A number of all parts together, where all of them have one.
fn number(reading: &Reading, of: impl Fn(&measurement::Model) -> Option<Quantity>) -> Option<Decimal> {
    let all: Option<i128> = reading.parts().iter().map(|part| of(part).map(|part| i128::from(part.0))).sum();
    let all = rust_decimal::Decimal::try_from_i128_with_scale(all?, Quantity::DECIMALS).ok()?;
    Some(Decimal(all.normalize()))
}

impl Measurement {
    /// What was read of a KPI in this unit with all below it, or in the whole organisation: the revision itself
    /// where it is about exactly that, and what several come to otherwise.
    pub(super) fn together(reading: Reading, unit: Option<OrgUnitId>) -> Self {
        let last = reading.last().clone();
        if reading.parts().len() == 1 && last.org_unit_id == unit {
            return last.into();
        }
        let revision = reading.parts().iter().map(|part| part.revision).max().unwrap_or(last.revision);
        let told = measurement::Model {
            id: reading.id(unit),
            org_unit_id: unit,
            revision,
            story: None,
            reason: None,
            reason_text: None,
            approved_by_id: None,
            ..last
        };
        Self { reading: Arc::new(reading), ..told.into() }
    }

    async fn measure(&self, ctx: &Context<'_>) -> Result<Measure, Fault> {
        Ok(Measure::from(&Scope::of(ctx)?.the::<kpi::Entity>(self.kpi_id).await?))
    }
}

/// Between which two numbers the true one lies, at 95 %.
#[derive(Clone, Debug, SimpleObject)]
pub struct Interval {
    /// The lower end, in the unit of the KPI.
    pub low: Figure,
    /// The upper end.
    pub high: Figure,
}

#[ComplexObject]
impl Measurement {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }

    /// The unit in which it was measured; null for the whole organisation.
    async fn org_unit(&self, ctx: &Context<'_>) -> Option<Result<OrgUnit, Fault>> {
        OrgUnit::maybe(ctx, self.org_unit_id).await.transpose()
    }

    /// The number, rounded once: scores, percentages, days and points to one decimal, ratios to four, money to its
    /// minor unit. NO_DATA where nobody answered or nothing was counted; INSUFFICIENT with its number below
    /// `minResponses`; NOT_APPLICABLE where values of several org units cannot be put together.
    async fn value(&self, ctx: &Context<'_>) -> Result<Figure, Fault> {
        let measure = self.measure(ctx).await?;
        Ok(self.reading.value(&measure).figure(&measure))
    }

    /// How far the true value may be off either way, at 95 %: of a score its margin, of a share half the width of its
    /// interval. NOT_APPLICABLE for everything else.
    async fn margin_of_error(&self, ctx: &Context<'_>) -> Result<Figure, Fault> {
        let measure = self.measure(ctx).await?;
        let margin = statistics::margin(&measure, &self.reading.tally());
        Ok(statistics::beside(&measure, &self.reading.value(&measure), margin.as_ref()))
    }

    /// Between which numbers the true value lies, at 95 %: for a score the margin either way, for a share Wilson's
    /// interval. NOT_APPLICABLE for everything else.
    async fn interval(&self, ctx: &Context<'_>) -> Result<Interval, Fault> {
        let measure = self.measure(ctx).await?;
        let value = self.reading.value(&measure);
        let (low, high) = statistics::interval(&measure, &self.reading.tally()).unzip();
        let end = |end: Option<Exact>| statistics::beside(&measure, &value, end.as_ref());
        Ok(Interval { low: end(low), high: end(high) })
    }

    /// How many answered; null where that was not counted.
    async fn responses(&self) -> Option<i32> {
        count(&self.reading, |part| part.responses)
    }

    /// How many said 9 or 10; null for all but NPS and ENPS.
    async fn promoters(&self) -> Option<i32> {
        count(&self.reading, |part| part.promoters)
    }

    /// How many said 7 or 8; null for all but NPS and ENPS.
    async fn passives(&self) -> Option<i32> {
        count(&self.reading, |part| part.passives)
    }

    /// How many said 0 to 6; null for all but NPS and ENPS.
    async fn detractors(&self) -> Option<i32> {
        count(&self.reading, |part| part.detractors)
    }

    /// How many are satisfied, or found it easy; null for all but CSAT and CES.
    async fn satisfied(&self) -> Option<i32> {
        count(&self.reading, |part| part.satisfied)
    }

    /// What is divided; null where nothing is.
    async fn numerator(&self) -> Option<Decimal> {
        number(&self.reading, |part| part.numerator)
    }

    /// By what it is divided; null where nothing is.
    async fn denominator(&self) -> Option<Decimal> {
        number(&self.reading, |part| part.denominator)
    }

    /// Who recorded it; of several org units together who recorded the last of them.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.recorded_by_id).await
    }

    /// Who approved a restatement, never the one who recorded it; null for everything else.
    async fn approved_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.approved_by_id).await.transpose()
    }

    /// Who declined or withdrew a restatement; null for everything else.
    async fn declined_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.declined_by_id).await.transpose()
    }

    /// Whether the numbers of its period may still be recorded anew.
    async fn state(&self, ctx: &Context<'_>) -> Result<PeriodState, Fault> {
        let kpi = Scope::of(ctx)?.the::<kpi::Entity>(self.kpi_id).await?;
        Ok(revision::state(self.period_end.0, kpi.locked_through))
    }

    /// Every revision of the same period in the same org unit, the first one first; none of several org units
    /// together, whose `parts` have theirs.
    async fn revisions(&self, ctx: &Context<'_>) -> Result<Vec<Self>, Fault> {
        let [only] = self.reading.parts() else { return Ok(Vec::new()) };
        if only.id != self.id {
            return Ok(Vec::new());
        }
        let rows = Scope::of(ctx)?.load_list(&Revisions, slot(only)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The measurements of which it is made, by unit: what several units come to together those of each, and what was
    /// measured itself that alone.
    async fn parts(&self, ctx: &Context<'_>) -> Result<Vec<Self>, Fault> {
        let parts = self.reading.parts();
        Scope::of(ctx)?.produce(parts.len())?;
        Ok(parts.iter().cloned().map(Into::into).collect())
    }
}

payload! {
    /// What a mutation of a measurement answers.
    MeasurementPayload {
        /// The revision as written; null when something has to be mended.
        measurement: Measurement = measurement
    }
}

payload_of_many! {
    /// What the recording of many measurements answers.
    MeasurementsRecordPayload of
    /// What became of one row.
    MeasurementsRecordResult {
        /// The revision as written, or as it was recorded already; null where it was not written.
        measurement: Measurement = measurement
    }
}
