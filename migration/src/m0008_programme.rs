//! The programme in full: milestones and what they came to, baselines, statuses by day, reports, dependencies,
//! risks, actions, calendars, and to which initiative an event belongs.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

use crate::columns::{Columns, index, refers, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        milestones(manager).await?;
        milestone_facts(manager).await?;
        date_moves(manager).await?;
        baselines(manager).await?;
        initiatives(manager).await?;
        status_moves(manager).await?;
        cadence_moves(manager).await?;
        status_reports(manager).await?;
        dependencies(manager).await?;
        raid_items(manager).await?;
        action_items(manager).await?;
        calendar_feeds(manager).await?;
        costs(manager).await?;
        events(manager).await
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
}

/// A table that people change, with these columns and these references to other tables.
fn table(
    columns: Columns,
    name: &'static str,
    own: impl IntoIterator<Item = ColumnDef>,
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

/// Indexes for the lists of one parent in these orders.
async fn listed(
    manager: &SchemaManager<'_>,
    table: &'static str,
    parent: &'static str,
    orders: &[&'static str],
) -> Result<(), DbErr> {
    index(manager, table, &[parent, "id"]).await?;
    for order in orders {
        index(manager, table, &[parent, order, "id"]).await?;
    }
    Ok(())
}

/// Indexes for the list of everything in these orders.
async fn ordered(
    manager: &SchemaManager<'_>,
    table: &'static str,
    orders: &[&'static str],
) -> Result<(), DbErr> {
    for order in orders {
        index(manager, table, &[order, "id"]).await?;
    }
    Ok(())
}

async fn milestones(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("initiative_id"),
        columns.text("title"),
        columns.text("title_folded"),
        columns.uuid("owner_id"),
        columns.int_or_null("weight_bp"),
        columns.text("credit_rule"),
        columns.date("due_on"),
        columns.date_or_null("completed_on"),
        columns.text("status"),
        columns.int("percent_bp"),
    ];
    let references = [("initiative_id", "initiatives"), ("owner_id", "people")];
    manager.create_table(table(columns, "milestones", own, &references)).await?;
    let orders = ["due_on", "completed_on", "status", "title_folded", "created_at", "updated_at"];
    listed(manager, "milestones", "initiative_id", &orders).await?;
    listed(manager, "milestones", "owner_id", &["due_on"]).await?;
    // Which of a portfolio are not reached is read from the index alone.
    index(manager, "milestones", &["initiative_id", "status", "due_on"]).await?;
    ordered(manager, "milestones", &orders).await
}

async fn milestone_facts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let facts = Table::create()
        .table("milestone_facts")
        .col(columns.id())
        .col(columns.uuid("milestone_id"))
        .col(columns.uuid("initiative_id"))
        .col(columns.date("effective_on"))
        .col(columns.text("status"))
        .col(columns.int("percent_bp"))
        .col(columns.text_or_null("reason"))
        .col(columns.uuid("by_id"))
        .col(columns.instant("at"))
        .foreign_key(&mut refers("milestone_facts", "milestone_id", "milestones"))
        .foreign_key(&mut refers("milestone_facts", "initiative_id", "initiatives"))
        .foreign_key(&mut refers("milestone_facts", "by_id", "people"))
        .to_owned();
    manager.create_table(facts).await?;
    index(manager, "milestone_facts", &["milestone_id", "effective_on", "id"]).await?;
    index(manager, "milestone_facts", &["initiative_id", "id"]).await
}

async fn date_moves(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    add(manager, "date_moves", columns.uuid_or_null("milestone_id")).await?;
    add(manager, "date_moves", columns.int("days").default(0).to_owned()).await?;
    let days = match manager.get_database_backend() {
        DatabaseBackend::Postgres => "to_on - from_on",
        _ => "CAST(julianday(to_on) - julianday(from_on) AS INTEGER)",
    };
    run(manager, &format!("UPDATE date_moves SET days = {days}")).await?;
    index(manager, "date_moves", &["milestone_id", "id"]).await?;
    index(manager, "date_moves", &["at", "id"]).await
}

async fn baselines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let baselines = Table::create()
        .table("baselines")
        .col(columns.id())
        .col(columns.int("version"))
        .col(columns.uuid("initiative_id"))
        .col(columns.int("number"))
        .col(columns.uuid("approved_by_id"))
        .col(columns.instant("approved_at"))
        .col(columns.text("reason"))
        .col(columns.date("starts_on"))
        .col(columns.date("due_on"))
        .col(columns.bigint("budget_minor"))
        .col(columns.text("currency"))
        .foreign_key(&mut refers("baselines", "initiative_id", "initiatives"))
        .foreign_key(&mut refers("baselines", "approved_by_id", "people"))
        .to_owned();
    manager.create_table(baselines).await?;
    unique(manager, "baselines", &["initiative_id", "number"]).await?;
    let parts = Table::create()
        .table("baseline_milestones")
        .col(columns.uuid("baseline_id"))
        .col(columns.uuid("milestone_id"))
        .col(columns.uuid("initiative_id"))
        .col(columns.date("due_on"))
        .col(columns.int("weight_bp"))
        .col(columns.text("credit_rule"))
        .primary_key(Index::create().col("baseline_id").col("milestone_id"))
        .foreign_key(&mut refers("baseline_milestones", "baseline_id", "baselines"))
        .foreign_key(&mut refers("baseline_milestones", "milestone_id", "milestones"))
        .foreign_key(&mut refers("baseline_milestones", "initiative_id", "initiatives"))
        .to_owned();
    manager.create_table(parts).await?;
    index(manager, "baseline_milestones", &["milestone_id"]).await?;
    index(manager, "baseline_milestones", &["initiative_id"]).await
}

async fn initiatives(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    for column in ["completed_on", "reports_from", "next_report_due_on"] {
        add(manager, "initiatives", columns.date_or_null(column)).await?;
    }
    ordered(manager, "initiatives", &["next_report_due_on", "completed_on"]).await?;
    index(manager, "initiatives", &["portfolio_id", "next_report_due_on", "id"]).await?;
    // Reports of initiatives that ran before there were any fall due from the day of this change on.
    let today = match manager.get_database_backend() {
        DatabaseBackend::Postgres => "current_date",
        _ => "date('now')",
    };
    let running = "status IN ('ACTIVE', 'CLOSING')";
    run(
        manager,
        &format!(
            "UPDATE initiatives SET reports_from = {today}, next_report_due_on = {today} WHERE {running}"
        ),
    )
    .await?;
    // The day on which they were closed is in the log.
    let closed =
        "SELECT max(at) FROM events WHERE subject_id = initiatives.id AND action = 'initiative.transitioned'";
    let day = match manager.get_database_backend() {
        DatabaseBackend::Postgres => format!("({closed})::date"),
        _ => format!("date(({closed}))"),
    };
    run(manager, &format!("UPDATE initiatives SET completed_on = {day} WHERE status = 'CLOSED'")).await
}

async fn status_moves(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let moves = Table::create()
        .table("status_moves")
        .col(columns.id())
        .col(columns.uuid("initiative_id"))
        .col(columns.text_or_null("from_status"))
        .col(columns.text("to_status"))
        .col(columns.date("on_day"))
        .col(columns.instant("at"))
        .foreign_key(&mut refers("status_moves", "initiative_id", "initiatives"))
        .to_owned();
    manager.create_table(moves).await?;
    index(manager, "status_moves", &["initiative_id", "id"]).await?;
    // What the log does not tell exactly is told as it stands: from its beginning in the status of today. The id
    // is that of the initiative, which is as unique.
    let day = match manager.get_database_backend() {
        DatabaseBackend::Postgres => "created_at::date",
        _ => "date(created_at)",
    };
    run(
        manager,
        &format!(
            "INSERT INTO status_moves (id, initiative_id, from_status, to_status, on_day, at) \
             SELECT id, id, NULL, status, {day}, created_at FROM initiatives"
        ),
    )
    .await
}

async fn cadence_moves(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let moves = Table::create()
        .table("cadence_moves")
        .col(columns.uuid("portfolio_id"))
        .col(columns.int("portfolio_version"))
        .col(columns.text("from_cadence"))
        .col(columns.instant("at"))
        .primary_key(Index::create().col("portfolio_id").col("portfolio_version"))
        .foreign_key(&mut refers("cadence_moves", "portfolio_id", "portfolios"))
        .to_owned();
    manager.create_table(moves).await
}

async fn status_reports(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("initiative_id"),
        columns.uuid("author_id"),
        columns.text("state"),
        columns.date("period_end"),
        columns.text("health"),
        columns.text_or_null("computed_health"),
        columns.flag("better_than_computed"),
        columns.text("summary"),
        columns.text_or_null("next_steps"),
        columns.text_or_null("help_needed"),
        columns.text_or_null("override_reason"),
        columns.date_or_null("override_until"),
        columns.instant_or_null("published_at"),
        columns.uuid_or_null("published_by_id"),
        columns.uuid_or_null("acknowledged_by_id"),
        columns.instant_or_null("acknowledged_at"),
        columns.uuid_or_null("supersedes_id"),
        columns.flag("is_latest"),
        columns.instant_or_null("discarded_at"),
    ];
    let references = [
        ("initiative_id", "initiatives"),
        ("author_id", "people"),
        ("published_by_id", "people"),
        ("acknowledged_by_id", "people"),
        ("supersedes_id", "status_reports"),
    ];
    manager.create_table(table(columns, "status_reports", own, &references)).await?;
    let pictures = Table::create()
        .table("report_pictures")
        .col(columns.id())
        .col(columns.text("picture"))
        .foreign_key(&mut refers("report_pictures", "id", "status_reports"))
        .to_owned();
    manager.create_table(pictures).await?;
    // One report a period, and one correction of each; a draft that was discarded takes no place.
    for (name, columns, reports) in [
        ("period", "initiative_id, period_end", "supersedes_id IS NULL"),
        ("correction", "supersedes_id", "supersedes_id IS NOT NULL"),
    ] {
        let index = format!(
            "CREATE UNIQUE INDEX uq_status_reports_{name} ON status_reports ({columns}) \
             WHERE {reports} AND discarded_at IS NULL"
        );
        run(manager, &index).await?;
    }
    run(
        manager,
        "CREATE UNIQUE INDEX uq_status_reports_latest ON status_reports (initiative_id) WHERE is_latest",
    )
    .await?;
    let orders = ["period_end", "published_at", "state", "health", "created_at", "updated_at"];
    listed(manager, "status_reports", "initiative_id", &orders).await?;
    index(manager, "status_reports", &["author_id", "id"]).await?;
    ordered(manager, "status_reports", &orders).await
}

async fn dependencies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("giver_id"),
        columns.uuid("taker_id"),
        columns.date("needed_on"),
        columns.text_or_null("note"),
        columns.instant_or_null("removed_at"),
    ];
    let references = [("giver_id", "initiatives"), ("taker_id", "initiatives")];
    manager.create_table(table(columns, "dependencies", own, &references)).await?;
    run(
        manager,
        "CREATE UNIQUE INDEX uq_dependencies_pair ON dependencies (giver_id, taker_id) WHERE removed_at IS NULL",
    )
    .await?;
    index(manager, "dependencies", &["taker_id", "needed_on", "id"]).await?;
    index(manager, "dependencies", &["giver_id", "needed_on", "id"]).await?;
    ordered(manager, "dependencies", &["needed_on", "created_at"]).await
}

async fn raid_items(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.uuid("initiative_id"),
        columns.text("kind"),
        columns.text("title"),
        columns.text("title_folded"),
        columns.uuid("owner_id"),
        columns.int("probability"),
        columns.int("impact"),
        columns.int("score"),
        columns.bigint_or_null("impact_cost_minor"),
        columns.text("currency"),
        columns.text_or_null("response"),
        columns.date_or_null("due_on"),
        columns.text("status"),
        columns.uuid_or_null("came_of_id"),
    ];
    let references = [("initiative_id", "initiatives"), ("owner_id", "people"), ("came_of_id", "raid_items")];
    manager.create_table(table(columns, "raid_items", own, &references)).await?;
    unique(manager, "raid_items", &["came_of_id"]).await?;
    let orders = ["score", "due_on", "status", "kind", "title_folded", "created_at", "updated_at"];
    listed(manager, "raid_items", "initiative_id", &orders).await?;
    listed(manager, "raid_items", "owner_id", &["due_on"]).await?;
    ordered(manager, "raid_items", &orders).await
}

async fn action_items(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [
        columns.text("title"),
        columns.text("title_folded"),
        columns.uuid("assignee_id"),
        columns.date("due_on"),
        columns.text("status"),
        columns.uuid_or_null("initiative_id"),
        columns.uuid_or_null("raid_item_id"),
        columns.text_or_null("note"),
        columns.uuid("created_by_id"),
        columns.instant_or_null("completed_at"),
    ];
    let references = [
        ("assignee_id", "people"),
        ("initiative_id", "initiatives"),
        ("raid_item_id", "raid_items"),
        ("created_by_id", "people"),
    ];
    manager.create_table(table(columns, "action_items", own, &references)).await?;
    let orders = ["due_on", "status", "title_folded", "completed_at", "created_at", "updated_at"];
    listed(manager, "action_items", "initiative_id", &orders).await?;
    listed(manager, "action_items", "assignee_id", &orders).await?;
    index(manager, "action_items", &["raid_item_id", "id"]).await?;
    index(manager, "action_items", &["created_by_id", "id"]).await?;
    ordered(manager, "action_items", &orders).await
}

async fn calendar_feeds(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let own = [columns.uuid("person_id"), columns.text("hash"), columns.instant_or_null("revoked_at")];
    manager.create_table(table(columns, "calendar_feeds", own, &[("person_id", "people")])).await?;
    unique(manager, "calendar_feeds", &["hash"]).await?;
    run(
        manager,
        "CREATE UNIQUE INDEX uq_calendar_feeds_person ON calendar_feeds (person_id) WHERE revoked_at IS NULL",
    )
    .await
}

/// What a portfolio has spent is added up from the index alone. Its entries lie all over the table, in the order in
/// which everybody's were recorded: to fetch each took ten times as long.
async fn costs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sums = ["initiative_id", "incurred_on", "kind", "amount_minor", "recorded_at"];
    index(manager, "cost_entries", &sums).await
}

/// What happened to a part of an initiative happened to the initiative: its own log holds both.
async fn events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add(manager, "events", Columns::of(manager).uuid_or_null("within_id")).await?;
    index(manager, "events", &["within_id", "position"]).await?;
    run(manager, "UPDATE events SET within_id = subject_id WHERE subject_kind = 'ini'").await?;
    for (kind, table) in [("bud", "budget_lines"), ("cst", "cost_entries")] {
        let within = format!("SELECT initiative_id FROM {table} WHERE {table}.id = events.subject_id");
        run(manager, &format!("UPDATE events SET within_id = ({within}) WHERE subject_kind = '{kind}'"))
            .await?;
    }
    Ok(())
}
