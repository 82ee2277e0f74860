//! What somebody may not see does not exist for them: whatever they ask, they get the same answer, to the
//! byte, as where it really does not exist.
//!
//! The questions are asked, then everything is taken away that the viewer may not see, and they are asked
//! again. Lists, counts, filters, orders, ids, cursors and errors have no way left to give anything away.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{BaseType, TypeKind};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::paths::{Ids, Map};
use super::rows::{Hidden, KEY, WITHOUT_ROLE, Walker, fill, forget, hidden, ids as ids_of};
use super::smallest;
use crate::harness::{Client, Harness, Suite, person};
use crate::schema::{Sdl, named};

pub fn register(suite: &mut Suite) {
    suite.world("access::what_one_may_not_see_is_not_there", absent);
    suite.world("access::no_filter_tells_of_what_one_may_not_see", filters);
}

/// What each question was answered.
type Answers = BTreeMap<String, Value>;

async fn ask(client: &Client, questions: &[(String, Value)]) -> Answers {
    let mut answers = Answers::new();
    for (question, variables) in questions {
        let mut answer = client.send(question, variables.clone()).await.json();
        without_the_moment(&mut answer);
        answers.insert(format!("{question} {variables}"), answer);
    }
    answers
}

/// Takes the moment out of cursors of the log, which say on PostgreSQL what could be seen when they were made: which
/// transactions had ended, whatever these wrote, as `first:next:running`.
fn without_the_moment(answer: &mut Value) {
    match answer {
        Value::String(text) => {
            let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes()).unwrap_or_default();
            let Ok(mut cursor) = serde_json::from_slice::<Value>(&bytes) else { return };
            let is_of_log = cursor[0].as_str().is_some_and(|order| order.starts_with("Event:"));
            let Some(keys) = cursor.get_mut(1).and_then(Value::as_array_mut).filter(|_| is_of_log) else {
                return;
            };
            let is_moment = |key: &Value| key.as_str().is_some_and(|key| key.split(':').count() == 3);
            keys.retain(|key| !is_moment(key));
            *text = cursor.to_string();
        }
        Value::Array(items) => items.iter_mut().for_each(without_the_moment),
        Value::Object(fields) => fields.values_mut().for_each(without_the_moment),
        _ => {}
    }
}

/// The questions that are answered in another way.
fn differences(one: &Answers, other: &Answers) -> Vec<String> {
    assert_eq!(one.len(), other.len());
    one.iter()
        .filter(|(question, answer)| other[*question] != **answer)
        .map(|(question, _)| question.clone())
        .collect()
}

fn the_same(before: &Answers, after: &Answers, who: &str) {
    let different = differences(before, after);
    let first: Vec<_> =
        different.iter().take(5).map(|question| (question, &before[question], &after[question])).collect();
    assert!(
        different.is_empty(),
        "{} questions tell {who} of what is not there: {first:#?}",
        different.len()
    );
}

fn plain(questions: impl IntoIterator<Item = String>) -> Vec<(String, Value)> {
    questions.into_iter().map(|question| (question, Value::Null)).collect()
}

/// Every list in every order, both ways.
fn orders(map: &Map<'_>, sdl: &Sdl) -> Vec<String> {
    let mut questions = Vec::new();
    for root in map.fields("Query") {
        let Some(rows) = map.rows_of(root) else { continue };
        let types = sdl.types();
        let Some(TypeKind::Enum(fields)) = types.get(&*format!("{rows}OrderField")).map(|found| &found.kind)
        else {
            panic!("{rows} are sorted by nothing");
        };
        for field in &fields.values {
            for direction in ["ASC", "DESC"] {
                let order = format!("{{ field: {}, direction: {direction} }}", field.node.value);
                questions.push(format!(
                    "{{ {}(first: 200, orderBy: [{order}]) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ id }} }} }}",
                    root.name
                ));
            }
        }
    }
    questions
}

/// Every mutation that takes an id, with ids that are not there for the viewer. Where it can be tried
/// without doing it, it is.
fn mutations(sdl: &Sdl, hidden: &[String]) -> Vec<(String, Value)> {
    let mut questions = Vec::new();
    for field in sdl.fields("Mutation") {
        let ty =
            &field.arguments.iter().find(|argument| argument.node.name.node == "input").unwrap().node.ty.node;
        let input = smallest(sdl, ty);
        let dry = field.arguments.iter().any(|argument| argument.node.name.node == "options");
        let options = if dry { ", options: { dryRun: true }" } else { "" };
        let query = format!(
            "mutation($input: {ty}) {{ {}(input: $input{options}) {{ userErrors {{ code message path }} }} }}",
            field.name
        );
        for takes in sdl.inputs(named(ty)) {
            if named(&takes.ty.node) != "ID" || matches!(takes.ty.node.base, BaseType::List(_)) {
                continue;
            }
            for id in hidden {
                let mut input = input.clone();
                input[takes.name.node.as_str()] = json!(id);
                questions.push((query.clone(), json!({ "input": input })));
            }
        }
    }
    assert!(questions.len() > 50, "{}", questions.len());
    questions
}

/// One id of each kind among those that are hidden.
fn one_of_each(hidden: &[Hidden]) -> Vec<String> {
    let by_kind: BTreeMap<_, _> = ids_of(hidden).into_iter().map(|id| (id.kind, id.to_string())).collect();
    assert!(by_kind.len() >= 5, "{by_kind:?}");
    by_kind.into_values().collect()
}

fn of_others(hidden: Vec<Hidden>, walkers: &[Walker]) -> Vec<Hidden> {
    let walks = |one: &Hidden| walkers.iter().any(|walker| Some(one.about) == walker.me);
    hidden.into_iter().filter(|one| !walks(one)).collect()
}

async fn absent(h: Harness) {
    let mut walkers = fill(&h).await;
    walkers.retain(|walker| [WITHOUT_ROLE, "PMO", KEY].contains(&&*walker.label));
    assert_eq!(walkers.len(), 3);
    let sdl = Sdl::of_tutti();
    let map = Map::new(&sdl);
    let hidden = of_others(hidden(&h).await, &walkers);
    let ids: Ids = map.ids(&h.as_("auditor"), &BTreeSet::new()).await;
    let mut questions = plain(orders(&map, &sdl));
    for path in map.paths() {
        // How much is left to spend is less the second time; and counts of five people or more are told where none of
        // them is, of whom they do not tell.
        if !["RateLimit", "AdoptionProfile", "BarrierCount"].contains(&path.to) {
            let question = map.fitting(&h.as_("auditor"), &path, &ids).await;
            // Whoever oversees what leaders say is told who leads, some of them by a role.
            let question = question.filter(|question| !question.contains("leaderCadence("));
            questions.extend(question.map(|question| (question, Value::Null)));
        }
    }
    for id in ids_of(&hidden) {
        let events = format!("events(filter: {{ subjectId: {{ eq: \"{id}\" }} }}) {{ totalCount }}");
        questions.push((format!("{{ node(id: \"{id}\") {{ __typename id }} {events} }}"), Value::Null));
    }
    let every = ids_of(&hidden).iter().map(|id| format!("\"{id}\"")).take(150).collect::<Vec<_>>().join(", ");
    questions.push((format!("{{ nodes(ids: [{every}]) {{ __typename id }} }}"), Value::Null));
    questions.extend(mutations(&sdl, &one_of_each(&hidden)));
    let mut before = Vec::new();
    for walker in &walkers {
        before.push(ask(&walker.client, &questions).await);
    }
    // Whoever may see it is told of it by the same questions.
    let auditor = h.as_("auditor");
    let told = ask(&auditor, &questions).await;
    // The key is one of the administrator's own things, so that these stay; the walk looks after them.
    let stays: Vec<_> = walkers.iter().map(|walker| walker.id).chain([person("auditor")]).collect();
    forget(&h, &stays).await;
    assert!(differences(&told, &ask(&auditor, &questions).await).len() > 100);
    for (walker, before) in walkers.iter().zip(&before) {
        the_same(before, &ask(&walker.client, &questions).await, &walker.label);
    }
}

/// The values that filters are tried with, by their type: those of rows that are hidden.
struct Values {
    ids: Vec<String>,
    texts: Vec<String>,
    instants: Vec<String>,
    days: Vec<String>,
}

/// Makes every filter of a type: each comparison with each value, and relations one inside the other.
struct Filters<'s> {
    sdl: &'s Sdl,
    values: Values,
}

/// A filter, and the field of the list that it begins with.
type Filter = (String, String);

impl Filters<'_> {
    fn values(&self, ty: &str) -> Vec<String> {
        let quoted = |texts: &[String]| texts.iter().map(|text| format!("\"{text}\"")).collect();
        match ty {
            "ID" => quoted(&self.values.ids),
            "String" => quoted(&self.values.texts),
            "DateTime" => quoted(&self.values.instants),
            "Date" => quoted(&self.values.days),
            "Int" => vec!["1".to_owned()],
            "CurrencyCode" => vec!["\"EUR\"".to_owned()],
            "Boolean" => vec!["true".to_owned(), "false".to_owned()],
            other => match self.sdl.types().get(other).map(|found| &found.kind) {
                Some(TypeKind::Enum(values)) => {
                    values.values.iter().take(3).map(|value| value.node.value.to_string()).collect()
                }
                _ => panic!("which values does a {other} have?"),
            },
        }
    }

    /// The filters of this type, with relations as deep as this.
    fn of(&self, ty: &str, depth: u8) -> Vec<Filter> {
        let mut filters = Vec::new();
        for field in self.sdl.inputs(ty) {
            let (name, of) = (field.name.to_string(), named(&field.ty.node));
            if ["and", "or", "not"].contains(&&*name) {
                continue;
            }
            let mut add = |inner: String| filters.push((format!("{{ {name}: {inner} }}"), name.clone()));
            let inputs = self.sdl.inputs(of);
            let relation = |ty: &str| self.sdl.inputs(ty).iter().any(|input| input.name.node == "not");
            if let Some(some) = inputs.iter().find(|input| input.name.node == "some") {
                if depth > 0 {
                    let each = self.of(named(&some.ty.node), depth - 1);
                    for (filter, _) in each {
                        add(format!("{{ some: {filter} }}"));
                    }
                }
            } else if relation(of) {
                if depth > 0 {
                    for (filter, _) in self.of(of, depth - 1) {
                        add(filter);
                    }
                }
            } else {
                for input in inputs {
                    let comparison = input.name.node.as_str();
                    // Which of them: one for a value, one for an order, one for a part, one for none.
                    if ["eq", "has", "gte", "contains", "isNull"].contains(&comparison) {
                        // In a relation one value is enough: that it is asked at all is what matters there.
                        let most = if depth > 0 { usize::MAX } else { 1 };
                        for value in self.values(named(&input.ty.node)).into_iter().take(most) {
                            add(format!("{{ {comparison}: {value} }}"));
                        }
                    }
                }
            }
        }
        filters
    }
}

async fn filters(h: Harness) {
    let mut walkers = fill(&h).await;
    walkers.retain(|walker| [WITHOUT_ROLE, KEY].contains(&&*walker.label));
    let sdl = Sdl::of_tutti();
    let map = Map::new(&sdl);
    let hidden = of_others(hidden(&h).await, &walkers);
    let texts = |is: fn(&str) -> bool| {
        hidden.iter().flat_map(|one| one.texts.clone()).filter(move |text| is(text)).take(2)
    };
    let mut of_each = one_of_each(&hidden);
    of_each.push(person("member").to_string());
    let filters = Filters {
        sdl: &sdl,
        values: Values {
            ids: of_each,
            texts: texts(|text| text.starts_with("203."))
                .chain(texts(|text| text.starts_with("Key ")))
                .chain(["session.".to_owned()])
                .collect(),
            instants: texts(|text| text.starts_with("2025-"))
                .chain([h.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)])
                .collect(),
            days: vec![(h.now().date_naive() + chrono::Days::new(30)).to_string()],
        },
    };
    let mut questions = Vec::new();
    // Which field of which list each question is about.
    let mut about = BTreeMap::new();
    for root in map.fields("Query") {
        let Some(rows) = map.rows_of(root) else { continue };
        for (filter, field) in filters.of(&format!("{rows}Filter"), 1) {
            let question =
                format!("{{ {}(filter: {filter}, first: 5) {{ totalCount nodes {{ id }} }} }}", root.name);
            about.insert(format!("{question} null"), (rows.to_owned(), field));
            questions.push((question, Value::Null));
        }
    }
    assert!(questions.len() > 200, "{}", questions.len());
    let mut before = Vec::new();
    for walker in &walkers {
        before.push(ask(&walker.client, &questions).await);
    }
    let auditor = h.as_("auditor");
    let told = ask(&auditor, &questions).await;
    let stays: Vec<_> = walkers.iter().map(|walker| walker.id).chain([person("auditor")]).collect();
    forget(&h, &stays).await;
    for (walker, before) in walkers.iter().zip(&before) {
        the_same(before, &ask(&walker.client, &questions).await, &walker.label);
    }
    // Whoever may see it is told of it, by each field of the lists that hold it.
    let tells: BTreeSet<_> = differences(&told, &ask(&auditor, &questions).await)
        .into_iter()
        .map(|question| about[&question].clone())
        .collect();
    let guarded = map.of_accounts();
    let silent: Vec<_> = about
        .values()
        .filter(|(rows, _)| guarded.contains(&**rows))
        .filter(|field| !tells.contains(field))
        .collect();
    assert!(silent.is_empty(), "no question is about {silent:?}");
}
