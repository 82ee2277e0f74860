//! Reading the log by the transactions that wrote it, and the seals on it.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::columns::{Columns, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What a transaction wrote that ended late is looked for by whoever read the log before; on SQLite one
        // transaction writes at a time, and nothing is late.
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            index(manager, "events", &["transaction"]).await?;
        }
        let columns = Columns::of(manager);
        let number: ColumnDef = columns.bigint("number").primary_key().to_owned();
        manager
            .create_table(
                Table::create()
                    .table("event_seals")
                    .col(number)
                    .col(columns.bigint("through"))
                    .col(columns.bigint("events"))
                    .col(columns.text("digest"))
                    .col(columns.text("hash"))
                    .col(columns.instant("sealed_at"))
                    .col(columns.instant_or_null("pruned_at"))
                    .to_owned(),
            )
            .await
    }
}
