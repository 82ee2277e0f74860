//! KPIs, measurements and links of the demo, as commands.

use chrono::NaiveDate;
use rust_decimal::Decimal as Exact;
use tutti_entity::ids::{KpiId, OrgUnitId};
use tutti_entity::metrics::kpi::Cadence;

use super::{Seeder, Task};
use crate::demo::metrics::{Deed, Done, KPIS, Kpi, Link, Numbers, Why, deeds, target_days};
use crate::demo::story::Who;
use crate::graphql::scalars::{Date, Decimal, Duration, Markdown};
use crate::metrics::inputs::{
    KpiCreateInput, KpiLinkAddInput, KpiPeriodLockInput, KpiTargetSetInput, MeasurementRecordInput,
    MeasurementRestateInput, RestatementApproveInput,
};

fn whole(number: i64) -> Decimal {
    Decimal(number.into())
}

/// A measurement of nothing yet.
fn blank(kpi_id: KpiId, org_unit_id: Option<OrgUnitId>, month: NaiveDate) -> MeasurementRecordInput {
    MeasurementRecordInput {
        kpi_id,
        org_unit_id,
        period_start: Date(month),
        period_end: None,
        responses: None,
        promoters: None,
        passives: None,
        detractors: None,
        satisfied: None,
        numerator: None,
        denominator: None,
        value: None,
        story: None,
    }
}

/// The same with these numbers.
fn counted(blank: MeasurementRecordInput, numbers: Numbers) -> MeasurementRecordInput {
    match numbers {
        Numbers::Score { promoters, passives, detractors } => MeasurementRecordInput {
            promoters: Some(promoters),
            passives: Some(passives),
            detractors: Some(detractors),
            ..blank
        },
        Numbers::Share { satisfied, responses } => {
            MeasurementRecordInput { satisfied: Some(satisfied), responses: Some(responses), ..blank }
        }
        Numbers::Cases { numerator, denominator } => MeasurementRecordInput {
            numerator: Some(whole(numerator)),
            denominator: Some(whole(denominator)),
            ..blank
        },
    }
}

/// The request for another number; the story stays.
fn restated(input: &MeasurementRecordInput, why: &Why) -> MeasurementRestateInput {
    MeasurementRestateInput {
        id: None,
        kpi_id: Some(input.kpi_id),
        org_unit_id: input.org_unit_id,
        period_start: Some(input.period_start),
        reason: why.reason,
        reason_text: why.text.to_owned(),
        responses: input.responses,
        promoters: input.promoters,
        passives: input.passives,
        detractors: input.detractors,
        satisfied: input.satisfied,
        numerator: input.numerator,
        denominator: input.denominator,
        value: None,
        story: async_graphql::MaybeUndefined::Undefined,
    }
}

/// Everything about numbers as tasks, with the day and who did it.
pub(super) fn tasks(today: NaiveDate) -> impl Iterator<Item = (NaiveDate, Who, Task)> {
    deeds(today).into_iter().map(|Done { day, by, deed }| (day, by, Task::Metrics(deed)))
}

impl Seeder<'_> {
    pub(super) fn kpi(&self, code: &str) -> Result<KpiId, String> {
        self.kpis.get(code).copied().ok_or_else(|| format!("{code} is no KPI yet."))
    }

    fn blank(
        &self,
        kpi: &Kpi,
        unit: Option<&'static str>,
        month: NaiveDate,
    ) -> Result<MeasurementRecordInput, String> {
        let unit = unit.map(|unit| self.unit(unit)).transpose()?;
        Ok(blank(self.kpi(kpi.code)?, unit, month))
    }

    pub(super) async fn number(&mut self, by: Option<Who>, deed: Deed) -> Result<(), String> {
        match deed {
            Deed::Create(kpi) => {
                let input = KpiCreateInput {
                    code: kpi.code.to_owned(),
                    name: kpi.name.to_owned(),
                    description: Some(Markdown(kpi.description.to_owned())),
                    kind: kpi.kind,
                    unit: None,
                    currency: None,
                    direction: kpi.direction,
                    aggregation: Some(kpi.aggregation),
                    cadence: Cadence::Monthly,
                    min_responses: Some(kpi.min_responses),
                    leading: Some(kpi.leading),
                    owner_id: self.person(kpi.owner)?,
                };
                let row = self.write(by, &format!("kpiCreate of {}", kpi.code), &input).await?;
                self.kpis.insert(kpi.code, row.id);
            }
            Deed::Target(kpi) => self.aim(by, kpi).await?,
            Deed::Measure { kpi, unit, month, numbers, story } => {
                let story = story.map(|story| Markdown(story.to_owned()));
                let blank = MeasurementRecordInput { story, ..self.blank(kpi, unit, month)? };
                let what = format!("measurementRecord of {} in {month}", kpi.code);
                self.write(by, &what, &counted(blank, numbers)).await?;
            }
            Deed::Lock(through) => {
                let kpi_ids = KPIS.iter().map(|kpi| self.kpi(kpi.code)).collect::<Result<_, _>>()?;
                let input = KpiPeriodLockInput { kpi_ids, through: Date(through) };
                self.carry(by, &format!("kpiPeriodLock through {through}"), &input).await?;
            }
            Deed::Restate { kpi, unit, month, numbers, why } => {
                let input = restated(&counted(self.blank(kpi, unit, month)?, numbers), why);
                let row = self.write(by, &format!("measurementRestate of {}", kpi.code), &input).await?;
                self.asked = Some(row.id);
            }
            Deed::Approve => {
                let id = self.asked.ok_or_else(|| "Nothing was to be restated yet.".to_owned())?;
                self.write(by, "restatementApprove", &RestatementApproveInput { id }).await?;
            }
            Deed::Link(link) => self.link(by, link).await?,
        }
        Ok(())
    }

    async fn aim(&self, by: Option<Who>, kpi: &Kpi) -> Result<(), String> {
        let [baseline, threshold, target, stretch] = kpi.steps.map(whole);
        let (from, to) = target_days(self.today).ok_or_else(|| "There is no such year.".to_owned())?;
        let input = KpiTargetSetInput {
            kpi_id: self.kpi(kpi.code)?,
            from: Date(from),
            to: Date(to),
            baseline,
            threshold,
            target,
            stretch,
        };
        self.write(by, &format!("kpiTargetSet of {}", kpi.code), &input).await?;
        Ok(())
    }

    async fn link(&self, by: Option<Who>, link: &Link) -> Result<(), String> {
        let input = KpiLinkAddInput {
            initiative_id: self.initiative(link.initiative)?,
            kpi_id: self.kpi(link.kpi)?,
            hypothesis: link.hypothesis.to_owned(),
            expected_change: Decimal(Exact::new(link.tenths, 1)),
            lag: Some(Duration::stored(link.lag)),
        };
        self.write(by, &format!("kpiLinkAdd of \"{}\"", link.initiative), &input).await?;
        Ok(())
    }
}
