//! `tutti import` and `tutti export`, as processes of their own.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Harness, Suite};
use crate::write::find;

pub fn register(suite: &mut Suite) {
    suite.world("exchange::a_table_is_imported_whole_or_not_at_all", whole);
    suite.world("exchange::somebody_imports_what_they_may", somebody);
    suite.world("exchange::what_goes_out_goes_in_again", round_trip);
    suite.world("exchange::a_table_shows_what_its_reader_may_see", sight);
    suite.world("exchange::a_large_table_streams", large);
    suite.world("exchange::wrong_files_are_told_in_one_sentence", wrong);
    suite.world("exchange::measurements_come_in_from_a_table", measured);
    suite.world("exchange::attendances_come_in_from_a_table", attended);
}

/// The exit code, standard output and standard error of a command that reads this.
fn run(h: &Harness, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = h.command(arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writing = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn import(h: &Harness, more: &[&str], table: &str) -> (i32, String, String) {
    run(h, &[&["import", "initiatives", "-"], more].concat(), table.as_bytes())
}

const GOOD: &str = "portfolio,title,owner,startsOn,dueOn,budget\n\
                    Harbour,\"Lamps, lit\",owner@tutti.example,2025-04-01,2025-09-30,1250.50\n\
                    lighthouse,\"Two\nlines\",OTHER_OWNER@tutti.example,2025-04-01,2025-09-30,\n";

async fn whole(h: Harness) {
    let before = h.dump().await;
    let bad = format!(
        "{GOOD}Nowhere,Three,left@tutti.example,2025-04-01,2025-03-01,x\nHarbour,Four,owner@tutti.example,soon,2025-09-30,\n"
    );
    let (code, said, told) = import(&h, &[], &bad);
    // A title is one line.
    let expected = "line 3, title: `title` is one line of text, without control characters.\n\
                    line 5, budget: A number is written 1234.50; with `--locale da` 1234,50.\n\
                    line 6, startsOn: A date is written 2025-12-31; with `--locale da` also 31-12-2025.\n";
    let lines: Vec<_> = told.lines().filter(|line| line.starts_with("line ")).collect();
    assert_eq!(
        (code, said.as_str(), format!("{}\n", lines.join("\n")).as_str()),
        (1, "", expected),
        "{told}"
    );
    assert!(told.ends_with("tutti: Nothing was imported: 3 of 4 rows cannot be.\n"), "{told}");
    let good = GOOD.replace("Two\nlines", "Two");
    let bad = format!("{good}Nowhere,Three,left@tutti.example,2025-04-01,2025-03-01,1\n");
    let (code, _, told) = import(&h, &[], &bad);
    let lines: Vec<_> = told.lines().filter(|line| line.starts_with("line 4, ")).collect();
    assert_eq!((code, lines.len()), (1, 3), "{told}");
    let (code, said, told) = import(&h, &["--dry-run"], &good);
    assert_eq!((code, told.as_str()), (0, ""));
    assert_eq!(said, "A dry run, nothing was written. Would import 2 initiatives, CX-13 to CX-14.\n");
    assert_eq!(before, h.dump().await);
    let (code, said, _) = import(&h, &["--policy", "skip-failed"], &bad);
    assert_eq!((code, said.as_str()), (3, "Imported 2 initiatives, CX-13 to CX-14; 1 row cannot be.\n"));
    let (code, said, _) = import(&h, &[], &good);
    assert_eq!((code, said.as_str()), (0, "Imported 2 initiatives, CX-15 to CX-16.\n"));
    let query = "{ initiative(by: { code: \"CX-15\" }) { title owner { email } budget { approved { amount } } events { nodes { action actor { id } } } } }";
    let read = h.as_("pmo").ask(query, Value::Null).await["initiative"].clone();
    let budget = json!({ "approved": { "amount": "1250.50" } });
    assert_eq!((&read["title"], &read["budget"]), (&json!("Lamps, lit"), &budget));
    // The system did it, who is nobody.
    let event = json!({ "action": "initiative.created", "actor": null });
    assert_eq!(read["events"]["nodes"][0], event);
}

async fn somebody(h: Harness) {
    let good = GOOD.replace("Two\nlines", "Two");
    let (code, _, told) = import(&h, &["--as", "scoped_pmo@tutti.example"], &good);
    assert!(code == 1 && told.contains("line 3, portfolio: You may not do this here."), "{told}");
    let (code, _, told) = import(&h, &["--as", "stranger@tutti.example"], &good);
    assert!(code == 1 && told.contains("Nobody who could sign in has the address"), "{told}");
    let (code, said, told) = import(&h, &["--as", "PMO@tutti.example"], &good);
    assert_eq!((code, said.as_str()), (0, "Imported 2 initiatives, CX-13 to CX-14.\n"), "{told}");
    let query = "{ initiative(by: { code: \"CX-14\" }) { events { nodes { actor { email } } } } }";
    let read = h.as_("pmo").ask(query, Value::Null).await;
    assert_eq!(read["initiative"]["events"]["nodes"][0]["actor"]["email"], json!("pmo@tutti.example"));
}

async fn round_trip(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-1").await;
    let title = "=HYPERLINK(\"evil\"); tak, Åse";
    let input = json!({ "id": id, "title": title, "description": "-1\nlinje; \"to\"\r\n'=3" });
    pmo.must("initiativeUpdate", input).await;
    let amount = json!({ "amount": "1250000.50", "currency": "DKK" });
    pmo.must("budgetLineCreate", json!({ "initiativeId": id, "category": "PEOPLE", "amount": amount })).await;
    for locale in ["en", "da"] {
        let export = ["export", "initiatives", "--format", "csv", "--locale", locale];
        let (code, table, told) = run(&h, &export, b"");
        assert_eq!((code, told.as_str()), (0, ""));
        assert!(table.contains("'=HYPERLINK"), "{table}");
        let separator = if locale == "da" { ';' } else { ',' };
        let without: String = {
            // What was put away, and who has left, cannot take part in an import.
            let lines = table.split_inclusive('\n');
            lines.filter(|line| !line.contains("Gamle dage")).collect()
        };
        let (code, said, told) = import(&h, &["--locale", locale], &without);
        assert_eq!(code, 0, "{said}{told}{separator}");
        assert!(told.contains("Not imported: "), "{told}");
    }
    let query = "query($code: String!) { initiative(by: { code: $code }) { title description startsOn dueOn valueChainStages \
                 portfolio { name } owner { email } sponsor { email } reviewer { email } budget { approved { amount } } } }";
    for (one, other, last) in [("CX-1", "CX-13", "CX-25"), ("CX-7", "CX-19", "CX-31")] {
        let read = async |code| pmo.ask(query, json!({ "code": code })).await;
        let first = read(one).await;
        assert_eq!((&first, &first), (&read(other).await, &read(last).await), "{one}");
    }
}

async fn sight(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-1").await;
    let cost = |amount: &str, note: &str| {
        json!({
            "initiativeId": id, "category": "PEOPLE", "kind": "ACTUAL", "incurredOn": "2025-03-01", "note": note,
            "amount": { "amount": amount, "currency": "DKK" },
        })
    };
    pmo.must("costEntryRecord", cost("1000.50", "@work")).await;
    pmo.must("costEntryRecord", cost("-200", "A credit")).await;
    let export = |table: &str, more: &[&str]| run(&h, &[&["export", table], more].concat(), b"");
    let (code, table, _) = export("costs", &["--format", "csv", "--locale", "da"]);
    let lines: Vec<_> = table.lines().collect();
    assert!(
        code == 0 && lines.len() == 3 && lines[0].starts_with("\u{feff}initiativ;portefølje;kategori;"),
        "{table}"
    );
    assert!(
        lines[1].starts_with("CX-1;Harbour;PEOPLE;ACTUAL;1000,50;DKK;01-03-2025;'@work;;pmo@tutti.example;")
    );
    // A number below nothing stays a number.
    assert!(lines[2].starts_with("CX-1;Harbour;PEOPLE;ACTUAL;-200,00;DKK;01-03-2025;A credit;"), "{table}");
    let (_, text, _) = export("costs", &["--format", "json"]);
    let rows: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&rows[0]["amount"], &rows[0]["note"], &rows[0]["reversalOf"]),
        (&json!("1000.50"), &json!("@work"), &Value::Null)
    );
    // Who may not see money sees none, and sees the initiatives without it.
    let (code, text, _) = export("costs", &["--format", "json", "--as", "member@tutti.example"]);
    assert_eq!((code, text.as_str()), (0, "[\n]\n"));
    let amount = json!({ "amount": "5", "currency": "DKK" });
    pmo.must("budgetLineCreate", json!({ "initiativeId": id, "category": "PEOPLE", "amount": amount })).await;
    for (who, budget) in [("leader", json!("5.00")), ("member", Value::Null)] {
        let (_, text, _) =
            export("initiatives", &["--format", "json", "--as", &format!("{who}@tutti.example")]);
        let rows: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(rows.as_array().unwrap().len(), 12);
        assert_eq!((&rows[0]["code"], &rows[0]["budget"]), (&json!("CX-1"), &budget), "{who}");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let (code, said, told) = export("milestones", &["--format", "csv", "--output", path]);
    assert_eq!((code, said.as_str()), (0, ""), "{told}");
    let table = std::fs::read_to_string(path).unwrap();
    assert!(table.starts_with("initiative,portfolio,title,owner,status,dueOn"), "{table}");
    let milestone = ",Half-way,other_owner@tutti.example,";
    assert!(table.lines().any(|line| line.starts_with("CX-2,") && line.contains(milestone)), "{table}");
    assert!(told.starts_with(&format!("{} rows are in `", table.lines().count() - 1)), "{told}");
}

async fn large(h: Harness) {
    let rows: u32 = 2_345;
    let mut table = "portfolio;title;owner;startsOn;dueOn\r\n".to_owned();
    for number in 0..rows {
        let owner = if number == 2_222 { "nobody" } else { "owner" };
        table.extend([
            "Harbour;Number ",
            &number.to_string(),
            ";",
            owner,
            "@tutti.example;2025-04-01;2025-09-30\r\n",
        ]);
    }
    let refused = table.replace(";nobody@", ";stranger@");
    let before = h.dump().await;
    let (code, _, told) = import(&h, &[], &refused);
    assert!(
        code == 1 && told.contains("line 2224, owner: There is nobody with this address or id."),
        "{told}"
    );
    assert_eq!(before, h.dump().await);
    let (code, said, told) = import(&h, &[], &table);
    assert_eq!((code, said.as_str()), (0, "Imported 2345 initiatives, CX-13 to CX-2357.\n"), "{told}");
    let (_, text, _) = run(&h, &["export", "initiatives", "--format", "json"], b"");
    let rows: Value = serde_json::from_str(&text).unwrap();
    let codes: Vec<_> =
        rows.as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<_> = (1..=2357).map(|number| format!("CX-{number}")).collect();
    assert_eq!(codes, expected);
}

async fn wrong(h: Harness) {
    for (table, sentence) in [
        (&b""[..], "The file is empty"),
        (b"portfolio,title,owner,startsOn,dueOn\n", "There are no rows below the headings."),
        (b"title,colour\nx,y\n", "Line 1: the column `colour` is not known; the columns `portfolio`,"),
        (b"\xff\xfep\0", "The file is UTF-16"),
        (b"portfolio,title,owner,startsOn,dueOn\nHarbour,Bl\xe5,a,b,c\n", "Line 2: the text is not UTF-8"),
    ] {
        let (code, said, told) = run(&h, &["import", "initiatives", "-"], table);
        assert_eq!((code, said.as_str()), (1, ""));
        assert!(told.lines().any(|line| line.starts_with(&format!("tutti: {sentence}"))), "{told}");
    }
    for (arguments, code) in [
        (vec!["import", "initiatives", "no such file.csv"], 1),
        (vec!["import", "initiatives", "."], 1),
        (vec!["import", "costs", "-"], 2),
        (vec!["import", "initiatives", "-", "--locale", "de"], 2),
        (vec!["export", "initiatives"], 2),
        (vec!["export", "initiatives", "--format", "csv", "--as", "stranger@tutti.example"], 1),
        (vec!["export", "initiatives", "--format", "csv", "--output", "no such folder/x.csv"], 1),
    ] {
        let (exit, said, told) = run(&h, &arguments, b"");
        assert_eq!((exit, said.as_str()), (code, ""), "{arguments:?}: {told}");
    }
}

/// A KPI with this code, measured so often.
async fn kpi(h: &Harness, code: &str, kind: &str, cadence: &str) -> String {
    let input = json!({
        "code": code, "name": code, "kind": kind, "direction": "UP", "cadence": cadence,
        "ownerId": crate::harness::person("owner").to_string(),
    });
    h.as_("pmo").must("kpiCreate", input).await
}

async fn measured(h: Harness) {
    let score = kpi(&h, "NPS", "NPS", "MONTHLY").await;
    kpi(&h, "Weekly", "CSAT", "WEEKLY").await;
    let import = |more: &[&str], table: &str| {
        run(&h, &[&["import", "measurements", "-"], more].concat(), table.as_bytes())
    };
    let table = format!(
        "nøgletal;enhed;periode fra;ambassadører;passive;kritikere;historie\n\
         nps;salg;01-01-2025;18;11;2;Stormen er ovre.\n{score};;1/2/2025;30;39;21;\n"
    );
    let (code, _, told) = import(&["--locale", "da"], &table);
    assert_eq!(
        (code, told.as_str()),
        (1, "tutti: A measurement says who recorded it: name them with `--as ADDRESS`.\n")
    );
    let pmo = ["--locale", "da", "--as", "pmo@tutti.example"];
    let before = h.dump().await;
    let (code, said, _) = import(&[&pmo[..], &["--dry-run"]].concat(), &table);
    assert_eq!((code, said.as_str()), (0, "A dry run, nothing was written. Would import 2 measurements.\n"));
    assert_eq!(before, h.dump().await);
    assert_eq!(import(&pmo, &table).1, "Imported 2 measurements.\n");
    // The same file again writes nothing.
    let before = h.dump().await;
    let (code, said, _) = import(&pmo, &table);
    assert_eq!((code, said.as_str()), (0, "Imported 0 measurements; 2 rows said so already.\n"));
    assert_eq!(before, h.dump().await);
    let found = h.as_("member").ask("{ measurements { totalCount } }", Value::Null).await;
    assert_eq!(found["measurements"]["totalCount"], json!(2));
    // What cannot be is told by its line and column, whoever may not record is told so, and good rows come in if one
    // wants that.
    let bad = "kpi,orgUnit,periodStart,periodEnd,promoters,passives,detractors,responses\n\
               NPX,,2025-01-01,,1,1,1,\n\
               ,Nowhere,2025-01-01,,1,1,1,\n\
               NPS,Service,2025-01-02,,1,1,1,\n\
               NPS,Service,2025-01-01,2025-01-30,1,1,1,\n\
               NPS,Service,2025-01-01,,1,1,1,4\n\
               NPS,Service,2025-01-01,,1.5,1,1,\n\
               NPS,Service,2025-01-01,,1,1,1,3\n\
               NPS,Service,2025-01-01,,2,1,1,\n";
    let (code, said, told) = import(&["--as", "pmo@tutti.example"], bad);
    assert_eq!((code, said.as_str()), (1, ""));
    let expected = "line 2, kpi: There is no KPI with this code or id.\n\
                    line 3, kpi: `kpi` may not be empty.\n\
                    line 3, orgUnit: There is no org unit with this name or id.\n\
                    line 4, periodStart: 2025-01-02: A month starts on its first day.\n\
                    line 5, periodEnd: The period ends on 2025-01-31.\n\
                    line 6, responses: Promoters, passives and detractors are 3 together.\n\
                    line 7, promoters: This is counted: a whole number of at most ten digits.\n\
                    line 9, periodStart: Another row is about the same KPI, unit and period.\n\
                    tutti: Nothing was imported: 7 of 8 rows cannot be.\n";
    assert_eq!(told, expected);
    let (code, _, told) = import(&["--as", "owner@tutti.example"], "kpi,periodStart\nNPS,2025-01-01\n");
    assert_eq!(code, 1);
    assert!(told.contains("You may not do this here."), "{told}");
    let (code, said, _) = import(&["--as", "pmo@tutti.example", "--policy", "skip-failed"], bad);
    assert_eq!((code, said.as_str()), (3, "Imported 1 measurement; 7 rows cannot be.\n"));
    // A file of more rows than are read at once says each thing once all the same.
    let monday: chrono::NaiveDate = "2003-01-06".parse().unwrap();
    let week = |number: i64| format!("{},5,9", monday + chrono::TimeDelta::weeks(number));
    let rows: Vec<_> = (0..1_100).chain([3]).map(|number| format!("weekly,{}", week(number))).collect();
    let large = format!("kpi,periodStart,satisfied,responses\n{}\n", rows.join("\n"));
    let (code, said, told) = import(&["--as", "pmo@tutti.example", "--policy", "skip-failed"], &large);
    assert_eq!((code, said.as_str()), (3, "Imported 1100 measurements; 1 row cannot be.\n"), "{told}");
    assert!(told.contains("line 1102, periodStart: Another row is about"), "{told}");
}

async fn attended(h: Harness) {
    let lead = crate::training::lead(&h).await;
    let trs = crate::training::scheduled(&lead, "owner", "2025-03-20").await;
    let import = |more: &[&str], table: &str| {
        let all = [&["import", "attendances", "-", "--session", &trs], more].concat();
        run(&h, &all, table.as_bytes())
    };
    let query = "query($id: ID!) { node(id: $id) { ... on TrainingSession { state heldOn attendances { nodes { person { email } status minutes preScore } } } } }";
    let told = async || {
        let session = lead.ask(query, json!({ "id": trs })).await["node"].clone();
        let rows = session["attendances"]["nodes"].as_array().unwrap().clone();
        let row = |row: &Value| {
            format!(
                "{} {} {}",
                row["person"]["email"].as_str().unwrap(),
                row["status"].as_str().unwrap(),
                row["minutes"]
            )
        };
        let held = session["heldOn"].as_str().unwrap_or("-").to_owned();
        (held, rows.iter().map(row).collect::<Vec<_>>())
    };
    lead.must(
        "attendanceEnrol",
        json!({ "sessionId": trs, "personId": crate::harness::person("away").to_string() }),
    )
    .await;
    let good = "e-mail;navn;minutter;score før;score efter\nMEMBER@tutti.example;Mia;200;40,5;70\nnobody@tutti.example;;0;;\n";
    let bad = "email,minutes,preScore,postScore\n\
               member@tutti.example,200,40,70\n\
               stranger@tutti.example,200,,\n\
               owner@tutti.example,200,,\n\
               member@tutti.example,10,,\n\
               nobody@tutti.example,,,\n\
               admin@tutti.example,200,1.005,101\n\
               finance@tutti.example,-5,,101\n";
    let before = h.dump().await;
    let (code, said, errors) = import(&[], bad);
    assert_eq!((code, said.as_str()), (1, ""));
    let expected = "line 3, email: There is nobody with this address or id.\n\
                    line 4, email: Nobody attends their own session: they train at it.\n\
                    line 5, email: Another row is about the same person.\n\
                    line 6, minutes: `minutes` may not be empty; 0 is for somebody who was not there.\n\
                    line 7, preScore: A score is a number of percent with at most two decimals.\n\
                    line 8, minutes: Somebody is at a session for 0 to 10080 minutes.\n\
                    line 8, postScore: A score is 0 to 100 percent.\n\
                    tutti: Nothing was imported: 6 of 7 rows cannot be.\n";
    assert_eq!(errors, expected);
    let danish = ["--locale", "da"];
    let (code, said, _) = import(&[&danish[..], &["--dry-run"]].concat(), good);
    assert_eq!((code, said.as_str()), (0, "A dry run, nothing was written. Would import 2 attendances.\n"));
    let (code, _, errors) = import(&[&danish[..], &["--as", "member@tutti.example"]].concat(), good);
    assert!(code == 1 && errors.contains("runs those that they give"), "{errors}");
    let (code, _, errors) = import(&[&danish[..], &["--held-on", "2999-04-01"]].concat(), good);
    assert!(code == 1 && errors.contains("still to come"), "{errors}");
    assert_eq!(before, h.dump().await);
    // It is held with the table, on the day for which it was planned; whoever was enrolled and is not in it was not there.
    assert_eq!(import(&danish, good).1, "Imported 2 attendances.\n");
    let held = [
        "away@tutti.example ABSENT 0",
        "member@tutti.example COMPLETED 200",
        "nobody@tutti.example ABSENT 0",
    ];
    let (day, mut rows) = told().await;
    rows.sort();
    assert_eq!((day.as_str(), rows), ("2025-03-20", held.map(str::to_owned).to_vec()));
    // And corrected with another one, good rows alone where one wants that.
    let (code, said, _) = import(&["--policy", "skip-failed"], bad);
    assert_eq!((code, said.as_str()), (3, "Imported 1 attendance; 6 rows cannot be.\n"));
    assert_eq!(import(&[], "email,minutes\nnobody@tutti.example,190\n").1, "Imported 1 attendance.\n");
    assert!(told().await.1.contains(&"nobody@tutti.example COMPLETED 190".to_owned()));
}
