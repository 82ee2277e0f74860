//! Who may do what: the table as people read it, and the API against the table.

mod forged;
mod guessing;
mod jwt;
mod paths;
mod rotation;
pub mod rows;
mod sso;
mod unseen;
mod walk;

use std::fmt::Write as _;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, Iterable as _};
use serde_json::{Value, json};
use tutti::access::table::{self, Open, Relation, TABLE};
use tutti_entity::ids::RoleGrantId;
use tutti_entity::people::role_grant::{self, Role};
use uuid::Uuid;

use crate::harness::{Harness, Suite, fresh, person, portfolio, unit};
use crate::schema::{Sdl, capability, named};
use crate::write::{OF_SECRETS, every_mutation, find, finish, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.once("access::the_table_is_as_agreed", agreed);
    suite.world("access::no_root_field_answers_a_stranger", strangers);
    suite.world("access::every_mutation_asks_for_its_role", roles);
    suite.world("access::a_role_in_one_portfolio_ends_at_its_border", border);
    suite.world("access::an_owner_changes_and_does_not_decide", owner);
    suite.world("access::a_role_holds_from_its_first_day_to_its_last", days);
    suite.world("access::who_has_left_is_nobody_at_once", left);
    suite.world("access::a_token_of_nobody_is_refused", tokens);
    forged::register(suite);
    guessing::register(suite);
    rotation::register(suite);
    sso::register(suite);
    unseen::register(suite);
    walk::register(suite);
}

fn agreed() {
    let mut text = String::new();
    for row in TABLE {
        let mut who: Vec<_> = row.roles.iter().map(sea_orm::ActiveEnum::to_value).collect();
        who.extend(row.relations.iter().map(|relation| match relation {
            Relation::Subject => "the person themselves".to_owned(),
            other => format!("its {other:?}").to_lowercase(),
        }));
        match row.open {
            Open::ToAnyone => who = vec!["anyone".to_owned()],
            Open::ToEveryone => who = vec!["everyone signed in".to_owned()],
            Open::ToNobody => {}
        }
        let but = if row.but.is_empty() { String::new() } else { format!(" ({})", row.but) };
        writeln!(text, "{:<20} {:<80} {}{but}", row.name, row.meaning, who.join(", ")).unwrap();
    }
    writeln!(text, "\nWhat root fields need:").unwrap();
    let sdl = Sdl::of_tutti();
    for root in ["Query", "Mutation", "Subscription"] {
        for field in sdl.fields(root) {
            writeln!(text, "{root:<8} {:<22} {}", field.name, capability(field).unwrap_or_default()).unwrap();
        }
    }
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("who_may_do_what", text));
}

/// The smallest value of a type that the schema takes.
fn smallest(sdl: &Sdl, ty: &async_graphql::parser::types::Type) -> Value {
    if ty.nullable {
        return Value::Null;
    }
    if matches!(ty.base, async_graphql::parser::types::BaseType::List(_)) {
        return json!([]);
    }
    match named(ty) {
        "ID" => json!("per_00000000000000000000000000"),
        "String" | "Markdown" => json!("x"),
        "Date" => json!("2025-01-01"),
        "CurrencyCode" => json!("EUR"),
        "InitiativeLookup" => json!({ "code": "CX-1" }),
        "Tier" => json!("LEADER"),
        "Role" => json!("MEMBER"),
        "InitiativeStatus" => json!("ACTIVE"),
        "MoveReason" => json!("SCOPE"),
        "CostCategory" => json!("PEOPLE"),
        "RaidKind" => json!("RISK"),
        "Health" => json!("GREEN"),
        "CostKind" => json!("ACTUAL"),
        "ImportPolicy" => json!("REJECT_ALL"),
        "Decimal" => json!("1"),
        "Int" | "Percent" => json!(1),
        "Boolean" => json!(false),
        choices if !sdl.choices(choices).is_empty() => json!(sdl.choices(choices)[0]),
        input => {
            let fields = sdl.inputs(input);
            assert!(!fields.is_empty(), "what is the smallest {input}?");
            let needed = fields.into_iter().filter(|field| !field.ty.node.nullable);
            Value::Object(
                needed.map(|field| (field.name.to_string(), smallest(sdl, &field.ty.node))).collect(),
            )
        }
    }
}

async fn strangers(h: Harness) {
    let sdl = Sdl::of_tutti();
    let before = h.dump().await;
    let mut asked = 0;
    for (root, keyword) in [("Query", "query"), ("Mutation", "mutation")] {
        for field in sdl.fields(root) {
            let needed: Vec<_> =
                field.arguments.iter().filter(|argument| !argument.node.ty.node.nullable).collect();
            let mut variables = serde_json::Map::new();
            let (mut declared, mut passed) = (String::new(), String::new());
            for argument in needed {
                let (name, ty) = (&argument.node.name, &argument.node.ty);
                write!(declared, "${name}: {ty} ").unwrap();
                write!(passed, "{name}: ${name} ").unwrap();
                variables.insert(name.to_string(), smallest(&sdl, &ty.node));
            }
            let wrap = |text: String| if text.is_empty() { text } else { format!("({text})") };
            let query =
                format!("{keyword}{} {{ {}{} {{ __typename }} }}", wrap(declared), field.name, wrap(passed));
            let answer = h.anonymous().send(&query, Value::Object(variables)).await;
            if capability(field).as_deref() == Some("sign-in") {
                // Open to anyone; it finds nobody.
                assert!(answer.errors.is_empty(), "{query}: {:?}", answer.errors);
                continue;
            }
            assert_eq!(answer.code(), "UNAUTHENTICATED", "{query}: {:?}", answer.errors);
            let data = answer.data();
            assert!(data.is_null() || data[field.name.node.as_str()].is_null(), "{query}: {data}");
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked} root fields");
    assert_eq!(before, h.dump().await);
}

/// Every role tries every mutation: it passes exactly where the table says so, and else is refused at
/// the gate or, where some relation could help, by the command.
async fn roles(h: Harness) {
    let sdl = Sdl::of_tutti();
    let mutations = every_mutation(&crate::training::lead(&h).await).await;
    let built: Vec<_> = sdl.fields("Mutation").iter().map(|field| field.name.to_string()).collect();
    for name in &built {
        let tried = mutations.iter().any(|(known, _)| known == name) || OF_SECRETS.contains(&&**name);
        assert!(tried, "{name} is not tried here");
    }
    for role in Role::iter() {
        grant(&h, "nobody", role, |_| {}).await;
        for (mutation, input) in &mutations {
            let field =
                sdl.fields("Mutation").into_iter().find(|field| field.name.node == *mutation).unwrap();
            let row = table::named(&capability(field).unwrap()).unwrap();
            if row.open != Open::ToNobody {
                continue;
            }
            let may = row.roles.contains(&role);
            let options = json!({ "dryRun": true });
            let answer = h.as_("nobody").try_change(mutation, input.clone(), options).await;
            let refused = if answer.errors.is_empty() {
                // What one does not see is not there.
                let code = &answer.data()[*mutation]["userErrors"][0]["code"];
                ["FORBIDDEN", "NOT_FOUND"].iter().any(|refusal| code == refusal)
            } else {
                assert_eq!(answer.code(), "FORBIDDEN", "{mutation} as {role:?}");
                true
            };
            assert_eq!(refused, !may, "{mutation} as {role:?}: {:?} {}", answer.errors, answer.data());
            assert!(may || answer.data()[*mutation]["event"].is_null());
        }
    }
}

/// Gives somebody this role and no other.
async fn grant(h: &Harness, who: &str, role: Role, change: impl FnOnce(&mut role_grant::Model)) {
    let mut row = role_grant::Model {
        id: RoleGrantId(Uuid::from_u128(1)),
        version: 1,
        person_id: person(who),
        role,
        portfolio_id: None,
        org_unit_id: None,
        since: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        until: None,
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    change(&mut row);
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

fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or("written")
}

async fn border(h: Harness) {
    let scoped = h.as_("scoped_pmo");
    for (mutation, input, expected) in [
        ("portfolioUpdate", json!({ "id": portfolio("Harbour").to_string(), "name": "H" }), "written"),
        ("portfolioUpdate", json!({ "id": portfolio("Lighthouse").to_string(), "name": "L" }), "FORBIDDEN"),
        ("portfolioArchive", json!({ "id": portfolio("Lighthouse").to_string() }), "FORBIDDEN"),
        ("portfolioUnarchive", json!({ "id": portfolio("Lighthouse").to_string() }), "FORBIDDEN"),
        (
            "portfolioCreate",
            json!({ "name": "P", "ownerId": person("pmo").to_string(), "currency": "EUR" }),
            "FORBIDDEN",
        ),
        ("initiativeCreate", new_initiative("Here"), "written"),
    ] {
        let payload = scoped.change(mutation, input, Value::Null).await;
        assert_eq!(code(&payload), expected, "{mutation}: {payload}");
    }
    let mut elsewhere = new_initiative("There");
    elsewhere["portfolioId"] = json!(portfolio("Lighthouse").to_string());
    assert_eq!(code(&scoped.change("initiativeCreate", elsewhere, Value::Null).await), "FORBIDDEN");
    for (theirs, expected) in [("CX-1", "written"), ("CX-7", "FORBIDDEN")] {
        let id = find(&scoped, theirs).await.0;
        if expected == "written" {
            finish(&scoped, &id).await;
            // A report that its reviewer, who is somebody else, has read.
            let report = crate::reports::publish(&scoped, &id, "2025-03-31").await;
            h.as_("pmo").must("statusReportAcknowledge", json!({ "id": report })).await;
        }
        let note = "Agreed at the stand-up today.";
        for (mutation, input) in [
            ("initiativeUpdate", json!({ "id": id, "title": "T" })),
            (
                "initiativeReschedule",
                json!({ "id": id, "dueOn": "2025-12-24", "reason": "SCOPE", "note": note }),
            ),
            ("initiativeReassign", json!({ "id": id, "ownerId": person("finance").to_string() })),
            ("initiativeTransition", json!({ "id": id, "to": "CLOSING" })),
            ("initiativeTransition", json!({ "id": id, "to": "CLOSED" })),
        ] {
            assert_eq!(
                code(&scoped.change(mutation, input, Value::Null).await),
                expected,
                "{theirs} {mutation}"
            );
        }
    }
    // A role in an org unit says nothing about portfolios.
    grant(&h, "nobody", Role::Pmo, |row| row.org_unit_id = Some(unit("Tutti"))).await;
    let payload = h.as_("nobody").change("initiativeCreate", new_initiative("Unit"), Value::Null).await;
    assert_eq!(code(&payload), "FORBIDDEN");
}

async fn owner(h: Harness) {
    let owner = h.as_("owner");
    let (own, _) = find(&owner, "CX-1").await;
    let (foreign, _) = find(&owner, "CX-2").await;
    let (proposed, _) = find(&owner, "CX-5").await;
    for (mutation, input, expected) in [
        ("initiativeUpdate", json!({ "id": own, "title": "Mine" }), "written"),
        ("initiativeUpdate", json!({ "id": foreign, "title": "Yours" }), "FORBIDDEN"),
        ("initiativeTransition", json!({ "id": proposed, "to": "APPROVED" }), "FORBIDDEN"),
        ("initiativeTransition", json!({ "id": proposed, "to": "REJECTED", "reason": "No." }), "FORBIDDEN"),
        // Whether a move is open is not told to those who may not make it.
        ("initiativeTransition", json!({ "id": foreign, "to": "PROPOSED" }), "FORBIDDEN"),
        ("initiativeTransition", json!({ "id": own, "to": "CLOSING" }), "written"),
        ("initiativeTransition", json!({ "id": own, "to": "CLOSED" }), "FORBIDDEN"),
        ("initiativeTransition", json!({ "id": own, "to": "ACTIVE" }), "written"),
        ("initiativeReassign", json!({ "id": own, "ownerId": person("other_owner").to_string() }), "written"),
        ("initiativeUpdate", json!({ "id": own, "title": "Not mine any more" }), "FORBIDDEN"),
    ] {
        let payload = owner.change(mutation, input, Value::Null).await;
        assert_eq!(code(&payload), expected, "{mutation}: {payload}");
    }
}

async fn days(h: Harness) {
    let today = h.now().date_naive();
    for (since, until, holds) in [
        (today, None, true),
        (today.succ_opt().unwrap(), None, false),
        (today.pred_opt().unwrap(), Some(today), true),
        (today.pred_opt().unwrap(), Some(today.pred_opt().unwrap()), false),
    ] {
        grant(&h, "nobody", Role::Pmo, |row| (row.since, row.until) = (since, until)).await;
        let answer = h
            .as_("nobody")
            .try_change("initiativeCreate", new_initiative("Day"), json!({ "dryRun": true }))
            .await;
        assert_eq!(answer.errors.is_empty(), holds, "{since} {until:?}: {:?}", answer.errors);
        let roles = h.as_("nobody").ask("{ viewer { roles { role } } }", Value::Null).await;
        assert_eq!(roles["viewer"]["roles"].as_array().unwrap().len(), usize::from(holds));
    }
}

async fn left(h: Harness) {
    let member = h.as_("member");
    let query = "{ viewer { person { status } } }";
    assert_eq!(member.ask(query, Value::Null).await["viewer"]["person"]["status"], json!("ACTIVE"));
    for (status, works) in [("ON_LEAVE", true), ("LEFT", false)] {
        let sql = format!("UPDATE people SET status = '{status}' WHERE email = 'member@tutti.example'");
        h.rows(async |tx| tx.execute_unprepared(&sql).await.unwrap()).await;
        let answer = member.send(query, Value::Null).await;
        assert_eq!(answer.errors.is_empty(), works, "{status}: {:?}", answer.errors);
        assert!(works || answer.code() == "UNAUTHENTICATED");
    }
}

async fn tokens(h: Harness) {
    let token = h.as_("pmo").authorization().to_owned();
    let forged = h.signed_in(tutti_entity::ids::PersonId(Uuid::from_u128(7)));
    assert_eq!(forged.send("{ viewer { person { id } } }", Value::Null).await.code(), "UNAUTHENTICATED");
    let cut = token.len() - 5;
    for bad in
        ["", "Bearer", "Bearer ", "Basic cG1vOnBtbw==", &token[..cut], &token.replace("Bearer ", "Token ")]
    {
        let answer = h.with_header(bad).send("{ __typename viewer { person { id } } }", Value::Null).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{bad}");
        assert!(answer.data().is_null());
    }
    let small = h.with_header(&token.replace("Bearer", "bEARER"));
    assert!(small.send("{ viewer { person { id } } }", Value::Null).await.errors.is_empty());
}
