//! Passwords, sessions and keys; roles that were taken back; who signed in when; which key did it.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table,
};

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        add(manager, "role_grants", columns.instant_or_null("revoked_at")).await?;
        index(manager, "role_grants", &["role", "person_id"]).await?;
        add(manager, "people", columns.instant_or_null("last_sign_in_at")).await?;
        index(manager, "people", &["last_sign_in_at", "id"]).await?;
        add(manager, "events", columns.uuid_or_null("api_key_id")).await?;

        let [version, created_at, updated_at] = columns.stamps();
        manager
            .create_table(
                Table::create()
                    .table("passwords")
                    .col(columns.id())
                    .col(version)
                    .col(columns.text_or_null("hash"))
                    .col(columns.text_or_null("reset_hash"))
                    .col(columns.instant_or_null("reset_expires_at"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers("passwords", "id", "people"))
                    .to_owned(),
            )
            .await?;
        unique(manager, "passwords", &["reset_hash"]).await?;

        let [version, created_at, updated_at] = columns.stamps();
        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(columns.id())
                    .col(version)
                    .col(columns.uuid("person_id"))
                    .col(columns.text("address"))
                    .col(columns.instant("last_used_at"))
                    .col(columns.instant("expires_at"))
                    .col(columns.instant_or_null("ended_at"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers("sessions", "person_id", "people"))
                    .to_owned(),
            )
            .await?;
        index(manager, "sessions", &["person_id", "id"]).await?;
        index(manager, "sessions", &["created_at", "id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("refresh_tokens")
                    .col(columns.text("hash").primary_key())
                    .col(columns.uuid("session_id"))
                    .col(columns.instant_or_null("used_at"))
                    .col(columns.instant("created_at"))
                    .foreign_key(&mut refers("refresh_tokens", "session_id", "sessions"))
                    .to_owned(),
            )
            .await?;
        index(manager, "refresh_tokens", &["session_id"]).await?;

        let [version, created_at, updated_at] = columns.stamps();
        manager
            .create_table(
                Table::create()
                    .table("api_keys")
                    .col(columns.id())
                    .col(version)
                    .col(columns.text("name"))
                    .col(columns.text("name_folded"))
                    .col(columns.uuid("person_id"))
                    .col(columns.text("roles"))
                    .col(columns.flag("read_only"))
                    .col(columns.text("hash"))
                    .col(columns.date("expires_on"))
                    .col(columns.instant_or_null("last_used_at"))
                    .col(columns.instant_or_null("revoked_at"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers("api_keys", "person_id", "people"))
                    .to_owned(),
            )
            .await?;
        unique(manager, "api_keys", &["hash"]).await?;
        index(manager, "api_keys", &["person_id", "id"]).await?;
        index(manager, "api_keys", &["name_folded", "id"]).await
    }
}
