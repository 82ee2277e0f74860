//! The standard world of the scenarios, made through the API itself: three portfolios in use and one
//! put away, a dozen initiatives in every status, dates that moved.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::{Client, Harness, person, portfolio};

/// When it begins; each change is an hour later.
pub const START: &str = "2025-03-10T08:00:00Z";

struct Make {
    harness: Harness,
    pmo: Client,
}

impl Make {
    async fn change(&self, mutation: &str, input: Value) -> String {
        self.harness.pass(TimeDelta::hours(1));
        self.pmo.must(mutation, input).await
    }

    async fn portfolio(&self, name: &str, currency: &str) -> String {
        let owner = person("leader").to_string();
        self.change("portfolioCreate", json!({ "name": name, "ownerId": owner, "currency": currency })).await
    }

    /// Plans two milestones, 40 % half-way and 60 % at the end, and has them approved.
    async fn agree(&self, initiative: &str, [starts, due]: [&str; 2]) -> [String; 2] {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let half = day(starts) + (day(due) - day(starts)) / 2;
        let plan = async |title: &str, weight, due: &str| {
            let input = json!({ "initiativeId": initiative, "title": title, "weight": weight, "dueOn": due });
            self.change("milestoneCreate", input).await
        };
        let milestones = [plan("Half-way", 40, &half.to_string()).await, plan("Handed over", 60, due).await];
        let input = json!({ "initiativeId": initiative, "reason": "Agreed by the board." });
        self.change("baselineApprove", input).await;
        milestones
    }

    /// Reports the last time, and has it acknowledged.
    async fn report(&self, initiative: &str) {
        let reviewer = person("leader").to_string();
        self.change("initiativeUpdate", json!({ "id": initiative, "reviewerId": reviewer })).await;
        let input = json!({
            "initiativeId": initiative, "periodEnd": self.harness.now().date_naive().to_string(),
            "health": "RED", "summary": "All is done, and late.",
        });
        let report = self.change("statusReportDraft", input).await;
        self.change("statusReportPublish", json!({ "id": report })).await;
        self.harness.pass(TimeDelta::hours(1));
        self.harness.as_("leader").must("statusReportAcknowledge", json!({ "id": report })).await;
    }

    /// Enters an initiative and takes it along these statuses; what begins has a baseline, and what is closed has
    /// reached its milestones and has a last report that was acknowledged.
    async fn initiative(
        &self,
        into: &str,
        title: &str,
        days: [&str; 2],
        more: Value,
        path: &[&str],
    ) -> String {
        let mut input = json!({
            "portfolioId": into, "title": title, "startsOn": days[0], "dueOn": days[1],
            "ownerId": person("owner").to_string(),
        });
        for (field, value) in more.as_object().into_iter().flatten() {
            input[field] = value.clone();
        }
        let id = self.change("initiativeCreate", input).await;
        let mut milestones = None;
        for to in path {
            if *to == "ACTIVE" {
                milestones = Some(self.agree(&id, days).await);
            }
            for milestone in milestones.iter().flatten().filter(|_| *to == "CLOSED") {
                self.change("milestoneComplete", json!({ "id": milestone })).await;
            }
            if *to == "CLOSED" {
                self.report(&id).await;
            }
            let reason = matches!(*to, "ON_HOLD" | "CANCELLED" | "REJECTED").then_some("The board said so.");
            self.change("initiativeTransition", json!({ "id": id, "to": to, "reason": reason })).await;
        }
        id
    }
}

/// Fills an organisation.
pub async fn fill(harness: &Harness) {
    let make = Make { harness: harness.clone(), pmo: harness.as_("pmo") };
    let harbour = portfolio("Harbour").to_string();
    let lighthouse = portfolio("Lighthouse").to_string();
    let promise = make.portfolio("Kundeløfte", "SEK").await;
    let gone = make.portfolio("Gamle dage", "EUR").await;
    make.change("portfolioArchive", json!({ "id": gone })).await;
    let other = json!({ "ownerId": person("other_owner").to_string() });
    let watched = json!({
        "sponsorId": person("leader").to_string(), "reviewerId": person("pmo").to_string(),
        "valueChainStages": ["CUSTOMER_SERVICE", "SALES"], "description": "Answer **every** call.",
    });
    let active = &["APPROVED", "ACTIVE"][..];
    let first =
        make.initiative(&harbour, "Answer in one call", ["2025-03-01", "2025-06-30"], watched, active).await;
    make.initiative(&harbour, "Returns without a form", ["2025-02-01", "2025-05-15"], other.clone(), active)
        .await;
    make.initiative(&harbour, "Æblegrød i kantinen", ["2025-04-01", "2025-04-30"], Value::Null, active).await;
    make.initiative(&harbour, "Follow up lost orders", ["2025-03-01", "2025-05-15"], Value::Null, active)
        .await;
    make.initiative(&harbour, "100% on time", ["2025-03-01", "2025-12-31"], Value::Null, &[]).await;
    let held = &["APPROVED", "ACTIVE", "ON_HOLD"];
    make.initiative(&lighthouse, "Stories at the stand-up", ["2025-01-01", "2025-09-01"], Value::Null, held)
        .await;
    let stages = json!({ "valueChainStages": ["DELIVERY"] });
    let second = make
        .initiative(&lighthouse, "Drivers call ahead", ["2025-01-15", "2025-07-01"], stages, active)
        .await;
    make.initiative(&lighthouse, "Old survey", ["2024-01-01", "2024-12-31"], other, &["REJECTED"]).await;
    let cancelled = &["APPROVED", "CANCELLED"];
    let old =
        make.initiative(&lighthouse, "Kiosks", ["2024-06-01", "2025-02-28"], Value::Null, cancelled).await;
    make.change("initiativeArchive", json!({ "id": old })).await;
    let closing = &["APPROVED", "ACTIVE", "CLOSING"];
    make.initiative(&promise, "One bill", ["2024-10-01", "2025-04-01"], Value::Null, closing).await;
    let closed = &["APPROVED", "ACTIVE", "CLOSING", "CLOSED"];
    make.initiative(&promise, "Plain letters", ["2024-08-01", "2025-03-01"], Value::Null, closed).await;
    make.initiative(&promise, "Name your promise", ["2025-03-15", "2025-03-15"], Value::Null, &["APPROVED"])
        .await;
    for (id, due_on, reason) in [
        (&first, "2025-07-31", "CAPACITY"),
        (&first, "2025-07-15", "ESTIMATE"),
        (&second, "2025-08-01", "SCOPE"),
    ] {
        let note = "Agreed with the sponsor on the phone.";
        let input = json!({ "id": id, "dueOn": due_on, "reason": reason, "note": note });
        make.change("initiativeReschedule", input).await;
    }
    let leader = person("leader").to_string();
    make.change(
        "initiativeUpdate",
        json!({ "id": second, "title": "Drivers ring ahead", "sponsorId": leader }),
    )
    .await;
}
