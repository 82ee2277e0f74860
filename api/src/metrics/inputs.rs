//! What mutations of KPIs, targets, measurements and links take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{InitiativeId, KpiId, KpiLinkId, MeasurementId, OrgUnitId, PersonId};
use tutti_entity::metrics::kpi::{Aggregation, Cadence, Direction, Kind};
use tutti_entity::metrics::measurement::RestatementReason;

use super::rules::tally::Sent;
use crate::exchange::inputs::ImportPolicy;
use crate::graphql::scalars::{CurrencyCode, Date, Decimal, Duration, Markdown};

/// A new KPI.
#[derive(Clone, Debug, InputObject)]
pub struct KpiCreateInput {
    /// Short human key, unique whatever its case: 1 to 40 letters, digits, `-`, `_` and `.`.
    pub code: String,
    /// What it is called, 1 to 200 characters.
    pub name: String,
    /// What it says and how it is measured, at most 20 000 characters.
    pub description: Option<Markdown>,
    /// What kind of number it is.
    pub kind: Kind,
    /// In what it is told, 1 to 40 characters; by default what is usual for its kind: points, %, days, number, or the
    /// currency. A RATIO in `%` is told in percent, any other to four decimals; a DURATION is in days.
    pub unit: Option<String>,
    /// The currency of a MONEY; of nothing else.
    pub currency: Option<CurrencyCode>,
    /// Which way is good.
    pub direction: Direction,
    /// How several measurements come to one number: COUNTS or LAST for NPS, CSAT, CES and ENPS, RATIO_OF_SUMS or LAST
    /// for a RATIO, anything but COUNTS for the others. The first of those by default.
    pub aggregation: Option<Aggregation>,
    /// How long a period is.
    pub cadence: Cadence,
    /// With fewer answers than this a number is not relied on; 0, which is no bound, by default.
    pub min_responses: Option<i32>,
    /// Whether it moves before the results do. False by default.
    pub leading: Option<bool>,
    /// The one person who answers for it, at work.
    pub owner_id: PersonId,
}

/// What to change of a KPI.
#[derive(Clone, Debug, InputObject)]
pub struct KpiUpdateInput {
    /// The KPI.
    pub id: KpiId,
    /// As when it was created; cannot be cleared.
    pub code: MaybeUndefined<String>,
    /// As when it was created; cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// As when it was created; null clears.
    pub description: MaybeUndefined<Markdown>,
    /// In what it is told; IN_USE once anything was measured; cannot be cleared.
    pub unit: MaybeUndefined<String>,
    /// Which way is good; IN_USE once anything was measured; cannot be cleared.
    pub direction: MaybeUndefined<Direction>,
    /// How several measurements come to one number; IN_USE once anything was measured; cannot be cleared.
    pub aggregation: MaybeUndefined<Aggregation>,
    /// How long a period is; IN_USE once anything was measured; cannot be cleared.
    pub cadence: MaybeUndefined<Cadence>,
    /// With fewer answers than this a number is not relied on; IN_USE once a period is locked; cannot be cleared.
    pub min_responses: MaybeUndefined<i32>,
    /// Whether it moves before the results do; cannot be cleared.
    pub leading: MaybeUndefined<bool>,
    /// The one person who answers for it, at work; cannot be cleared.
    pub owner_id: MaybeUndefined<PersonId>,
}

/// What a KPI is to come to within a time. A target that begins on the same day is changed.
#[derive(Clone, Debug, InputObject)]
pub struct KpiTargetSetInput {
    /// The KPI.
    pub kpi_id: KpiId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Where it stood before, in the unit of the KPI as the other three; at most six decimals.
    pub baseline: Decimal,
    /// The least that counts.
    pub threshold: Decimal,
    /// What is aimed at; better than the threshold.
    pub target: Decimal,
    /// What would be outstanding; better than the target.
    pub stretch: Decimal,
}

/// What was measured of a KPI in one period.
#[derive(Clone, Debug, InputObject)]
pub struct MeasurementRecordInput {
    /// The KPI.
    pub kpi_id: KpiId,
    /// The unit in which it was measured; the whole organisation by default.
    pub org_unit_id: Option<OrgUnitId>,
    /// The first day of the period: a Monday, the first of a month, or the first of a quarter, by the cadence.
    pub period_start: Date,
    /// Its last day, which follows from the first; to be sure.
    pub period_end: Option<Date>,
    /// How many answered. Needed for CSAT and CES, and beside a value where the KPI has `minResponses`; for NPS and
    /// ENPS it follows from the other three.
    pub responses: Option<i32>,
    /// How many said 9 or 10; for NPS and ENPS.
    pub promoters: Option<i32>,
    /// How many said 7 or 8; for NPS and ENPS.
    pub passives: Option<i32>,
    /// How many said 0 to 6; for NPS and ENPS.
    pub detractors: Option<i32>,
    /// How many are satisfied, or found it easy; for CSAT and CES.
    pub satisfied: Option<i32>,
    /// What is divided; for a RATIO, and for all that is put together by RATIO_OF_SUMS. At most six decimals.
    pub numerator: Option<Decimal>,
    /// By what it is divided; with a numerator.
    pub denominator: Option<Decimal>,
    /// The number itself, where nothing is counted or divided; at most six decimals.
    pub value: Option<Decimal>,
    /// The story behind the number, at most 20 000 characters.
    pub story: Option<Markdown>,
}

impl MeasurementRecordInput {
    /// The numbers alone.
    pub(super) fn sent(&self) -> Sent {
        Sent {
            responses: self.responses,
            promoters: self.promoters,
            passives: self.passives,
            detractors: self.detractors,
            satisfied: self.satisfied,
            numerator: self.numerator.map(|number| number.0),
            denominator: self.denominator.map(|number| number.0),
            value: self.value.map(|number| number.0),
        }
    }
}

/// What was measured, as a table.
#[derive(Clone, Debug, InputObject)]
pub struct MeasurementsRecordInput {
    /// The rows, 1 to 1 000; each is about another KPI, unit or period.
    pub rows: Vec<MeasurementRecordInput>,
    /// What to do when some of them cannot be written.
    pub policy: ImportPolicy,
}

/// Up to which day which KPIs are locked.
#[derive(Clone, Debug, InputObject)]
pub struct KpiPeriodLockInput {
    /// The KPIs, 1 to 200.
    pub kpi_ids: Vec<KpiId>,
    /// Every period that ends on this day or before is locked; today or before.
    pub through: Date,
}

/// The number that a locked one is to become, and why. Somebody else has to approve it.
#[derive(Clone, Debug, InputObject)]
pub struct MeasurementRestateInput {
    /// The measurement, in any revision. Without it `kpiId` and `periodStart` say which number is meant, also one that
    /// was never measured before the lock.
    pub id: Option<MeasurementId>,
    /// The KPI, where no measurement is named.
    pub kpi_id: Option<KpiId>,
    /// The unit, where no measurement is named; the whole organisation by default.
    pub org_unit_id: Option<OrgUnitId>,
    /// The first day of the period, where no measurement is named.
    pub period_start: Option<Date>,
    /// Why.
    pub reason: RestatementReason,
    /// Why, in 10 to 2 000 characters.
    pub reason_text: String,
    /// As when it was recorded, and all of the numbers anew.
    pub responses: Option<i32>,
    /// As when it was recorded.
    pub promoters: Option<i32>,
    /// As when it was recorded.
    pub passives: Option<i32>,
    /// As when it was recorded.
    pub detractors: Option<i32>,
    /// As when it was recorded.
    pub satisfied: Option<i32>,
    /// As when it was recorded.
    pub numerator: Option<Decimal>,
    /// As when it was recorded.
    pub denominator: Option<Decimal>,
    /// As when it was recorded.
    pub value: Option<Decimal>,
    /// The story behind the new number, at most 20 000 characters; that of the old one stays where it is left out, and
    /// null clears.
    pub story: MaybeUndefined<Markdown>,
}

impl MeasurementRestateInput {
    /// The numbers alone.
    pub(super) fn sent(&self) -> Sent {
        Sent {
            responses: self.responses,
            promoters: self.promoters,
            passives: self.passives,
            detractors: self.detractors,
            satisfied: self.satisfied,
            numerator: self.numerator.map(|number| number.0),
            denominator: self.denominator.map(|number| number.0),
            value: self.value.map(|number| number.0),
        }
    }
}

/// Which restatement to approve.
#[derive(Clone, Debug, InputObject)]
pub struct RestatementApproveInput {
    /// The revision that waits.
    pub id: MeasurementId,
}

/// Which restatement to decline, or to withdraw.
#[derive(Clone, Debug, InputObject)]
pub struct RestatementDeclineInput {
    /// The revision that waits.
    pub id: MeasurementId,
    /// Why, 1 to 1 000 characters; kept in the log.
    pub reason: String,
}

/// That an initiative is to move a KPI.
#[derive(Clone, Debug, InputObject)]
pub struct KpiLinkAddInput {
    /// The initiative; neither archived nor ended.
    pub initiative_id: InitiativeId,
    /// The KPI.
    pub kpi_id: KpiId,
    /// Why the one is to move the other, 1 to 2 000 characters.
    pub hypothesis: String,
    /// By how much, in the unit of the KPI; not nothing, at most six decimals.
    pub expected_change: Decimal,
    /// After how long that is to be seen, in whole days, weeks, months or years.
    pub lag: Option<Duration>,
}

/// Which link to take away.
#[derive(Clone, Debug, InputObject)]
pub struct KpiLinkRemoveInput {
    /// The link.
    pub id: KpiLinkId,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}
