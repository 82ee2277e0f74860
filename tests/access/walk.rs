//! A walk over the whole schema, role by role: every field from every root that reaches it, and who gets
//! an answer about somebody else.
//!
//! What is walked is made from the schema, so that a new feature is walked as soon as it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;
use tutti::access::table::{self, Allowance};

use super::paths::{Map, is_answer};
use super::rows::{TAKES_PART, Walker, fill, hidden};
use crate::harness::{Harness, Suite};
use crate::schema::Sdl;

pub fn register(suite: &mut Suite) {
    suite.world("access::a_walk_over_the_schema_finds_nothing_that_it_should_not", walk);
}

/// About whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// About the viewer themselves.
    Own,
    /// About others, or about nobody.
    Others,
}

/// Who got an answer from a field.
#[derive(Clone, Debug, Default)]
struct Answered {
    others: BTreeSet<String>,
    own: BTreeSet<String>,
}

/// Everything that was answered.
struct Seen<'m> {
    map: &'m Map<'m>,
    accounts: BTreeSet<&'m str>,
    fields: BTreeMap<String, Answered>,
    /// The figures of money that were answered: the field and who got it.
    money: BTreeSet<(String, String)>,
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(fields) => fields.get("totalCount").and_then(Value::as_i64) == Some(0),
        _ => false,
    }
}

impl Seen<'_> {
    /// About whom this is, where it says so itself.
    fn about(&self, value: &Value, walker: &Walker) -> Option<About> {
        let is = |own: bool| Some(if own { About::Own } else { About::Others });
        match value {
            Value::Array(items) => {
                let about: Vec<_> = items.iter().filter_map(|item| self.about(item, walker)).collect();
                if about.is_empty() { None } else { is(about.iter().all(|about| *about == About::Own)) }
            }
            Value::Object(fields) => {
                let ty = fields.get("__typename").and_then(Value::as_str).unwrap_or_default();
                if let Some(rows) = fields.get("edges").or(fields.get("node")) {
                    return self.about(rows, walker);
                }
                if let Some(person) = fields.get("person").and_then(|person| person.get("id")) {
                    // A key is not the one who made it, where something is about them.
                    let me = if self.accounts.contains(ty) { walker.me } else { Some(walker.id) };
                    return is(me.is_some_and(|me| *person == me.to_string()));
                }
                let id = fields.get("id")?;
                is(ty == "Person" && *id == walker.id.to_string())
            }
            _ => None,
        }
    }

    fn note(&mut self, value: &Value, inherited: About, walker: &Walker) {
        let about = self.about(value, walker).unwrap_or(inherited);
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.note(item, about, walker)),
            Value::Object(fields) => {
                let ty = fields.get("__typename").and_then(Value::as_str).unwrap_or("Query");
                for (name, value) in
                    fields.iter().filter(|(name, value)| *name != "__typename" && !is_empty(value))
                {
                    // What an account refers to is told by the account.
                    let says = if self.accounts.contains(ty) { None } else { self.about(value, walker) };
                    let about_it = says.unwrap_or(about);
                    let answered = self.fields.entry(format!("{ty}.{name}")).or_default();
                    let who = if about_it == About::Own { &mut answered.own } else { &mut answered.others };
                    who.insert(walker.label.clone());
                    if is_figure_of_money(value) {
                        self.money.insert((format!("{ty}.{name}"), walker.label.clone()));
                    }
                    // What it is made of is no budget and no cost, whatever it looks like.
                    let field = format!("{ty}.{name}");
                    let award =
                        value["__typename"] == "Money" && OF_REWARDS.iter().any(|of| field.starts_with(of));
                    if !ESTIMATES.contains(&&*field) && !award {
                        self.note(value, about, walker);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Every text in an answer.
fn texts<'a>(value: &'a Value, all: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) => drop(all.insert(text)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}

/// What risks would cost, as somebody guesses: a part of the risk, which everybody reads.
const ESTIMATES: [&str; 2] = ["RaidItem.impactCost", "RaidItem.exposure"];

/// What is told of shared rewards in money: sums of what somebody may see, and awards, which have a rule of their own.
const OF_REWARDS: [&str; 10] = [
    "GroupAmount.",
    "PayoutLine.",
    "PayoutRun.total",
    "Projection.total",
    "ReplayPeriod.total",
    "RewardCorrection.effect",
    "RewardDriver.",
    "RewardGroup.",
    "RewardPlan.pool",
    "RewardStatement.",
];

/// A figure says by its unit what it is a figure of.
fn is_figure_of_money(value: &Value) -> bool {
    value["unit"] == "MONEY" && !value["value"].is_null()
}

/// Whether a type is an amount of money, whatever it is called in full.
fn is_money(ty: &str) -> bool {
    ty.contains("Money")
}

/// What walkers with these roles, or who are this to the thing, are called.
fn labels(row: &Allowance) -> BTreeSet<String> {
    let roles = row.roles.iter().map(sea_orm::ActiveEnum::to_value);
    roles.chain(row.relations.iter().map(|relation| format!("{relation:?}").to_lowercase())).collect()
}

async fn walk(h: Harness) {
    let walkers = fill(&h).await;
    let sdl = Sdl::of_tutti();
    let map = Map::new(&sdl);
    let accounts = map.of_accounts();
    assert!(accounts.contains("Session") && accounts.contains("ApiKey"), "{accounts:?}");
    let hidden = hidden(&h).await;
    let accounts_read = labels(table::named("accounts.read").unwrap());
    let theirs = walkers.iter().map(|walker| walker.id.to_string()).collect();
    let ids = map.ids(&h.as_("auditor"), &theirs).await;
    let mut seen = Seen { map: &map, accounts, fields: BTreeMap::new(), money: BTreeSet::new() };
    let mut told = BTreeSet::new();
    for path in map.paths() {
        let Some(question) = map.fitting(&h.as_("auditor"), &path, &ids).await else { continue };
        for walker in &walkers {
            let answer = walker.client.send(&question, Value::Null).await;
            is_answer(&question, &answer);
            let data = answer.data();
            // Whatever a way to it there may be: nothing of it is in any answer.
            if !accounts_read.contains(&walker.label) {
                let json = answer.json();
                let mut said = BTreeSet::new();
                texts(&json, &mut said);
                for one in hidden.iter().filter(|one| Some(one.about) != walker.me) {
                    let known = one.texts.iter().filter(|text| said.contains(text.as_str()));
                    told.extend(known.map(|text| format!("{text} of {} to {}", one.about, walker.label)));
                }
            }
            if !data.is_null() {
                seen.note(&data, About::Others, walker);
            }
        }
    }
    let all: BTreeSet<_> = walkers.iter().map(|walker| walker.label.clone()).collect();
    guarded(&seen, &accounts_read);
    snapshot(&seen, &all);
    assert!(told.is_empty(), "{} things were told to somebody who may not see them: {told:#?}", told.len());
}

/// What is told only where something is wrong, or of what no list holds any more: in `rewards` it is.
const NOT_SO_HERE: [&str; 2] = ["Parity.differences", "PayoutRun.supersededAt"];

/// What needs no snapshot to be right.
fn guarded(seen: &Seen<'_>, accounts_read: &BTreeSet<String>) {
    let coordinates = seen.map.coordinates();
    let known = |field: &&String| seen.fields.contains_key(*field) || NOT_SO_HERE.contains(&field.as_str());
    let silent: Vec<_> = coordinates.keys().filter(|field| !known(field)).collect();
    assert!(silent.is_empty(), "nobody got an answer, so that nothing is shown about {silent:?}");
    let of_accounts = |ty: &str| {
        let rows = ty.strip_suffix("Connection").or(ty.strip_suffix("Edge")).unwrap_or(ty);
        seen.accounts.contains(rows)
    };
    let money = table::named("money.read").unwrap();
    let money_read = labels(money);
    let mut figures: BTreeSet<(String, String)> = seen.money.clone();
    for (field, ty) in &coordinates {
        let Some(answered) = seen.fields.get(field) else { continue };
        let of = field.split('.').next().unwrap();
        if of_accounts(of) || of_accounts(ty) {
            let wrong: Vec<_> = answered.others.difference(accounts_read).collect();
            assert!(wrong.is_empty(), "{field} tells {wrong:?} about others");
        }
        if (is_money(ty) || is_money(of)) && !ESTIMATES.contains(&&**field) {
            figures.extend(answered.others.iter().map(|who| (field.clone(), who.clone())));
        }
    }
    // Who has the programme office of one portfolio sees the money in it; that of others has its tests in `money`.
    // A KPI is for everybody, also where it is an amount of money.
    let of_kpis = ["Measurement.", "Interval.", "Trend."];
    figures.retain(|(field, _)| !of_kpis.iter().any(|of| field.starts_with(of)));
    rewards(&mut figures);
    figures.retain(|(_, who)| !money_read.contains(who) && who != "PMO in another portfolio");
    assert!(figures.is_empty(), "money is shown to somebody who may not see it: {figures:#?}");
}

/// Awards have rules of their own: a line is for those who see awards, the target award of a group of many for those
/// who see totals as well. Sums are told to everybody of what they may see, whose tests are in `rewards`.
fn rewards(figures: &mut BTreeSet<(String, String)>) {
    let may = |capability: &str| labels(table::named(capability).unwrap());
    let (awards, totals) = (may("award.read"), may("award.totals"));
    figures.retain(|(field, who)| {
        let of = |prefixes: &[&str]| prefixes.iter().any(|prefix| field.starts_with(prefix));
        // The one of those who walk who takes part and may not see awards: what is theirs they see.
        let takes_part = who == TAKES_PART;
        if of(&["PayoutLine.", "RewardPlan.pool", "TraceStep."]) {
            return !awards.contains(who) && !takes_part;
        }
        if of(&["RewardGroup."]) {
            return !totals.contains(who) && !takes_part;
        }
        !of(&OF_REWARDS)
    });
}

/// Who gets an answer about others, a line a field. What lists are wrapped in says no more than the list.
fn snapshot(seen: &Seen<'_>, all: &BTreeSet<String>) {
    let list = |who: &BTreeSet<String>| who.iter().cloned().collect::<Vec<_>>().join(", ");
    // The longer of two lists is told by what is not in it.
    let but = |who: &BTreeSet<String>, named: &BTreeSet<String>| {
        let others: BTreeSet<_> = all.difference(who).cloned().collect();
        match others.len() {
            0 => "everyone".to_owned(),
            few if few < who.len() => format!("everyone but {}", list(&others)),
            _ => list(named),
        }
    };
    let mut text = String::new();
    for (field, Answered { others, own }) in &seen.fields {
        let of = field.split('.').next().unwrap();
        if of == "PageInfo" || of.ends_with("Connection") || of.ends_with("Edge") {
            continue;
        }
        let anything: BTreeSet<_> = own.union(others).cloned().collect();
        let only_own: BTreeSet<_> = own.difference(others).cloned().collect();
        let who = match (others.is_empty(), only_own.is_empty()) {
            (_, true) => but(others, others),
            (true, false) => format!("their own: {}", but(&anything, own)),
            (false, false) => format!("{}; their own: {}", list(others), but(&anything, &only_own)),
        };
        writeln!(text, "{field:<38} {who}").unwrap();
    }
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("who_sees_what", text));
}
