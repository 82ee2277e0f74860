//! Trees of filters: drawn, written as JSON, and decided in memory.

use proptest::{collection::vec, option, prelude::*};
use serde_json::{Map, Value, json};
use tutti_entity::people::person::{self, Tier};
use tutti_entity::portfolio::initiative::{self, Status, ValueChainStage};
use tutti_entity::value::fold;

use super::oracle::{PEOPLE, Rows, STAGES, STATUSES, TIERS, day, instant, person_id, rows, text};

/// A filter: what is said of the row, and the connectives.
#[derive(Clone, Debug)]
pub struct Node<L> {
    leaves: Vec<L>,
    and: Option<Vec<Node<L>>>,
    or: Option<Vec<Node<L>>>,
    not: Option<Box<Node<L>>>,
}

pub type InitiativeNode = Node<OfInitiative>;
pub type PersonNode = Node<OfPerson>;

/// One field of a filter.
pub trait Leaf {
    type Row;
    fn field(&self) -> (&'static str, Value);
    fn holds(&self, rows: &Rows, row: &Self::Row) -> bool;
}

impl<L: Leaf> Node<L> {
    pub fn json(&self) -> Value {
        let mut fields = Map::new();
        for leaf in &self.leaves {
            let (field, value) = leaf.field();
            // A field is said once in an object; what else is said of it goes into an `and` of its own.
            if fields.contains_key(field) {
                let more = fields.entry("and").or_insert_with(|| json!([]));
                more.as_array_mut().unwrap().push(json!({ field: value }));
            } else {
                fields.insert(field.to_owned(), value);
            }
        }
        if let Some(and) = &self.and {
            let more = fields.entry("and").or_insert_with(|| json!([]));
            more.as_array_mut().unwrap().extend(and.iter().map(Self::json));
        }
        if let Some(or) = &self.or {
            fields.insert("or".to_owned(), or.iter().map(Self::json).collect());
        }
        if let Some(not) = &self.not {
            fields.insert("not".to_owned(), not.json());
        }
        Value::Object(fields)
    }

    pub fn holds(&self, rows: &Rows, row: &L::Row) -> bool {
        self.leaves.iter().all(|leaf| leaf.holds(rows, row))
            && self.and.iter().flatten().all(|node| node.holds(rows, row))
            && self.or.as_ref().is_none_or(|or| or.iter().any(|node| node.holds(rows, row)))
            && self.not.as_ref().is_none_or(|not| !not.holds(rows, row))
    }
}

/// What is said of a value that can be compared, and may be missing.
#[derive(Clone, Debug)]
pub enum Says<T> {
    Eq(T),
    Neq(T),
    In(Vec<T>),
    NotIn(Vec<T>),
    Lt(T),
    Lte(T),
    Gt(T),
    Gte(T),
    Between(T, T),
    IsNull(bool),
}

impl<T: PartialOrd> Says<T> {
    fn json(&self, show: impl Fn(&T) -> Value) -> Value {
        let list = |all: &[T]| all.iter().map(&show).collect::<Value>();
        match self {
            Self::Eq(value) => json!({ "eq": show(value) }),
            Self::Neq(value) => json!({ "neq": show(value) }),
            Self::In(all) => json!({ "in": list(all) }),
            Self::NotIn(all) => json!({ "notIn": list(all) }),
            Self::Lt(value) => json!({ "lt": show(value) }),
            Self::Lte(value) => json!({ "lte": show(value) }),
            Self::Gt(value) => json!({ "gt": show(value) }),
            Self::Gte(value) => json!({ "gte": show(value) }),
            Self::Between(from, to) => json!({ "between": { "from": show(from), "to": show(to) } }),
            Self::IsNull(is_null) => json!({ "isNull": is_null }),
        }
    }

    /// A missing value is unlike everything: it makes `neq` and `notIn` true, and the rest false.
    fn holds(&self, value: Option<&T>) -> bool {
        match self {
            Self::Eq(wanted) => value == Some(wanted),
            Self::Neq(other) => value != Some(other),
            Self::In(all) => value.is_some_and(|value| all.contains(value)),
            Self::NotIn(all) => !value.is_some_and(|value| all.contains(value)),
            Self::Lt(bound) => value.is_some_and(|value| value < bound),
            Self::Lte(bound) => value.is_some_and(|value| value <= bound),
            Self::Gt(bound) => value.is_some_and(|value| value > bound),
            Self::Gte(bound) => value.is_some_and(|value| value >= bound),
            Self::Between(from, to) => value.is_some_and(|value| from <= value && value <= to),
            Self::IsNull(is_null) => value.is_none() == *is_null,
        }
    }
}

fn equality<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + Clone + 'static,
) -> BoxedStrategy<Says<T>> {
    prop_oneof![
        value.clone().prop_map(Says::Eq),
        value.clone().prop_map(Says::Neq),
        vec(value.clone(), 0..3).prop_map(Says::In),
        vec(value, 0..3).prop_map(Says::NotIn),
        any::<bool>().prop_map(Says::IsNull),
    ]
    .boxed()
}

/// What date and instant filters take besides `eq` and `isNull`.
fn bounds<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + Clone + 'static,
) -> BoxedStrategy<Says<T>> {
    prop_oneof![
        value.clone().prop_map(Says::Lt),
        value.clone().prop_map(Says::Lte),
        value.clone().prop_map(Says::Gt),
        value.clone().prop_map(Says::Gte),
    ]
    .boxed()
}

fn moments() -> BoxedStrategy<Says<i64>> {
    let value = -3..4_i64;
    prop_oneof![
        bounds(value.clone()),
        value.clone().prop_map(Says::Eq),
        (value.clone(), value).prop_map(|(from, to)| Says::Between(from, to)),
        any::<bool>().prop_map(Says::IsNull),
    ]
    .boxed()
}

/// What is said of text.
#[derive(Clone, Debug)]
pub enum SaysText {
    Exactly(Says<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
}

impl SaysText {
    fn json(&self) -> Value {
        match self {
            Self::Exactly(says) => says.json(|text| json!(text)),
            Self::Contains(part) => json!({ "contains": part }),
            Self::StartsWith(part) => json!({ "startsWith": part }),
            Self::EndsWith(part) => json!({ "endsWith": part }),
        }
    }

    fn holds(&self, text: &str) -> bool {
        let folded = fold(text);
        match self {
            Self::Exactly(says) => says.holds(Some(&text.to_owned())),
            Self::Contains(part) => folded.contains(&fold(part)),
            Self::StartsWith(part) => folded.starts_with(&fold(part)),
            Self::EndsWith(part) => folded.ends_with(&fold(part)),
        }
    }
}

fn says_text() -> BoxedStrategy<SaysText> {
    prop_oneof![
        equality(text()).prop_map(SaysText::Exactly),
        text().prop_map(SaysText::Contains),
        text().prop_map(SaysText::StartsWith),
        text().prop_map(SaysText::EndsWith),
    ]
    .boxed()
}

/// What is said of a list of rows.
#[derive(Clone, Debug)]
pub struct SaysList<L> {
    some: Option<Box<Node<L>>>,
    every: Option<Box<Node<L>>>,
    none: Option<Box<Node<L>>>,
}

impl<L: Leaf> SaysList<L> {
    fn json(&self) -> Value {
        let parts = [("some", &self.some), ("every", &self.every), ("none", &self.none)];
        let said =
            parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part.as_ref()?.json())));
        Value::Object(said.collect())
    }

    fn holds(&self, rows: &Rows, list: &[&L::Row]) -> bool {
        self.some.as_ref().is_none_or(|some| list.iter().any(|row| some.holds(rows, row)))
            && self.every.as_ref().is_none_or(|every| list.iter().all(|row| every.holds(rows, row)))
            && self.none.as_ref().is_none_or(|none| !list.iter().any(|row| none.holds(rows, row)))
    }
}

fn says_list<L: Clone + std::fmt::Debug + 'static>(
    node: BoxedStrategy<Node<L>>,
) -> BoxedStrategy<SaysList<L>> {
    let part = option::weighted(0.5, node.prop_map(Box::new));
    (part.clone(), part.clone(), part).prop_map(|(some, every, none)| SaysList { some, every, none }).boxed()
}

/// What is said of an initiative.
#[derive(Clone, Debug)]
pub enum OfInitiative {
    Title(SaysText),
    Status(Says<usize>),
    DueOn(Says<i64>),
    ArchivedAt(Says<i64>),
    SponsorId(Says<usize>),
    Version(Says<i32>),
    Has(ValueChainStage),
    HasSome(Vec<ValueChainStage>),
    HasEvery(Vec<ValueChainStage>),
    NoStage(bool),
    Owner(Box<PersonNode>),
    Sponsor(Box<PersonNode>),
}

fn enum_text<E: sea_orm::ActiveEnum<Value = String>>(value: &E) -> Value {
    json!(value.to_value())
}

fn stages(all: &[ValueChainStage]) -> Value {
    all.iter().map(enum_text).collect()
}

impl Leaf for OfInitiative {
    type Row = initiative::Model;

    fn field(&self) -> (&'static str, Value) {
        match self {
            Self::Title(says) => ("title", says.json()),
            Self::Status(says) => ("status", says.json(|status| enum_text(&STATUSES[*status]))),
            Self::DueOn(says) => ("dueOn", says.json(|days| json!(day(*days).to_string()))),
            Self::ArchivedAt(says) => {
                ("archivedAt", says.json(|micros| json!(instant(*micros).to_rfc3339())))
            }
            Self::SponsorId(says) => ("sponsorId", says.json(|number| json!(person_id(*number).to_string()))),
            Self::Version(says) => ("version", says.json(|version| json!(version))),
            Self::Has(stage) => ("valueChainStages", json!({ "has": enum_text(stage) })),
            Self::HasSome(all) => ("valueChainStages", json!({ "hasSome": stages(all) })),
            Self::HasEvery(all) => ("valueChainStages", json!({ "hasEvery": stages(all) })),
            Self::NoStage(is_empty) => ("valueChainStages", json!({ "isEmpty": is_empty })),
            Self::Owner(node) => ("owner", node.json()),
            Self::Sponsor(node) => ("sponsor", node.json()),
        }
    }

    fn holds(&self, rows: &Rows, row: &initiative::Model) -> bool {
        let has = |stage: &ValueChainStage| row.value_chain_stages.as_slice().contains(stage);
        let person = |id| rows.people.iter().find(|person| person.id == id).unwrap();
        match self {
            Self::Title(says) => says.holds(&row.title),
            Self::Status(says) => {
                let status = STATUSES.iter().position(|status: &Status| *status == row.status);
                says.holds(status.as_ref())
            }
            Self::DueOn(says) => says.holds(Some(&(row.due_on - day(0)).num_days())),
            Self::ArchivedAt(says) => {
                let micros = row.archived_at.map(|at| (at - instant(0)).num_microseconds().unwrap());
                says.holds(micros.as_ref())
            }
            Self::SponsorId(says) => {
                let number =
                    row.sponsor_id.and_then(|id| (0..PEOPLE).find(|number| person_id(*number) == id));
                says.holds(number.as_ref())
            }
            Self::Version(says) => says.holds(Some(&row.version)),
            Self::Has(stage) => has(stage),
            Self::HasSome(all) => all.iter().any(has),
            Self::HasEvery(all) => all.iter().all(has),
            Self::NoStage(is_empty) => row.value_chain_stages.as_slice().is_empty() == *is_empty,
            Self::Owner(node) => node.holds(rows, person(row.owner_id)),
            Self::Sponsor(node) => row.sponsor_id.is_some_and(|id| node.holds(rows, person(id))),
        }
    }
}

/// What is said of a person.
#[derive(Clone, Debug)]
pub enum OfPerson {
    Name(SaysText),
    Tier(Says<usize>),
    ManagerId(Says<usize>),
    Manager(Box<PersonNode>),
    Reports(SaysList<OfPerson>),
    Initiatives(SaysList<OfInitiative>),
}

impl Leaf for OfPerson {
    type Row = person::Model;

    fn field(&self) -> (&'static str, Value) {
        match self {
            Self::Name(says) => ("name", says.json()),
            Self::Tier(says) => ("tier", says.json(|tier| enum_text(&TIERS[*tier]))),
            // An id filter has no `neq`.
            Self::ManagerId(says) => ("managerId", says.json(|number| json!(person_id(*number).to_string()))),
            Self::Manager(node) => ("manager", node.json()),
            Self::Reports(list) => ("directReports", list.json()),
            Self::Initiatives(list) => ("initiatives", list.json()),
        }
    }

    fn holds(&self, rows: &Rows, row: &person::Model) -> bool {
        let number = |id| (0..PEOPLE).find(|number| person_id(*number) == id);
        match self {
            Self::Name(says) => says.holds(&row.name),
            Self::Tier(says) => says.holds(TIERS.iter().position(|tier: &Tier| *tier == row.tier).as_ref()),
            Self::ManagerId(says) => says.holds(row.manager_id.and_then(number).as_ref()),
            Self::Manager(node) => {
                let manager = row.manager_id.and_then(|id| rows.people.iter().find(|person| person.id == id));
                manager.is_some_and(|manager| node.holds(rows, manager))
            }
            Self::Reports(list) => {
                let reports: Vec<_> =
                    rows.people.iter().filter(|other| other.manager_id == Some(row.id)).collect();
                list.holds(rows, &reports)
            }
            Self::Initiatives(list) => {
                let owned: Vec<_> = rows.initiatives.iter().filter(|one| one.owner_id == row.id).collect();
                list.holds(rows, &owned)
            }
        }
    }
}

fn an_id() -> BoxedStrategy<Says<usize>> {
    // An id filter has no `neq`.
    equality(0..PEOPLE)
        .prop_filter_map("no neq", |says| (!matches!(says, Says::Neq(_))).then_some(says))
        .boxed()
}

fn stage() -> impl Strategy<Value = ValueChainStage> + Clone {
    prop::sample::select(&STAGES[..])
}

fn node<L: Clone + std::fmt::Debug + 'static>(leaf: BoxedStrategy<L>) -> BoxedStrategy<Node<L>> {
    let bare = vec(leaf.clone(), 0..3).prop_map(|leaves| Node { leaves, and: None, or: None, not: None });
    bare.prop_recursive(3, 16, 3, move |inner| {
        let list = || option::weighted(0.4, vec(inner.clone(), 0..3));
        let not = option::weighted(0.4, inner.clone().prop_map(Box::new));
        (vec(leaf.clone(), 0..2), list(), list(), not).prop_map(|(leaves, and, or, not)| Node {
            leaves,
            and,
            or,
            not,
        })
    })
    .boxed()
}

/// What is said of a person, through at most so many relations.
fn of_person(deep: u32) -> BoxedStrategy<OfPerson> {
    let plain = prop_oneof![
        says_text().prop_map(OfPerson::Name),
        equality(0..TIERS.len()).prop_map(OfPerson::Tier),
        an_id().prop_map(OfPerson::ManagerId),
    ];
    if deep == 0 {
        return plain.boxed();
    }
    prop_oneof![
        2 => plain,
        1 => node(of_person(deep - 1)).prop_map(|node| OfPerson::Manager(Box::new(node))),
        1 => says_list(node(of_person(deep - 1))).prop_map(OfPerson::Reports),
        1 => says_list(node(of_initiative(deep - 1))).prop_map(OfPerson::Initiatives),
    ]
    .boxed()
}

fn of_initiative(deep: u32) -> BoxedStrategy<OfInitiative> {
    let plain = prop_oneof![
        says_text().prop_map(OfInitiative::Title),
        equality(0..STATUSES.len()).prop_map(OfInitiative::Status),
        moments().prop_map(OfInitiative::DueOn),
        moments().prop_map(OfInitiative::ArchivedAt),
        an_id().prop_map(OfInitiative::SponsorId),
        prop_oneof![equality(1..4_i32), bounds(1..4_i32)].prop_map(OfInitiative::Version),
        stage().prop_map(OfInitiative::Has),
        vec(stage(), 0..3).prop_map(OfInitiative::HasSome),
        vec(stage(), 0..3).prop_map(OfInitiative::HasEvery),
        any::<bool>().prop_map(OfInitiative::NoStage),
    ];
    if deep == 0 {
        return plain.boxed();
    }
    prop_oneof![
        3 => plain,
        1 => node(of_person(deep - 1)).prop_map(|node| OfInitiative::Owner(Box::new(node))),
        1 => node(of_person(deep - 1)).prop_map(|node| OfInitiative::Sponsor(Box::new(node))),
    ]
    .boxed()
}

/// How many relations go inside each other; the kit allows five.
const DEEP: u32 = 2;

pub fn initiatives() -> BoxedStrategy<(Rows, InitiativeNode)> {
    (rows(), node(of_initiative(DEEP))).boxed()
}

pub fn people() -> BoxedStrategy<(Rows, PersonNode)> {
    (rows(), node(of_person(DEEP))).boxed()
}
