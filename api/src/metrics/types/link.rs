//! Links from initiatives to KPIs as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{InitiativeId, Kind, KpiId, KpiLinkId};
use tutti_entity::metrics::kpi_link;
use tutti_entity::portfolio::initiative;

use super::{Kpi, KpiFilter};
use crate::graphql::Fault;
use crate::graphql::filter::{Col, DateTimeFilter, Id, IdFilter, One};
use crate::graphql::scalars::{DateTime, Decimal, Duration};
use crate::metrics::rules::exact::shown;
use crate::metrics::store::{LinksOfInitiative, LinksOfKpi};
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, payload};

/// That an initiative is to move a KPI, and why one thinks so.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct KpiLink {
    /// Its id: `kpl_…`.
    pub id: KpiLinkId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// Why the initiative is to move the KPI.
    pub hypothesis: String,
    /// By how much, in the unit of the KPI; less than nothing for a number that is to fall.
    pub expected_change: Decimal,
    /// After how long that is to be seen; null where it was not said.
    pub lag: Option<Duration>,
    /// When it was said.
    pub created_at: DateTime,
    #[graphql(skip)]
    initiative_id: InitiativeId,
    #[graphql(skip)]
    kpi_id: KpiId,
}

impl From<kpi_link::Model> for KpiLink {
    fn from(row: kpi_link::Model) -> Self {
        let kpi_link::Model {
            id,
            version,
            initiative_id,
            kpi_id,
            hypothesis,
            expected_change,
            lag,
            removed_at: _,
            created_at,
            updated_at: _,
        } = row;
        Self {
            id,
            version,
            hypothesis,
            expected_change: Decimal(shown(expected_change)),
            lag: lag.map(|lag| Duration::stored(&lag)),
            created_at: DateTime(created_at),
            initiative_id,
            kpi_id,
        }
    }
}

impl KpiLink {
    /// Those of a KPI, loaded together with those of its siblings.
    pub(crate) async fn of_kpi(ctx: &Context<'_>, kpi: KpiId) -> Result<Vec<Self>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&LinksOfKpi, kpi).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The initiative that it is about.
    pub(crate) fn initiative_id(&self) -> InitiativeId {
        self.initiative_id
    }

    /// Those of an initiative, loaded together with those of its siblings.
    pub(crate) async fn of(ctx: &Context<'_>, initiative: InitiativeId) -> Result<Vec<Self>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&LinksOfInitiative, initiative).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

#[ComplexObject]
impl KpiLink {
    /// The initiative.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.initiative_id).await?.into())
    }

    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }
}

filter! {
    /// Which links from initiatives to KPIs.
    KpiLinkFilter for kpi_link {
        /// By id.
        id: IdFilter = Id(kpi_link::Column::Id, Kind::KpiLink),
        /// By the id of the initiative.
        initiative_id: IdFilter = Id(kpi_link::Column::InitiativeId, Kind::Initiative),
        /// By the initiative.
        initiative: Box<InitiativeFilter> = One(kpi_link::Column::InitiativeId),
        /// By the id of the KPI.
        kpi_id: IdFilter = Id(kpi_link::Column::KpiId, Kind::Kpi),
        /// By the KPI.
        kpi: Box<KpiFilter> = One(kpi_link::Column::KpiId),
        /// By when it was said.
        created_at: DateTimeFilter = Col(kpi_link::Column::CreatedAt),
    }
}

payload! {
    /// What a mutation of a link answers.
    KpiLinkPayload {
        /// The link as written; null when something has to be mended.
        kpi_link: KpiLink = kpi_link
    }
}
