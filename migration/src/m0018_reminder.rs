//! What the log was told of work that is due, the digests of days, who wants them, and one queue for all mails.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table};
use sea_orm_migration::sea_orm::{ConnectionTrait as _, DatabaseBackend};

use crate::columns::{Columns, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What the release before has told of certificates is not told again.
const TOLD: &str = "INSERT INTO reminders (subject_id, subject_kind, what, step, due_on, concerned_id, told_at) \
    SELECT c.id, 'crt', 'DUE_SOON', t.step, c.expires_on, c.person_id, t.told_at FROM certifications AS c JOIN (\
    SELECT e.subject_id, CASE e.action WHEN 'certification.ends_in_90_days' THEN 90 \
    WHEN 'certification.ends_in_60_days' THEN 60 WHEN 'certification.ends_in_30_days' THEN 30 ELSE 7 END AS step, \
    min(e.at) AS told_at FROM events AS e WHERE e.subject_kind = 'crt' AND e.action LIKE 'certification.ends_in_%' \
    GROUP BY 1, 2) AS t ON t.subject_id = c.id WHERE c.expires_on IS NOT NULL";

/// The mails of communications are in the one queue.
const MOVED: &str = "INSERT INTO mails (kind, subject_id, person_id, state, attempts, queued_at, next_at, claim, reason, sent_at) \
    SELECT 'COMMUNICATION', communication_id, person_id, state, attempts, queued_at, next_at, claim, reason, sent_at \
    FROM communication_mails";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            // What a process of the release before writes to it meanwhile would be lost, and its mail sent twice.
            let alone = "LOCK TABLE communication_mails IN ACCESS EXCLUSIVE MODE";
            manager.get_connection().execute_unprepared(alone).await?;
        }
        let reminders = Table::create()
            .table("reminders")
            .col(columns.uuid("subject_id"))
            .col(columns.text("subject_kind"))
            .col(columns.text("what"))
            .col(columns.int("step"))
            .col(columns.date("due_on"))
            .col(columns.uuid_or_null("within_id"))
            .col(columns.uuid_or_null("concerned_id"))
            .col(columns.instant("told_at"))
            .primary_key(
                Index::create().col("subject_id").col("subject_kind").col("what").col("step").col("due_on"),
            )
            .to_owned();
        manager.create_table(reminders).await?;
        manager.get_connection().execute_unprepared(TOLD).await?;
        let digests = Table::create()
            .table("digests")
            .col(columns.id())
            .col(columns.date("day"))
            .col(columns.instant("queued_at"))
            .to_owned();
        manager.create_table(digests).await?;
        unique(manager, "digests", &["day"]).await?;
        let wants = columns.flag("daily_digest").default(false).to_owned();
        manager.alter_table(Table::alter().table("people").add_column(wants).to_owned()).await?;
        // What is sent is said by the rows that mails are made from: a hundred thousand are not checked twice.
        let mails = Table::create()
            .table("mails")
            .col(columns.text("kind"))
            .col(columns.uuid("subject_id"))
            .col(columns.uuid("person_id"))
            .col(columns.text("state"))
            .col(columns.int("attempts"))
            .col(columns.instant("queued_at"))
            .col(columns.instant("next_at"))
            .col(columns.uuid_or_null("claim"))
            .col(columns.text_or_null("reason"))
            .col(columns.instant_or_null("sent_at"))
            .primary_key(Index::create().col("subject_id").col("person_id"))
            .to_owned();
        manager.create_table(mails).await?;
        manager.get_connection().execute_unprepared(MOVED).await?;
        manager.drop_table(Table::drop().table("communication_mails").to_owned()).await?;
        // What is to be tried next, and what nobody lives to answer for.
        index(manager, "mails", &["state", "next_at"]).await?;
        // What a process has.
        index(manager, "mails", &["claim", "state"]).await?;
        // How far a communication has come, from the index alone.
        index(manager, "mails", &["subject_id", "state", "person_id"]).await
    }
}
