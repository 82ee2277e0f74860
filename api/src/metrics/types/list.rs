//! How lists of KPIs and of measurements are filtered and sorted.

use tutti_entity::ids::Kind as Of;
use tutti_entity::metrics::kpi::{Aggregation, Cadence, Direction, Kind};
use tutti_entity::metrics::measurement::RestatementReason;
use tutti_entity::metrics::{kpi, kpi_link, measurement};

use super::{Kpi, KpiLinkFilter, Measurement};
use crate::graphql::Listed;
use crate::graphql::filter::{
    BooleanFilter, Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter, ListFilter, Many,
    One, StringFilter, Text,
};
use crate::people::types::{OrgUnitFilter, PersonFilter};
use crate::{filter, order};

filter! {
    /// Which KPIs.
    KpiFilter for kpi {
        /// By id.
        id: IdFilter = Id(kpi::Column::Id, Of::Kpi),
        /// By code.
        code: StringFilter = Text(kpi::Column::Code, kpi::Column::CodeFolded),
        /// By name.
        name: StringFilter = Text(kpi::Column::Name, kpi::Column::NameFolded),
        /// By what kind of number it is.
        kind: EnumFilter<Kind> = Col(kpi::Column::Kind),
        /// By which way is good.
        direction: EnumFilter<Direction> = Col(kpi::Column::Direction),
        /// By how several measurements come to one number.
        aggregation: EnumFilter<Aggregation> = Col(kpi::Column::Aggregation),
        /// By how long a period is.
        cadence: EnumFilter<Cadence> = Col(kpi::Column::Cadence),
        /// By whether it moves before the results do.
        leading: BooleanFilter = Col(kpi::Column::Leading),
        /// By the id of who answers for it.
        owner_id: IdFilter = Id(kpi::Column::OwnerId, Of::Person),
        /// By who answers for it.
        owner: Box<PersonFilter> = One(kpi::Column::OwnerId),
        /// By the day through which it is locked; `isNull: true` for those of which nothing is.
        locked_through: DateFilter = Col(kpi::Column::LockedThrough),
        /// By what was measured.
        measurements: ListFilter<MeasurementFilter> = Many(measurement::Column::KpiId),
        /// By which initiatives are to move it.
        links: ListFilter<KpiLinkFilter> = Many(kpi_link::Column::KpiId),
        /// By when it was entered.
        created_at: DateTimeFilter = Col(kpi::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(kpi::Column::UpdatedAt),
    }
}

order! {
    /// Sorts KPIs.
    KpiOrder, KpiOrderField "What KPIs can be sorted by.", kpi {
        /// By code, case ignored.
        Code => [CodeFolded],
        /// By name, case ignored.
        Name => [NameFolded],
        /// By the name of the kind.
        Kind => [Kind],
        /// By the day through which they are locked.
        LockedThrough => [LockedThrough],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Kpi {
    const NAME: &'static str = "Kpi";
    type Entity = kpi::Entity;
    type Filter = KpiFilter;
    type Order = KpiOrder;
    const ID: kpi::Column = kpi::Column::Id;
}

filter! {
    /// Which measurements.
    MeasurementFilter for measurement {
        /// By id.
        id: IdFilter = Id(measurement::Column::Id, Of::Measurement),
        /// By the id of the KPI.
        kpi_id: IdFilter = Id(measurement::Column::KpiId, Of::Kpi),
        /// By the KPI.
        kpi: Box<KpiFilter> = One(measurement::Column::KpiId),
        /// By the id of the unit in which it was measured; `isNull: true` for the whole organisation.
        org_unit_id: IdFilter = Id(measurement::Column::OrgUnitId, Of::OrgUnit),
        /// By the unit in which it was measured; one of the whole organisation has none that could match.
        org_unit: Box<OrgUnitFilter> = One(measurement::Column::OrgUnitId),
        /// By the first day of the period.
        period_start: DateFilter = Col(measurement::Column::PeriodStart),
        /// By its last day.
        period_end: DateFilter = Col(measurement::Column::PeriodEnd),
        /// By which revision it is: `gt: 1` for corrections.
        revision: IntFilter = Col(measurement::Column::Revision),
        /// By why a locked number was corrected; `isNull: false` for all restatements.
        reason: EnumFilter<RestatementReason> = Col(measurement::Column::Reason),
        /// By the id of who recorded it.
        recorded_by_id: IdFilter = Id(measurement::Column::RecordedById, Of::Person),
        /// By who recorded it.
        recorded_by: Box<PersonFilter> = One(measurement::Column::RecordedById),
        /// By when it was recorded.
        recorded_at: DateTimeFilter = Col(measurement::Column::RecordedAt),
        /// By the id of who approved it; `isNull: true` for what nobody had to, or has not.
        approved_by_id: IdFilter = Id(measurement::Column::ApprovedById, Of::Person),
        /// By since when it is in force; `isNull: true` for what waits or was declined.
        in_force_at: DateTimeFilter = Col(measurement::Column::InForceAt),
        /// By when it was declined; `isNull: true` for what was not.
        declined_at: DateTimeFilter = Col(measurement::Column::DeclinedAt),
    }
}

order! {
    /// Sorts measurements.
    MeasurementOrder, MeasurementOrderField "What measurements can be sorted by.", measurement {
        /// By the first day of the period.
        PeriodStart => [PeriodStart],
        /// By its last day.
        PeriodEnd => [PeriodEnd],
        /// By which revision they are.
        Revision => [Revision],
        /// By when they were recorded.
        RecordedAt => [RecordedAt],
        /// By since when they are in force.
        InForceAt => [InForceAt],
    }
}

impl Listed for Measurement {
    const NAME: &'static str = "Measurement";
    type Entity = measurement::Entity;
    type Filter = MeasurementFilter;
    type Order = MeasurementOrder;
    const ID: measurement::Column = measurement::Column::Id;
}
