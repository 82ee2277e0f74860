//! Measurements, recorded while their period is open: one, or a table of them.
//!
//! Always: those who record numbers of the same KPI wait for one another, so that revisions follow one another
//! without a gap; a lock waits for those who record, and they for it; and all that rows refer to is read before
//! anything is written, so that a row that is refused has written nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use tutti_entity::ids::{KpiId, OrgUnitId, TypedId};
use tutti_entity::metrics::{kpi, measurement};
use tutti_entity::people::org_unit;

use crate::access::{Capability, Place};
use crate::exchange::inputs::ImportPolicy;
use crate::graphql::batch::grouped;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::metrics::inputs::{MeasurementRecordInput, MeasurementsRecordInput};
use crate::metrics::rules::measure::{Measure, period_end};
use crate::metrics::rules::revision;
use crate::metrics::rules::tally::{Counted, counted};
use crate::metrics::store::{self, Slot, slot};
use crate::portfolio::commands::today;
use crate::store::tx::{Item, Many, Work};
use crate::store::{Command, Outcome, Refusal, Tx};

const STORY: usize = 20_000;

/// The most rows of one call.
const MOST_ROWS: usize = 1_000;

/// Which numbers rows were about already: each is about another one.
#[derive(Clone, Debug, Default)]
pub struct Taken(HashSet<Slot>);

/// What is written to the log.
const RECORDED: &str = "measurement.recorded";

/// Where a number is recorded: in a unit, or in the organisation as a whole.
pub(super) fn within(unit: Option<OrgUnitId>) -> Place {
    Place { org_unit: unit, ..Place::default() }
}

/// What a revision says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub(super) slot: Slot,
    pub(super) period_end: NaiveDate,
    pub(super) counted: Counted,
    pub(super) story: Option<String>,
}

impl Said {
    /// Whether a revision says exactly this.
    pub(super) fn is(&self, row: &measurement::Model) -> bool {
        Counted::from(row) == self.counted && row.story == self.story
    }

    /// The row that says it as the next revision after these; in force from now on.
    pub(super) fn next(self, tx: &Tx<'_>, revisions: &[measurement::Model]) -> Outcome<measurement::Model> {
        let (kpi_id, org_unit_id, period_start) = self.slot;
        let last = revisions.iter().map(|row| row.revision).max();
        let counted = self.counted;
        Ok(measurement::Model {
            id: tx.new_id(),
            version: 1,
            kpi_id,
            org_unit_id,
            period_start,
            period_end: self.period_end,
            revision: last.unwrap_or(0).saturating_add(1),
            responses: counted.responses,
            promoters: counted.promoters,
            passives: counted.passives,
            detractors: counted.detractors,
            satisfied: counted.satisfied,
            numerator: counted.numerator,
            denominator: counted.denominator,
            amount: counted.amount,
            story: self.story,
            reason: None,
            reason_text: None,
            recorded_by_id: tx.author()?,
            recorded_at: tx.now(),
            in_force_at: Some(tx.now()),
            approved_by_id: None,
            declined_at: None,
            declined_by_id: None,
            updated_at: tx.now(),
        })
    }
}

/// The story, trimmed.
pub(super) fn story(text: Option<&str>) -> Result<Option<String>, Vec<Problem>> {
    let mut check = Check::default();
    let story = check.prose("story", text, STORY);
    check.done()?;
    Ok(story)
}

/// The revisions of numbers, by number. Nobody else writes one of their KPIs until the end.
async fn held(tx: &Tx<'_>, slots: &[Slot]) -> Outcome<HashMap<Slot, Vec<measurement::Model>>> {
    let kpis: BTreeSet<KpiId> = slots.iter().map(|(kpi, ..)| *kpi).collect();
    let starts: BTreeSet<NaiveDate> = slots.iter().map(|(.., start)| *start).collect();
    // In one order for everybody, so that nobody waits in a circle.
    for kpi in &kpis {
        tx.exclusive(&format!("measurements of {kpi}")).await?;
    }
    let kpis: Vec<_> = kpis.into_iter().collect();
    let those = store::revisions_of(tx.scope().backend(), &kpis, &starts);
    Ok(grouped(tx.hold_all::<measurement::Entity>(those).await?, slot))
}

/// The revisions of one number. Nobody else writes one of its KPI until the end.
pub(super) async fn revisions(tx: &Tx<'_>, slot: Slot) -> Outcome<Vec<measurement::Model>> {
    Ok(held(tx, &[slot]).await?.remove(&slot).unwrap_or_default())
}

/// What is to be recorded, if the viewer may and it can be.
fn checked(tx: &Tx<'_>, kpi: &kpi::Model, input: &MeasurementRecordInput) -> Outcome<Said> {
    let field = if input.org_unit_id.is_some() { "orgUnitId" } else { "kpiId" };
    tx.require(Capability::MeasurementRecord, within(input.org_unit_id), field)?;
    let period_end = period_end(kpi.cadence, input.period_start.0)?;
    revision::named_end(input.period_end.map(|day| day.0), period_end)?;
    revision::over(period_end, today(tx))?;
    revision::recordable(revision::state(period_end, kpi.locked_through))?;
    Ok(Said {
        slot: (kpi.id, input.org_unit_id, input.period_start.0),
        period_end,
        counted: counted(&Measure::from(kpi), &input.sent())?,
        story: story(input.story.as_ref().map(|text| &*text.0))?,
    })
}

/// What came of what was to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It was recorded so already: a file can be read in twice.
    Known(measurement::Model),
    /// It is the next revision.
    Next(measurement::Model),
}

impl Settled {
    /// The revision.
    #[must_use]
    pub fn row(self) -> measurement::Model {
        match self {
            Self::Known(row) | Self::Next(row) => row,
        }
    }
}

fn settle(tx: &Tx<'_>, said: Said, revisions: &[measurement::Model]) -> Outcome<Settled> {
    match revision::in_force(revisions, None).filter(|row| said.is(row)) {
        Some(known) => Ok(Settled::Known(known.clone())),
        None => Ok(Settled::Next(said.next(tx, revisions)?)),
    }
}

/// The unit, if there is one with this id.
pub(super) async fn unit(tx: &Tx<'_>, id: Option<OrgUnitId>) -> Outcome<()> {
    if let Some(id) = id {
        tx.get::<org_unit::Entity>(id, "orgUnitId").await?;
    }
    Ok(())
}

impl Command for MeasurementRecordInput {
    type Entity = measurement::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<measurement::Model> {
        let kpi = tx.get::<kpi::Entity>(self.kpi_id, "kpiId").await?;
        unit(tx, self.org_unit_id).await?;
        let said = checked(tx, &kpi, self)?;
        let revisions = revisions(tx, said.slot).await?;
        match settle(tx, said, &revisions)? {
            Settled::Known(row) => Ok(row),
            Settled::Next(row) => tx.insert::<measurement::Entity>(row, RECORDED.into()).await,
        }
    }
}

/// What is wrong with a row; what is nothing of the caller's goes on.
fn problems<T>(outcome: Outcome<T>) -> Outcome<Result<T, Vec<Problem>>> {
    match outcome {
        Ok(fine) => Ok(Ok(fine)),
        Err(Refusal::Problems(problems)) => Ok(Err(problems)),
        Err(other) => Err(other),
    }
}

/// Checks rows against the rules, each by itself and all against one another and those before.
///
/// # Errors
/// Only what is not about a row.
pub async fn check(
    tx: &Tx<'_>,
    rows: &[MeasurementRecordInput],
    taken: &mut Taken,
) -> Outcome<Vec<Result<Said, Vec<Problem>>>> {
    let kpis = tx.by_ids::<kpi::Entity>(rows.iter().map(|row| row.kpi_id.uuid())).await?;
    let units = tx
        .by_ids::<org_unit::Entity>(rows.iter().filter_map(|row| row.org_unit_id).map(TypedId::uuid))
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let missing = |field, what| {
            vec![Problem::new(ProblemCode::NotFound, field, format!("There is no {what} with this id."))]
        };
        let unit = row.org_unit_id.is_none_or(|unit| units.contains_key(&unit.uuid()));
        let said = match kpis.get(&row.kpi_id.uuid()) {
            None => Err(missing("kpiId", "Kpi")),
            Some(_) if !unit => Err(missing("orgUnitId", "OrgUnit")),
            Some(kpi) => problems(checked(tx, kpi, row))?,
        };
        all.push(said.and_then(|said| {
            let message = "Another row is about the same KPI, unit and period.";
            let twice = || vec![Problem::new(ProblemCode::Conflict, "periodStart", message)];
            if taken.0.insert(said.slot) { Ok(said) } else { Err(twice()) }
        }));
    }
    Ok(all)
}

/// Writes what was checked, and answers what came of it in the same order.
///
/// # Errors
/// When the database refuses.
pub async fn write(tx: &Tx<'_>, all: Vec<Said>) -> Outcome<Vec<Settled>> {
    let slots: Vec<_> = all.iter().map(|said| said.slot).collect();
    let held = held(tx, &slots).await?;
    let mut settled = Vec::with_capacity(all.len());
    for said in all {
        let revisions = held.get(&said.slot).map(Vec::as_slice).unwrap_or_default();
        settled.push(settle(tx, said, revisions)?);
    }
    let next = |one: &Settled| if let Settled::Next(row) = one { Some(row.clone()) } else { None };
    tx.insert_all::<measurement::Entity>(settled.iter().filter_map(next).collect(), RECORDED.into()).await?;
    Ok(settled)
}

impl Work for MeasurementsRecordInput {
    type Reply = Many<measurement::Entity>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Many<measurement::Entity>> {
        if self.rows.is_empty() {
            return Err(Problem::new(ProblemCode::Required, "rows", "There are no rows.").into());
        }
        if self.rows.len() > MOST_ROWS {
            let message = format!("{} rows are too many; a call takes {MOST_ROWS}.", self.rows.len());
            return Err(Problem::new(ProblemCode::LimitExceeded, "rows", message).into());
        }
        let (mut good, mut items) = (Vec::new(), Vec::with_capacity(self.rows.len()));
        for (row, said) in check(tx, &self.rows, &mut Taken::default()).await?.into_iter().enumerate() {
            let problems = match said {
                Ok(said) => {
                    good.push(said);
                    Vec::new()
                }
                Err(problems) => problems.into_iter().map(|problem| problem.in_row(row)).collect(),
            };
            items.push(Item { row: None, problems });
        }
        if self.policy == ImportPolicy::RejectAll && good.len() < items.len() {
            return Ok(Many(items));
        }
        let written = write(tx, good).await?;
        let unrefused = items.iter_mut().filter(|item| item.problems.is_empty());
        for (item, settled) in unrefused.zip(written) {
            item.row = Some(settled.row());
        }
        Ok(Many(items))
    }
}
