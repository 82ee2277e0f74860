//! Portfolios, initiatives and the moves of their due dates.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table};

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        portfolios(manager).await?;
        initiatives(manager).await?;
        date_moves(manager).await
    }
}

async fn portfolios(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let [version, created_at, updated_at] = columns.stamps();
    manager
        .create_table(
            Table::create()
                .table("portfolios")
                .col(columns.id())
                .col(version)
                .col(columns.text("name"))
                .col(columns.text("name_folded"))
                .col(columns.text_or_null("description"))
                .col(columns.uuid("owner_id"))
                .col(columns.text("currency"))
                .col(columns.text("report_cadence"))
                .col(columns.instant_or_null("archived_at"))
                .col(created_at)
                .col(updated_at)
                .foreign_key(&mut refers("portfolios", "owner_id", "people"))
                .to_owned(),
        )
        .await?;
    index(manager, "portfolios", &["name_folded", "id"]).await?;
    index(manager, "portfolios", &["created_at", "id"]).await?;
    index(manager, "portfolios", &["updated_at", "id"]).await?;
    index(manager, "portfolios", &["owner_id", "id"]).await
}

async fn initiatives(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let [version, created_at, updated_at] = columns.stamps();
    manager
        .create_table(
            Table::create()
                .table("initiatives")
                .col(columns.id())
                .col(version)
                .col(columns.text("code"))
                .col(columns.text("code_folded"))
                .col(columns.int("code_number"))
                .col(columns.text("title"))
                .col(columns.text("title_folded"))
                .col(columns.text_or_null("description"))
                .col(columns.uuid("portfolio_id"))
                .col(columns.uuid("owner_id"))
                .col(columns.uuid_or_null("sponsor_id"))
                .col(columns.uuid_or_null("reviewer_id"))
                .col(columns.text("status"))
                .col(columns.text_or_null("status_before_hold"))
                .col(columns.date("starts_on"))
                .col(columns.date("due_on"))
                .col(columns.text("value_chain_stages"))
                .col(columns.instant_or_null("archived_at"))
                .col(created_at)
                .col(updated_at)
                .foreign_key(&mut refers("initiatives", "portfolio_id", "portfolios"))
                .foreign_key(&mut refers("initiatives", "owner_id", "people"))
                .foreign_key(&mut refers("initiatives", "sponsor_id", "people"))
                .foreign_key(&mut refers("initiatives", "reviewer_id", "people"))
                .to_owned(),
        )
        .await?;
    unique(manager, "initiatives", &["code_folded"]).await?;
    for order in [
        "code_number",
        "title_folded",
        "status",
        "starts_on",
        "due_on",
        "archived_at",
        "created_at",
        "updated_at",
    ] {
        index(manager, "initiatives", &[order, "id"]).await?;
        index(manager, "initiatives", &["portfolio_id", order, "id"]).await?;
    }
    for person in ["owner_id", "sponsor_id", "reviewer_id"] {
        index(manager, "initiatives", &[person, "id"]).await?;
    }
    Ok(())
}

async fn date_moves(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    manager
        .create_table(
            Table::create()
                .table("date_moves")
                .col(columns.id())
                .col(columns.uuid("initiative_id"))
                .col(columns.date("from_on"))
                .col(columns.date("to_on"))
                .col(columns.text("reason"))
                .col(columns.text("note"))
                .col(columns.uuid("by_id"))
                .col(columns.instant("at"))
                .foreign_key(&mut refers("date_moves", "initiative_id", "initiatives"))
                .foreign_key(&mut refers("date_moves", "by_id", "people"))
                .to_owned(),
        )
        .await?;
    index(manager, "date_moves", &["initiative_id", "id"]).await
}
