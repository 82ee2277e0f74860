//! Somebody who calls: through the whole house but the HTTP layer, which has tests of its own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, atomic::Ordering};

use async_graphql::{Response, ServerError, Value as Graph, Variables};
use sea_orm::Statement;
use serde_json::{Value, json};
use tutti::access::Caller;
use tutti::app::App;
use tutti::graphql::limits::{self, Limits, admit, server_error};
use tutti::http::{Backend as _, Rules};
use tutti::store::meter::{Meter, measured};

use super::Harness;

/// Somebody who calls.
#[derive(Clone)]
pub struct Client {
    harness: Harness,
    app: Arc<App>,
    authorization: Option<String>,
    address: IpAddr,
    rules: Rules,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// In the order in which it was asked for.
    pub graph: Graph,
    /// The errors.
    pub errors: Vec<ServerError>,
    /// How many SQL statements ran, that of signing in included.
    pub statements: u32,
}

impl Answer {
    /// The data.
    pub fn data(&self) -> Value {
        self.graph.clone().into_json().unwrap()
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        let error = self.errors.first().unwrap_or_else(|| panic!("no error in {}", self.data()));
        Self::code_of(error).to_owned()
    }

    fn code_of(error: &ServerError) -> &str {
        match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
            Some(Graph::String(code)) => code,
            _ => "",
        }
    }

    /// Everything as people read it, in the order in which it was asked for.
    pub fn pretty(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.graph).unwrap();
        for error in &self.errors {
            let path = serde_json::to_string(&error.path).unwrap();
            text = format!("{text}\n{} at {path}: {}", Self::code_of(error), error.message);
        }
        text
    }

    /// Everything as JSON, the shape that HTTP sends.
    pub fn json(&self) -> Value {
        let mut json = json!({ "data": self.data() });
        if !self.errors.is_empty() {
            json["errors"] = serde_json::to_value(&self.errors).unwrap();
        }
        json
    }
}

impl Client {
    pub(super) fn new(harness: Harness, authorization: Option<String>) -> Self {
        let app = Arc::clone(harness.app());
        Self {
            harness,
            app,
            authorization,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            rules: Rules::Unchecked,
        }
    }

    /// The same in another house of [`Harness::house`].
    pub fn in_(&self, app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), ..self.clone() }
    }

    /// The house in which they are.
    pub fn harness(&self) -> &Harness {
        &self.harness
    }

    /// Somebody else of the same organisation.
    pub fn as_(&self, who: &str) -> Self {
        self.harness.as_(who)
    }

    /// The same from another address.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.parse().unwrap(), ..self.clone() }
    }

    /// The same for documents that the engine has checked before.
    pub fn known(&self) -> Self {
        Self { rules: Rules::Checked, ..self.clone() }
    }

    /// The statements that an operation runs.
    pub async fn statements(&self, query: &str, variables: Value) -> Vec<Statement> {
        let meter = Meter::keeping("-".to_owned());
        let response = measured(meter.clone(), Box::pin(self.run(query, variables))).await;
        assert!(response.errors.is_empty(), "{query}\n{:#?}", response.errors);
        meter.told()
    }

    /// The header to send over HTTP.
    pub fn authorization(&self) -> &str {
        self.authorization.as_deref().unwrap_or_default()
    }

    /// Sends an operation and takes what comes.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        let number = self.harness.0.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let meter = Meter::new(format!("{number:016x}"));
        let response = measured(meter.clone(), Box::pin(self.run(query, variables))).await;
        let errors = limits::trim_errors(response.errors, &Limits::default());
        Answer { graph: response.data, errors, statements: meter.statements() }
    }

    async fn run(&self, query: &str, variables: Value) -> Response {
        let (app, limits) = (&self.app, Limits::default());
        let document = match limits::parse(query, &limits) {
            Ok(document) => document,
            Err(error) => return Response::from_errors(vec![error]),
        };
        let caller = Caller { address: self.address };
        let viewer = match app.authenticate(self.authorization.as_deref(), &caller).await {
            Ok(viewer) => viewer,
            Err(fault) => return Response::from_errors(vec![server_error(fault)]),
        };
        let mut request = async_graphql::Request::new(query).variables(Variables::from_json(variables));
        let admitted = admit(app.index(), &document, None, &request.variables, &limits)
            .and_then(|admission| app.charge(viewer.as_ref(), &caller, admission.cost.max(1), 0));
        if let Err(fault) = admitted {
            return Response::from_errors(vec![server_error(fault)]);
        }
        request.set_parsed_query(document);
        app.execute(request, self.rules, viewer, caller).await
    }

    /// Sends an operation that has to succeed.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.send(query, variables).await;
        assert!(answer.errors.is_empty(), "{query}\n{:#?}", answer.errors);
        answer.data()
    }

    /// Sends a mutation by its name, with `input` and `options`, and answers its payload, with the id
    /// and the version of the noun.
    pub async fn change(&self, mutation: &str, input: Value, options: Value) -> Value {
        let answer = self.try_change(mutation, input, options).await;
        assert!(answer.errors.is_empty(), "{mutation}: {:#?}", answer.errors);
        answer.data()[mutation].clone()
    }

    /// The same, whatever comes.
    pub async fn try_change(&self, mutation: &str, input: Value, options: Value) -> Answer {
        let (noun, kind) = noun(mutation);
        let (first, rest) = mutation.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let more = if kind == "Initiative" { " code status title" } else { "" };
        // A receipt is known by whose it is.
        let known = if kind == "Receipt" { "person { id }" } else { "id version" };
        let answered = format!("{noun} {{ {known}{more} }}");
        let answered = if MANY.contains(&mutation) {
            format!("results {{ row {answered} userErrors {{ code path message }} }}")
        } else {
            answered
        };
        let query = format!(
            "mutation($input: {input_type}!, $options: WriteOptions) {{ {mutation}(input: $input, options: $options) {{ \
             {answered} userErrors {{ code path message }} event {{ id action reason changes {{ field before after }} }} }} }}"
        );
        self.send(&query, json!({ "input": input, "options": options })).await
    }

    /// A mutation that has to write: the id of its noun.
    pub async fn must(&self, mutation: &str, input: Value) -> String {
        let payload = self.change(mutation, input, Value::Null).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload[noun(mutation).0]["id"].as_str().unwrap().to_owned()
    }
}

/// The mutations of many rows, which answer what became of each.
const MANY: [&str; 4] =
    ["initiativesImport", "measurementsRecord", "participationsAdd", "communicationReceiptsRecord"];

/// The noun of a mutation, as its payload and as the schema name it.
fn noun(mutation: &str) -> (&'static str, &'static str) {
    let nouns = [
        ("signOut", ("session", "Session")),
        ("apiKey", ("apiKey", "ApiKey")),
        ("calendarFeed", ("calendarFeed", "CalendarFeed")),
        ("portfolio", ("portfolio", "Portfolio")),
        ("initiative", ("initiative", "Initiative")),
        ("person", ("person", "Person")),
        ("orgUnit", ("orgUnit", "OrgUnit")),
        ("role", ("roleGrant", "RoleGrant")),
        ("milestone", ("milestone", "Milestone")),
        ("baseline", ("baseline", "Baseline")),
        ("dependency", ("dependency", "Dependency")),
        ("raidItem", ("raidItem", "RaidItem")),
        ("actionItem", ("actionItem", "ActionItem")),
        ("budgetLine", ("budgetLine", "BudgetLine")),
        ("costEntry", ("costEntry", "CostEntry")),
        ("statusReport", ("statusReport", "StatusReport")),
        ("upwardFeedback", ("upwardFeedback", "UpwardFeedback")),
        ("kpiTarget", ("kpiTarget", "KpiTarget")),
        ("kpiPeriod", ("kpis", "Kpi")),
        ("kpiLink", ("kpiLink", "KpiLink")),
        ("kpi", ("kpi", "Kpi")),
        ("measurement", ("measurement", "Measurement")),
        ("restatement", ("measurement", "Measurement")),
        ("curriculum", ("curriculum", "Curriculum")),
        ("trainingSession", ("trainingSession", "TrainingSession")),
        ("attendance", ("attendance", "Attendance")),
        ("certification", ("certification", "Certification")),
        ("changeAgent", ("changeAgent", "ChangeAgent")),
        ("adoption", ("adoptionAssessment", "AdoptionAssessment")),
        ("webhookRedeliver", ("webhookDelivery", "WebhookDelivery")),
        ("webhook", ("webhook", "Webhook")),
        ("keyMessage", ("keyMessage", "KeyMessage")),
        ("communicationReceipts", ("receipt", "Receipt")),
        ("communication", ("communication", "Communication")),
        ("rewardPlan", ("rewardPlan", "RewardPlan")),
        ("participation", ("participation", "Participation")),
        ("payoutRun", ("payoutRun", "PayoutRun")),
    ];
    nouns.into_iter().find(|(start, _)| mutation.starts_with(start)).unwrap().1
}
