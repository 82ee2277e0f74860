//! Whether an initiative has a plan that was agreed on, beside its status: those that lack one are found at once, however
//! many wait with one.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table};
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::columns::{Columns, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

const NAME: &str = "initiatives";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Columns::of(manager).flag("is_agreed").default(false).to_owned();
        manager.alter_table(Table::alter().table(NAME).add_column(column).to_owned()).await?;
        let those =
            "UPDATE initiatives SET is_agreed = TRUE WHERE id IN (SELECT initiative_id FROM baselines)";
        manager.get_connection().execute_unprepared(those).await?;
        index(manager, NAME, &["status", "is_agreed", "starts_on", "id"]).await
    }
}
