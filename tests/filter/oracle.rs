//! The rows that filters are tried on, drawn so that there are ties, nulls and near misses.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use tutti_entity::ids::{InitiativeId, PersonId};
use tutti_entity::people::person::{self, Locale, PersonStatus, Tier};
use tutti_entity::portfolio::initiative::{self, Stages, Status, ValueChainStage};
use tutti_entity::value::fold;
use uuid::Uuid;

use crate::harness::portfolio;

/// Everything that there is.
#[derive(Clone, Debug)]
pub struct Rows {
    pub people: Vec<person::Model>,
    pub initiatives: Vec<initiative::Model>,
}

/// How many people are drawn, each below the ones before.
pub const PEOPLE: usize = 6;

pub const STATUSES: [Status; 4] = [Status::Proposed, Status::Active, Status::OnHold, Status::Closed];
pub const STAGES: [ValueChainStage; 3] =
    [ValueChainStage::Sales, ValueChainStage::CustomerService, ValueChainStage::OrderProcessing];
pub const TIERS: [Tier; 3] = [Tier::Leader, Tier::Frontline, Tier::Support];

/// Pieces of text that are easily mistaken for each other.
const PIECES: [&str; 16] =
    ["a", "A", "å", "Å", "A\u{30a}", "æ", "Æ", "ø", "%", "_", "\\", "'", "\"", " ", "ß", "İ"];

pub fn text() -> impl Strategy<Value = String> + Clone {
    vec(prop::sample::select(&PIECES[..]), 0..4).prop_map(|pieces| pieces.concat())
}

pub fn start() -> DateTime<Utc> {
    "2025-03-31T08:00:00Z".parse().unwrap()
}

/// A day near the test's today.
pub fn day(days: i64) -> NaiveDate {
    start().date_naive() + TimeDelta::days(days)
}

/// An instant near the test's now, to the microsecond.
pub fn instant(micros: i64) -> DateTime<Utc> {
    start() + TimeDelta::microseconds(micros)
}

fn id(kind: u8, number: usize) -> Uuid {
    let bytes = [kind, 9, 0, 0, 0, 0, 0, 0, 0, u8::try_from(number).unwrap()];
    uuid::Builder::from_unix_timestamp_millis(1_735_689_600_000, &bytes).into_uuid()
}

pub fn person_id(number: usize) -> PersonId {
    PersonId(id(1, number))
}

fn people() -> impl Strategy<Value = Vec<person::Model>> {
    let one = (text(), 0..TIERS.len(), any::<bool>(), option::weighted(0.7, any::<prop::sample::Index>()));
    vec(one, PEOPLE).prop_map(|drawn| {
        let row = |(number, (name, tier, away, manager)): (usize, (String, usize, bool, Option<_>))| {
            person::Model {
                id: person_id(number),
                version: 1,
                name_folded: fold(&name),
                name,
                email: format!("{number}@drawn.example"),
                email_folded: format!("{number}@drawn.example"),
                tier: TIERS[tier],
                status: if away { PersonStatus::OnLeave } else { PersonStatus::Active },
                locale: Locale::En,
                org_unit_id: None,
                manager_id: manager
                    .filter(|_| number > 0)
                    .map(|above: prop::sample::Index| person_id(above.index(number))),
                last_sign_in_at: None,
                daily_digest: false,
                created_at: start(),
                updated_at: start(),
            }
        };
        drawn.into_iter().enumerate().map(row).collect()
    })
}

type Drawn = (String, usize, (usize, Option<usize>), (i64, Option<i64>), Vec<ValueChainStage>, i32, bool);

fn one() -> impl Strategy<Value = Drawn> {
    (
        text(),
        0..STATUSES.len(),
        (0..PEOPLE, option::of(0..PEOPLE)),
        (-3..4_i64, option::of(-3..4_i64)),
        subsequence(STAGES.to_vec(), 0..=3),
        1..4_i32,
        any::<bool>(),
    )
}

fn initiative(number: usize, drawn: Drawn) -> initiative::Model {
    let (title, status, (owner, sponsor), (due, archived), stages, version, harbour) = drawn;
    let code_number = i32::try_from(number).unwrap();
    initiative::Model {
        id: InitiativeId(id(2, number)),
        version,
        code: format!("CX-{number}"),
        code_folded: format!("cx-{number}"),
        code_number,
        title_folded: fold(&title),
        title,
        description: None,
        portfolio_id: portfolio(if harbour { "Harbour" } else { "Lighthouse" }),
        owner_id: person_id(owner),
        sponsor_id: sponsor.map(person_id),
        reviewer_id: None,
        status: STATUSES[status],
        status_before_hold: None,
        starts_on: day(-10),
        due_on: day(due),
        completed_on: None,
        reports_from: None,
        next_report_due_on: None,
        value_chain_stages: Stages::new(&stages),
        archived_at: archived.map(instant),
        created_at: start(),
        updated_at: start(),
    }
}

/// People and initiatives.
pub fn rows() -> impl Strategy<Value = Rows> {
    (people(), vec(one(), 1..12)).prop_map(|(people, drawn)| Rows {
        people,
        initiatives: drawn.into_iter().enumerate().map(|(number, drawn)| initiative(number, drawn)).collect(),
    })
}
