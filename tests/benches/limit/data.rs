//! The data set of the benchmark: an organisation with some years of initiatives, made by the database
//! itself in a statement a table, so that even the large one is there in minutes.
//!
//! Nothing in it is random: the same scale on the same day is the same rows on both databases.

use sea_orm::{ConnectionTrait as _, DatabaseBackend};
use tutti::store::{Database, index};
use uuid::Uuid;

/// How many portfolios there are at every scale.
pub const PORTFOLIOS: u32 = 20;
/// The person who asks: of the programme office.
pub const ASKING: u32 = 0;

/// How large the data set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// People.
    pub people: u32,
    /// Initiatives, each with 8 milestones, 20 cost entries, 3 lines of a budget, 2 links to KPIs and 10 communications of
    /// which each reached three people.
    pub initiatives: u32,
    /// KPIs, each with a target and measured in 40 months.
    pub kpis: u32,
    /// How often everybody but the first has been trained.
    pub rounds: u32,
}

impl Scale {
    /// The scale of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "small" => Some(Self { people: 600, initiatives: 1_200, kpis: 50, rounds: 10 }),
            "1" => Some(Self { people: 500, initiatives: 10_000, kpis: 50, rounds: 201 }),
            "10" => Some(Self { people: 5_000, initiatives: 100_000, kpis: 500, rounds: 201 }),
            _ => None,
        }
    }
}

/// Which table an id is of; each has its ids in a range of their own.
#[derive(Clone, Copy)]
pub enum Table {
    Person,
    Portfolio,
    Initiative,
    Milestone,
    BudgetLine,
    CostEntry,
    Baseline,
    RoleGrant,
    ActionItem,
    Kpi,
    KpiTarget,
    Measurement,
    KpiLink,
    Curriculum,
    Session,
    Attendance,
    Certification,
    Communication,
}

impl Table {
    fn number(self) -> u32 {
        match self {
            Self::Person => 1,
            Self::Portfolio => 2,
            Self::Initiative => 3,
            Self::Milestone => 4,
            Self::BudgetLine => 5,
            Self::CostEntry => 6,
            Self::Baseline => 7,
            Self::RoleGrant => 8,
            Self::ActionItem => 9,
            Self::Kpi => 10,
            Self::KpiTarget => 11,
            Self::Measurement => 12,
            Self::KpiLink => 13,
            Self::Curriculum => 14,
            Self::Session => 15,
            Self::Attendance => 16,
            Self::Certification => 17,
            Self::Communication => 18,
        }
    }
}

/// The id of a row.
pub fn id(table: Table, number: u32) -> Uuid {
    Uuid::from_u128(u128::from(table.number()) << 96 | 0x7000_8000 << 48 | u128::from(number))
}

/// Spells what the databases spell differently.
struct Dialect(DatabaseBackend);

impl Dialect {
    fn on(&self, postgres: String, sqlite: String) -> String {
        if self.0 == DatabaseBackend::Postgres { postgres } else { sqlite }
    }

    fn id(&self, table: Table, number: &str) -> String {
        let table = table.number();
        self.on(
            format!("('{table:08x}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"),
            format!("unhex(printf('{table:08x}000070008000%012x', {number}))"),
        )
    }

    /// The numbers from 0 to one below this, as `n`.
    fn up_to(&self, end: u32) -> String {
        self.on(
            format!("generate_series(0, {end} - 1) AS s(n)"),
            format!(
                "(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {end} - 1) SELECT n FROM s) AS s"
            ),
        )
    }

    /// The day so many days from today.
    fn day(&self, days: &str) -> String {
        self.on(format!("(current_date + ({days})::int)"), format!("date('now', ({days}) || ' days')"))
    }

    /// The first day of the month so many months before this one.
    fn month(&self, before: &str) -> String {
        self.on(
            format!("(date_trunc('month', current_date) - ({before}) * interval '1 month')::date"),
            format!("date('now', 'start of month', '-' || ({before}) || ' months')"),
        )
    }

    /// Noon of that day.
    fn noon(&self, days: &str) -> String {
        self.on(
            format!("((current_date + ({days})::int) + time '12:00') AT TIME ZONE 'UTC'"),
            format!("strftime('%Y-%m-%dT12:00:00+00:00', 'now', ({days}) || ' days')"),
        )
    }
}

/// Fills migrated tables.
pub async fn fill(database: &Database, scale: Scale) {
    let transaction = database.begin().await.unwrap();
    if database.backend() == DatabaseBackend::Postgres {
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await.unwrap();
    }
    let sql = Dialect(database.backend());
    let all = [portfolio, money, metrics, training, communication].map(|part| part(&sql, scale)).concat();
    for statement in all {
        if let Err(error) = transaction.execute_unprepared(&statement).await {
            panic!("{error}: {statement}");
        }
    }
    // The index is made in lots: how each is found hangs on what is known of the tables.
    transaction.execute_unprepared("ANALYZE").await.unwrap();
    index::make(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let analyse = database.begin().await.unwrap();
    analyse.execute_unprepared("ANALYZE").await.unwrap();
    analyse.commit().await.unwrap();
}

fn portfolio(sql: &Dialect, scale: Scale) -> Vec<String> {
    let Scale { people, initiatives, .. } = scale;
    let long = "'Customers who call a second time about the same thing are the ones who leave. ' || 'We answer in one call, write \
                down what was promised, and look at what came of it with those who answered. ' || 'It begins in one team, and goes on \
                to the others when the numbers of the first eight weeks say that it helps.'";
    let made = sql.noon("-400");
    let of = |table, number: &str| sql.id(table, number);
    let person = |number: &str| of(Table::Person, &format!("({number}) % {people}"));
    let milestones = initiatives * 8;
    vec![
        format!(
            "INSERT INTO people (id, version, name, name_folded, email, email_folded, tier, status, locale, manager_id, created_at, updated_at) \
             SELECT {}, 1, 'Person ' || n, 'person ' || n, 'person' || n || '@tutti.example', 'person' || n || '@tutti.example', \
             CASE n % 5 WHEN 0 THEN 'LEADER' WHEN 1 THEN 'MANAGER' ELSE 'FRONTLINE' END, 'ACTIVE', 'EN', \
             CASE WHEN n > 0 THEN {} END, {made}, {made} FROM {}",
            of(Table::Person, "n"),
            person("n / 10"),
            sql.up_to(people),
        ),
        format!(
            "INSERT INTO role_grants (id, version, person_id, role, since, created_at, updated_at) VALUES ({}, 1, {}, 'PMO', {}, {made}, {made})",
            of(Table::RoleGrant, "0"),
            of(Table::Person, "0"),
            sql.day("-400"),
        ),
        format!(
            "INSERT INTO portfolios (id, version, name, name_folded, description, owner_id, currency, report_cadence, created_at, updated_at) \
             SELECT {}, 1, 'Portfolio ' || n, 'portfolio ' || n, {long}, {}, 'EUR', 'P14D', {made}, {made} FROM {}",
            of(Table::Portfolio, "n"),
            person("n"),
            sql.up_to(PORTFOLIOS),
        ),
        format!(
            "INSERT INTO initiatives (id, version, code, code_folded, code_number, title, title_folded, description, portfolio_id, owner_id, \
             sponsor_id, reviewer_id, status, starts_on, due_on, reports_from, next_report_due_on, value_chain_stages, created_at, updated_at) \
             SELECT {}, 1, 'CX-' || n, 'cx-' || n, n, 'Answer in one call, the part of team ' || n, 'answer in one call, the part of team ' || n, \
             {long}, {}, {}, {}, {}, CASE n / {PORTFOLIOS} % 10 WHEN 0 THEN 'APPROVED' WHEN 1 THEN 'ON_HOLD' ELSE 'ACTIVE' END, {}, {}, {}, {}, \
             ',CUSTOMER_SERVICE,', {made}, {made} FROM {}",
            of(Table::Initiative, "n"),
            of(Table::Portfolio, &format!("n % {PORTFOLIOS}")),
            person("n"),
            person("n + 7"),
            person("n + 13"),
            sql.day("-360"),
            sql.day("n * 37 % 400 - 40"),
            sql.day("-360"),
            sql.day("n * 11 % 28"),
            sql.up_to(initiatives),
        ),
        format!(
            "INSERT INTO status_moves (id, initiative_id, from_status, to_status, on_day, at) \
             SELECT id, id, NULL, status, starts_on, {} FROM initiatives",
            sql.noon("-360"),
        ),
        format!(
            "INSERT INTO milestones (id, version, initiative_id, title, title_folded, owner_id, weight_bp, credit_rule, due_on, completed_on, \
             status, percent_bp, created_at, updated_at) \
             SELECT {}, 1, {}, 'Step ' || (n % 8 + 1), 'step ' || (n % 8 + 1), {}, 1250, 'PERCENT', {}, CASE WHEN n % 8 < 3 THEN {} END, \
             CASE WHEN n % 8 < 3 THEN 'DONE' WHEN n % 8 = 3 THEN 'IN_PROGRESS' ELSE 'PLANNED' END, \
             CASE WHEN n % 8 < 3 THEN 10000 WHEN n % 8 = 3 THEN 4000 ELSE 0 END, {made}, {made} FROM {}",
            of(Table::Milestone, "n"),
            of(Table::Initiative, "n / 8"),
            person("n"),
            sql.day("n / 8 * 37 % 400 - 40 - 35 * (7 - n % 8)"),
            sql.day("-60"),
            sql.up_to(milestones),
        ),
        format!(
            "INSERT INTO milestone_facts (id, milestone_id, initiative_id, effective_on, status, percent_bp, by_id, at) \
             SELECT id, id, initiative_id, {}, status, percent_bp, owner_id, {} FROM milestones WHERE status <> 'PLANNED'",
            sql.day("-60"),
            sql.noon("-60"),
        ),
    ]
}

/// What the initiatives were to cost and cost, the plan that was approved, and what is to be done.
fn money(sql: &Dialect, scale: Scale) -> Vec<String> {
    let Scale { people, initiatives, .. } = scale;
    let made = sql.noon("-400");
    let of = |table, number: &str| sql.id(table, number);
    let person = |number: &str| of(Table::Person, &format!("({number}) % {people}"));
    let (milestones, costs, lines) = (initiatives * 8, initiatives * 20, initiatives * 3);
    vec![
        format!(
            "INSERT INTO budget_lines (id, version, initiative_id, category, amount_minor, currency, note, created_at, updated_at) \
             SELECT {}, 1, {}, CASE n % 3 WHEN 0 THEN 'PEOPLE' WHEN 1 THEN 'TRAINING' ELSE 'EXTERNAL' END, 3000000 + n % 97 * 1000, 'EUR', \
             'As agreed', {made}, {made} FROM {}",
            of(Table::BudgetLine, "n"),
            of(Table::Initiative, "n / 3"),
            sql.up_to(lines),
        ),
        "INSERT INTO budget_moves (line_id, line_version, initiative_id, amount_minor, at) \
         SELECT id, 1, initiative_id, amount_minor, created_at FROM budget_lines"
            .to_owned(),
        format!(
            "INSERT INTO cost_entries (id, version, initiative_id, category, kind, amount_minor, currency, incurred_on, note, recorded_by_id, recorded_at) \
             SELECT {}, 1, {}, CASE n % 3 WHEN 0 THEN 'PEOPLE' WHEN 1 THEN 'TRAINING' ELSE 'EXTERNAL' END, \
             CASE WHEN n % 20 < 16 THEN 'ACTUAL' ELSE 'COMMITMENT' END, 150000 + n % 101 * 100, 'EUR', {}, 'Invoice ' || n, {}, {} FROM {}",
            of(Table::CostEntry, "n"),
            of(Table::Initiative, "n / 20"),
            sql.day("n % 20 * 15 - 300"),
            person("n"),
            sql.noon("n % 20 * 15 - 300"),
            sql.up_to(costs),
        ),
        format!(
            "INSERT INTO baselines (id, version, initiative_id, number, approved_by_id, approved_at, reason, starts_on, due_on, budget_minor, currency) \
             SELECT {}, 1, {}, 1, {}, {}, 'The first plan', {}, {}, 9000000, 'EUR' FROM {}",
            of(Table::Baseline, "n"),
            of(Table::Initiative, "n"),
            of(Table::Person, "0"),
            sql.noon("-360"),
            sql.day("-360"),
            sql.day("n * 37 % 400 - 40"),
            sql.up_to(initiatives),
        ),
        "UPDATE initiatives SET is_agreed = TRUE".to_owned(),
        format!(
            "INSERT INTO baseline_milestones (baseline_id, milestone_id, initiative_id, due_on, weight_bp, credit_rule) \
             SELECT {}, {}, {}, {}, 1250, 'PERCENT' FROM {}",
            of(Table::Baseline, "n / 8"),
            of(Table::Milestone, "n"),
            of(Table::Initiative, "n / 8"),
            sql.day("n / 8 * 37 % 400 - 40 - 35 * (7 - n % 8)"),
            sql.up_to(milestones),
        ),
        format!(
            "INSERT INTO action_items (id, version, title, title_folded, assignee_id, due_on, status, initiative_id, created_by_id, created_at, updated_at) \
             SELECT {}, 1, 'Call back, round ' || n, 'call back, round ' || n, {}, {}, CASE n % 3 WHEN 0 THEN 'OPEN' ELSE 'DONE' END, {}, {}, {made}, {made} FROM {}",
            of(Table::ActionItem, "n"),
            person("n"),
            sql.day("n % 60 - 20"),
            of(Table::Initiative, "n / 2"),
            of(Table::Person, "0"),
            sql.up_to(initiatives * 2),
        ),
    ]
}

/// Each initiative is to move two KPIs; each KPI has a target, and was measured month by month.
fn metrics(sql: &Dialect, scale: Scale) -> Vec<String> {
    let Scale { people, initiatives, kpis, .. } = scale;
    let made = sql.noon("-400");
    let of = |table, number: &str| sql.id(table, number);
    let person = |number: &str| of(Table::Person, &format!("({number}) % {people}"));
    vec![
        format!(
            "INSERT INTO kpis (id, version, code, code_folded, name, name_folded, description, kind, unit, direction, aggregation, cadence, \
             min_responses, \"leading\", owner_id, created_at, updated_at) \
             SELECT {}, 1, 'K' || n, 'k' || n, 'Solved at the first call, team ' || n, 'solved at the first call, team ' || n, \
             'Of those who called, how many did not call again within a week.', 'INDEX', 'points', 'UP', 'LAST', 'MONTHLY', \
             0, FALSE, {}, {made}, {made} FROM {}",
            of(Table::Kpi, "n"),
            person("n"),
            sql.up_to(kpis),
        ),
        format!(
            "INSERT INTO kpi_targets (id, version, kpi_id, from_day, to_day, baseline, threshold, target, stretch, created_at, updated_at) \
             SELECT {}, 1, {}, {}, {}, 50000000, 55000000, 60000000 + n % 7 * 1000000, 70000000, {made}, {made} FROM {}",
            of(Table::KpiTarget, "n"),
            of(Table::Kpi, "n"),
            sql.day("-400"),
            sql.day("400"),
            sql.up_to(kpis),
        ),
        format!(
            "INSERT INTO measurements (id, version, kpi_id, period_start, period_end, revision, amount, story, recorded_by_id, recorded_at, \
             in_force_at, updated_at) \
             SELECT {}, 1, {}, {}, {}, 1, 50000000 + n % 11 * 1000000, 'As counted', {}, {made}, {made}, {made} FROM {}",
            of(Table::Measurement, "n"),
            of(Table::Kpi, "n / 40"),
            sql.month("n % 40 + 1"),
            sql.on(
                format!("{} - 1", sql.month("n % 40")),
                "date('now', 'start of month', '-' || (n % 40) || ' months', '-1 day')".to_owned(),
            ),
            person("n"),
            sql.up_to(kpis * 40),
        ),
        format!(
            "INSERT INTO kpi_links (id, version, initiative_id, kpi_id, hypothesis, expected_change, lag, created_at, updated_at) \
             SELECT {}, 1, {}, {}, 'Who is helped at once need not call again.', 1500000 + n % 9 * 1000000, 'P56D', {made}, {made} FROM {}",
            of(Table::KpiLink, "n"),
            of(Table::Initiative, "n / 2"),
            of(Table::Kpi, &format!("(n / 2 * 7 + n % 2) % {kpis}")),
            sql.up_to(initiatives * 2),
        ),
    ]
}

/// How many people each trainer trains.
const AT_ONCE: u32 = 9;

/// One curriculum: the first trains nine, each of these nine, and so on, and all again in every round.
fn training(sql: &Dialect, scale: Scale) -> Vec<String> {
    let Scale { people, rounds, .. } = scale;
    let made = sql.noon("-400");
    let of = |table, number: &str| sql.id(table, number);
    let trained = people - 1;
    let trainers = (trained - 1) / AT_ONCE + 1;
    let held = format!("n / {trainers} - 300");
    vec![
        format!(
            "INSERT INTO curricula (id, version, name, name_folded, min_minutes, pass_mark_bp, created_at, updated_at) \
             VALUES ({}, 1, 'One call', 'one call', 60, 7000, {made}, {made})",
            of(Table::Curriculum, "0"),
        ),
        format!(
            "INSERT INTO certifications (id, version, person_id, curriculum_id, level, issued_on, created_at, updated_at) \
             SELECT {}, 1, {}, {}, CASE n WHEN 0 THEN 'MASTER' ELSE 'TRAINER' END, {}, {made}, {made} FROM {}",
            of(Table::Certification, "n"),
            of(Table::Person, "n"),
            of(Table::Curriculum, "0"),
            sql.day("-400"),
            sql.up_to(trainers),
        ),
        format!(
            "INSERT INTO training_sessions (id, version, curriculum_id, trainer_id, scheduled_on, held_on, state, created_at, updated_at) \
             SELECT {}, 1, {}, {}, {}, {}, 'HELD', {made}, {made} FROM {}",
            of(Table::Session, "n"),
            of(Table::Curriculum, "0"),
            of(Table::Person, &format!("n % {trainers}")),
            sql.day(&held),
            sql.day(&held),
            sql.up_to(trainers * rounds),
        ),
        format!(
            "INSERT INTO attendances (id, version, session_id, person_id, status, minutes, pre_score_bp, post_score_bp, curriculum_id, \
             trainer_id, held_on, lineage, created_at, updated_at) \
             SELECT {}, 1, {}, {}, 'COMPLETED', 90, 5000, 7000 + n % 30 * 100, {}, {}, {}, TRUE, {made}, {made} FROM {}",
            of(Table::Attendance, "n"),
            of(Table::Session, &format!("n / {trained} * {trainers} + n % {trained} / {AT_ONCE}")),
            of(Table::Person, &format!("n % {trained} + 1")),
            of(Table::Curriculum, "0"),
            of(Table::Person, &format!("n % {trained} / {AT_ONCE}")),
            sql.day(&format!("n / {trained} - 300")),
            sql.up_to(trained * rounds),
        ),
    ]
}

/// What was said about each initiative over the last year, and whom it reached: one in eight has not been acknowledged.
fn communication(sql: &Dialect, scale: Scale) -> Vec<String> {
    let Scale { people, initiatives, .. } = scale;
    let made = sql.noon("-400");
    let of = |table, number: &str| sql.id(table, number);
    let person = |number: &str| of(Table::Person, &format!("({number}) % {people}"));
    let days = "n % 10 * 36 - 340";
    vec![
        format!(
            "INSERT INTO communications (id, version, state, sender_id, channel, purpose, subject, subject_folded, body, tiers, as_corrected, \
             planned_for, sent_at, sent_on, sender_tier, audience_size, for_everyone, created_at, updated_at) \
             SELECT {}, 1, 'SENT', {}, 'TOWN_HALL', 'WHY', 'What we heard, part ' || n, 'what we heard, part ' || n, \
             'Whoever called twice told us why, and this is what we do about it.', ',', FALSE, {}, {}, {}, 'LEADER', 3, FALSE, {made}, {made} FROM {}",
            of(Table::Communication, "n"),
            person("n / 10 + 3"),
            sql.day(days),
            sql.noon(days),
            sql.day(days),
            sql.up_to(initiatives * 10),
        ),
        format!(
            "INSERT INTO served_initiatives (communication_id, initiative_id) SELECT {}, {} FROM {}",
            of(Table::Communication, "n"),
            of(Table::Initiative, "n / 10"),
            sql.up_to(initiatives * 10),
        ),
        format!(
            "INSERT INTO receipts (communication_id, person_id, tier, delivered_at, acknowledged_at) \
             SELECT {}, {}, 'FRONTLINE', {made}, CASE WHEN n / 3 % 8 > 0 THEN {made} END FROM {}",
            of(Table::Communication, "n / 3"),
            person("n / 3 + n % 3 * 5 + 1"),
            sql.up_to(initiatives * 30),
        ),
    ]
}
