//! What comes back up: questions, ideas and concerns, and the votes for them.
//!
//! On SQLite these tables have no row numbers, which would count up and so tell between which others an anonymous row was
//! written: they are kept in the order of their ids, which are random for those.

use sea_orm_migration::{
    prelude::{
        DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    },
    sea_orm::DatabaseBackend,
};

use crate::columns::{Columns, index, refers};

#[derive(DeriveMigrationName)]
pub struct Migration;

const FEEDBACK: &str = "upward_feedback";
const VOTES: &str = "upward_votes";

/// The table, without row numbers where there would be any.
fn unnumbered(mut table: TableCreateStatement, backend: DatabaseBackend) -> TableCreateStatement {
    if backend == DatabaseBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let backend = manager.get_database_backend();
        let [version, created_at, updated_at] = columns.stamps();
        let feedback = Table::create()
            .table(FEEDBACK)
            .col(columns.id())
            .col(version)
            .col(columns.text("kind"))
            .col(columns.text("text"))
            .col(columns.text("text_folded"))
            .col(columns.uuid_or_null("from_id"))
            .col(columns.uuid_or_null("communication_id"))
            .col(columns.uuid_or_null("asked_id"))
            .col(columns.text("state"))
            .col(columns.text_or_null("answer"))
            .col(columns.uuid_or_null("answered_by_id"))
            .col(columns.instant_or_null("answered_at"))
            .col(columns.int("votes"))
            .col(columns.date("raised_on"))
            .col(columns.date("due_on"))
            .col(columns.date_or_null("untold_on"))
            .col(created_at)
            .col(updated_at)
            .foreign_key(&mut refers(FEEDBACK, "from_id", "people"))
            .foreign_key(&mut refers(FEEDBACK, "communication_id", "communications"))
            .foreign_key(&mut refers(FEEDBACK, "asked_id", "people"))
            .foreign_key(&mut refers(FEEDBACK, "answered_by_id", "people"))
            .to_owned();
        manager.create_table(unnumbered(feedback, backend)).await?;
        for order in
            ["kind", "state", "raised_on", "due_on", "answered_at", "votes", "created_at", "updated_at"]
        {
            index(manager, FEEDBACK, &[order, "id"]).await?;
        }
        // What is not answered, the oldest first: of everybody, of a communication, and of whoever is asked.
        index(manager, FEEDBACK, &["state", "raised_on", "id"]).await?;
        for of in ["communication_id", "asked_id", "from_id"] {
            index(manager, FEEDBACK, &[of, "state", "raised_on", "id"]).await?;
            index(manager, FEEDBACK, &[of, "id"]).await?;
        }
        index(manager, FEEDBACK, &["asked_id", "state", "due_on", "id"]).await?;
        index(manager, FEEDBACK, &["untold_on"]).await?;
        let votes = Table::create()
            .table(VOTES)
            .col(columns.uuid("feedback_id"))
            .col(columns.uuid("person_id"))
            .primary_key(Index::create().col("feedback_id").col("person_id"))
            .foreign_key(&mut refers(VOTES, "feedback_id", FEEDBACK))
            .foreign_key(&mut refers(VOTES, "person_id", "people"))
            .to_owned();
        manager.create_table(unnumbered(votes, backend)).await
    }
}
