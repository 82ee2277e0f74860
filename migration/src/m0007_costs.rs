//! Budget lines with the moves of their amounts, and costs.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table};

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        budget_lines(manager).await?;
        budget_moves(manager).await?;
        cost_entries(manager).await
    }
}

async fn budget_lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let [version, created_at, updated_at] = columns.stamps();
    manager
        .create_table(
            Table::create()
                .table("budget_lines")
                .col(columns.id())
                .col(version)
                .col(columns.uuid("initiative_id"))
                .col(columns.text("category"))
                .col(columns.bigint("amount_minor"))
                .col(columns.text("currency"))
                .col(columns.date_or_null("month"))
                .col(columns.text_or_null("note"))
                .col(columns.instant_or_null("removed_at"))
                .col(created_at)
                .col(updated_at)
                .foreign_key(&mut refers("budget_lines", "initiative_id", "initiatives"))
                .to_owned(),
        )
        .await?;
    index(manager, "budget_lines", &["initiative_id", "id"]).await?;
    for order in ["category", "amount_minor", "month", "created_at"] {
        index(manager, "budget_lines", &["initiative_id", order, "id"]).await?;
    }
    Ok(())
}

async fn budget_moves(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    manager
        .create_table(
            Table::create()
                .table("budget_moves")
                .col(columns.uuid("line_id"))
                .col(columns.int("line_version"))
                .col(columns.uuid("initiative_id"))
                .col(columns.bigint("amount_minor"))
                .col(columns.instant("at"))
                .primary_key(Index::create().col("line_id").col("line_version"))
                .foreign_key(&mut refers("budget_moves", "line_id", "budget_lines"))
                .foreign_key(&mut refers("budget_moves", "initiative_id", "initiatives"))
                .to_owned(),
        )
        .await?;
    index(manager, "budget_moves", &["initiative_id", "at", "amount_minor"]).await
}

async fn cost_entries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    manager
        .create_table(
            Table::create()
                .table("cost_entries")
                .col(columns.id())
                .col(columns.int("version"))
                .col(columns.uuid("initiative_id"))
                .col(columns.text("category"))
                .col(columns.text("kind"))
                .col(columns.bigint("amount_minor"))
                .col(columns.text("currency"))
                .col(columns.date("incurred_on"))
                .col(columns.text_or_null("note"))
                .col(columns.uuid_or_null("reversal_of_id"))
                .col(columns.uuid("recorded_by_id"))
                .col(columns.instant("recorded_at"))
                .foreign_key(&mut refers("cost_entries", "initiative_id", "initiatives"))
                .foreign_key(&mut refers("cost_entries", "reversal_of_id", "cost_entries"))
                .foreign_key(&mut refers("cost_entries", "recorded_by_id", "people"))
                .to_owned(),
        )
        .await?;
    unique(manager, "cost_entries", &["reversal_of_id"]).await?;
    index(manager, "cost_entries", &["initiative_id", "id"]).await?;
    for order in ["incurred_on", "recorded_at", "category", "kind", "amount_minor"] {
        index(manager, "cost_entries", &[order, "id"]).await?;
        index(manager, "cost_entries", &["initiative_id", order, "id"]).await?;
    }
    index(manager, "cost_entries", &["recorded_by_id", "id"]).await
}
