//! The roles that people hold.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table};

use crate::columns::{Columns, index, refers};

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
                    .table("role_grants")
                    .col(columns.id())
                    .col(version)
                    .col(columns.uuid("person_id"))
                    .col(columns.text("role"))
                    .col(columns.uuid_or_null("portfolio_id"))
                    .col(columns.uuid_or_null("org_unit_id"))
                    .col(columns.date("since"))
                    .col(columns.date_or_null("until"))
                    .col(created_at)
                    .col(updated_at)
                    .foreign_key(&mut refers("role_grants", "person_id", "people"))
                    .foreign_key(&mut refers("role_grants", "portfolio_id", "portfolios"))
                    .foreign_key(&mut refers("role_grants", "org_unit_id", "org_units"))
                    .to_owned(),
            )
            .await?;
        index(manager, "role_grants", &["person_id"]).await
    }
}
