//! Measurements from a table.
//!
//! The KPIs and org units that rows name are looked up, each kind in one statement; everything else is checked and
//! recorded as `measurementsRecord` does.

use std::collections::HashMap;

use tutti_entity::ids::{KpiId, OrgUnitId};
use tutti_entity::metrics::kpi;
use tutti_entity::people::org_unit;
use tutti_entity::value::fold;

use super::import::{Import, Written, sorted};
use super::inputs::MeasurementImportRow;
use super::store;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::metrics::commands::{self, Said, Settled, Taken};
use crate::metrics::inputs::MeasurementRecordInput;
use crate::store::{Outcome, Tx};

/// As rows spell what the mutation calls by another name.
const NAMES: [(&str, &str); 2] = [("kpiId", "kpi"), ("orgUnitId", "orgUnit")];

/// Measurements as they come in.
#[derive(Clone, Debug, Default)]
pub struct Measurements {
    taken: Taken,
}

/// What the rows refer to, by what they may call it.
struct Known {
    kpis: HashMap<String, KpiId>,
    units: HashMap<String, Vec<OrgUnitId>>,
}

impl Known {
    async fn of(tx: &Tx<'_>, rows: &[MeasurementImportRow]) -> Outcome<Self> {
        let (ids, codes) = sorted(rows.iter().map(|row| row.kpi.as_str()));
        let found = tx.get_all::<kpi::Entity>(store::kpis(tx, &ids, &codes)).await?;
        let mut kpis: HashMap<String, KpiId> =
            found.iter().map(|row| (row.code_folded.clone(), row.id)).collect();
        kpis.extend(found.iter().map(|row| (row.id.to_string(), row.id)));
        let (ids, names) = sorted(rows.iter().filter_map(|row| row.org_unit.as_deref()));
        let mut units: HashMap<String, Vec<OrgUnitId>> = HashMap::new();
        for row in tx.get_all::<org_unit::Entity>(store::units(tx, &ids, &names)).await? {
            units.entry(row.id.to_string()).or_default().push(row.id);
            units.entry(row.name_folded).or_default().push(row.id);
        }
        Ok(Self { kpis, units })
    }

    fn kpi(&self, check: &mut Check, told: &str) -> Option<KpiId> {
        let told = told.trim();
        let found = self.kpis.get(&fold(told)).copied();
        let (code, message) = if told.is_empty() {
            (ProblemCode::Required, "`kpi` may not be empty.")
        } else {
            (ProblemCode::NotFound, "There is no KPI with this code or id.")
        };
        check.that(found.is_some(), code, "kpi", message);
        found
    }

    fn unit(&self, check: &mut Check, told: &str) -> Option<OrgUnitId> {
        match self.units.get(&fold(told.trim())).map(Vec::as_slice) {
            Some([one]) => return Some(*one),
            None | Some([]) => {
                let message = "There is no org unit with this name or id.";
                check.that(false, ProblemCode::NotFound, "orgUnit", message);
            }
            Some(several) => {
                let message = format!("{} org units have this name; give the id of one.", several.len());
                check.that(false, ProblemCode::Invalid, "orgUnit", &message);
            }
        }
        None
    }

    /// The row as the mutation takes it.
    fn input(&self, row: &MeasurementImportRow) -> Result<MeasurementRecordInput, Vec<Problem>> {
        let mut check = Check::default();
        let kpi = self.kpi(&mut check, &row.kpi);
        let org_unit_id = row.org_unit.as_deref().and_then(|told| self.unit(&mut check, told));
        check.done()?;
        let input = kpi.map(|kpi_id| MeasurementRecordInput {
            kpi_id,
            org_unit_id,
            period_start: row.period_start,
            period_end: row.period_end,
            responses: row.responses,
            promoters: row.promoters,
            passives: row.passives,
            detractors: row.detractors,
            satisfied: row.satisfied,
            numerator: row.numerator,
            denominator: row.denominator,
            value: row.value,
            story: row.story.clone(),
        });
        // Without a KPI the check has said so.
        input.ok_or_else(Vec::new)
    }
}

/// The problem at the column that the row calls so.
fn renamed(mut problem: Problem) -> Problem {
    for part in &mut problem.path {
        if let Some((_, own)) = NAMES.iter().find(|(name, _)| name == part) {
            *part = (*own).to_owned();
        }
    }
    problem
}

impl Import for Measurements {
    type Row = MeasurementImportRow;
    type Checked = Said;

    const NOUN: [&'static str; 2] = ["measurement", "measurements"];

    async fn check(
        &mut self,
        tx: &Tx<'_>,
        rows: &[MeasurementImportRow],
    ) -> Outcome<Vec<Result<Said, Vec<Problem>>>> {
        let known = Known::of(tx, rows).await?;
        let mut inputs = Vec::with_capacity(rows.len());
        let mut unnamed = Vec::with_capacity(rows.len());
        for row in rows {
            let input = known.input(row);
            unnamed.push(input.as_ref().err().cloned());
            inputs.extend(input);
        }
        let mut said = commands::check(tx, &inputs, &mut self.taken).await?.into_iter();
        let all = unnamed.into_iter().map(|unnamed| match unnamed {
            Some(problems) => Err(problems),
            None => said
                .next()
                .unwrap_or_else(|| Err(Vec::new()))
                .map_err(|problems| problems.into_iter().map(renamed).collect()),
        });
        Ok(all.collect())
    }

    async fn write(&mut self, tx: &Tx<'_>, checked: Vec<Said>) -> Outcome<Written> {
        let settled = commands::write(tx, checked).await?;
        let known = settled.iter().filter(|one| matches!(one, Settled::Known(_))).count();
        Ok(Written { rows: settled.len() - known, known, codes: None })
    }
}
