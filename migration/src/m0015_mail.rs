//! Mails that are on their way: one row for each receipt of a communication that goes by mail.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table};

use crate::columns::{Columns, index, refers};

#[derive(DeriveMigrationName)]
pub struct Migration;

const NAME: &str = "communication_mails";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        // That the person is there is said by the receipt that the row is made from: a hundred thousand rows are not checked
        // twice.
        let mails = Table::create()
            .table(NAME)
            .col(columns.uuid("communication_id"))
            .col(columns.uuid("person_id"))
            .col(columns.text("state"))
            .col(columns.int("attempts"))
            .col(columns.instant("queued_at"))
            .col(columns.instant("next_at"))
            .col(columns.uuid_or_null("claim"))
            .col(columns.text_or_null("reason"))
            .col(columns.instant_or_null("sent_at"))
            .primary_key(Index::create().col("communication_id").col("person_id"))
            .foreign_key(&mut refers(NAME, "communication_id", "communications"))
            .to_owned();
        manager.create_table(mails).await?;
        // What is to be tried next, and what nobody lives to answer for.
        index(manager, NAME, &["state", "next_at"]).await?;
        // What a process has.
        index(manager, NAME, &["claim", "state"]).await?;
        // How far a communication has come, from the index alone.
        index(manager, NAME, &["communication_id", "state", "person_id"]).await
    }
}
