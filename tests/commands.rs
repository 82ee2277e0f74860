//! The command line: what it says, what it changes, and how it refuses.

use serde_json::{Value, json};
use tutti::store::World;

use crate::harness::{Harness, Suite};

pub fn register(suite: &mut Suite) {
    suite.both("commands::the_first_administrator_can_sign_in", administrator);
    suite.both("commands::a_refusal_is_one_sentence", refusals);
    suite.both("commands::the_tables_say_whether_they_are_up_to_date", tables);
}

/// The exit code, standard output and standard error.
fn run(h: &Harness, arguments: &[&str]) -> (i32, String, String) {
    let output = h.command(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

async fn administrator(h: Harness) {
    let create = ["user", "create", "--email", "New@tutti.example", "--name", "Åse Ny", "--role", "admin"];
    let (code, said, wrong) = run(&h, &create);
    assert_eq!((code, said.as_str()), (0, "New@tutti.example holds ADMIN now.\n"), "{wrong}");
    assert_eq!(run(&h, &create).1, "New@tutti.example holds ADMIN already.\n");
    let (code, said, wrong) = run(&h, &["token", "--email", "new@TUTTI.example"]);
    assert_eq!(code, 0, "{wrong}");
    let token = said.lines().last().unwrap();
    // The token is of today; the clock of the test is not.
    h.pass(World::machine_clock() - h.now());
    let query = "mutation($input: OrgUnitCreateInput!) { orgUnitCreate(input: $input) { orgUnit { name } } }";
    let client = h.with_header(&format!("Bearer {token}"));
    let answer = client.send(query, json!({ "input": { "name": "New unit" } })).await;
    assert_eq!(answer.data(), json!({ "orgUnitCreate": { "orgUnit": { "name": "New unit" } } }));
    let query = "{ viewer { person { name email } roles { role } } }";
    let person = json!({ "name": "Åse Ny", "email": "New@tutti.example" });
    let expected = json!({ "viewer": { "person": person, "roles": [{ "role": "ADMIN" }] } });
    assert_eq!(client.send(query, Value::Null).await.data(), expected);
}

async fn refusals(h: Harness) {
    let named = ["user", "create", "--name", "Somebody"];
    let with = |more: &[&'static str]| [&named[..], more].concat();
    for (arguments, code, says) in [
        (vec!["token", "--email", "stranger@tutti.example"], 1, "Nobody who could sign in has the address"),
        (with(&["--email", "no address", "--role", "PMO"]), 1, "An address is written"),
        (with(&["--email", "a@b.example", "--role", "BOSS"]), 2, "it is one of ADMIN, PMO"),
        (vec!["serve", "--demo", "--listen", "127.0.0.1:0"], 1, "never mixed into it"),
        (vec!["serve", "--demo", "--listen", "0.0.0.0:0"], 1, "so it is served here alone"),
        (vec!["serve", "--demo=fresh", "--listen", "127.0.0.1:0"], 1, ""),
        (vec!["serve", "--max-query-depth", "deep"], 1, "--max-query-depth"),
    ] {
        let (exit, said, wrong) = run(&h, &arguments);
        // The log of the start may come before the sentence.
        let sentence = wrong.lines().find(|line| line.starts_with("tutti: ") || line.starts_with("error: "));
        assert_eq!((exit, said.as_str()), (code, ""), "{arguments:?}: {wrong}");
        assert!(sentence.is_some_and(|sentence| sentence.contains(says)), "{arguments:?}: {wrong}");
    }
    // Nothing was entered, and nothing was deleted.
    assert!(!h.as_("pmo").send("{ people { totalCount } }", Value::Null).await.data()["people"].is_null());
}

async fn tables(h: Harness) {
    let (code, said, wrong) = run(&h, &["migrate", "status"]);
    assert_eq!(code, 0, "{wrong}");
    assert!(said.lines().count() >= 4 && said.lines().all(|line| line.starts_with("applied  m")), "{said}");
    assert_eq!(run(&h, &["migrate", "up"]).1, "The tables are up to date.\n");
    // A later release has been here: this one goes on beside it.
    h.rows(async |tx| {
        use sea_orm::ConnectionTrait as _;
        let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
        tx.execute_unprepared(later).await.unwrap();
    })
    .await;
    let (code, said, wrong) = run(&h, &["migrate", "status"]);
    assert!(code == 0 && said.ends_with("applied  m9999_later\n"), "{said}{wrong}");
}
