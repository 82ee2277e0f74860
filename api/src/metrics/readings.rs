//! What KPIs come to on a day, as known at a moment, in the whole organisation or in an org unit with all below it.
//! This is what other features read of KPIs.
//!
//! Always: asked again with the same moment it answers the same, whatever is recorded later; units are put together
//! by their counts; and the units below a unit are those of today.

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::digest;
use chrono::{DateTime, NaiveDate, Utc};
use tutti_entity::ids::{KpiId, MeasurementId, OrgUnitId, TypedId};
use tutti_entity::metrics::measurement;

use super::rules::measure::Measure;
use super::rules::tally::{self, Tally, Value};
use super::store;
use crate::graphql::Fault;
use crate::store::{Outcome, Scope, Tx};

/// Of which day, as known when, of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsKnown {
    /// The day: the last period that begins then or before is meant.
    pub on: NaiveDate,
    /// As it was known at this moment; none for now.
    pub known_at: Option<DateTime<Utc>>,
    /// In this unit with all below it; none for the whole organisation.
    pub unit: Option<OrgUnitId>,
}

/// What was measured of one KPI in one period: one revision of each unit, or one of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    parts: Vec<measurement::Model>,
    last: measurement::Model,
}

impl From<measurement::Model> for Reading {
    /// Of one revision alone.
    fn from(row: measurement::Model) -> Self {
        Self { parts: vec![row.clone()], last: row }
    }
}

impl Reading {
    /// Of these revisions of one period; none of none.
    #[must_use]
    pub fn of(parts: Vec<measurement::Model>) -> Option<Self> {
        let last = parts.iter().max_by_key(|part| (part.in_force_at, part.id)).cloned()?;
        Some(Self { parts, last })
    }

    /// The revisions, by unit; at least one.
    #[must_use]
    pub fn parts(&self) -> &[measurement::Model] {
        &self.parts
    }

    /// The one that came in force last.
    #[must_use]
    pub fn last(&self) -> &measurement::Model {
        &self.last
    }

    /// What was counted together.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::of(&self.parts)
    }

    /// The number that it makes.
    #[must_use]
    pub fn value(&self, measure: &Measure) -> Value {
        tally::value(measure, &self.tally())
    }

    /// The id of what is put together of these revisions: the same of the same revisions, and of nothing else. It
    /// names no row.
    #[must_use]
    pub fn id(&self, unit: Option<OrgUnitId>) -> MeasurementId {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(unit.map(OrgUnitId::uuid).unwrap_or_default().as_bytes());
        for part in &self.parts {
            context.update(part.id.uuid().as_bytes());
        }
        let mut bytes = [0; 16];
        for (byte, hashed) in bytes.iter_mut().zip(context.finish().as_ref()) {
            *byte = *hashed;
        }
        MeasurementId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// The last period of one KPI, and the one before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// The last period; none where nothing was measured.
    pub now: Option<Reading>,
    /// The period before it.
    pub before: Option<Reading>,
}

/// The periods of one KPI, from rows with the later period first. Of a period that was measured in the whole
/// organisation that number stands for it, and those of its units do not count again.
fn periods(rows: &[measurement::Model]) -> impl Iterator<Item = Reading> {
    rows.chunk_by(|one, other| one.period_start == other.period_start).filter_map(|rows| {
        let whole = rows.iter().find(|row| row.org_unit_id.is_none());
        Reading::of(whole.map_or_else(|| rows.to_vec(), |whole| vec![whole.clone()]))
    })
}

impl Readings {
    /// From rows, the later period first.
    pub(super) fn of(rows: &[measurement::Model]) -> Self {
        let mut periods = periods(rows);
        Self { now: periods.next(), before: periods.next() }
    }
}

/// How far back is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct History {
    /// From the period that begins on this day or before.
    pub on: NaiveDate,
    /// At most so many periods back.
    pub most: i64,
}

impl History {
    /// What is in force of a KPI in the whole organisation, the last period first; loaded together with those of its
    /// siblings.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(self, scope: &Scope, kpi: KpiId) -> Result<Vec<Reading>, Fault> {
        let rows: Option<Arc<Vec<measurement::Model>>> = scope.load(&self, kpi).await?;
        Ok(rows.map(|rows| periods(&rows).collect()).unwrap_or_default())
    }

    /// The same of several KPIs inside a transaction.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn within(self, tx: &Tx<'_>, kpis: &[KpiId]) -> Outcome<HashMap<KpiId, Vec<Reading>>> {
        let rows = store::history(tx, kpis, self).await?;
        Ok(rows.into_iter().map(|(kpi, rows)| (kpi, periods(&rows).collect())).collect())
    }
}

/// The readings of a KPI, loaded together with those of its siblings.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(scope: &Scope, kpi: KpiId, asked: AsKnown) -> Result<Readings, Fault> {
    let rows: Option<Arc<Vec<measurement::Model>>> = scope.load(&asked, kpi).await?;
    Ok(rows.map(|rows| Readings::of(&rows)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn uuid(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn row(number: u128, start: &str, unit: Option<u128>) -> measurement::Model {
        let start: NaiveDate = start.parse().unwrap();
        measurement::Model {
            id: MeasurementId(uuid(number)),
            version: 1,
            kpi_id: KpiId(uuid(1)),
            org_unit_id: unit.map(uuid).map(OrgUnitId),
            period_start: start,
            period_end: start,
            revision: 1,
            responses: Some(1),
            promoters: Some(1),
            passives: Some(0),
            detractors: Some(0),
            satisfied: None,
            numerator: None,
            denominator: None,
            amount: None,
            story: None,
            reason: None,
            reason_text: None,
            recorded_by_id: tutti_entity::ids::PersonId(uuid(1)),
            recorded_at: DateTime::UNIX_EPOCH,
            in_force_at: Some(DateTime::UNIX_EPOCH),
            approved_by_id: None,
            declined_at: None,
            declined_by_id: None,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_whole_stands_for_its_units() {
        let rows = [
            row(1, "2025-02-01", Some(1)),
            row(2, "2025-02-01", Some(2)),
            row(3, "2025-01-01", None),
            row(4, "2025-01-01", Some(1)),
        ];
        let readings = Readings::of(&rows);
        let ids = |reading: Option<&Reading>| {
            reading.unwrap().parts.iter().map(|part| part.id.uuid().as_u128()).collect::<Vec<_>>()
        };
        assert_eq!((ids(readings.now.as_ref()), ids(readings.before.as_ref())), (vec![1, 2], vec![3]));
        assert_eq!(Readings::of(&[]), Readings::default());
    }

    #[test]
    fn what_is_put_together_is_named_by_its_parts() {
        let reading = |numbers: &[u128]| {
            let parts = numbers.iter().map(|number| row(*number, "2025-01-01", Some(1)));
            Reading::of(parts.collect()).unwrap()
        };
        let id = |numbers: &[u128], unit: Option<u128>| reading(numbers).id(unit.map(uuid).map(OrgUnitId));
        assert_eq!(id(&[1, 2], None), id(&[1, 2], None));
        assert_eq!(id(&[1, 2], None).uuid().get_version_num(), 8);
        for other in [id(&[1], None), id(&[1, 2], Some(1)), id(&[2, 1], None)] {
            assert_ne!(id(&[1, 2], None), other);
        }
    }
}
