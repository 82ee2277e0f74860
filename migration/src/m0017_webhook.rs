//! Webhooks, what became of telling them, and how far readers of the log have come.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table};

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

const DELIVERIES: &str = "webhook_deliveries";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        manager
            .create_table(
                Table::create()
                    .table("log_readers")
                    .col(columns.text("name").primary_key())
                    .col(columns.bigint("place"))
                    .to_owned(),
            )
            .await?;

        let [version, created_at, updated_at] = columns.stamps();
        manager
            .create_table(
                Table::create()
                    .table("webhooks")
                    .col(columns.id())
                    .col(version)
                    .col(columns.text("url"))
                    .col(columns.text("query"))
                    .col(columns.text_or_null("filter"))
                    .col(columns.uuid("api_key_id"))
                    .col(columns.text("status"))
                    .col(columns.text_or_null("reason"))
                    .col(columns.text("secret"))
                    .col(columns.text_or_null("former_secret"))
                    .col(columns.instant_or_null("former_secret_until"))
                    .col(columns.bigint("after_place"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers("webhooks", "api_key_id", "api_keys"))
                    .to_owned(),
            )
            .await?;
        index(manager, "webhooks", &["api_key_id", "id"]).await?;
        index(manager, "webhooks", &["status", "id"]).await?;
        index(manager, "webhooks", &["created_at", "id"]).await?;

        // Events may be given up, and what became of telling of them stays: the event is not referred to.
        let [version, created_at, updated_at] = columns.stamps();
        manager
            .create_table(
                Table::create()
                    .table(DELIVERIES)
                    .col(columns.id())
                    .col(version)
                    .col(columns.uuid("webhook_id"))
                    .col(columns.uuid("event_id"))
                    .col(columns.bigint("position"))
                    .col(columns.text("state"))
                    .col(columns.int("attempts"))
                    .col(columns.instant_or_null("first_at"))
                    .col(columns.instant_or_null("next_at"))
                    .col(columns.instant_or_null("last_at"))
                    .col(columns.int_or_null("status_code"))
                    .col(columns.int_or_null("duration_ms"))
                    .col(columns.text_or_null("error"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers(DELIVERIES, "webhook_id", "webhooks"))
                    .to_owned(),
            )
            .await?;
        // Nobody is told twice by what queues.
        unique(manager, DELIVERIES, &["webhook_id", "event_id"]).await?;
        // What is to be told next.
        index(manager, DELIVERIES, &["webhook_id", "state", "next_at", "position"]).await?;
        // What is read of the log, and what of it is old.
        index(manager, DELIVERIES, &["webhook_id", "id"]).await?;
        index(manager, DELIVERIES, &["webhook_id", "created_at", "id"]).await?;
        index(manager, DELIVERIES, &["state", "last_at"]).await
    }
}
