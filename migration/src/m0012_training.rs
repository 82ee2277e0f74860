//! Curricula, the sessions at which they are taught, who attended, certificates, the cascade that these make, change
//! agents and how far people have come with a change.

use sea_orm_migration::prelude::{
    ColumnDef, ConnectionTrait, DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement,
};

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        curricula(manager).await?;
        training_sessions(manager).await?;
        attendances(manager).await?;
        certifications(manager).await?;
        change_agents(manager).await?;
        adoption_assessments(manager).await
    }
}

/// A table with an id, these columns of its own and the stamps of its changes.
fn table<const N: usize>(
    columns: Columns,
    name: &'static str,
    own: [ColumnDef; N],
    references: &[(&'static str, &'static str)],
) -> TableCreateStatement {
    let [version, created_at, updated_at] = columns.stamps();
    let mut table = Table::create().table(name).col(columns.id()).col(version).to_owned();
    for column in own {
        table.col(column);
    }
    table.col(created_at).col(updated_at);
    for (column, to) in references {
        table.foreign_key(&mut refers(name, column, to));
    }
    table
}

/// Indexes for these orders of the whole list.
async fn ordered(
    manager: &SchemaManager<'_>,
    name: &'static str,
    orders: &[&'static str],
) -> Result<(), DbErr> {
    for order in orders {
        index(manager, name, &[order, "id"]).await?;
    }
    Ok(())
}

/// Indexes for these orders of the rows that belong to what this column names, and for the rows themselves.
async fn listed(
    manager: &SchemaManager<'_>,
    name: &'static str,
    of: &'static str,
    orders: &[&'static str],
) -> Result<(), DbErr> {
    index(manager, name, &[of, "id"]).await?;
    for order in orders {
        index(manager, name, &[of, order, "id"]).await?;
    }
    Ok(())
}

async fn curricula(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.text("name"),
        columns.text("name_folded"),
        columns.text_or_null("objectives"),
        columns.text_or_null("validity"),
        columns.int("min_minutes"),
        columns.int("pass_mark_bp"),
        columns.text_or_null("practice_within"),
    ];
    manager.create_table(table(columns, "curricula", own, &[])).await?;
    unique(manager, "curricula", &["name_folded"]).await?;
    ordered(manager, "curricula", &["created_at", "updated_at"]).await
}

async fn training_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "training_sessions";
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("curriculum_id"),
        columns.uuid("trainer_id"),
        columns.uuid_or_null("initiative_id"),
        columns.date("scheduled_on"),
        columns.date_or_null("held_on"),
        columns.text_or_null("place"),
        columns.text("state"),
        columns.text_or_null("flag"),
    ];
    let references =
        [("curriculum_id", "curricula"), ("trainer_id", "people"), ("initiative_id", "initiatives")];
    manager.create_table(table(columns, NAME, own, &references)).await?;
    let orders = ["scheduled_on", "held_on", "state", "created_at", "updated_at"];
    ordered(manager, NAME, &orders).await?;
    listed(manager, NAME, "curriculum_id", &orders).await?;
    listed(manager, NAME, "trainer_id", &["scheduled_on", "held_on"]).await?;
    listed(manager, NAME, "initiative_id", &["scheduled_on", "held_on"]).await?;
    // Which of a trainer's sessions are to come, or were held, of a curriculum.
    index(manager, NAME, &["curriculum_id", "trainer_id", "state", "held_on"]).await?;
    index(manager, NAME, &["state", "scheduled_on", "id"]).await?;
    let co_trainers = Table::create()
        .table("co_trainers")
        .col(columns.uuid("session_id"))
        .col(columns.uuid("person_id"))
        .primary_key(Index::create().col("session_id").col("person_id"))
        .foreign_key(&mut refers("co_trainers", "session_id", NAME))
        .foreign_key(&mut refers("co_trainers", "person_id", "people"))
        .to_owned();
    manager.create_table(co_trainers).await?;
    index(manager, "co_trainers", &["person_id", "session_id"]).await
}

async fn attendances(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "attendances";
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("session_id"),
        columns.uuid("person_id"),
        columns.text("status"),
        columns.int_or_null("minutes"),
        columns.int_or_null("pre_score_bp"),
        columns.int_or_null("post_score_bp"),
        columns.uuid("curriculum_id"),
        columns.uuid("trainer_id"),
        columns.date_or_null("held_on"),
        columns.flag("lineage"),
        columns.date_or_null("practise_by"),
    ];
    let references = [
        ("session_id", "training_sessions"),
        ("person_id", "people"),
        ("curriculum_id", "curricula"),
        ("trainer_id", "people"),
    ];
    manager.create_table(table(columns, NAME, own, &references)).await?;
    unique(manager, NAME, &["session_id", "person_id"]).await?;
    listed(manager, NAME, "session_id", &["status", "created_at"]).await?;
    listed(manager, NAME, "person_id", &["status", "held_on"]).await?;
    ordered(manager, NAME, &["status", "held_on", "practise_by", "created_at", "updated_at"]).await?;
    listed(manager, NAME, "curriculum_id", &["held_on", "practise_by"]).await?;
    // The whole cascade of a curriculum, session by session, from the index alone.
    let cascade = [
        "curriculum_id",
        "status",
        "held_on",
        "session_id",
        "trainer_id",
        "lineage",
        "person_id",
        "post_score_bp",
    ];
    index(manager, NAME, &cascade).await?;
    // Somebody's first session of a curriculum that counts, and whom somebody trained, from the index alone.
    index(manager, NAME, &["curriculum_id", "person_id", "lineage", "held_on", "id"]).await?;
    index(manager, NAME, &["curriculum_id", "status", "person_id"]).await?;
    index(manager, NAME, &["trainer_id", "curriculum_id", "lineage", "person_id"]).await?;
    index(manager, NAME, &["trainer_id", "status", "person_id", "curriculum_id", "held_on"]).await
}

async fn certifications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "certifications";
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("person_id"),
        columns.uuid("curriculum_id"),
        columns.text("level"),
        columns.date("issued_on"),
        columns.date_or_null("expires_on"),
        columns.date_or_null("revoked_on"),
        columns.text_or_null("revoked_reason"),
        columns.date_or_null("replaced_on"),
        columns.uuid_or_null("replaces_id"),
        columns.uuid_or_null("issued_by_id"),
        columns.uuid_or_null("basis_id"),
    ];
    let references = [
        ("person_id", "people"),
        ("curriculum_id", "curricula"),
        ("replaces_id", NAME),
        ("issued_by_id", "people"),
        ("basis_id", "attendances"),
    ];
    manager.create_table(table(columns, NAME, own, &references)).await?;
    unique(manager, NAME, &["replaces_id"]).await?;
    let orders = ["issued_on", "expires_on", "level", "created_at", "updated_at"];
    ordered(manager, NAME, &orders).await?;
    listed(manager, NAME, "person_id", &["issued_on", "expires_on"]).await?;
    listed(manager, NAME, "curriculum_id", &["issued_on", "expires_on"]).await?;
    // Whether somebody may train a curriculum on a day.
    index(manager, NAME, &["curriculum_id", "person_id", "level", "issued_on"]).await?;
    // A certificate that nothing ended but its day is the only one of its person, curriculum and level.
    let one = "CREATE UNIQUE INDEX uq_certifications_in_force ON certifications \
               (person_id, curriculum_id, level) WHERE revoked_on IS NULL AND replaced_on IS NULL";
    manager.get_connection().execute_unprepared(one).await?;
    Ok(())
}

async fn change_agents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "change_agents";
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("person_id"),
        columns.uuid("org_unit_id"),
        columns.int("capacity_bp"),
        columns.flag("manager_agreed"),
        columns.text("state"),
    ];
    let references = [("person_id", "people"), ("org_unit_id", "org_units")];
    manager.create_table(table(columns, NAME, own, &references)).await?;
    unique(manager, NAME, &["person_id", "org_unit_id"]).await?;
    ordered(manager, NAME, &["state", "capacity_bp", "created_at", "updated_at"]).await?;
    listed(manager, NAME, "org_unit_id", &["state"]).await?;
    index(manager, NAME, &["state", "org_unit_id", "person_id"]).await
}

async fn adoption_assessments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const NAME: &str = "adoption_assessments";
    let columns = Columns::of(manager);
    let assessments = Table::create()
        .table(NAME)
        .col(columns.id())
        .col(columns.int("version"))
        .col(columns.uuid("person_id"))
        .col(columns.int("awareness"))
        .col(columns.int("desire"))
        .col(columns.int("knowledge"))
        .col(columns.int("ability"))
        .col(columns.int("reinforcement"))
        .col(columns.text("barrier"))
        .col(columns.date("assessed_on"))
        .col(columns.instant("recorded_at"))
        .foreign_key(&mut refers(NAME, "person_id", "people"))
        .to_owned();
    manager.create_table(assessments).await?;
    index(manager, NAME, &["person_id", "assessed_on", "id", "barrier"]).await?;
    ordered(manager, NAME, &["assessed_on", "recorded_at"]).await
}
