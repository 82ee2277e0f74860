//! Key messages, communications, the initiatives that these serve, whom they are for, and whom they reached.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table,
};

use crate::columns::{Columns, index, refers};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        key_messages(manager).await?;
        communications(manager).await?;
        let columns = Columns::of(manager);
        joins(manager, "served_initiatives", columns.uuid("initiative_id"), "initiative_id", "initiatives")
            .await?;
        joins(manager, "audience_units", columns.uuid("org_unit_id"), "org_unit_id", "org_units").await?;
        joins(manager, "audience_people", columns.uuid("person_id"), "person_id", "people").await?;
        receipts(manager).await
    }
}

/// Indexes for these orders of the rows that belong to what this column names, or of all rows without one.
async fn listed(
    manager: &SchemaManager<'_>,
    name: &'static str,
    of: Option<&'static str>,
    orders: &[&'static str],
) -> Result<(), DbErr> {
    if let Some(of) = of {
        index(manager, name, &[of, "id"]).await?;
    }
    for order in orders {
        let columns: Vec<_> = of.into_iter().chain([*order, "id"]).collect();
        index(manager, name, &columns).await?;
    }
    Ok(())
}

async fn key_messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "key_messages";
    let columns = Columns::of(manager);
    let [version, created_at, updated_at] = columns.stamps();
    let messages = Table::create()
        .table(NAME)
        .col(columns.id())
        .col(version)
        .col(columns.uuid_or_null("initiative_id"))
        .col(columns.text("text"))
        .col(columns.text("text_folded"))
        .col(columns.text("purpose"))
        .col(columns.int("target_exposures"))
        .col(created_at)
        .col(updated_at)
        .foreign_key(&mut refers(NAME, "initiative_id", "initiatives"))
        .to_owned();
    manager.create_table(messages).await?;
    listed(manager, NAME, Some("initiative_id"), &["created_at"]).await?;
    listed(manager, NAME, None, &["text_folded", "purpose", "created_at", "updated_at"]).await
}

async fn communications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "communications";
    let columns = Columns::of(manager);
    let [version, created_at, updated_at] = columns.stamps();
    let communications = Table::create()
        .table(NAME)
        .col(columns.id())
        .col(version)
        .col(columns.text("state"))
        .col(columns.uuid("sender_id"))
        .col(columns.text("channel"))
        .col(columns.text("purpose"))
        .col(columns.text("subject"))
        .col(columns.text("subject_folded"))
        .col(columns.text("body"))
        .col(columns.text_or_null("story"))
        .col(columns.uuid_or_null("key_message_id"))
        .col(columns.text("tiers"))
        .col(columns.flag("as_corrected"))
        .col(columns.date_or_null("planned_for"))
        .col(columns.instant_or_null("sent_at"))
        .col(columns.date_or_null("sent_on"))
        .col(columns.text_or_null("sender_tier"))
        .col(columns.int_or_null("audience_size"))
        .col(columns.flag("for_everyone"))
        .col(columns.date_or_null("cancelled_on"))
        .col(columns.uuid_or_null("corrects_id"))
        .col(created_at)
        .col(updated_at)
        .foreign_key(&mut refers(NAME, "sender_id", "people"))
        .foreign_key(&mut refers(NAME, "key_message_id", "key_messages"))
        .foreign_key(&mut refers(NAME, "corrects_id", NAME))
        .to_owned();
    manager.create_table(communications).await?;
    let orders = ["subject_folded", "planned_for", "sent_at", "state", "created_at", "updated_at"];
    listed(manager, NAME, None, &orders).await?;
    listed(manager, NAME, Some("sender_id"), &["planned_for", "sent_at"]).await?;
    listed(manager, NAME, Some("key_message_id"), &["sent_at"]).await?;
    listed(manager, NAME, Some("corrects_id"), &[]).await?;
    // What a leader planned and said within a time.
    index(manager, NAME, &["planned_for", "sender_id", "state"]).await?;
    index(manager, NAME, &["sent_on", "sender_id"]).await?;
    index(manager, NAME, &["sender_id", "state", "planned_for"]).await
}

/// A table that says which of another kind belong to a communication, found from both sides.
async fn joins(
    manager: &SchemaManager<'_>,
    name: &'static str,
    other: ColumnDef,
    column: &'static str,
    to: &'static str,
) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let table = Table::create()
        .table(name)
        .col(columns.uuid("communication_id"))
        .col(other)
        .primary_key(Index::create().col("communication_id").col(column))
        .foreign_key(&mut refers(name, "communication_id", "communications"))
        .foreign_key(&mut refers(name, column, to))
        .to_owned();
    manager.create_table(table).await?;
    index(manager, name, &[column, "communication_id"]).await
}

async fn receipts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "receipts";
    let columns = Columns::of(manager);
    // The unit and the manager are what they were on that day, copied from the person, whom the row refers to: a hundred
    // thousand rows are not checked three times over.
    let receipts = Table::create()
        .table(NAME)
        .col(columns.uuid("communication_id"))
        .col(columns.uuid("person_id"))
        .col(columns.uuid_or_null("org_unit_id"))
        .col(columns.text("tier"))
        .col(columns.uuid_or_null("manager_id"))
        .col(columns.instant_or_null("delivered_at"))
        .col(columns.instant_or_null("opened_at"))
        .col(columns.instant_or_null("acknowledged_at"))
        .col(columns.uuid_or_null("recorded_by_id"))
        .primary_key(Index::create().col("communication_id").col("person_id"))
        .foreign_key(&mut refers(NAME, "communication_id", "communications"))
        .foreign_key(&mut refers(NAME, "person_id", "people"))
        .to_owned();
    manager.create_table(receipts).await?;
    // What was sent to somebody, and what of it they have not acknowledged, from the index alone.
    index(manager, NAME, &["person_id", "acknowledged_at", "communication_id"]).await?;
    // How far a communication came, and to whom, from the index alone.
    index(manager, NAME, &["communication_id", "delivered_at", "person_id"]).await?;
    index(manager, NAME, &["communication_id", "acknowledged_at", "person_id"]).await
}
