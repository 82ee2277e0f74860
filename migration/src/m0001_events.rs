//! The event log, the idempotency keys and the counters behind human codes.

use sea_orm_migration::{
    prelude::{ColumnDef, DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table},
    sea_orm::DatabaseBackend,
};

use crate::columns::{Columns, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The place in the log: the primary key, because on SQLite only that counts up by itself.
fn position(backend: DatabaseBackend) -> ColumnDef {
    let kind = match backend {
        DatabaseBackend::Postgres => "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        _ => "integer PRIMARY KEY AUTOINCREMENT",
    };
    ColumnDef::new("position").custom(kind).to_owned()
}

/// Which transaction wrote the event. Positions are handed out before the commit, so that readers who follow
/// the log on PostgreSQL while others write need the transaction too; lists are in the order of positions,
/// because transaction ids begin anew in another cluster.
fn transaction(backend: DatabaseBackend) -> ColumnDef {
    let kind = match backend {
        DatabaseBackend::Postgres => "bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)",
        _ => "integer NOT NULL DEFAULT 0",
    };
    ColumnDef::new("transaction").custom(kind).to_owned()
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let backend = manager.get_database_backend();
        manager
            .create_table(
                Table::create()
                    .table("events")
                    .col(position(backend))
                    .col(transaction(backend))
                    .col(columns.uuid("id"))
                    .col(columns.instant("at"))
                    .col(columns.uuid_or_null("actor_id"))
                    .col(columns.text("action"))
                    .col(columns.text("subject_kind"))
                    .col(columns.uuid("subject_id"))
                    .col(columns.text("changes"))
                    .col(columns.text_or_null("reason"))
                    .col(columns.text_or_null("request_id"))
                    .to_owned(),
            )
            .await?;
        unique(manager, "events", &["id"]).await?;
        for column in ["subject_id", "actor_id", "action", "at"] {
            index(manager, "events", &[column, "position"]).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("idempotency_keys")
                    .col(columns.uuid("person_id"))
                    .col(columns.text("key"))
                    .col(columns.text("input_hash"))
                    .col(columns.text("answer"))
                    .col(columns.uuid_or_null("event_id"))
                    .col(columns.instant("created_at"))
                    .primary_key(Index::create().col("person_id").col("key"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("counters")
                    .col(columns.text("name").primary_key())
                    .col(columns.int("value"))
                    .to_owned(),
            )
            .await
    }
}
