//! Figures: worked numbers through the API, sums that equal their parts, days that are past, and eyes that may not see
//! the money.

mod past;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use crate::harness::{Client, Harness, Suite, person, portfolio};
use crate::money::only;
use crate::write::{find, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.world("figures::the_worked_numbers", worked);
    suite.world("figures::every_edge_says_what_it_is", edges);
    suite.world("figures::the_health_is_worked_out_by_its_bands", health);
    suite.world("figures::sums_are_those_of_the_parts", sums);
    suite.world("figures::money_is_told_to_those_who_see_it", sight);
    suite.world("figures::statements_do_not_grow_with_the_rows", constant);
    suite.world("figures::what_needs_somebody_is_found", attention);
    past::register(suite);
}

/// Every figure of earned value, as `{ value state reason }`.
pub const EARNED: &str = "budgetAtCompletion { ...F } plannedValue { ...F } earnedValue { ...F } actualCost { ...F } \
                          scheduleVariance { ...F } costVariance { ...F } scheduleIndex { ...F } costIndex { ...F } \
                          estimateAtCompletion { ...F } estimateToComplete { ...F } varianceAtCompletion { ...F } \
                          toCompleteIndex { ...F }";
/// The fragment that [`EARNED`] spreads.
pub const FIGURE: &str = "fragment F on Figure { value state reason }";

/// An initiative with a budget and milestones that are agreed on.
pub struct Plan<'a> {
    /// In which portfolio, with its currency.
    pub place: (&'a str, &'a str),
    /// Its first and last day.
    pub days: [&'a str; 2],
    /// How much it may spend; none for nothing.
    pub budget: Option<&'a str>,
    /// Weights in percent, days, and how they are earned.
    pub milestones: &'a [(i32, &'a str, &'a str)],
}

/// The worked example: 100 000, weights 10, 20, 30 and 40, three of them due.
pub const WORKED: Plan<'static> = Plan {
    place: ("Harbour", "DKK"),
    days: ["2025-01-01", "2025-04-11"],
    budget: Some("100000"),
    milestones: &[
        (10, "2025-02-01", "ZERO_HUNDRED"),
        (20, "2025-03-01", "ZERO_HUNDRED"),
        (30, "2025-03-31", "ZERO_HUNDRED"),
        (40, "2025-04-11", "ZERO_HUNDRED"),
    ],
};

impl Plan<'_> {
    /// Enters it and has it agreed on and begun: its id and those of its milestones.
    pub async fn begin(&self, pmo: &Client) -> (String, Vec<String>) {
        let mut input = new_initiative("Planned");
        input["portfolioId"] = json!(portfolio(self.place.0).to_string());
        (input["startsOn"], input["dueOn"]) = (json!(self.days[0]), json!(self.days[1]));
        let id = pmo.must("initiativeCreate", input).await;
        if let Some(amount) = self.budget {
            pmo.must("budgetLineCreate", crate::money::line(&id, amount, self.place.1)).await;
        }
        let mut milestones = Vec::new();
        for (weight, due, rule) in self.milestones {
            let plan = json!({ "initiativeId": id, "title": "Part", "weight": weight, "dueOn": due, "creditRule": rule });
            milestones.push(pmo.must("milestoneCreate", plan).await);
        }
        pmo.must("baselineApprove", json!({ "initiativeId": id, "reason": "Agreed by the board." })).await;
        for to in ["APPROVED", "ACTIVE"] {
            pmo.must("initiativeTransition", json!({ "id": id, "to": to })).await;
        }
        (id, milestones)
    }

    /// Books what was spent on a day.
    pub async fn spend(&self, pmo: &Client, id: &str, amount: &str, on: &str) -> String {
        pmo.must("costEntryRecord", crate::money::cost(id, "ACTUAL", amount, on, self.place.1)).await
    }
}

/// The figures of an object by their names: the value, or the state and the reason.
pub fn told(earned: &Value) -> BTreeMap<String, String> {
    let figure = |figure: &Value| match (&figure["value"], &figure["state"], &figure["reason"]) {
        (Value::String(value), state, _) if state == "OK" => value.clone(),
        (Value::String(value), state, reason) => format!("{value} {state} {reason}").replace('"', ""),
        (_, state, reason) => format!("{state} {reason}").replace('"', ""),
    };
    let fields = earned.as_object().into_iter().flatten();
    fields.filter(|(_, value)| value.is_object()).map(|(name, value)| (name.clone(), figure(value))).collect()
}

/// Earned value of an initiative by this method today.
async fn earned(client: &Client, id: &str, method: &str) -> BTreeMap<String, String> {
    let query = format!(
        "query($id: ID!) {{ initiative(by: {{ id: $id }}) {{ earnedValue(method: {method}) {{ asOf method {EARNED} }} }} }} {FIGURE}"
    );
    let data = client.ask(&query, json!({ "id": id })).await;
    told(&data["initiative"]["earnedValue"])
}

fn names(of: &BTreeMap<String, String>, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| of[*name].clone()).collect()
}

async fn worked(h: Harness) {
    const END: [&str; 3] = ["estimateAtCompletion", "estimateToComplete", "varianceAtCompletion"];
    let pmo = h.as_("pmo");
    let (id, milestones) = WORKED.begin(&pmo).await;
    for milestone in &milestones[..2] {
        pmo.must("milestoneComplete", json!({ "id": milestone })).await;
    }
    pmo.must("milestoneStart", json!({ "id": milestones[2] })).await;
    WORKED.spend(&pmo, &id, "36000", "2025-03-31").await;
    let typical = earned(&pmo, &id, "TYPICAL").await;
    let now = [
        "budgetAtCompletion",
        "plannedValue",
        "earnedValue",
        "actualCost",
        "scheduleVariance",
        "costVariance",
    ];
    assert_eq!(
        names(&typical, &now),
        ["100000.00", "60000.00", "30000.00", "36000.00", "-30000.00", "-6000.00"]
    );
    assert_eq!(
        names(&typical, &["scheduleIndex", "costIndex", "toCompleteIndex"]),
        ["0.5000", "0.8333", "1.0938"]
    );
    assert_eq!(names(&typical, &END), ["120000.00", "84000.00", "-20000.00"]);
    assert_eq!(names(&earned(&pmo, &id, "ATYPICAL").await, &END), ["106000.00", "70000.00", "-6000.00"]);
    assert_eq!(names(&earned(&pmo, &id, "COMBINED").await, &END), ["204000.00", "168000.00", "-104000.00"]);
    // How a milestone earns is a part of what was agreed: another rule counts from the next baseline on.
    for milestone in &milestones {
        pmo.must("milestoneUpdate", json!({ "id": milestone, "creditRule": "FIFTY_FIFTY" })).await;
    }
    assert_eq!(earned(&pmo, &id, "TYPICAL").await["earnedValue"], "30000.00");
    pmo.must("baselineApprove", json!({ "initiativeId": id, "reason": "Half for what has begun." })).await;
    assert_eq!(earned(&pmo, &id, "TYPICAL").await["earnedValue"], "45000.00");
    // What has no weight in the baseline earns nothing.
    let plan = json!({ "initiativeId": id, "title": "More", "weight": 50, "dueOn": "2025-04-01" });
    let more = pmo.must("milestoneCreate", plan).await;
    let listed = async || {
        let query = "query($id: ID!) { initiative(by: { id: $id }) { milestonesWithoutWeight { id } } \
                     all: initiatives { nodes { milestonesWithoutWeight { id initiative { id } } } } }";
        let data = pmo.ask(query, json!({ "id": id })).await;
        data["initiative"]["milestonesWithoutWeight"].clone()
    };
    assert_eq!(listed().await, json!([{ "id": more }]));
    pmo.must("milestoneComplete", json!({ "id": more })).await;
    assert_eq!(earned(&pmo, &id, "TYPICAL").await["earnedValue"], "45000.00");
    assert_eq!(listed().await, json!([{ "id": more }]));
    let unplanned =
        json!({ "initiativeId": find(&pmo, "CX-5").await.0, "title": "No baseline", "dueOn": "2025-04-01" });
    pmo.must("milestoneCreate", unplanned).await;
    let query =
        "{ initiative(by: { code: \"CX-5\" }) { milestones { totalCount } milestonesWithoutWeight { id } } }";
    let asked = pmo.ask(query, Value::Null).await["initiative"].clone();
    assert_eq!(asked, json!({ "milestones": { "totalCount": 1 }, "milestonesWithoutWeight": [] }));
    // Nor does what was cancelled.
    pmo.must("milestoneCancel", json!({ "id": milestones[2], "reason": "Nobody needs it." })).await;
    assert_eq!(earned(&pmo, &id, "TYPICAL").await["earnedValue"], "30000.00");
}

async fn edges(h: Harness) {
    let pmo = h.as_("pmo");
    let all = |of: &BTreeMap<String, String>, but: &[&str], told: &str| {
        let others = of.iter().filter(|(name, _)| !but.contains(&name.as_str()));
        others.for_each(|(name, figure)| assert_eq!(figure, told, "{name}"));
    };
    // No baseline.
    let (proposed, _) = find(&pmo, "CX-5").await;
    WORKED.spend(&pmo, &proposed, "7", "2025-03-31").await;
    let of = earned(&pmo, &proposed, "TYPICAL").await;
    assert_eq!(of["actualCost"], "7.00");
    all(&of, &["actualCost"], "NOT_APPLICABLE no baseline");
    // No budget, and money spent all the same.
    let free = Plan { budget: None, ..WORKED };
    let (id, _) = free.begin(&pmo).await;
    free.spend(&pmo, &id, "7", "2025-03-31").await;
    let of = earned(&pmo, &id, "COMBINED").await;
    assert_eq!(of["actualCost"], "7.00 PARTIAL spent on a zero budget");
    assert_eq!(of["budgetAtCompletion"], "0.00");
    all(&of, &["actualCost", "budgetAtCompletion"], "NOT_APPLICABLE zero budget");
    // Spent, nothing earned; then credited; then beyond the budget; then done; then cancelled.
    let (id, milestones) = WORKED.begin(&pmo).await;
    let cost = WORKED.spend(&pmo, &id, "36000", "2025-03-31").await;
    let of = earned(&pmo, &id, "TYPICAL").await;
    let fields = ["costIndex", "estimateAtCompletion", "varianceAtCompletion", "toCompleteIndex"];
    let nothing = "NO_DATA nothing was earned yet";
    assert_eq!(names(&of, &fields), ["0.0000", nothing, nothing, "1.5625"]);
    pmo.must("costEntryReverse", json!({ "id": cost, "reason": "Booked twice." })).await;
    pmo.must("milestoneComplete", json!({ "id": milestones[0] })).await;
    let of = earned(&pmo, &id, "TYPICAL").await;
    assert_eq!(names(&of, &fields[..2]), ["INSUFFICIENT no cost booked"; 2]);
    WORKED.spend(&pmo, &id, "-1", "2025-03-31").await;
    let of = earned(&pmo, &id, "TYPICAL").await;
    assert_eq!(names(&of, &fields[..2]), ["INSUFFICIENT less than nothing was spent"; 2]);
    WORKED.spend(&pmo, &id, "100001", "2025-03-31").await;
    assert_eq!(earned(&pmo, &id, "TYPICAL").await["toCompleteIndex"], "NOT_ACHIEVABLE the budget is spent");
    for milestone in &milestones[1..] {
        pmo.must("milestoneComplete", json!({ "id": milestone })).await;
    }
    let of = earned(&pmo, &id, "TYPICAL").await;
    assert_eq!(names(&of, &fields), ["1.0000", "100000.00", "0.00", "NOT_APPLICABLE all is earned"]);
    pmo.must("initiativeTransition", json!({ "id": id, "to": "CANCELLED", "reason": "Sold." })).await;
    let of = earned(&pmo, &id, "TYPICAL").await;
    assert_eq!(of["actualCost"], "100000.00");
    all(&of, &["actualCost"], "NOT_APPLICABLE cancelled");
    // Before its first day nothing was planned; after its last everything is.
    let query = "query($id: ID!) { initiative(by: { id: $id }) { \
                 early: earnedValue(asOf: \"2024-12-31\") { budgetAtCompletion { state reason } actualCost { value } } \
                 late: earnedValue(asOf: \"2030-01-01\") { plannedValue { value } } health(asOf: \"2024-12-31\") { computed reasons { rule } } } }";
    let (id, _) = WORKED.begin(&pmo).await;
    let data = pmo.ask(query, json!({ "id": id })).await["initiative"].clone();
    let early = json!({ "budgetAtCompletion": { "state": "NOT_APPLICABLE", "reason": "no baseline" }, "actualCost": { "value": "0.00" } });
    assert_eq!((&data["early"], &data["late"]["plannedValue"]["value"]), (&early, &json!("100000.00")));
    assert_eq!(data["health"], json!({ "computed": "GREY", "reasons": [] }));
}

/// The health of an initiative: computed, and by dimension with its figure.
async fn goes(client: &Client, id: &str) -> (String, Vec<String>) {
    let query = "query($id: ID!) { initiative(by: { id: $id }) { health { computed reasons { health figure { value reason } } } } }";
    let health = client.ask(query, json!({ "id": id })).await["initiative"]["health"].clone();
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let reason = |reason: &Value| {
        let figure = &reason["figure"];
        format!(
            "{} {}",
            text(&reason["health"]),
            text(figure["value"].as_str().map_or(&figure["reason"], |_| &figure["value"]))
        )
    };
    (text(&health["computed"]), health["reasons"].as_array().unwrap().iter().map(reason).collect())
}

async fn health(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, milestones) = WORKED.begin(&pmo).await;
    let expect = async |computed: &str, reasons: [&str; 3]| {
        let (found, why) = goes(&pmo, &id).await;
        assert_eq!((found.as_str(), why), (computed, reasons.map(str::to_owned).to_vec()));
    };
    // Two milestones are late, and nothing is booked.
    expect("AMBER", ["GREY nothing earned and no cost booked", "AMBER 0.0", "GREEN 0"]).await;
    for milestone in &milestones[..2] {
        pmo.must("milestoneComplete", json!({ "id": milestone })).await;
    }
    expect("GREY", ["GREY no cost booked", "GREEN 0.0", "GREEN 0"]).await;
    // 31 500 for 30 000: it will cost 105 000 of 100 000.
    let costs = WORKED.spend(&pmo, &id, "31500", "2025-03-31").await;
    expect("AMBER", ["AMBER 5.0", "GREEN 0.0", "GREEN 0"]).await;
    pmo.must("costEntryReverse", json!({ "id": costs, "reason": "Wrong." })).await;
    WORKED.spend(&pmo, &id, "30000", "2025-03-31").await;
    expect("GREEN", ["GREEN 0.0", "GREEN 0.0", "GREEN 0"]).await;
    // Five days of a hundred, then seven.
    for (due, told) in [("2025-04-16", "AMBER"), ("2025-04-18", "RED")] {
        let note = "The supplier is late again.";
        let input = json!({ "id": id, "dueOn": due, "reason": "DEPENDENCY", "note": note });
        pmo.must("initiativeReschedule", input).await;
        let percent = if told == "RED" { "7.0" } else { "5.0" };
        expect(told, ["GREEN 0.0", &format!("{told} {percent}"), "GREEN 0"]).await;
    }
    // The report falls due on Monday, 14 April; on Thursday it is overdue beyond its grace.
    pmo.must("baselineApprove", json!({ "initiativeId": id, "reason": "A new date." })).await;
    pmo.must("milestoneComplete", json!({ "id": milestones[2] })).await;
    pmo.must("milestoneComplete", json!({ "id": milestones[3] })).await;
    h.pass(TimeDelta::days(16));
    expect("GREEN", ["GREEN -70.0", "GREEN 0.0", "GREEN 0"]).await;
    h.pass(TimeDelta::days(1));
    expect("AMBER", ["GREEN -70.0", "GREEN 0.0", "AMBER 3"]).await;
}

/// A decimal of an answer in hundredths.
fn cents(value: &Value) -> i64 {
    value.as_str().map_or(0, |text| text.replace('.', "").parse().unwrap())
}

const PARTS: &str = "id status health { computed } budget { approved { amount } actual { amount } committed { amount } } \
                     earnedValue { budgetAtCompletion { value } plannedValue { value } earnedValue { value } actualCost { value } }";
const SUMMARY: &str = "initiatives open byStatus { status count } byHealth { health count } withoutBaseline moneyHidden \
                       milestonesOverdue milestonesDue soon: milestonesDue(within: \"P2D\") past: milestonesDue(within: \"-P30D\") reportsOverdue \
                       budget { approved { amount } actual { amount } committed { amount } available { amount } } \
                       earnedValue { budgetAtCompletion { value } plannedValue { value } earnedValue { value } actualCost { value } costIndex { value } }";

#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn sums(h: Harness) {
    let pmo = h.as_("pmo");
    // The worked roll-up: EV 30 + 50, AC 36 + 40.
    let half =
        Plan { milestones: &[(50, "2025-03-01", "ZERO_HUNDRED"), (50, "2025-04-11", "PERCENT")], ..WORKED };
    for (plan, done, spent) in [(WORKED, 2, "36000"), (half, 1, "40000")] {
        let plan = Plan { place: ("Lighthouse", "EUR"), ..plan };
        let (id, milestones) = plan.begin(&pmo).await;
        for milestone in &milestones[..done] {
            pmo.must("milestoneComplete", json!({ "id": milestone })).await;
        }
        plan.spend(&pmo, &id, spent, "2025-03-31").await;
    }
    let query = format!(
        "{{ portfolios(first: 5) {{ nodes {{ name summary {{ {SUMMARY} }} initiatives(first: 20) {{ totalCount nodes {{ {PARTS} }} }} }} }} }}"
    );
    // Cancelled ones keep their spend, and what has no baseline is left out with it.
    let lost = Plan { place: ("Lighthouse", "EUR"), ..WORKED };
    let (cancelled, _) = lost.begin(&pmo).await;
    lost.spend(&pmo, &cancelled, "500", "2025-03-31").await;
    pmo.must("initiativeTransition", json!({ "id": cancelled, "to": "CANCELLED", "reason": "Sold." })).await;
    let (proposed, _) = find(&pmo, "CX-5").await;
    WORKED.spend(&pmo, &proposed, "9", "2025-03-31").await;
    let data = pmo.ask(&query, Value::Null).await;
    for portfolio in data["portfolios"]["nodes"].as_array().unwrap() {
        let (summary, parts) = (&portfolio["summary"], portfolio["initiatives"]["nodes"].as_array().unwrap());
        assert_eq!(summary["initiatives"], portfolio["initiatives"]["totalCount"]);
        let with = |field: &str, value: &Value| {
            parts.iter().filter(|part| part.pointer(field) == Some(value)).count()
        };
        for count in summary["byStatus"].as_array().unwrap() {
            assert_eq!(count["count"], json!(with("/status", &count["status"])), "{count}");
        }
        let open =
            |part: &&Value| !["CLOSED", "CANCELLED", "REJECTED"].contains(&part["status"].as_str().unwrap());
        assert_eq!(summary["open"], json!(parts.iter().filter(open).count()));
        for count in summary["byHealth"].as_array().unwrap() {
            let go = parts
                .iter()
                .filter(open)
                .filter(|part| part["health"]["computed"] == count["health"])
                .count();
            assert_eq!(count["count"], json!(go), "{count}");
        }
        for field in ["approved", "actual", "committed"] {
            let sum: i64 = parts.iter().map(|part| cents(&part["budget"][field]["amount"])).sum();
            assert_eq!(cents(&summary["budget"][field]["amount"]), sum, "{field} of {}", portfolio["name"]);
        }
        let known =
            parts.iter().filter(|part| part["earnedValue"]["budgetAtCompletion"]["value"].is_string());
        for field in ["budgetAtCompletion", "plannedValue", "earnedValue"] {
            let sum: i64 = known.clone().map(|part| cents(&part["earnedValue"][field]["value"])).sum();
            assert_eq!(
                cents(&summary["earnedValue"][field]["value"]),
                sum,
                "{field} of {}",
                portfolio["name"]
            );
        }
        let counted = parts.iter().filter(|part| {
            part["status"] == "CANCELLED"
                || part["status"] == "REJECTED"
                || part["earnedValue"]["budgetAtCompletion"]["value"].is_string()
        });
        let spent: i64 = counted.map(|part| cents(&part["earnedValue"]["actualCost"]["value"])).sum();
        assert_eq!(cents(&summary["earnedValue"]["actualCost"]["value"]), spent);
        assert_eq!(summary["moneyHidden"], json!(0));
        if portfolio["name"] == "Lighthouse" {
            assert_eq!(spent, 7_650_000);
            assert_eq!(summary["earnedValue"]["earnedValue"]["value"], json!("80000.00"));
            assert_eq!(summary["earnedValue"]["costIndex"]["value"], json!("1.0458"));
        }
    }
    // Milestones and reports, from the rows themselves.
    let count = async |sql: &str| h.sql(sql).await[0].try_get::<i64>("", "n").unwrap();
    let lighthouse = |condition: &str| {
        format!(
            "SELECT count(*) AS n FROM milestones m JOIN initiatives i ON i.id = m.initiative_id JOIN portfolios p ON p.id = i.portfolio_id \
             WHERE p.name = 'Lighthouse' AND i.status NOT IN ('CLOSED', 'CANCELLED', 'REJECTED') AND m.status IN ('PLANNED', 'IN_PROGRESS') AND {condition}"
        )
    };
    let summary = &data["portfolios"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "Lighthouse")
        .unwrap()["summary"];
    for (field, condition) in [
        ("milestonesOverdue", "m.due_on < '2025-03-31'"),
        ("milestonesDue", "m.due_on BETWEEN '2025-03-31' AND '2025-04-14'"),
        ("soon", "m.due_on BETWEEN '2025-03-31' AND '2025-04-02'"),
        ("past", "m.due_on BETWEEN '2025-03-01' AND '2025-03-31'"),
    ] {
        assert_eq!(summary[field], json!(count(&lighthouse(condition)).await), "{field}");
    }
    // Putting away changes no figure.
    pmo.must("initiativeArchive", json!({ "id": cancelled })).await;
    assert_eq!(pmo.ask(&query, Value::Null).await["portfolios"], data["portfolios"]);
    h.pass(TimeDelta::days(60));
    let query = "{ portfolios(first: 5) { nodes { name summary { reportsOverdue } initiatives(first: 20, filter: { nextStatusReportDueOn: { lt: \"2025-05-20\" } }) { totalCount } } } }";
    let data = pmo.ask(query, Value::Null).await;
    for portfolio in data["portfolios"]["nodes"].as_array().unwrap() {
        assert_eq!(
            portfolio["summary"]["reportsOverdue"], portfolio["initiatives"]["totalCount"],
            "{portfolio}"
        );
    }
}

async fn sight(h: Harness) {
    let pmo = h.as_("pmo");
    let plan = Plan { place: ("Lighthouse", "EUR"), ..WORKED };
    let (id, milestones) = plan.begin(&pmo).await;
    pmo.must("milestoneComplete", json!({ "id": milestones[0] })).await;
    plan.spend(&pmo, &id, "31500", "2025-03-31").await;
    let (harbour, milestones) = WORKED.begin(&pmo).await;
    pmo.must("milestoneComplete", json!({ "id": milestones[0] })).await;
    WORKED.spend(&pmo, &harbour, "31500", "2025-03-31").await;
    let query = "query($id: ID!, $p: ID!) { initiative(by: { id: $id }) { earnedValue { costIndex { value } } \
                 health { computed reasons { dimension health figure { value state reason } } } } \
                 portfolio(id: $p) { summary { initiatives moneyHidden withoutBaseline byHealth { count } budget { actual { amount } } earnedValue { costIndex { value } } } } \
                 attention(portfolioId: $p, first: 200) { kind initiative { id } } }";
    let ask = async |who: &str, id: &str, name: &str| {
        h.as_(who).ask(query, json!({ "id": id, "p": portfolio(name).to_string() })).await
    };
    let all = ask("pmo", &id, "Lighthouse").await;
    let see = async |who: &str, id: &str, name: &str, sees: bool| {
        let data = ask(who, id, name).await;
        let (initiative, summary) = (&data["initiative"], &data["portfolio"]["summary"]);
        assert_eq!(initiative["earnedValue"].is_object(), sees, "{who}");
        assert_eq!(initiative["health"]["computed"], json!("RED"), "{who}");
        let cost = &initiative["health"]["reasons"][0];
        let figure = if sees {
            json!({ "value": "215.0", "state": "OK", "reason": null })
        } else {
            json!({ "value": null, "state": "SUPPRESSED", "reason": "you may not see its money" })
        };
        assert_eq!((&cost["health"], &cost["figure"]), (&json!("RED"), &figure), "{who}");
        let kinds = data["attention"].as_array().unwrap().iter().filter(|one| one["initiative"]["id"] == id);
        let kinds: Vec<_> = kinds.map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.contains(&"BURNING_FASTER_THAN_EARNING"), sees, "{who}: {kinds:?}");
        summary.clone()
    };
    for role in <Role as sea_orm::Iterable>::iter() {
        let sees = matches!(role, Role::Pmo | Role::Finance | Role::Leader | Role::Auditor);
        only(&h, "nobody", role, None).await;
        let summary = see("nobody", &id, "Lighthouse", sees).await;
        assert_eq!(summary["budget"].is_object() && summary["earnedValue"].is_object(), sees, "{role:?}");
        let hidden = if sees { json!(0) } else { summary["initiatives"].clone() };
        assert_eq!(summary["moneyHidden"], hidden, "{role:?}");
        // What everybody may know they all see alike.
        for field in ["initiatives", "withoutBaseline", "byHealth"] {
            assert_eq!(summary[field], all["portfolio"]["summary"][field], "{role:?} {field}");
        }
        only(&h, "nobody", role, Some("Harbour")).await;
        see("nobody", &id, "Lighthouse", false).await;
        see("nobody", &harbour, "Harbour", sees).await;
    }
    // The owner of one sees the sums of that one, and hears how many are left out.
    only(&h, "nobody", Role::Member, None).await;
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("nobody").to_string() })).await;
    let summary = see("nobody", &id, "Lighthouse", true).await;
    assert_eq!(summary["budget"]["actual"]["amount"], json!("31500.00"));
    assert_eq!(summary["earnedValue"]["costIndex"]["value"], json!("0.3175"));
    assert_eq!(summary["moneyHidden"], json!(summary["initiatives"].as_i64().unwrap() - 1));
    see("nobody", &harbour, "Harbour", false).await;
}

async fn constant(h: Harness) {
    let query = format!(
        "{{ portfolios {{ nodes {{ summary {{ {SUMMARY} }} past: summary(asOf: \"2025-03-20\") {{ {SUMMARY} }} }} }} \
         initiatives(first: 200) {{ nodes {{ health {{ computed }} earnedValue {{ costIndex {{ value }} }} \
         past: earnedValue(asOf: \"2025-03-20\", method: COMBINED) {{ costIndex {{ value }} }} }} }} \
         attention(first: 200) {{ kind initiative {{ code owner {{ name }} }} }} }}"
    );
    let count = async |who: &str| {
        let answer = h.as_(who).send(&query, Value::Null).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.statements
    };
    let pmo = h.as_("pmo");
    let (first, _) = WORKED.begin(&pmo).await;
    WORKED.spend(&pmo, &first, "5", "2025-03-10").await;
    let few = (count("pmo").await, count("other_owner").await);
    for number in 0..50 {
        let place = if number % 2 == 0 { ("Harbour", "DKK") } else { ("Lighthouse", "EUR") };
        let plan = Plan { place, milestones: &[(100, "2025-03-01", "PERCENT")], ..WORKED };
        let (id, _) = plan.begin(&pmo).await;
        plan.spend(&pmo, &id, "5", "2025-03-10").await;
    }
    assert_eq!((count("pmo").await, count("other_owner").await), few);
    assert!(few.0 <= 50, "{few:?}");
}

async fn attention(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, milestones) = WORKED.begin(&pmo).await;
    pmo.must("milestoneComplete", json!({ "id": milestones[0] })).await;
    WORKED.spend(&pmo, &id, "31500", "2025-03-31").await;
    let ask = async |arguments: &str| {
        let query = format!(
            "{{ attention{arguments} {{ kind severity rule figure {{ value unit }} initiative {{ id code }} }} }}"
        );
        h.as_("pmo").ask(&query, Value::Null).await["attention"].as_array().unwrap().clone()
    };
    let of = async |arguments: &str| {
        let all = ask(arguments).await;
        let own = all.iter().filter(|one| one["initiative"]["id"] == id.as_str());
        own.map(|one| {
            (one["kind"].as_str().unwrap().to_owned(), one["figure"]["value"].as_str().unwrap().to_owned())
        })
        .collect::<Vec<_>>()
    };
    let pair = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
    let burning = pair("BURNING_FASTER_THAN_EARNING", "0.3175");
    assert_eq!(of("").await, [burning.clone(), pair("MILESTONES_OVERDUE", "1")]);
    assert_eq!(of("(kinds: [BURNING_FASTER_THAN_EARNING])").await, [burning]);
    assert_eq!(of(&format!("(portfolioId: \"{}\")", portfolio("Lighthouse"))).await, []);
    assert_eq!(ask("(first: 1)").await.len(), 1);
    assert_eq!(ask("(first: 0)").await.len(), 0);
    for first in ["-1", "201"] {
        let answer = pmo.send(&format!("{{ attention(first: {first}) {{ kind }} }}"), Value::Null).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
    // The owner goes on leave, and nobody touches it for a fortnight in which it falls due.
    h.rows(async |tx| {
        tx.execute_unprepared("UPDATE people SET status = 'ON_LEAVE' WHERE email = 'owner@tutti.example'")
            .await
            .unwrap()
    })
    .await;
    h.pass(TimeDelta::days(14));
    let kinds: Vec<_> = of("(first: 200)").await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        ["OWNER_NOT_AT_WORK", "BURNING_FASTER_THAN_EARNING", "PAST_DUE", "MILESTONES_OVERDUE", "SILENT"]
    );
    // Red comes before amber, and within a kind the worse comes first.
    let all = ask("(first: 200)").await;
    let red = all.iter().rposition(|one| one["severity"] == "RED").unwrap();
    assert!(all[..=red].iter().all(|one| one["severity"] == "RED"));
    let late: Vec<i64> = all
        .iter()
        .filter(|one| one["kind"] == "PAST_DUE")
        .map(|one| cents(&one["figure"]["value"]))
        .collect();
    assert!(late.is_sorted_by(|one, next| one >= next) && !late.is_empty(), "{late:?}");
    // A change is heard; what has ended, and what is put away, needs nobody.
    pmo.must("initiativeUpdate", json!({ "id": id, "title": "Touched" })).await;
    assert!(!of("(first: 200)").await.iter().any(|(kind, _)| kind == "SILENT"));
    pmo.must("initiativeTransition", json!({ "id": id, "to": "CANCELLED", "reason": "Sold." })).await;
    assert_eq!(of("(first: 200)").await, []);
    let before = ask("(kinds: [OWNER_NOT_AT_WORK], first: 200)").await.len();
    let (proposed, _) = find(&pmo, "CX-5").await;
    pmo.must("initiativeArchive", json!({ "id": proposed })).await;
    assert_eq!(ask("(kinds: [OWNER_NOT_AT_WORK], first: 200)").await.len(), before - 1);
}
