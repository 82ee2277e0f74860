//! Search: the same hits on both databases, to those who may see them, whatever is asked; and an index that
//! is what the rows are.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};
use proptest::prelude::*;
use sea_orm::{ConnectionTrait as _, sea_query::SelectStatement};
use serde_json::{Value, json};
use tutti::access::Viewer;
use tutti::search::beginnings::{self, Beginnings};
use tutti::search::rules::{self, Stand, TIERS, Word};
use tutti::search::store;
use tutti_entity::Row;
use tutti_entity::ids::{AnyId, TypedId as _};
use tutti_entity::people::person;
use tutti_entity::portfolio::{initiative, portfolio};

use crate::harness::{Client, Harness, Kind, Suite, person as id_of};
use crate::reports::draft;
use crate::write::{allowed, every_mutation, find, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.property("search::hits_are_what_the_rules_say", 60, asking, as_the_rules_say);
    suite.property("search::no_question_is_syntax", 120, hostile, answered);
    suite.world("search::every_mutation_keeps_the_index", kept);
    suite.world("search::what_is_changed_is_found_by_what_it_is_now", changed);
    suite.world("search::what_was_not_written_is_not_found", not_written);
    suite.world("search::those_who_write_at_once_keep_the_index", at_once);
    suite.world("search::a_draft_is_found_by_those_who_see_it", drafts);
    suite.world("search::every_kind_is_found_by_what_it_says", kinds);
    suite.world("search::signs_are_no_syntax", signs);
    suite.world("search::hits_come_from_the_index", from_the_index);
    suite.world("search::however_many_begin_so_all_are_found", many_begin_so);
    suite.world("search::rows_from_before_the_index_are_found", from_before);
    suite.world("search::questions_have_bounds", bounds);
}

/// What a search finds, by title.
async fn titles(client: &Client, query: &str) -> Vec<String> {
    let found = ask(client, query, 100).await;
    found.iter().map(|hit| hit["title"].as_str().unwrap().to_owned()).collect()
}

async fn ask(client: &Client, query: &str, first: usize) -> Vec<Value> {
    let text = "query($query: String!, $first: Int) { search(query: $query, first: $first) { title excerpt score node { id } } }";
    let answer = client.ask(text, json!({ "query": query, "first": first })).await;
    answer["search"].as_array().unwrap().clone()
}

const TEXTS: &str = "(answer|Answers|ANSWERED|kunde|kunder|Kundeservice|år|ÅR|A\u{30a}r|aar|ø|o|cx-2|2|½|it's|its|\
                     kunde\u{ad}service|tutti|Åse|(\\PC{0,6}))";

/// What somebody wrote, and what somebody else asks for.
fn asking() -> impl Strategy<Value = ([String; 2], String)> {
    let text = |most| prop::collection::vec(TEXTS, 1..most).prop_map(|words| words.join(" "));
    let query = prop::collection::vec(TEXTS, 1..3).prop_map(|words| words.join(" "));
    ([text(4), text(12)], query)
}

/// A row that is found, read past the index.
struct Document {
    id: AnyId,
    names: BTreeSet<String>,
    all: BTreeSet<String>,
}

async fn documents_of<E: Row>(h: &Harness) -> Vec<Document> {
    let rows = E::find().all(h.database().reader()).await.unwrap();
    let document = |row| {
        let text = E::text(row).unwrap();
        let id = AnyId { kind: E::Id::KIND, uuid: E::id(row).uuid() };
        Document { id, names: text.words_of_names(), all: text.words() }
    };
    rows.iter().map(document).collect()
}

/// The ids of the hits and their scores, as the rules say; none where the question is refused.
async fn as_told(h: &Harness, query: &str) -> Option<Vec<(String, f64)>> {
    let asked = rules::read(query).ok()?;
    let mut documents = documents_of::<person::Entity>(h).await;
    documents.extend(documents_of::<portfolio::Entity>(h).await);
    documents.extend(documents_of::<initiative::Entity>(h).await);
    documents.sort_by_key(|document| std::cmp::Reverse(document.id.uuid));
    let mut told = Vec::new();
    for tier in TIERS {
        for document in &documents {
            let words = if tier.stand == Stand::InTitle { &document.names } else { &document.all };
            let met = |asked: &Word| words.iter().any(|word| asked.is_met_by(word, tier.closeness));
            let id = document.id.to_string();
            if !asked.is_empty() && asked.iter().all(met) && told.iter().all(|(known, _)| *known != id) {
                told.push((id, tier.score));
            }
        }
    }
    told.truncate(100);
    Some(told)
}

async fn agrees(h: &Harness, query: &str) -> Result<(), String> {
    let text =
        "query($query: String!) { search(query: $query, first: 100) { title excerpt score node { id } } }";
    let answer = h.as_("member").send(text, json!({ "query": query })).await;
    let Some(told) = as_told(h, query).await else {
        return if answer.code() == "BAD_USER_INPUT" { Ok(()) } else { Err(format!("{:?}", answer.errors)) };
    };
    // What no text may hold is refused before it is a question.
    if query.contains('\0') {
        return if answer.code() == "BAD_USER_INPUT" { Ok(()) } else { Err(format!("{:?}", answer.errors)) };
    }
    if !answer.errors.is_empty() {
        return Err(format!("{query:?}: {:?}", answer.errors));
    }
    let data = answer.data();
    let hits = data["search"].as_array().unwrap().iter();
    let found: Vec<_> = hits
        .map(|hit| (hit["node"]["id"].as_str().unwrap().to_owned(), hit["score"].as_f64().unwrap()))
        .collect();
    if found == told { Ok(()) } else { Err(format!("{query:?} finds {found:?}, the rules say {told:?}")) }
}

async fn as_the_rules_say(h: Harness, ([title, text], query): ([String; 2], String)) -> Result<(), String> {
    let mut input = new_initiative(&format!("T {title}"));
    input["description"] = json!(text);
    h.as_("pmo").must("initiativeCreate", input).await;
    agrees(&h, &query).await
}

/// What databases take for syntax, what is long, and what is written from right to left.
fn hostile() -> impl Strategy<Value = String> {
    let syntax = "[\"'*:()&|!<>^~%_\\\\;?$@{}+-]{0,12}(NEAR|AND|OR|NOT|title_words|words|--|/\\*|tutti|å)?\
                  [\"'*:()&|!<>^~ -]{0,12}(tutti|leader|\u{202e}|\u{301}|🙂|א|ก็)?[\"'*: 0-9]{0,9}";
    prop_oneof![any::<String>(), syntax.prop_map(|text: String| text), "\\PC{150,260}", "(a[ -z] ){0,14}"]
}

async fn answered(h: Harness, query: String) -> Result<(), String> {
    agrees(&h, &query).await
}

async fn kept(h: Harness) {
    for (mutation, input) in every_mutation(&crate::training::lead(&h).await).await {
        let payload = h.as_(allowed(mutation)).change(mutation, input, Value::Null).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        h.the_index_is_that_of_the_rows(mutation).await;
    }
}

async fn changed(h: Harness) {
    let (pmo, admin, member) = (h.as_("pmo"), h.as_("admin"), h.as_("member"));
    let (id, _) = find(&pmo, "CX-1").await;
    assert_eq!(titles(&member, "answer one").await, ["Answer in one call"]);
    pmo.must("initiativeUpdate", json!({ "id": id, "title": "Svar med det samme", "description": null }))
        .await;
    assert_eq!(titles(&member, "answer one").await, [""; 0]);
    assert_eq!(titles(&member, "svare").await, ["Svar med det samme"]);
    // What did not change stays, whatever else did: many at once, and somebody who leaves.
    let oluf = id_of("other_owner").to_string();
    admin.must("personDeactivate", json!({ "id": oluf, "reassignTo": id_of("pmo").to_string() })).await;
    assert_eq!(titles(&member, "oluf").await, ["oluf aabye"]);
    assert_eq!(titles(&member, "returns form").await, ["Returns without a form"]);
    admin.must("personUpdate", json!({ "id": oluf, "name": "Oluf Bang" })).await;
    assert_eq!(titles(&member, "aabye").await, [""; 0]);
    assert_eq!(titles(&member, "oluf bang").await, ["Oluf Bang"]);
    // What is archived is kept, and found.
    let (ended, _) = find(&pmo, "CX-8").await;
    let title = titles(&member, "cx-8").await;
    pmo.must("initiativeArchive", json!({ "id": ended })).await;
    assert_eq!(titles(&member, "cx-8").await, title);
    h.the_index_is_that_of_the_rows("all of it").await;
}

async fn not_written(h: Harness) {
    let (pmo, before) = (h.as_("pmo"), h.dump().await);
    let new = new_initiative("Zebraer i havnen");
    pmo.change("initiativeCreate", new.clone(), json!({ "dryRun": true })).await;
    let mut refused = new.clone();
    refused["dueOn"] = json!("2020-01-01");
    let payload = pmo.change("initiativeCreate", refused, Value::Null).await;
    assert_ne!(payload["userErrors"], json!([]));
    assert_eq!(titles(&pmo, "zebra").await, [""; 0]);
    assert_eq!(h.dump().await, before);
    for _ in 0..2 {
        pmo.change("initiativeCreate", new.clone(), json!({ "idempotencyKey": "once" })).await;
    }
    assert_eq!(titles(&pmo, "zebra").await, ["Zebraer i havnen"]);
}

async fn at_once(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, version) = find(&pmo, "CX-1").await;
    // One of those who expect this version comes first, and the others leave nothing.
    let rename = async |title: String| {
        let input = json!({ "id": id, "title": title });
        pmo.change("initiativeUpdate", input, json!({ "expectedVersion": version })).await
    };
    let renamed = join_all((0..5).map(|number| rename(format!("Havnefest {number}")))).await;
    assert_eq!(renamed.iter().filter(|payload| payload["userErrors"] == json!([])).count(), 1);
    assert_eq!(titles(&pmo, "havnefest").await.len(), 1);
    // Without it all are written, one after the other, and the last is what it is called.
    let rename =
        async |title: String| pmo.must("initiativeUpdate", json!({ "id": id, "title": title })).await;
    let create = async |number: u32| {
        pmo.must("initiativeCreate", new_initiative(&format!("Havnerundfart {number}"))).await
    };
    let renamed = join_all((0..5).map(|number| rename(format!("Havnekoncert {number}"))));
    join(renamed, join_all((0..5).map(create))).await;
    assert_eq!(titles(&pmo, "havnekoncert").await.len(), 1);
    assert_eq!(titles(&pmo, "havnerundfart").await.len(), 5);
    h.the_index_is_that_of_the_rows("many at once").await;
}

async fn drafts(h: Harness) {
    let (owner, member) = (h.as_("owner"), h.as_("member"));
    let (id, _) = find(&owner, "CX-1").await;
    let mut draft = draft(&id, "2025-03-21");
    draft["summary"] = json!("Everybody waits for the gangway.");
    let first = owner.must("statusReportDraft", draft.clone()).await;
    owner.must("statusReportPublish", json!({ "id": first })).await;
    (draft["periodEnd"], draft["nextSteps"]) = (json!("2025-03-28"), json!("Hemmelig landgang."));
    let second = owner.must("statusReportDraft", draft).await;
    let reports = ["Status report to 2025-03-28", "Status report to 2025-03-21"];
    let sees = ["owner", "pmo", "auditor"];
    for who in ["owner", "pmo", "auditor", "member", "other_owner", "leader", "finance"] {
        let client = h.as_(who);
        let (all, secret) = if sees.contains(&who) { (&reports[..], 1) } else { (&reports[1..], 0) };
        assert_eq!(titles(&client, "gangway").await, all, "{who}");
        assert_eq!(titles(&client, "hemmelige").await.len(), secret, "{who}");
        // What they may not see takes no place of what they may.
        let one = ask(&client, "gangway", 1).await;
        assert_eq!(one[0]["title"], all[0], "{who}");
    }
    // Once it is out, it is found by everybody.
    owner.must("statusReportPublish", json!({ "id": second })).await;
    assert_eq!(titles(&member, "gangway").await, reports);
    // And who loses the initiative finds its drafts no more.
    let mut third = crate::reports::draft(&id, "2025-03-30");
    third["helpNeeded"] = json!("Somebody who knows the quay.");
    owner.must("statusReportDraft", third).await;
    assert_eq!(titles(&owner, "quays").await, ["Status report to 2025-03-30"]);
    let reassigned = json!({ "id": id, "ownerId": id_of("other_owner").to_string() });
    h.as_("pmo").must("initiativeReassign", reassigned).await;
    assert_eq!(titles(&owner, "quays").await, [""; 0]);
    assert_eq!(titles(&h.as_("other_owner"), "quays").await, ["Status report to 2025-03-30"]);
}

async fn kinds(h: Harness) {
    let (pmo, member) = (h.as_("pmo"), h.as_("member"));
    let (id, _) = find(&pmo, "CX-1").await;
    let someone = id_of("member").to_string();
    let mut initiative = new_initiative("Fewer transfers");
    initiative["description"] = json!("Kunderne stilles om for ofte; halvdelen lægger på.");
    pmo.must("initiativeCreate", initiative).await;
    let risk = json!({ "initiativeId": id, "kind": "RISK", "title": "Leverandøren af headset er langsom",
        "ownerId": someone, "probability": 2, "impact": 2 });
    let risk = pmo.must("raidItemCreate", risk).await;
    let response = json!({ "id": risk, "response": "Borrow twenty from the warehouse." });
    pmo.must("raidItemUpdate", response).await;
    let action = json!({ "title": "Ring til grossisten", "note": "Ask for Pia in the evenings.",
        "assigneeId": someone, "dueOn": "2025-04-10", "raidItemId": risk });
    pmo.must("actionItemCreate", action).await;
    let milestone = json!({ "initiativeId": id, "title": "Omstillingen er øvet", "dueOn": "2025-06-01" });
    pmo.must("milestoneCreate", milestone).await;
    let portfolio = json!({ "name": "Fyrtårnet", "description": "Everything on the island.",
        "ownerId": someone, "currency": "DKK" });
    pmo.must("portfolioCreate", portfolio).await;
    let person = json!({ "name": "Søren Ægidius", "email": "se@tutti.example", "tier": "MANAGER" });
    h.as_("admin").must("personCreate", person).await;
    let report = pmo.must("statusReportDraft", draft(&id, "2025-03-28")).await;
    let texts = json!({ "id": report, "summary": "Omstillingerne falder.", "nextSteps": "Listen to recordings.",
        "helpNeeded": "En lydtekniker." });
    pmo.must("statusReportUpdate", texts).await;
    pmo.must("statusReportPublish", json!({ "id": report })).await;
    let to = "Status report to 2025-03-28";
    for (query, title, excerpt, score) in [
        ("fewer TRANSFERS", "Fewer transfers", "Kunderne stilles om for ofte; halvdelen lægger på.", 1.0),
        ("kunde lægge", "Fewer transfers", "Kunderne stilles om for ofte; halvdelen lægger på.", 0.25),
        ("leverandører", "Leverandøren af headset er langsom", "Borrow twenty from the warehouse.", 0.75),
        ("warehouse", "Leverandøren af headset er langsom", "Borrow twenty from the warehouse.", 0.5),
        ("grossister", "Ring til grossisten", "Ask for Pia in the evenings.", 0.75),
        ("evening pia", "Ring til grossisten", "Ask for Pia in the evenings.", 0.25),
        ("øvet", "Omstillingen er øvet", "", 1.0),
        ("fyrtårn", "Fyrtårnet", "Everything on the island.", 0.75),
        ("island", "Fyrtårnet", "Everything on the island.", 0.5),
        ("ægidius", "Søren Ægidius", "se@tutti.example", 1.0),
        ("se@tutti.example", "Søren Ægidius", "se@tutti.example", 0.5),
        ("recording", to, "Listen to recordings.", 0.25),
        ("lydteknikeren", to, "En lydtekniker.", 0.25),
    ] {
        let hits = ask(&member, query, 5).await;
        let found: Vec<_> = hits.iter().map(|hit| (&hit["title"], &hit["excerpt"], &hit["score"])).collect();
        assert_eq!(found, [(&json!(title), &json!(excerpt), &json!(score))], "{query}");
    }
    // The same word in a title goes before that in a text, whatever was made last.
    assert_eq!(titles(&member, "omstilling").await, ["Omstillingen er øvet", to]);
}

async fn signs(h: Harness) {
    let member = h.as_("member");
    let answers = ["Answer in one call"];
    let text = "query($query: String!) { search(query: $query) { title } }";
    for query in [
        "\"answer\" call",
        "\"answer",
        "answer' & call",
        "answer' OR 1=1 --",
        "'); DROP TABLE search_documents; --",
        "answer:* | call",
        "answer* NEAR(call)",
        "title_words : answer",
        "{title_words words}: answer",
        "^answer + call",
        "-answer",
        "NOT answer",
        "answer AND",
        "NEAR(answer call, 2)",
        "!answer",
        "answer <-> call",
        "(answer",
        "answer)",
        "answer\\",
        "%answer_",
        "answer;",
        "🙂 answer 🙂",
        "🙂",
        "—!?*\"'()",
        "\u{202e}answer",
        "$1 ? :name @p",
        "\u{301}\u{301}",
    ] {
        let hits = titles(&member, query).await;
        // Whatever a database reads in it, to us it is some words: all of them have to be there.
        let words: Vec<_> = rules::read(query).unwrap().into_iter().map(|word| word.whole).collect();
        let there = !words.is_empty() && words.iter().all(|word| ["answer", "call"].contains(&word.as_str()));
        assert_eq!(hits, if there { &answers[..] } else { &[] }, "{query}");
    }
    for query in ["answer\0", "\0"] {
        let answer = member.send(text, json!({ "query": query })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
    assert_eq!(titles(&member, &"å".repeat(200)).await, [""; 0]);
    h.the_index_is_that_of_the_rows("all of it").await;
}

/// The rows that a database goes through are those that hold the words, and no others.
async fn from_the_index(h: Harness) {
    let backend = h.database().backend();
    h.rows(async |tx| {
        // As long as documents are, or a database would rather read them all.
        let others = (0..40).map(|number| format!("andet{number}")).collect::<Vec<_>>().join(" ");
        let words = match h.kind() {
            Kind::Postgres => {
                format!("array_to_tsvector(ARRAY['ord' || n, 'alle'] || string_to_array('{others}', ' '))")
            }
            Kind::Sqlite => format!("'alle {others} ord' || n"),
        };
        let id = match h.kind() {
            Kind::Postgres => "gen_random_uuid()",
            Kind::Sqlite => "randomblob(16)",
        };
        let sql = format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 6000) \
             INSERT INTO search_documents (kind, subject_id, title_words, words) \
             SELECT 'per', {id}, {words}, {words} FROM numbers"
        );
        tx.execute_unprepared(&sql).await.unwrap();
        for table in ["search_documents", "search_vocabulary"] {
            tx.execute_unprepared(&format!("ANALYZE {table}")).await.unwrap();
        }
    })
    .await;
    let plan = async |select: &SelectStatement| {
        let (explain, column) = match h.kind() {
            Kind::Postgres => ("EXPLAIN", "QUERY PLAN"),
            Kind::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        };
        let sql = backend.build(select).to_string();
        let rows = h.sql(&format!("{explain} {sql}")).await;
        let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
        plan.join("\n")
    };
    let asked = rules::read("ord77 alle").unwrap();
    let naming = plan(&beginnings::select(backend, &asked).unwrap()).await;
    let step = match h.kind() {
        Kind::Postgres => "Index Only Scan using ix_search_vocabulary_word",
        Kind::Sqlite => "SEARCH search_vocabulary USING PRIMARY KEY (word>? AND word<?)",
    };
    assert_eq!(naming.matches(step).count(), 2, "{naming}");
    let rare = (0..beginnings::most(backend)).map(|number| format!("ord77{number}")).collect();
    let begin = Beginnings::from(vec![Some(rare), Some(vec!["alle".to_owned()])]);
    for (tier, begin) in TIERS.into_iter().flat_map(|tier| [(tier, None), (tier, Some(&begin))]) {
        let viewer = Viewer::system();
        let select = store::select((&viewer, backend), (&asked, begin), None, tier, 20);
        let plan = plan(&select).await;
        let steps = match (h.kind(), tier.stand) {
            (Kind::Postgres, Stand::InTitle) => &["Bitmap Index Scan on ix_search_documents_title_words"][..],
            (Kind::Postgres, Stand::Anywhere) => &["Bitmap Index Scan on ix_search_documents_words"],
            (Kind::Sqlite, _) => &["SCAN w VIRTUAL TABLE INDEX", "SEARCH t0 USING INTEGER PRIMARY KEY"],
        };
        assert!(steps.iter().all(|step| plan.contains(step)), "{plan}");
        assert!(!plan.contains("Seq Scan on search_documents") && !plan.contains("TEMP B-TREE"), "{plan}");
        // PostgreSQL would show the words here if its planner saw them.
        assert!(!plan.contains("tsquery"), "{plan}");
    }
}

/// As many words as are named one by one, and up to two more: all documents with them are found, and no others.
async fn many_begin_so(h: Harness) {
    let (pmo, most) = (h.as_("pmo"), beginnings::most(h.database().backend()));
    let mut other = new_initiative("Havnen");
    other["description"] = json!("havmand sortladen");
    pmo.must("initiativeCreate", other).await;
    for number in 0..most + 2 {
        // The words come one after the other, and each is another.
        let mut new = new_initiative(&format!("Kaj {number}"));
        new["description"] =
            json!(format!("kranbane{number} sort{}", if number % 2 == 0 { "" } else { "e" }));
        pmo.must("initiativeCreate", new).await;
        let found = titles(&pmo, "kranbaner").await;
        assert_eq!(found.len(), number + 1, "{found:?}");
        if number + 3 > most {
            let rare = titles(&pmo, &format!("sorte kranbane{}", number - 1)).await;
            assert_eq!(rare, [format!("Kaj {}", number - 1)]);
            assert_eq!(titles(&pmo, "sorte kranbaner").await.len(), number + 1);
        }
    }
    assert_eq!(titles(&pmo, "kranbaner havn").await, [""; 0]);
    h.the_index_is_that_of_the_rows("many that begin so").await;
}

async fn from_before(h: Harness) {
    let kept = h.index().await;
    let found = titles(&h.as_("member"), "ring").await;
    assert!(kept.len() > 20 && !found.is_empty());
    h.rows(async |tx| {
        for sql in ["DELETE FROM search_documents", "DELETE FROM counters WHERE name = 'search'"] {
            tx.execute_unprepared(sql).await.unwrap();
        }
    })
    .await;
    assert_eq!(titles(&h.as_("member"), "ring").await, [""; 0]);
    // That it is missing is told like a migration that is.
    let (_, pending) = h.database().migrations().await.unwrap();
    assert_eq!(pending, [format!("search_index_{}", tutti::store::index::VERSION)]);
    h.database().migrate().await.unwrap();
    assert_eq!(h.index().await, kept);
    assert_eq!(titles(&h.as_("member"), "ring").await, found);
    assert_eq!(h.database().migrations().await.unwrap().1, [""; 0]);
    // What a process that does not know the index wrote meanwhile is found once it is made anew.
    h.rows(async |tx| {
        tx.execute_unprepared("UPDATE initiatives SET title = 'Zebraer' WHERE code = 'CX-1'").await.unwrap();
    })
    .await;
    assert_eq!(titles(&h.as_("member"), "zebra").await, [""; 0]);
    let words = async || -> BTreeSet<String> {
        let rows = h.sql("SELECT word FROM search_vocabulary").await;
        rows.iter().map(|row| row.try_get("", "word").unwrap()).collect()
    };
    let before = words().await;
    h.database().index_anew().await.unwrap();
    assert_eq!(titles(&h.as_("member"), "zebra").await, ["Zebraer"]);
    // Words that nothing holds any more are forgotten then.
    let (new, gone): (Vec<_>, Vec<_>) = (
        words().await.difference(&before).cloned().collect(),
        before.difference(&words().await).cloned().collect(),
    );
    assert_eq!((new, gone), (vec!["zebraer".to_owned()], vec!["in".to_owned()]));
}

async fn bounds(h: Harness) {
    let member = h.as_("member");
    for _ in 0..25 {
        h.as_("pmo").must("initiativeCreate", new_initiative("Mange ens")).await;
    }
    assert_eq!(ask(&member, "mange ens", 100).await.len(), 25);
    let usual = member.ask("{ search(query: \"mange\") { score } }", Value::Null).await;
    assert_eq!(usual["search"].as_array().unwrap().len(), 20);
    // What is most is asked for first is the beginning of what is asked for at once.
    let all = ask(&member, "mange", 100).await;
    for first in [1, 7, 24] {
        assert_eq!(ask(&member, "mange", first).await[..], all[..first]);
    }
    let query = "query($query: String!, $first: Int) { search(query: $query, first: $first) { title } }";
    let words = |count: u32| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
    for (text, first, code) in [
        ("x".repeat(60_000), 1, "BAD_USER_INPUT"),
        (words(10_000), 1, "BAD_USER_INPUT"),
        (words(11), 1, "BAD_USER_INPUT"),
        ("mange".to_owned(), 0, "BAD_USER_INPUT"),
        ("mange".to_owned(), 101, "BAD_USER_INPUT"),
        ("mange".to_owned(), -1, "BAD_USER_INPUT"),
    ] {
        let answer = member.send(query, json!({ "query": text, "first": first })).await;
        assert_eq!(answer.code(), code);
        let message = &answer.errors[0].message;
        assert!(message.len() < 200, "{message}");
    }
}
