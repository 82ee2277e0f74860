//! Pages: walking a list in pages of any size, either way, gives each row once in the order of an
//! in-memory oracle, and each page says truly where it stands.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::{collection::vec, option, prelude::*};
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti_entity::ids::{InitiativeId, PortfolioId};
use tutti_entity::portfolio::initiative::{self, Stages, Status};
use tutti_entity::value::fold;

use crate::harness::{Client, Harness, Suite, fresh, person, portfolio};

pub fn register(suite: &mut Suite) {
    suite.property("paging::a_list_is_walked_either_way", 24, walk, |h, case| async move {
        Lists::fill(&h, &case).await.walk_root(&case).await
    });
    suite.property("paging::the_lists_of_many_parents_are_walked_too", 24, walk, |h, case| async move {
        Lists::fill(&h, &case).await.walk_nested(&case).await
    });
    suite.property("paging::any_window_says_where_it_stands", 40, window, |h, (case, window)| async move {
        Lists::fill(&h, &case).await.window(&case, &window).await
    });
}

const STATUSES: [Status; 4] = [Status::Proposed, Status::Active, Status::OnHold, Status::Closed];
const TITLES: [&str; 7] = ["a", "B", "b", "Å", "æ", "aa", "Z"];
const FIELDS: [&str; 8] =
    ["CODE", "TITLE", "STATUS", "STARTS_ON", "DUE_ON", "ARCHIVED_AT", "CREATED_AT", "UPDATED_AT"];

/// A row as proptest draws it: small ranges, so that there are ties.
#[derive(Clone, Debug)]
struct Drawn {
    portfolio: bool,
    title: usize,
    status: usize,
    starts: i64,
    due: i64,
    archived: Option<i64>,
    created: i64,
}

#[derive(Clone, Debug)]
struct Sort {
    field: usize,
    descending: Option<bool>,
    nulls_first: Option<bool>,
}

#[derive(Clone, Debug)]
struct Case {
    rows: Vec<Drawn>,
    order: Vec<Sort>,
    sizes: Vec<usize>,
    only: Option<usize>,
    backward: bool,
}

/// A page between two rows of the list.
#[derive(Clone, Debug)]
struct Window {
    after: Option<prop::sample::Index>,
    before: Option<prop::sample::Index>,
    size: usize,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let place = (any::<bool>(), 0..TITLES.len(), 0..STATUSES.len());
    (place, 0..4_i64, 0..4_i64, option::weighted(0.4, 0..3_i64), 0..3_i64).prop_map(
        |((portfolio, title, status), starts, due, archived, created)| Drawn {
            portfolio,
            title,
            status,
            starts,
            due,
            archived,
            created,
        },
    )
}

fn sort() -> impl Strategy<Value = Sort> {
    (0..FIELDS.len(), option::of(any::<bool>()), option::of(any::<bool>()))
        .prop_map(|(field, descending, nulls_first)| Sort { field, descending, nulls_first })
}

fn walk() -> impl Strategy<Value = Case> {
    let only = option::weighted(0.3, 0..STATUSES.len());
    (vec(drawn(), 0..40), vec(sort(), 0..4), vec(1..9_usize, 1..4), only, any::<bool>())
        .prop_map(|(rows, order, sizes, only, backward)| Case { rows, order, sizes, only, backward })
}

fn window() -> impl Strategy<Value = (Case, Window)> {
    let end = || option::weighted(0.8, any::<prop::sample::Index>());
    let window = (end(), end(), 0..6_usize).prop_map(|(after, before, size)| Window { after, before, size });
    (walk(), window)
}

/// A row as the oracle knows it.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    id: String,
    portfolio: String,
    status: Status,
    archived: Option<i64>,
    /// The sort keys in the order of [`FIELDS`], each as something that sorts as it does.
    keys: [Option<String>; 8],
}

/// What a page has to say.
#[derive(Debug, PartialEq)]
struct Expected {
    ids: Vec<String>,
    next: bool,
    previous: bool,
    total: usize,
}

struct Lists {
    client: Client,
    rows: Vec<Row>,
}

fn order_of(order: &[Sort]) -> impl Fn(&Row, &Row) -> Ordering {
    move |one, other| {
        for sort in order {
            let (one, other) = (&one.keys[sort.field], &other.keys[sort.field]);
            let nulls = if sort.nulls_first == Some(true) { Ordering::Less } else { Ordering::Greater };
            let found = match (one, other) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => nulls,
                (Some(_), None) => nulls.reverse(),
                (Some(one), Some(other)) if sort.descending == Some(true) => other.cmp(one),
                (Some(one), Some(other)) => one.cmp(other),
            };
            if found != Ordering::Equal {
                return found;
            }
        }
        // Ids sort as their UUIDs do.
        one.id.cmp(&other.id)
    }
}

/// The page that a list in this order has between two rows, which need not be in it.
fn expect(
    list: &[Row],
    order: &[Sort],
    (after, before): (Option<&Row>, Option<&Row>),
    size: usize,
    backward: bool,
) -> Expected {
    let compare = order_of(order);
    let mut list = list.to_vec();
    list.sort_by(&compare);
    let total = list.len();
    let low = after.map_or(0, |after| list.partition_point(|row| compare(row, after) != Ordering::Greater));
    let high =
        before.map_or(total, |before| list.partition_point(|row| compare(row, before) == Ordering::Less));
    let within = high.saturating_sub(low);
    let more = within > size;
    let page = if backward {
        &list[high - within.min(size)..high]
    } else if within == 0 {
        &[]
    } else {
        &list[low..low + within.min(size)]
    };
    Expected {
        ids: page.iter().map(|row| row.id.clone()).collect(),
        next: (!backward && more) || high < total,
        previous: (backward && more) || low > 0,
        total,
    }
}

fn orders(order: &[Sort]) -> Value {
    let one = |sort: &Sort| {
        let mut one = json!({ "field": FIELDS[sort.field] });
        if let Some(descending) = sort.descending {
            one["direction"] = json!(if descending { "DESC" } else { "ASC" });
        }
        if let Some(first) = sort.nulls_first {
            one["nulls"] = json!(if first { "FIRST" } else { "LAST" });
        }
        one
    };
    order.iter().map(one).collect()
}

const PAGE: &str = "totalCount nodes { id } edges { cursor node { id } } \
                    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
const ARGUMENTS: &str =
    "(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $order)";
const VARIABLES: &str = "$first: Int, $after: String, $last: Int, $before: String, $filter: InitiativeFilter, \
                         $order: [InitiativeOrder!]";

fn texts(list: &Value, at: &str) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter().map(|item| item.pointer(at).unwrap().as_str().unwrap().to_owned()).collect()
}

/// What a page says, once its parts agree with each other.
fn said(page: &Value) -> Result<Expected, String> {
    let ids = texts(&page["nodes"], "/id");
    let cursors = texts(&page["edges"], "/cursor");
    let info = &page["pageInfo"];
    let ends = [json!(cursors.first()), json!(cursors.last())];
    let agree = texts(&page["edges"], "/node/id") == ids
        && ends == [info["startCursor"].clone(), info["endCursor"].clone()];
    if !agree {
        return Err(format!("the parts of a page disagree: {page:#}"));
    }
    Ok(Expected {
        ids,
        next: info["hasNextPage"].as_bool().unwrap(),
        previous: info["hasPreviousPage"].as_bool().unwrap(),
        total: usize::try_from(page["totalCount"].as_u64().unwrap()).unwrap(),
    })
}

fn same(said: &Expected, expected: &Expected, of: &dyn std::fmt::Debug) -> Result<(), String> {
    if said == expected { Ok(()) } else { Err(format!("{of:?}\nsaid     {said:?}\nexpected {expected:?}")) }
}

impl Lists {
    /// Replaces all initiatives.
    async fn fill(h: &Harness, case: &Case) -> Self {
        let (mut models, mut rows) = (Vec::new(), Vec::new());
        let portfolios = [portfolio("Harbour"), portfolio("Lighthouse")];
        for (number, drawn) in case.rows.iter().enumerate() {
            let (model, row) = made(number, drawn, portfolios[usize::from(drawn.portfolio)]);
            models.push(fresh(model));
            rows.push(row);
        }
        h.rows(async |tx| {
            tx.execute_unprepared("DELETE FROM initiatives").await.unwrap();
            if !models.is_empty() {
                initiative::Entity::insert_many::<initiative::ActiveModel, _>(models)
                    .exec_without_returning(tx)
                    .await
                    .unwrap();
            }
        })
        .await;
        rows.retain(|row| case.only.is_none_or(|only| row.status == STATUSES[only]));
        Self { client: h.as_("member"), rows }
    }

    fn variables(case: &Case, size: usize) -> Value {
        let status = case.only.map(|only| sea_orm::ActiveEnum::to_value(&STATUSES[only]));
        let filter = status.map(|status| json!({ "status": { "eq": status } }));
        let mut variables = json!({ "order": orders(&case.order) });
        // Left out rather than null: an absent filter and an absent direction are the usual case.
        if let Some(filter) = filter {
            variables["filter"] = filter;
        }
        variables[if case.backward { "last" } else { "first" }] = json!(size);
        variables
    }

    async fn walk_root(&self, case: &Case) -> Result<(), String> {
        let query = format!("query({VARIABLES}) {{ initiatives{ARGUMENTS} {{ {PAGE} }} }}");
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = Value::Null;
        for step in 0.. {
            let size = case.sizes[step % case.sizes.len()];
            let mut variables = Self::variables(case, size);
            variables[if case.backward { "before" } else { "after" }] = cursor;
            let page = self.client.ask(&query, variables).await["initiatives"].clone();
            let last = self
                .rows
                .iter()
                .find(|row| Some(&row.id) == if case.backward { seen.first() } else { seen.last() });
            let between = if case.backward { (None, last) } else { (last, None) };
            let expected = expect(&self.rows, &case.order, between, size, case.backward);
            let said = said(&page)?;
            same(&said, &expected, &format!("page {step} of {size}"))?;
            let more = if case.backward { said.previous } else { said.next };
            cursor = page["pageInfo"][if case.backward { "startCursor" } else { "endCursor" }].clone();
            seen = if case.backward { [said.ids, seen].concat() } else { [seen, said.ids].concat() };
            if !more {
                break;
            }
        }
        let all = expect(&self.rows, &case.order, (None, None), usize::MAX, false).ids;
        if seen == all { Ok(()) } else { Err(format!("walked {seen:?}\ninstead of {all:?}")) }
    }

    /// The parents are paged through side by side: a cursor of one is good in the list of the other.
    async fn walk_nested(&self, case: &Case) -> Result<(), String> {
        let query = format!(
            "query({VARIABLES}) {{ portfolios {{ nodes {{ id initiatives{ARGUMENTS} {{ {PAGE} }} }} }} }}"
        );
        let mut cursor = Value::Null;
        let mut at: Option<Row> = None;
        for step in 0.. {
            let size = case.sizes[step % case.sizes.len()];
            let mut variables = Self::variables(case, size);
            variables[if case.backward { "before" } else { "after" }] = cursor.clone();
            let data = self.client.ask(&query, variables).await;
            let nodes = data["portfolios"]["nodes"].as_array().unwrap();
            let mut going_on = None;
            for parent in nodes {
                let of = parent["id"].as_str().unwrap();
                let list: Vec<_> = self.rows.iter().filter(|row| row.portfolio == of).cloned().collect();
                let between = if case.backward { (None, at.as_ref()) } else { (at.as_ref(), None) };
                let said = said(&parent["initiatives"])?;
                same(&said, &expect(&list, &case.order, between, size, case.backward), &(of, step, size))?;
                let (more, end, edge) = if case.backward {
                    (said.previous, "startCursor", said.ids.first())
                } else {
                    (said.next, "endCursor", said.ids.last())
                };
                if more && let Some(edge) = edge {
                    let row = list.iter().find(|row| row.id == *edge).cloned();
                    going_on = going_on.or(Some((parent["initiatives"]["pageInfo"][end].clone(), row)));
                }
            }
            let Some((end, row)) = going_on else { return Ok(()) };
            (cursor, at) = (end, row);
        }
        Ok(())
    }

    async fn window(&self, case: &Case, window: &Window) -> Result<(), String> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let root = format!("query({VARIABLES}) {{ initiatives{ARGUMENTS} {{ {PAGE} }} }}");
        let mut variables = Self::variables(&Case { backward: false, ..case.clone() }, 200);
        let all = self.client.ask(&root, variables.clone()).await["initiatives"].clone();
        let edges = all["edges"].as_array().unwrap();
        let row = |end: &Option<prop::sample::Index>| end.map(|end| &edges[end.index(edges.len())]);
        let known = |edge: Option<&Value>| {
            edge.map(|edge| {
                self.rows.iter().find(|row| row.id == edge["node"]["id"].as_str().unwrap()).unwrap()
            })
        };
        let (after, before) = (row(&window.after), row(&window.before));
        variables = Self::variables(case, window.size);
        if let Some(after) = after {
            variables["after"] = after["cursor"].clone();
        }
        if let Some(before) = before {
            variables["before"] = before["cursor"].clone();
        }
        let between = (known(after), known(before));
        let page = self.client.ask(&root, variables.clone()).await["initiatives"].clone();
        same(
            &said(&page)?,
            &expect(&self.rows, &case.order, between, window.size, case.backward),
            &variables,
        )?;
        let nested = format!(
            "query({VARIABLES}) {{ portfolios {{ nodes {{ id initiatives{ARGUMENTS} {{ {PAGE} }} }} }} }}"
        );
        let data = self.client.ask(&nested, variables.clone()).await;
        for parent in data["portfolios"]["nodes"].as_array().unwrap() {
            let of = parent["id"].as_str().unwrap();
            let list: Vec<_> = self.rows.iter().filter(|row| row.portfolio == of).cloned().collect();
            let expected = expect(&list, &case.order, between, window.size, case.backward);
            same(&said(&parent["initiatives"])?, &expected, &(of, &variables))?;
        }
        Ok(())
    }
}

fn made(number: usize, drawn: &Drawn, portfolio: PortfolioId) -> (initiative::Model, Row) {
    let start: DateTime<Utc> = "2025-01-01T00:00:00Z".parse().unwrap();
    let day = |days: i64| NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + TimeDelta::days(days);
    // Microseconds, because that is as fine as both databases keep time.
    let at = |micros: i64| start + TimeDelta::microseconds(micros);
    // The numbers of codes go the other way than ids do, and beyond one digit.
    let code_number = i32::try_from(200 - number).unwrap();
    let code = format!("CX-{code_number}");
    let mut bytes = [0; 10];
    bytes[9] = u8::try_from(number * 89 % 251).unwrap();
    bytes[8] = u8::try_from(number).unwrap();
    bytes.swap(0, 9);
    let id = InitiativeId(uuid::Builder::from_unix_timestamp_millis(1_735_689_600_000, &bytes).into_uuid());
    let title = TITLES[drawn.title];
    let model = initiative::Model {
        id,
        version: 1,
        code_folded: fold(&code),
        code,
        code_number,
        title: title.to_owned(),
        title_folded: fold(title),
        description: None,
        portfolio_id: portfolio,
        owner_id: person("owner"),
        sponsor_id: None,
        reviewer_id: None,
        status: STATUSES[drawn.status],
        status_before_hold: None,
        starts_on: day(drawn.starts),
        due_on: day(drawn.due),
        completed_on: None,
        reports_from: None,
        next_report_due_on: None,
        value_chain_stages: Stages::default(),
        archived_at: drawn.archived.map(at),
        created_at: at(drawn.created),
        updated_at: at(drawn.created * 1_000_000),
    };
    let row = Row {
        id: id.to_string(),
        portfolio: portfolio.to_string(),
        status: model.status,
        archived: drawn.archived,
        keys: [
            Some(format!("{code_number:09}")),
            Some(fold(title)),
            Some(sea_orm::ActiveEnum::to_value(&model.status)),
            Some(model.starts_on.to_string()),
            Some(model.due_on.to_string()),
            drawn.archived.map(|at| at.to_string()),
            Some(drawn.created.to_string()),
            Some(drawn.created.to_string()),
        ],
    };
    (model, row)
}
