//! Org units and people.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table};

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let [version, created_at, updated_at] = columns.stamps();
        manager
            .create_table(
                Table::create()
                    .table("org_units")
                    .col(columns.id())
                    .col(version)
                    .col(columns.text("name"))
                    .col(columns.text("name_folded"))
                    .col(columns.uuid_or_null("parent_id"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers("org_units", "parent_id", "org_units"))
                    .to_owned(),
            )
            .await?;
        index(manager, "org_units", &["parent_id"]).await?;
        index(manager, "org_units", &["name_folded", "id"]).await?;

        let [version, created_at, updated_at] = columns.stamps();
        manager
            .create_table(
                Table::create()
                    .table("people")
                    .col(columns.id())
                    .col(version)
                    .col(columns.text("name"))
                    .col(columns.text("name_folded"))
                    .col(columns.text("email"))
                    .col(columns.text("email_folded"))
                    .col(columns.text("tier"))
                    .col(columns.text("status"))
                    .col(columns.text("locale"))
                    .col(columns.uuid_or_null("org_unit_id"))
                    .col(columns.uuid_or_null("manager_id"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers("people", "org_unit_id", "org_units"))
                    .foreign_key(&mut refers("people", "manager_id", "people"))
                    .to_owned(),
            )
            .await?;
        unique(manager, "people", &["email_folded"]).await?;
        index(manager, "people", &["name_folded", "id"]).await?;
        index(manager, "people", &["created_at", "id"]).await?;
        index(manager, "people", &["org_unit_id", "id"]).await?;
        index(manager, "people", &["manager_id", "id"]).await
    }
}
