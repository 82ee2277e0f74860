//! Reward plans, their groups, who takes part in them, payout runs and the lines that they pay.

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
        plans(manager).await?;
        groups(manager).await?;
        participations(manager).await?;
        runs(manager).await?;
        lines(manager).await
    }
}

/// A table with these columns and these references to other tables.
fn table(
    columns: Columns,
    name: &'static str,
    own: impl IntoIterator<Item = ColumnDef>,
    references: &[(&'static str, &'static str)],
) -> TableCreateStatement {
    let mut table = Table::create().table(name).col(columns.id()).to_owned();
    for column in own {
        table.col(column);
    }
    for (column, to) in references {
        table.foreign_key(&mut refers(name, column, to));
    }
    table
}

async fn plans(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.int("version"),
        columns.text("name"),
        columns.text("name_folded"),
        columns.text("state"),
        columns.date("from_day"),
        columns.date("to_day"),
        columns.text("cadence"),
        columns.text("currency"),
        columns.int_or_null("cap_bp"),
        columns.bigint_or_null("pool_minor"),
        columns.text("missing_kpi_policy"),
        columns.text("metrics"),
        columns.text("gates"),
        columns.int("roster"),
        columns.instant_or_null("activated_at"),
        columns.instant_or_null("closed_at"),
        columns.instant("created_at"),
        columns.instant("updated_at"),
    ];
    manager.create_table(table(columns, "reward_plans", own, &[])).await?;
    for order in ["name_folded", "state", "from_day", "to_day", "created_at", "updated_at"] {
        index(manager, "reward_plans", &[order, "id"]).await?;
    }
    Ok(())
}

async fn groups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.int("version"),
        columns.uuid("plan_id"),
        columns.int("position"),
        columns.text("name"),
        columns.text_or_null("tier"),
        columns.bigint("target_award_minor"),
        columns.text("currency"),
        columns.instant_or_null("removed_at"),
        columns.instant("created_at"),
        columns.instant("updated_at"),
    ];
    manager.create_table(table(columns, "reward_groups", own, &[("plan_id", "reward_plans")])).await?;
    index(manager, "reward_groups", &["plan_id", "position", "id"]).await
}

async fn participations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.int("version"),
        columns.uuid("plan_id"),
        columns.uuid("group_id"),
        columns.uuid("person_id"),
        columns.date("from_day"),
        columns.date("to_day"),
        columns.instant("created_at"),
        columns.instant("updated_at"),
    ];
    let references = [("plan_id", "reward_plans"), ("group_id", "reward_groups"), ("person_id", "people")];
    manager.create_table(table(columns, "participations", own, &references)).await?;
    index(manager, "participations", &["plan_id", "id"]).await?;
    index(manager, "participations", &["plan_id", "person_id"]).await?;
    index(manager, "participations", &["person_id", "id"]).await?;
    index(manager, "participations", &["group_id", "id"]).await?;
    // For how many people there are in a group, without a look at the rows.
    index(manager, "participations", &["group_id", "person_id"]).await?;
    for order in ["from_day", "to_day"] {
        index(manager, "participations", &["group_id", order, "id"]).await?;
    }
    Ok(())
}

async fn runs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = vec![
        columns.int("version"),
        columns.uuid("plan_id"),
        columns.text("kind"),
        columns.text("state"),
        columns.date("period_start"),
        columns.date("period_end"),
        columns.uuid_or_null("corrects_id"),
        columns.text("snapshot"),
        columns.text("snapshot_hash"),
        columns.text("factor"),
        columns.text_or_null("scale"),
        columns.int("people"),
        columns.bigint("total_minor"),
        columns.text("currency"),
        columns.int("roster"),
        columns.uuid("calculated_by_id"),
        columns.instant("calculated_at"),
        columns.uuid_or_null("signed_by_id"),
        columns.instant_or_null("signed_at"),
        columns.uuid_or_null("approved_by_id"),
        columns.instant_or_null("approved_at"),
        columns.instant_or_null("paid_at"),
        columns.instant_or_null("superseded_at"),
        columns.instant("updated_at"),
    ];
    let references = [
        ("plan_id", "reward_plans"),
        ("corrects_id", "payout_runs"),
        ("calculated_by_id", "people"),
        ("signed_by_id", "people"),
        ("approved_by_id", "people"),
    ];
    manager.create_table(table(columns, "payout_runs", own, &references)).await?;
    index(manager, "payout_runs", &["plan_id", "period_start", "id"]).await?;
    index(manager, "payout_runs", &["state", "superseded_at", "id"]).await?;
    for reference in ["corrects_id", "calculated_by_id", "signed_by_id", "approved_by_id"] {
        index(manager, "payout_runs", &[reference, "id"]).await?;
    }
    // A period is paid once, and one run of it waits at a time.
    for only in [
        "CREATE UNIQUE INDEX uq_payout_runs_final ON payout_runs (plan_id, period_start) \
         WHERE superseded_at IS NULL AND kind = 'FINAL'",
        "CREATE UNIQUE INDEX uq_payout_runs_waiting ON payout_runs (plan_id, period_start) \
         WHERE superseded_at IS NULL AND state <> 'PAID'",
    ] {
        manager.get_connection().execute_unprepared(only).await?;
    }
    Ok(())
}

async fn lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("run_id"),
        columns.text("kind"),
        columns.uuid("participation_id"),
        columns.uuid("person_id"),
        columns.uuid("group_id"),
        columns.bigint("target_minor"),
        columns.bigint("amount_minor"),
        columns.bigint_or_null("adjusts_minor"),
        columns.text("currency"),
        columns.int("service_days"),
        columns.int("period_days"),
    ];
    let references = [
        ("run_id", "payout_runs"),
        ("participation_id", "participations"),
        ("person_id", "people"),
        ("group_id", "reward_groups"),
    ];
    manager.create_table(table(columns, "payout_lines", own, &references)).await?;
    unique(manager, "payout_lines", &["run_id", "kind", "participation_id"]).await?;
    index(manager, "payout_lines", &["run_id", "id"]).await?;
    index(manager, "payout_lines", &["run_id", "person_id"]).await?;
    index(manager, "payout_lines", &["run_id", "amount_minor", "id"]).await?;
    index(manager, "payout_lines", &["participation_id", "id"]).await?;
    index(manager, "payout_lines", &["person_id", "id"]).await?;
    index(manager, "payout_lines", &["group_id", "id"]).await
}
