//! What is not out is there only for those who may publish it and for auditors, by every way to it.

use sea_orm::{ConnectionTrait as _, EntityTrait as _, Iterable as _};
use serde_json::{Value, json};
use tutti_entity::ids::RoleGrantId;
use tutti_entity::people::role_grant::{self, Role};
use uuid::Uuid;

use super::{draft, problem, publish};
use crate::harness::{Client, Harness, Suite, fresh, person, portfolio};
use crate::write::find;

pub fn register(suite: &mut Suite) {
    suite.world("reports::a_draft_is_unseen_by_others_by_every_way", unseen);
    suite.world("reports::what_is_out_does_not_tell_of_its_draft", history);
    suite.world("reports::a_key_sees_no_draft_of_what_its_maker_owns", key);
}

/// Every way to a draft, as one caller finds it.
async fn ways(client: &Client, [draft, out]: [&str; 2], code: &str) -> Vec<bool> {
    let one = |name: &str, inner: &str| {
        format!("{name}: initiatives(filter: {{ code: {{ eq: $code }}, {inner} }}) {{ totalCount }}")
    };
    let count = |name: &str, filter: &str| {
        format!(
            "{name}: statusReports(filter: {{ initiative: {{ code: {{ eq: $code }} }}, {filter} }}) {{ totalCount }}"
        )
    };
    let query = format!(
        "query($code: String!, $draft: ID!, $out: ID!) {{ \
         i: initiative(by: {{ code: $code }}) {{ statusReports {{ totalCount nodes {{ id }} }} \
           drafts: statusReports(filter: {{ state: {{ eq: DRAFT }} }}) {{ totalCount }} \
           backwards: statusReports(last: 1) {{ pageInfo {{ hasPreviousPage }} }} \
           events(filter: {{ action: {{ eq: \"status_report.drafted\" }} }}) {{ totalCount }} }} \
         node(id: $draft) {{ id }} nodes(ids: [$draft, $out]) {{ id }} \
         supersedes: node(id: $out) {{ ... on StatusReport {{ supersededBy {{ id }} }} }} \
         {} {} {} {} {} {} {} \
         all: events(filter: {{ action: {{ startsWith: \"status_report\" }} }}, first: 200) {{ nodes {{ subject {{ id }} }} }} \
         of: events(filter: {{ subjectId: {{ eq: $draft }} }}) {{ totalCount }} }}",
        one("some", "statusReports: { some: { state: { eq: DRAFT } } }"),
        one("none", "not: { statusReports: { none: { publishedAt: { isNull: true } } } }"),
        one("every", "not: { statusReports: { every: { isLatest: { eq: true } } } }"),
        count("id", "id: { in: [$draft] }"),
        count("null", "computedHealth: { isNull: true }"),
        count("correction", "supersedesId: { isNull: false }"),
        count("author", "state: { in: [DRAFT] }, author: { email: { contains: \"tutti\" } }"),
    );
    let data = client.ask(&query, json!({ "code": code, "draft": draft, "out": out })).await;
    let number = |path: &str| data.pointer(path).and_then(Value::as_i64).unwrap();
    let told = data["all"]["nodes"].as_array().unwrap();
    assert!(!data["nodes"][1].is_null(), "what is out is there for everybody");
    assert!(data["supersedes"]["supersededBy"].is_null(), "a draft has not corrected anything yet");
    vec![
        number("/i/statusReports/totalCount") > 1,
        data["i"]["statusReports"]["nodes"].as_array().unwrap().len() > 1,
        number("/i/drafts/totalCount") > 0,
        data["i"]["backwards"]["pageInfo"]["hasPreviousPage"].as_bool().unwrap(),
        number("/i/events/totalCount") > 0,
        !data["node"].is_null(),
        !data["nodes"][0].is_null(),
        number("/some/totalCount") > 0,
        number("/none/totalCount") > 0,
        number("/every/totalCount") > 0,
        number("/id/totalCount") > 0,
        number("/null/totalCount") > 0,
        number("/correction/totalCount") > 0,
        number("/author/totalCount") > 0,
        told.iter().any(|event| event["subject"]["id"] == json!(draft)),
        number("/of/totalCount") > 0,
    ]
}

/// Gives somebody this role and no other.
async fn only(h: &Harness, who: &str, held: Role, within: Option<&str>) {
    let row = role_grant::Model {
        id: RoleGrantId(Uuid::from_u128(77)),
        version: 1,
        person_id: person(who),
        role: held,
        portfolio_id: within.map(portfolio),
        org_unit_id: None,
        since: h.now().date_naive(),
        until: None,
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let forget = format!(
        "DELETE FROM role_grants WHERE person_id = (SELECT id FROM people WHERE email = '{who}@tutti.example')"
    );
    h.rows(async |tx| {
        tx.execute_unprepared(&forget).await.unwrap();
        let row: role_grant::ActiveModel = fresh(row.clone());
        role_grant::Entity::insert(row).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

/// A report that is out, and the draft of its correction.
async fn with_draft(client: &Client, code: &str) -> [String; 2] {
    let (id, _) = find(client, code).await;
    let out = publish(client, &id, "2025-03-28").await;
    let input = json!({ "id": out, "summary": "Nobody has to hear of this yet." });
    [client.must("statusReportSupersede", input).await, out]
}

async fn unseen(h: Harness) {
    let pmo = h.as_("pmo");
    let harbour = with_draft(&pmo, "CX-2").await;
    let lighthouse = with_draft(&pmo, "CX-7").await;
    let see = async |who: &str, things: &[String; 2], code: &str, sees: bool| {
        let found = ways(&h.as_(who), [&things[0], &things[1]], code).await;
        assert!(found.iter().all(|found| *found == sees), "{who} on {code}: {found:?}");
        // What they do not see they cannot touch: it is not there.
        if !sees {
            for mutation in ["statusReportUpdate", "statusReportPublish", "statusReportAcknowledge"] {
                let answer = h.as_(who).try_change(mutation, json!({ "id": things[0] }), Value::Null).await;
                if answer.errors.is_empty() {
                    let payload = answer.data()[mutation].clone();
                    assert_eq!(problem(&payload), ("NOT_FOUND".to_owned(), "input.id".to_owned()), "{who}");
                }
            }
        }
    };
    for role in Role::iter() {
        let sees = matches!(role, Role::Pmo | Role::Auditor);
        only(&h, "nobody", role, None).await;
        see("nobody", &harbour, "CX-2", sees).await;
        see("nobody", &lighthouse, "CX-7", sees).await;
        only(&h, "nobody", role, Some("Harbour")).await;
        see("nobody", &harbour, "CX-2", sees).await;
        see("nobody", &lighthouse, "CX-7", false).await;
    }
    // By what one is to the initiative: its owner, neither its sponsor nor its reviewer.
    only(&h, "nobody", Role::Member, None).await;
    let (id, _) = find(&pmo, "CX-2").await;
    for field in ["sponsorId", "reviewerId"] {
        pmo.must("initiativeUpdate", json!({ "id": id, field: person("nobody").to_string() })).await;
        see("nobody", &harbour, "CX-2", false).await;
        pmo.must("initiativeUpdate", json!({ "id": id, field: null })).await;
    }
    see("other_owner", &harbour, "CX-2", true).await;
    see("other_owner", &lighthouse, "CX-7", false).await;
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("nobody").to_string() })).await;
    see("other_owner", &harbour, "CX-2", false).await;
    see("nobody", &harbour, "CX-2", true).await;
    // What was discarded stays among those who saw the draft.
    pmo.must("statusReportDiscard", json!({ "id": harbour[0] })).await;
    see("other_owner", &harbour, "CX-2", false).await;
    see("nobody", &harbour, "CX-2", true).await;
}

async fn history(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-2").await;
    let mut first = draft(&id, "2025-03-28");
    first["summary"] = json!("The supplier is hopeless.");
    let report = pmo.must("statusReportDraft", first).await;
    let input = json!({ "id": report, "summary": "The supplier is late.", "health": "AMBER" });
    pmo.must("statusReportUpdate", input).await;
    pmo.must("statusReportPublish", json!({ "id": report })).await;
    let told = async |who: &str| {
        let query = "query($id: ID!) { events(filter: { subjectId: { eq: $id } }) { nodes { action changes { field before after } } } }";
        h.as_(who).ask(query, json!({ "id": report })).await["events"]["nodes"].clone()
    };
    let member = told("member").await;
    let actions = |events: &Value| -> Vec<String> {
        let events = events.as_array().unwrap().iter();
        events.map(|event| event["action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(actions(&member), ["status_report.published"]);
    assert!(!member.to_string().contains("hopeless") && !member.to_string().contains("RED"), "{member}");
    for who in ["pmo", "scoped_pmo", "other_owner", "auditor"] {
        let events = told(who).await;
        let all = ["status_report.drafted", "status_report.updated", "status_report.published"];
        assert_eq!(actions(&events), all, "{who}");
        assert!(events.to_string().contains("hopeless"), "{who}");
    }
    pmo.must("initiativeUpdate", json!({ "id": id, "reviewerId": person("leader").to_string() })).await;
    h.as_("leader").must("statusReportAcknowledge", json!({ "id": report })).await;
    assert_eq!(actions(&told("member").await), ["status_report.published", "status_report.acknowledged"]);
}

async fn key(h: Harness) {
    let (pmo, admin) = (h.as_("pmo"), h.as_("admin"));
    let things = with_draft(&pmo, "CX-2").await;
    let (id, _) = find(&pmo, "CX-2").await;
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("admin").to_string() })).await;
    let things = [&*things[0], &*things[1]];
    assert!(ways(&admin, things, "CX-2").await.into_iter().all(|found| found));
    let query = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret userErrors { message } } }";
    let input = json!({ "name": "Wall", "roles": ["ADMIN"], "readOnly": true });
    let made = admin.ask(query, json!({ "input": input })).await["apiKeyCreate"].clone();
    let key = h.with_header(&format!("Bearer {}", made["secret"].as_str().expect("a secret")));
    assert!(ways(&key, things, "CX-2").await.into_iter().all(|found| !found));
}
