//! What is asked: each question in GraphQL, and as one statement that a hand would write for the same answer.

use serde_json::{Value, json};
use tutti_entity::ids::{CurriculumId, InitiativeId, PortfolioId};
use uuid::Uuid;

use crate::data::{PORTFOLIOS, Scale, Table, id};

/// One question.
pub struct Question {
    /// What it goes by.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// In GraphQL.
    pub graphql: &'static str,
    /// As one statement that answers the whole JSON, for PostgreSQL and for SQLite. None where the answer is worked out
    /// by rules that no statement has: such a question is measured by itself.
    pub bare: Option<[&'static str; 2]>,
    /// Whether it changes something.
    pub writes: bool,
    /// About which row it asks the so many-th time.
    about_row: fn(Scale, u32) -> Uuid,
    /// What the row is called in the variables.
    variables: fn(Uuid) -> Value,
}

impl Question {
    /// The row and the variables of the so many-th time.
    pub fn asked(&self, scale: Scale, time: u32) -> (Uuid, Value) {
        let row = (self.about_row)(scale, time);
        (row, (self.variables)(row))
    }
}

/// All of them.
pub const QUESTIONS: [Question; 7] = [PAGE, ONE, SUMMARY, WORK, CASCADE, SEARCH, RECORD];

fn some_portfolio(_: Scale, time: u32) -> Uuid {
    id(Table::Portfolio, time % PORTFOLIOS)
}

fn some_initiative(scale: Scale, time: u32) -> Uuid {
    // 7919 is prime: all are met before one comes again.
    id(Table::Initiative, time.wrapping_mul(7919) % scale.initiatives)
}

const PAGE: Question = Question {
    name: "P",
    about: "a page: the next 50 initiatives of a portfolio by due date, with owner, milestones, budget, the last three costs with who recorded them, the last three communications with who sent them, and the targets of the KPIs that they are to move",
    graphql: "query P($id: ID!) { portfolio(id: $id) { name initiatives(first: 50, orderBy: [{field: DUE_ON}]) { \
              nodes { id code title status dueOn owner { id name email } \
              milestones(first: 8, orderBy: [{field: DUE_ON}]) { nodes { id title dueOn status } } \
              budget { approved { amount currency } actual { amount } committed { amount } available { amount } used { value state } } \
              costs(first: 3, orderBy: [{field: INCURRED_ON, direction: DESC}]) { nodes { id incurredOn category amount { amount currency } note recordedBy { id name } } } \
              communications(first: 3, orderBy: [{field: SENT_AT, direction: DESC}]) { nodes { id subject plannedFor sender { id name } } } \
              kpiLinks { id hypothesis expectedChange kpi { code name target { baseline target } } } \
              } pageInfo { hasNextPage } } } }",
    bare: Some([include_str!("page.postgres.sql"), include_str!("page.sqlite.sql")]),
    writes: false,
    about_row: some_portfolio,
    variables: |row| json!({ "id": PortfolioId(row).to_string() }),
};

const ONE: Question = Question {
    name: "I",
    about: "one initiative with the same",
    graphql: "query I($id: ID!) { initiative(by: {id: $id}) { \
              id code title description status dueOn owner { id name email } \
              milestones(first: 8, orderBy: [{field: DUE_ON}]) { nodes { id title dueOn status } } \
              budget { approved { amount currency } actual { amount } committed { amount } available { amount } used { value state } } \
              costs(first: 3, orderBy: [{field: INCURRED_ON, direction: DESC}]) { nodes { id incurredOn category amount { amount currency } note recordedBy { id name } } } \
              communications(first: 3, orderBy: [{field: SENT_AT, direction: DESC}]) { nodes { id subject plannedFor sender { id name } } } \
              kpiLinks { id hypothesis expectedChange kpi { code name target { baseline target } } } \
              } }",
    bare: Some([include_str!("one.postgres.sql"), include_str!("one.sqlite.sql")]),
    writes: false,
    about_row: some_initiative,
    variables: |row| json!({ "id": InitiativeId(row).to_string() }),
};

/// Also what is told to those who listen.
pub const RECORD: Question = Question {
    name: "M",
    about: "a cost is recorded",
    graphql: "mutation M($input: CostEntryRecordInput!) { costEntryRecord(input: $input) { \
              costEntry { amount { amount currency } incurredOn note } userErrors { code message path } } }",
    bare: Some([include_str!("record.postgres.sql"), include_str!("record.sqlite.sql")]),
    writes: true,
    about_row: some_initiative,
    variables: |row| {
        json!({ "input": {
            "initiativeId": InitiativeId(row).to_string(), "category": "OTHER", "kind": "ACTUAL",
            "amount": { "amount": "0.01", "currency": "EUR" }, "incurredOn": "2025-01-01", "note": "Stamps",
        } })
    },
};

const SUMMARY: Question = Question {
    name: "S",
    about: "the summary of a portfolio: 500 initiatives by status and by health, and their earned value",
    graphql: "query S($id: ID!) { portfolio(id: $id) { name summary { initiatives open milestonesOverdue \
              byStatus { status count } byHealth { health count } \
              earnedValue { earnedValue { value } plannedValue { value } actualCost { value } costIndex { value } } } } }",
    bare: Some([include_str!("summary.postgres.sql"), include_str!("summary.sqlite.sql")]),
    writes: false,
    about_row: some_portfolio,
    variables: |row| json!({ "id": PortfolioId(row).to_string() }),
};

const CASCADE: Question = Question {
    name: "C",
    about: "the cascade of a curriculum over 100 000 attendances, generation by generation",
    graphql: "query C($id: ID!) { cascade(curriculumId: $id) { masters reach attendances \
              generations { number reach attendances activeTrainers growth { value } } } }",
    bare: Some([include_str!("cascade.postgres.sql"), include_str!("cascade.sqlite.sql")]),
    writes: false,
    about_row: |_, _| id(Table::Curriculum, 0),
    variables: |row| json!({ "id": CurriculumId(row).to_string() }),
};

const WORK: Question = Question {
    name: "W",
    about: "what waits for the one who asks, out of everything",
    graphql: "{ viewer { work(first: 50) { nodes { kind role dueOn dueState subject { id } } } } }",
    bare: None,
    writes: false,
    about_row: some_initiative,
    variables: |_| json!({}),
};

const SEARCH: Question = Question {
    name: "Q",
    about: "a search for two words, one of them rare",
    graphql: "query Q($query: String!) { search(query: $query) { title score excerpt node { id } } }",
    bare: None,
    writes: false,
    about_row: some_initiative,
    variables: |row| json!({ "query": format!("answer {}", row.as_u128() & 0xffff_ffff) }),
};
