//! What the tests of shared rewards start from: KPIs with the worked values, plans, and who does what.

use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use crate::harness::{Client, Harness, person};

/// Who builds, who approves, and who measures.
pub const ADMIN: &str = "finance";
pub const APPROVER: &str = "leader";

/// Gives roles to people of the standard world.
pub async fn give(client: &Client, roles: &[(&str, Role)]) {
    for (who, role) in roles {
        let role = serde_json::to_value(role).unwrap();
        let input = json!({ "personId": person(who).to_string(), "role": role });
        client.as_("admin").must("roleGrant", input).await;
    }
}

/// Four KPIs that were measured for the last quarter of 2024 with the worked values 34, 82, 8 and 75, and locked.
pub struct Numbers {
    pub nps: String,
    pub csat: String,
    pub days: String,
    pub on_time: String,
}

impl Numbers {
    pub async fn of(client: &Client, prefix: &str) -> Self {
        let pmo = client.as_("pmo");
        let kpi = async |code: &str, kind: &str, direction: &str| {
            let input = json!({
                "code": format!("{prefix}{code}"), "name": code, "kind": kind, "direction": direction,
                "cadence": "QUARTERLY", "ownerId": person("owner").to_string(), "minResponses": if kind == "NPS" { 20 } else { 0 },
            });
            pmo.must("kpiCreate", input).await
        };
        let numbers = Self {
            nps: kpi("NPS", "NPS", "UP").await,
            csat: kpi("CSAT", "CSAT", "UP").await,
            days: kpi("DAYS", "DURATION", "DOWN").await,
            on_time: kpi("ON_TIME", "RATIO", "UP").await,
        };
        numbers.measure(&pmo, "2024-10-01").await;
        numbers.lock(&pmo, "2024-12-31").await;
        numbers
    }

    pub fn all(&self) -> [&String; 4] {
        [&self.nps, &self.csat, &self.days, &self.on_time]
    }

    pub async fn measure(&self, pmo: &Client, start: &str) {
        for (kpi, numbers) in [
            (&self.nps, nps(50, 34, 16)),
            (&self.csat, json!({ "satisfied": 82, "responses": 100 })),
            (&self.days, json!({ "value": "8" })),
            (&self.on_time, json!({ "numerator": "75", "denominator": "100" })),
        ] {
            record(pmo, kpi, start, numbers).await;
        }
    }

    pub async fn lock(&self, pmo: &Client, through: &str) {
        let input = json!({ "kpiIds": self.all(), "through": through });
        let locked = pmo.change("kpiPeriodLock", input, Value::Null).await;
        assert_eq!(locked["userErrors"], json!([]), "{locked}");
    }

    /// The worked metrics: weights 40, 30, 20 and 10 %.
    pub fn metrics(&self) -> Value {
        json!([
            metric(&self.nps, 40, &[("30", 50), ("40", 100), ("55", 150)]),
            metric(&self.csat, 30, &[("70", 50), ("80", 100), ("90", 150)]),
            metric(&self.days, 20, &[("10", 50), ("7", 100), ("4", 150)]),
            metric(&self.on_time, 10, &[("60", 0), ("80", 100)]),
        ])
    }
}

pub fn nps(promoters: i32, passives: i32, detractors: i32) -> Value {
    json!({ "promoters": promoters, "passives": passives, "detractors": detractors })
}

pub async fn record(pmo: &Client, kpi: &str, start: &str, mut numbers: Value) -> String {
    numbers["kpiId"] = json!(kpi);
    numbers["periodStart"] = json!(start);
    pmo.must("measurementRecord", numbers).await
}

/// The number of a locked period becomes another, as two people want.
pub async fn restate(h: &Harness, kpi: &str, start: &str, mut numbers: Value) {
    numbers["kpiId"] = json!(kpi);
    numbers["periodStart"] = json!(start);
    numbers["reason"] = json!("LATE_DATA");
    numbers["reasonText"] = json!("Forty answers came in after the lock.");
    let asked = h.as_("pmo").must("measurementRestate", numbers).await;
    h.as_("member").must("restatementApprove", json!({ "id": asked })).await;
}

pub fn metric(kpi: &str, weight: i32, curve: &[(&str, i32)]) -> Value {
    let curve: Vec<_> =
        curve.iter().map(|(value, payout)| json!({ "value": value, "payout": payout })).collect();
    json!({ "kpiId": kpi, "weight": weight, "curve": curve })
}

pub fn group(name: &str, award: &str) -> Value {
    json!({ "name": name, "targetAward": { "amount": award, "currency": "EUR" } })
}

/// A plan for the last quarter of 2024, which has 92 days.
pub fn plan(metrics: &Value, groups: &[Value]) -> Value {
    json!({
        "name": "Everybody on the same numbers", "from": "2024-10-01", "to": "2024-12-31", "currency": "EUR",
        "metrics": metrics, "groups": groups,
    })
}

pub fn with(mut input: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

/// A plan with its groups.
pub struct Plan {
    pub id: String,
    pub groups: Vec<String>,
}

impl Plan {
    pub async fn draft(admin: &Client, input: Value) -> Self {
        let id = admin.must("rewardPlanCreate", input).await;
        let query = "query($id: ID!) { rewardPlan(id: $id) { groups { id } } }";
        let data = admin.ask(query, json!({ "id": id })).await;
        let groups = data["rewardPlan"]["groups"].as_array().unwrap();
        Self { groups: groups.iter().map(|group| text(&group["id"])).collect(), id }
    }

    pub async fn active(admin: &Client, input: Value) -> Self {
        let plan = Self::draft(admin, input).await;
        admin.must("rewardPlanActivate", json!({ "id": plan.id })).await;
        plan
    }

    /// Lets somebody take part in the group with this number for the whole plan.
    pub async fn add(&self, admin: &Client, group: usize, who: &str) -> String {
        let input = json!({ "groupId": self.groups[group], "personId": person(who).to_string() });
        admin.must("participationAdd", input).await
    }

    pub async fn calculate(&self, admin: &Client) -> String {
        admin.must("payoutRunCalculate", json!({ "planId": self.id })).await
    }

    /// Calculated, approved and paid.
    pub async fn pay(&self, h: &Harness) -> String {
        let run = self.calculate(&h.as_(ADMIN)).await;
        settle(h, &run).await;
        run
    }
}

pub async fn settle(h: &Harness, run: &str) {
    h.as_(APPROVER).must("payoutRunApprove", json!({ "runId": run })).await;
    h.as_(ADMIN).must("payoutRunMarkPaid", json!({ "runId": run })).await;
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// What is refused: the code and the path; `written` where nothing was.
pub fn problem(payload: &Value) -> String {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    format!("{} {}", error["code"].as_str().unwrap_or("written"), path.join(".")).trim().to_owned()
}

/// Who of the standard world does what here.
pub async fn cast(client: &Client) {
    let roles =
        [(ADMIN, Role::RewardAdmin), (APPROVER, Role::RewardApprover), ("member", Role::MetricsEditor)];
    give(client, &roles).await;
}

/// A mutation of every kind about rewards with input that is fine, after what it needs was made.
pub async fn rewarded(client: &Client) -> Vec<(&'static str, Value)> {
    let pmo = client.as_("pmo");
    let roles = [(ADMIN, Role::RewardAdmin), (APPROVER, Role::RewardApprover)];
    give(client, &roles).await;
    let admin = client.as_(ADMIN);
    let kpi = json!({
        "code": "PAID", "name": "Paid for", "kind": "NPS", "direction": "UP", "cadence": "QUARTERLY",
        "ownerId": person("owner").to_string(),
    });
    let kpi = pmo.must("kpiCreate", kpi).await;
    record(&pmo, &kpi, "2024-10-01", nps(50, 34, 16)).await;
    let lock = json!({ "kpiIds": [kpi], "through": "2024-12-31" });
    assert_eq!(pmo.change("kpiPeriodLock", lock, Value::Null).await["userErrors"], json!([]));
    let metrics = json!([metric(&kpi, 100, &[("30", 50), ("40", 100)])]);
    let input = || plan(&metrics, &[group("All", "1000")]);
    let [changed, frozen] = [Plan::draft(&admin, input()).await, Plan::draft(&admin, input()).await];
    let mut active = Vec::new();
    for _ in 0..6 {
        let plan = Plan::active(&admin, input()).await;
        let taken = plan.add(&admin, 0, "nobody").await;
        active.push((plan, taken));
    }
    let second = client.as_(APPROVER);
    let waits = active[1].0.calculate(&admin).await;
    let unwanted = active[5].0.calculate(&admin).await;
    let approved = active[2].0.calculate(&admin).await;
    second.must("payoutRunApprove", json!({ "runId": approved })).await;
    let paid = active[3].0.calculate(&admin).await;
    second.must("payoutRunApprove", json!({ "runId": paid })).await;
    admin.must("payoutRunMarkPaid", json!({ "runId": paid })).await;
    // Somebody was forgotten.
    active[3].0.add(&admin, 0, "away").await;
    let add =
        |plan: &Plan, who: &str| json!({ "groupId": plan.groups[0], "personId": person(who).to_string() });
    vec![
        ("rewardPlanCreate", input()),
        ("rewardPlanUpdate", json!({ "id": changed.id, "name": "Another name", "cap": 150 })),
        ("rewardPlanActivate", json!({ "id": frozen.id })),
        ("participationAdd", add(&frozen, "member")),
        ("participationsAdd", json!({ "rows": [add(&frozen, "away")], "policy": "REJECT_ALL" })),
        ("participationEnd", json!({ "id": active[4].1, "to": "2024-11-30" })),
        ("payoutRunCalculate", json!({ "planId": active[0].0.id })),
        ("payoutRunApprove", json!({ "runId": waits })),
        ("payoutRunDrop", json!({ "runId": unwanted, "reason": "Nobody shall be paid twice." })),
        ("payoutRunMarkPaid", json!({ "runId": approved })),
        ("payoutRunTrueUp", json!({ "planId": active[3].0.id, "periodStart": "2024-10-01" })),
        ("rewardPlanClose", json!({ "id": active[4].0.id, "reason": "Another one follows." })),
    ]
}
