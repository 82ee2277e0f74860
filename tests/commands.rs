//! The command line: what it says, what it changes, and how it refuses.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};
use tutti::store::{World, index};

use crate::harness::{Harness, Suite};

pub fn register(suite: &mut Suite) {
    suite.both("commands::the_first_administrator_can_sign_in", administrator);
    suite.both("commands::a_refusal_is_one_sentence", refusals);
    suite.both("commands::the_tables_say_whether_they_are_up_to_date", tables);
}

/// The exit code, standard output and standard error.
fn run(h: &Harness, arguments: &[&str]) -> (i32, String, String) {
    told(h, arguments, "")
}

/// The same for a command that reads this.
fn told(h: &Harness, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = h.command(arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // A command that does not read has closed its end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

async fn administrator(h: Harness) {
    let create = ["user", "create", "--email", "New@tutti.example", "--name", "Åse Ny", "--role", "admin"];
    let (code, said, wrong) = told(&h, &create, "nine gentle bridges\n");
    assert_eq!((code, said.as_str()), (0, "New@tutti.example holds ADMIN now.\n"), "{wrong}");
    let again = [&create[..], &["--no-password"]].concat();
    assert_eq!(run(&h, &again).1, "New@tutti.example holds ADMIN already.\n");
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
    // They sign in with the password, and with the next one when it was set anew.
    let sign_in = async |password: &str| {
        let query = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { person { name } } } }";
        let input = json!({ "email": "new@tutti.example", "password": password });
        let data = h.anonymous().ask(query, json!({ "input": input })).await;
        data["signIn"]["viewer"]["person"]["name"] == json!("Åse Ny")
    };
    assert!(sign_in("nine gentle bridges").await);
    let change = ["user", "password", "--email", "NEW@tutti.example"];
    let (code, said, wrong) = told(&h, &change, "ten gentle bridges\r\n");
    assert!(code == 0 && said.contains("signs in with the new password"), "{said}{wrong}");
    assert!(!sign_in("nine gentle bridges").await && sign_in("ten gentle bridges").await);
}

async fn refusals(h: Harness) {
    let named = ["user", "create", "--name", "Somebody"];
    let with = |more: &[&'static str]| [&named[..], more].concat();
    for (arguments, code, says) in [
        (vec!["token", "--email", "stranger@tutti.example"], 1, "Nobody who could sign in has the address"),
        (with(&["--email", "no address", "--role", "PMO", "--no-password"]), 1, "An address is written"),
        (with(&["--email", "a@b.example", "--role", "PMO"]), 1, "A password is expected on standard input"),
        (vec!["user", "password", "--email", "pmo@tutti.example"], 1, "A password is expected"),
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
    let short = told(&h, &["user", "password", "--email", "pmo@tutti.example"], "short\n");
    assert!(short.0 == 1 && short.2.contains("12 to 128 characters"), "{short:?}");
    let stranger = ["user", "password", "--email", "stranger@tutti.example"];
    assert!(told(&h, &stranger, "nine gentle bridges\n").2.contains("Nobody who could sign in"));
    // Nothing was entered, and nothing was deleted.
    assert!(!h.as_("pmo").send("{ people { totalCount } }", Value::Null).await.data()["people"].is_null());
}

async fn tables(h: Harness) {
    let (code, said, wrong) = run(&h, &["migrate", "status"]);
    assert_eq!(code, 0, "{wrong}");
    assert!(said.lines().count() >= 4 && said.lines().all(|line| line.starts_with("applied  ")), "{said}");
    assert!(said.ends_with(&format!("applied  search_index_{}\n", index::VERSION)), "{said}");
    assert_eq!(run(&h, &["migrate", "search"]).1, "The index of the search is made anew.\n");
    assert_eq!(run(&h, &["migrate", "up"]).1, "The tables are up to date.\n");
    // A later release has been here: this one goes on beside it.
    h.rows(async |tx| {
        use sea_orm::ConnectionTrait as _;
        let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
        tx.execute_unprepared(later).await.unwrap();
    })
    .await;
    let (code, said, wrong) = run(&h, &["migrate", "status"]);
    assert!(code == 0 && said.contains("applied  m9999_later\n"), "{said}{wrong}");
}
