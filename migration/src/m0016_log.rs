//! Reading the log by the transactions that wrote it.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager};
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::columns::index;

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
        Ok(())
    }
}
