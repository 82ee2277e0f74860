//! KPIs, their targets, measurements in revisions, and the links from initiatives.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, TableCreateStatement,
};
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        kpis(manager).await?;
        targets(manager).await?;
        measurements(manager).await?;
        links(manager).await
    }
}

/// A table with these columns and these references to other tables.
fn table(
    columns: Columns,
    name: &'static str,
    own: impl IntoIterator<Item = ColumnDef>,
    references: &[(&'static str, &'static str)],
) -> TableCreateStatement {
    let mut table = Table::create().table(name).col(columns.id()).col(columns.int("version")).to_owned();
    for column in own {
        table.col(column);
    }
    for (column, to) in references {
        table.foreign_key(&mut refers(name, column, to));
    }
    table
}

async fn kpis(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.text("code"),
        columns.text("code_folded"),
        columns.text("name"),
        columns.text("name_folded"),
        columns.text_or_null("description"),
        columns.text("kind"),
        columns.text("unit"),
        columns.text_or_null("currency"),
        columns.text("direction"),
        columns.text("aggregation"),
        columns.text("cadence"),
        columns.int("min_responses"),
        columns.flag("leading"),
        columns.uuid("owner_id"),
        columns.date_or_null("locked_through"),
        columns.instant("created_at"),
        columns.instant("updated_at"),
    ];
    manager.create_table(table(columns, "kpis", own, &[("owner_id", "people")])).await?;
    unique(manager, "kpis", &["code_folded"]).await?;
    for order in ["name_folded", "kind", "locked_through", "created_at", "updated_at", "owner_id"] {
        index(manager, "kpis", &[order, "id"]).await?;
    }
    Ok(())
}

async fn targets(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("kpi_id"),
        columns.date("from_day"),
        columns.date("to_day"),
        columns.bigint("baseline"),
        columns.bigint("threshold"),
        columns.bigint("target"),
        columns.bigint("stretch"),
        columns.instant("created_at"),
        columns.instant("updated_at"),
    ];
    manager.create_table(table(columns, "kpi_targets", own, &[("kpi_id", "kpis")])).await?;
    unique(manager, "kpi_targets", &["kpi_id", "from_day"]).await
}

async fn measurements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("kpi_id"),
        columns.uuid_or_null("org_unit_id"),
        columns.date("period_start"),
        columns.date("period_end"),
        columns.int("revision"),
        columns.int_or_null("responses"),
        columns.int_or_null("promoters"),
        columns.int_or_null("passives"),
        columns.int_or_null("detractors"),
        columns.int_or_null("satisfied"),
        columns.bigint_or_null("numerator"),
        columns.bigint_or_null("denominator"),
        columns.bigint_or_null("amount"),
        columns.text_or_null("story"),
        columns.text_or_null("reason"),
        columns.text_or_null("reason_text"),
        columns.uuid("recorded_by_id"),
        columns.instant("recorded_at"),
        columns.instant_or_null("in_force_at"),
        columns.uuid_or_null("approved_by_id"),
        columns.instant_or_null("declined_at"),
        columns.uuid_or_null("declined_by_id"),
        columns.instant("updated_at"),
    ];
    let references = [
        ("kpi_id", "kpis"),
        ("org_unit_id", "org_units"),
        ("recorded_by_id", "people"),
        ("approved_by_id", "people"),
        ("declined_by_id", "people"),
    ];
    manager.create_table(table(columns, "measurements", own, &references)).await?;
    unique(manager, "measurements", &["kpi_id", "org_unit_id", "period_start", "revision"]).await?;
    // Missing units differ from one another in a unique index, so that those of the whole organisation have
    // one of their own.
    let of_all = "CREATE UNIQUE INDEX uq_measurements_of_all ON measurements (kpi_id, period_start, revision) \
                  WHERE org_unit_id IS NULL";
    manager.get_connection().execute_unprepared(of_all).await?;
    for order in ["period_start", "period_end", "recorded_at", "in_force_at", "revision"] {
        index(manager, "measurements", &["kpi_id", order, "id"]).await?;
        index(manager, "measurements", &[order, "id"]).await?;
    }
    index(manager, "measurements", &["kpi_id", "id"]).await?;
    for reference in ["org_unit_id", "recorded_by_id", "approved_by_id", "reason"] {
        index(manager, "measurements", &[reference, "id"]).await?;
    }
    Ok(())
}

async fn links(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("initiative_id"),
        columns.uuid("kpi_id"),
        columns.text("hypothesis"),
        columns.bigint("expected_change"),
        columns.text_or_null("lag"),
        columns.instant_or_null("removed_at"),
        columns.instant("created_at"),
        columns.instant("updated_at"),
    ];
    let references = [("initiative_id", "initiatives"), ("kpi_id", "kpis")];
    manager.create_table(table(columns, "kpi_links", own, &references)).await?;
    // An initiative has one link to a KPI at a time.
    let once = "CREATE UNIQUE INDEX uq_kpi_links_in_use ON kpi_links (initiative_id, kpi_id) \
                WHERE removed_at IS NULL";
    manager.get_connection().execute_unprepared(once).await?;
    index(manager, "kpi_links", &["initiative_id", "id"]).await?;
    index(manager, "kpi_links", &["kpi_id", "id"]).await
}
