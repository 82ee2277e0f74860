//! Whatever is drafted, published, corrected and discarded in whatever order: one report a period holds, one is the
//! latest, and the next falls due one cadence after it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{draft, problem};
use crate::harness::{Harness, Suite, portfolio};
use crate::write::{begin, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.property("reports::one_report_a_period_holds_and_one_is_the_latest", 12, story, holds);
}

/// What is done, and to which of the days or reports.
type Step = (u8, usize);

fn story() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0_u8..6, 0_usize..12), 1..24)
}

/// What is known of the reports of one initiative.
#[derive(Default)]
struct Model {
    /// Drafts, by id, with their period; for a correction what it corrects.
    drafts: BTreeMap<String, (NaiveDate, Option<String>)>,
    /// What holds, by period.
    holding: BTreeMap<NaiveDate, String>,
}

impl Model {
    fn last(&self) -> Option<NaiveDate> {
        self.holding.last_key_value().map(|(end, _)| *end)
    }

    fn may_draft(&self, end: NaiveDate, began: NaiveDate) -> bool {
        let taken = self.drafts.values().any(|(other, corrects)| *other == end && corrects.is_none());
        !taken && Some(end) > self.last() && end >= began
    }
}

async fn holds(h: Harness, steps: Vec<Step>) -> Result<(), String> {
    let pmo = h.as_("pmo");
    let mut input = new_initiative("Reports");
    input["portfolioId"] = json!(portfolio("Lighthouse").to_string());
    let id = pmo.must("initiativeCreate", input).await;
    begin(&pmo, &id).await;
    let began = h.now().date_naive();
    h.pass(chrono::TimeDelta::days(8));
    let today = h.now().date_naive();
    let mut model = Model::default();
    for (what, which) in steps {
        let day = (began - Days::new(1)) + Days::new(u64::try_from(which).unwrap());
        let (mutation, input, expected) = match what {
            0..=2 => ("statusReportDraft", draft(&id, &day.to_string()), model.may_draft(day, began)),
            3 | 4 => {
                let Some((draft, (end, corrects))) = model.drafts.iter().nth(which % 4) else { continue };
                let follows = *end <= today && Some(*end) > model.last();
                ("statusReportPublish", json!({ "id": draft }), corrects.is_some() || follows)
            }
            _ if which % 2 == 0 => {
                let Some(report) = model.holding.values().nth(which / 2) else { continue };
                let free = !model.drafts.values().any(|(_, corrects)| corrects.as_ref() == Some(report));
                ("statusReportSupersede", json!({ "id": report }), free)
            }
            _ => {
                let Some(draft) = model.drafts.keys().nth(which / 3) else { continue };
                ("statusReportDiscard", json!({ "id": draft }), true)
            }
        };
        let payload = pmo.change(mutation, input.clone(), Value::Null).await;
        if (problem(&payload).0 == "written") != expected {
            return Err(format!("{mutation} {input}: {payload}"));
        }
        if !expected {
            continue;
        }
        let written = payload["statusReport"]["id"].as_str().unwrap().to_owned();
        match mutation {
            "statusReportDraft" => drop(model.drafts.insert(written, (day, None))),
            "statusReportSupersede" => {
                let corrected = input["id"].as_str().unwrap().to_owned();
                let end = *model.holding.iter().find(|(_, report)| **report == corrected).unwrap().0;
                model.drafts.insert(written, (end, Some(corrected)));
            }
            "statusReportPublish" => {
                let (end, _) = model.drafts.remove(&written).unwrap();
                model.holding.insert(end, written);
            }
            _ => drop(model.drafts.remove(&written)),
        }
        let query = "query($id: ID!) { initiative(by: { id: $id }) { nextStatusReportDueOn latestStatusReport { id } \
                     statusReports(first: 200, filter: { state: { eq: PUBLISHED } }) { nodes { id periodEnd isLatest supersededBy { id } } } \
                     drafts: statusReports(first: 200, filter: { state: { eq: DRAFT }, discardedAt: { isNull: true } }) { totalCount } } }";
        let data = pmo.ask(query, json!({ "id": id })).await["initiative"].clone();
        let holding: BTreeMap<_, _> = data["statusReports"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|node| node["supersededBy"].is_null())
            .map(|node| {
                let text = |field: &str| node[field].as_str().unwrap().to_owned();
                (text("periodEnd").parse::<NaiveDate>().unwrap(), text("id"))
            })
            .collect();
        let latest: Vec<_> = data["statusReports"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|node| node["isLatest"] == json!(true))
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect();
        let expected: Vec<_> = model.holding.last_key_value().map(|(_, id)| id.clone()).into_iter().collect();
        let due = model.last().unwrap_or(began).max(began) + Days::new(14);
        if holding != model.holding || latest != expected {
            return Err(format!("{holding:?} with {latest:?} instead of {:?}", model.holding));
        }
        if data["latestStatusReport"]["id"].as_str() != expected.first().map(String::as_str)
            || data["nextStatusReportDueOn"] != json!(due.to_string())
            || data["drafts"]["totalCount"] != json!(model.drafts.len())
        {
            return Err(format!("{data} instead of {expected:?}, {due} and {} drafts", model.drafts.len()));
        }
    }
    Ok(())
}
