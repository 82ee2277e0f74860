//! What is told of a past day does not change, whatever is done later, and is what was told on that day.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{EARNED, FIGURE, Plan};
use crate::harness::{Client, Harness, Suite, portfolio};

pub fn register(suite: &mut Suite) {
    suite.property("figures::a_past_day_is_told_as_it_was", 10, story, past);
}

/// One thing that is done: what, with which milestone, how much, and for how many hours nothing is done after it.
type Step = (u8, usize, i64, i64);

fn story() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0_u8..16, 0_usize..3, 0_i64..=100, 0_i64..60), 4..16)
}

const PLAN: Plan<'static> = Plan {
    place: ("Lighthouse", "EUR"),
    days: ["2025-03-01", "2025-06-09"],
    budget: Some("100000"),
    milestones: &[
        (20, "2025-04-02", "ZERO_HUNDRED"),
        (30, "2025-04-10", "FIFTY_FIFTY"),
        (50, "2025-06-09", "PERCENT"),
    ],
};

/// Whatever the figures say of this day, of the initiative and of its portfolio.
async fn told(client: &Client, id: &str, day: NaiveDate) -> Value {
    let query = format!(
        "query($id: ID!, $p: ID!, $day: Date!) {{ initiative(by: {{ id: $id }}) {{ \
         earnedValue(asOf: $day, method: COMBINED) {{ asOf {EARNED} }} \
         health(asOf: $day) {{ asOf reported computed stale disagrees reasons {{ dimension health rule figure {{ ...F }} }} }} }} \
         portfolio(id: $p) {{ summary(asOf: $day) {{ asOf initiatives open byStatus {{ status count }} byHealth {{ health count }} \
         withoutBaseline milestonesOverdue milestonesDue reportsOverdue budget {{ approved {{ amount }} actual {{ amount }} committed {{ amount }} }} \
         earnedValue {{ asOf {EARNED} }} }} }} }} {FIGURE}"
    );
    let portfolio = portfolio("Lighthouse").to_string();
    client.ask(&query, json!({ "id": id, "p": portfolio, "day": day.to_string() })).await
}

/// Does something that may be refused, as everything may at its time.
async fn attempt(pmo: &Client, mutation: &str, input: Value) {
    let answer = pmo.try_change(mutation, input.clone(), Value::Null).await;
    assert!(answer.errors.is_empty(), "{mutation} {input}: {:?}", answer.errors);
}

async fn act(h: &Harness, pmo: &Client, id: &str, milestones: &[String], (what, which, percent, _): Step) {
    let today = h.now().date_naive();
    let before = |days: i64| (today - TimeDelta::days(days)).to_string();
    let (milestone, note) = (&milestones[which], "They were not there in time.");
    let later = (today + TimeDelta::days(percent)).to_string();
    match what {
        0 => attempt(pmo, "milestoneStart", json!({ "id": milestone, "on": before(percent % 5) })).await,
        1..=3 => {
            let on = before(percent % 9);
            let input = json!({ "id": milestone, "percentComplete": percent, "effectiveOn": on });
            attempt(pmo, "milestoneProgress", input).await;
        }
        4 => attempt(pmo, "milestoneComplete", json!({ "id": milestone, "on": before(percent % 4) })).await,
        5 => attempt(pmo, "milestoneReopen", json!({ "id": milestone, "reason": "Not quite." })).await,
        6 => {
            let input = json!({ "id": milestone, "dueOn": later, "reason": "CAPACITY", "note": note });
            attempt(pmo, "milestoneMove", input).await;
        }
        7 => {
            let input = json!({ "id": id, "dueOn": later, "reason": "CAPACITY", "note": note });
            attempt(pmo, "initiativeReschedule", input).await;
        }
        8..=10 => {
            let amount = (percent * 300 - 2000).to_string();
            let input = crate::money::cost(id, "ACTUAL", &amount, &before(percent % 9), "EUR");
            attempt(pmo, "costEntryRecord", input).await;
        }
        11 => attempt(pmo, "budgetLineCreate", crate::money::line(id, "1000", "EUR")).await,
        12 => {
            let rules = ["ZERO_HUNDRED", "FIFTY_FIFTY", "PERCENT"];
            let input = json!({ "id": milestone, "creditRule": rules[which] });
            attempt(pmo, "milestoneUpdate", input).await;
        }
        13 => attempt(pmo, "baselineApprove", json!({ "initiativeId": id, "reason": "Agreed anew." })).await,
        14 => {
            let to = ["ON_HOLD", "ACTIVE", if percent > 90 { "CANCELLED" } else { "CLOSING" }][which];
            attempt(pmo, "initiativeTransition", json!({ "id": id, "to": to, "reason": "So it was said." }))
                .await;
        }
        _ => {
            let portfolio = portfolio("Lighthouse").to_string();
            let cadence = ["P7D", "P14D", "P1M"][which];
            attempt(pmo, "portfolioUpdate", json!({ "id": portfolio, "reportCadence": cadence })).await;
        }
    }
}

async fn past(h: Harness, steps: Vec<Step>) -> Result<(), String> {
    let pmo = h.as_("pmo");
    let (id, milestones) = PLAN.begin(&pmo).await;
    let mut seen: BTreeMap<NaiveDate, Value> = BTreeMap::new();
    for step in steps {
        act(&h, &pmo, &id, &milestones, step).await;
        let today = h.now().date_naive();
        // The last that is told of today is what is told of it for good, from what stands and is added up by the
        // database now, and later from what was recorded.
        seen.insert(today, told(&pmo, &id, today).await);
        h.pass(TimeDelta::hours(step.3));
    }
    h.pass(TimeDelta::days(1));
    for (day, was) in &seen {
        let is = told(&pmo, &id, *day).await;
        if is != *was {
            return Err(format!("on {day} it was {was:#}\nand is {is:#}"));
        }
    }
    Ok(())
}
