//! What a digest says, to whom it goes and how often, whatever is killed.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tutti::access::Viewer;
use tutti::mail::digest::queue;
use tutti::store::Scope;
use tutti_entity::communication::communication::Channel;

use super::*;
use crate::feedback::sent;
use crate::mail::server::{Does, MailServer};
use crate::mail::{GRACE, Process, nobody_has_two, readers, settings, states, taken, until, work as worker};

/// These people want it.
pub async fn wanted_by(h: &Harness, people: &[&str]) {
    for who in people {
        h.as_(who).must("personDigestSet", json!({ "enabled": true })).await;
    }
}

/// Queues today's; answers for how many.
pub async fn queued(h: &Harness) -> Option<u64> {
    let scope = Scope::new(h.database().clone(), Arc::clone(h.app().world()), Viewer::system());
    queue(&scope).await.unwrap()
}

/// A text as it was before it was made fit for mail.
fn decoded(encoding: &str, body: &str) -> String {
    let bytes = match encoding {
        "base64" => STANDARD.decode(body.replace(['\r', '\n'], "")).unwrap(),
        "quoted-printable" => {
            let text = body.replace("=\r\n", "");
            let mut bytes = Vec::new();
            let mut rest = text.as_bytes();
            while let Some((first, more)) = rest.split_first() {
                rest = more;
                if *first == b'=' {
                    let digits = std::str::from_utf8(&rest[..2]).unwrap();
                    bytes.push(u8::from_str_radix(digits, 16).unwrap());
                    rest = &rest[2..];
                } else {
                    bytes.push(*first);
                }
            }
            bytes
        }
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8(bytes).unwrap()
}

/// The headers that matter and both parts of a mail, as people read them.
pub fn readable(mail: &str) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ");
    let mut told: Vec<String> = head
        .lines()
        .filter(|line| {
            ["From", "To", "Subject", "Message-ID", "Auto-", "List-"]
                .iter()
                .any(|name| line.starts_with(name))
        })
        .map(str::to_owned)
        .collect();
    let (_, boundary) = head.split_once("boundary=\"").unwrap();
    let boundary = format!("\r\n--{}", boundary.split('"').next().unwrap());
    for part in format!("\r\n{body}").split(&boundary).filter(|part| part.contains("Content-Type: text/")) {
        let (head, text) = part.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        told.push(format!("\n[{}]", header("Content-Type:")));
        told.push(
            decoded(&header("Content-Transfer-Encoding:"), text).replace("\r\n", "\n").trim().to_owned(),
        );
    }
    told.join("\n")
}

/// The same without what is another secret each time.
fn without_link(mail: &str) -> String {
    let mut pieces = mail.split("/unsubscribe/");
    let mut told = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let secret = piece.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)));
        told.push_str("/unsubscribe/SECRET");
        told.push_str(&piece[secret.unwrap_or(piece.len())..]);
    }
    told
}

fn agrees(name: &str, mail: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, without_link(&readable(mail))));
}

/// Something of everything: overdue, due this week, to acknowledge, to answer, and escalated.
async fn fill(h: &Harness) {
    let pmo = h.as_("pmo");
    pmo.must("actionItemCreate", action("Ring the agency & ask <why>", "member", "2025-03-20")).await;
    pmo.must("actionItemCreate", action("Tidy the list", "member", "2025-04-07")).await;
    pmo.must("actionItemCreate", action("Later", "member", "2025-05-01")).await;
    reporting(h, "2025-04-02").await;
    sent(h, 0xe0, Channel::TownHall, &[person("owner"), person("member")]).await;
    let question = json!({ "kind": "QUESTION", "text": "Hvorfor nu,\nog ikke før?", "askedId": id("owner") });
    h.as_("member").must("upwardFeedbackRaise", question).await;
}

pub async fn told(h: Harness) {
    let server = MailServer::start(|_, _| Does::Take).await;
    fill(&h).await;
    wanted_by(&h, &["member", "owner", "finance"]).await;
    assert_eq!(queued(&h).await, Some(3));
    let running = worker(&h, settings(server.port));
    // Nothing waits for the accountant.
    until(&h, &[("SENT", 2), ("NEEDLESS", 1)]).await;
    running.stop(GRACE).await;
    assert_eq!(server.taken(), 2);
    agrees("digest_in_english", &server.mail_for("member@tutti.example"));
    agrees("digest_in_danish", &server.mail_for("owner@tutti.example"));
}

pub async fn waited(h: Harness) {
    let port = MailServer::start(|_, _| Does::Take).await.port;
    fill(&h).await;
    wanted_by(&h, &["member", "owner"]).await;
    assert_eq!(queued(&h).await, Some(2));
    let running = worker(&h, settings(port));
    // Nobody takes mails, and both are ready.
    let began = Instant::now();
    while h.sql("SELECT 1 AS one FROM mails WHERE reason IS NOT NULL").await.len() < 2 {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing is told of the server");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    h.as_("owner").must("personDigestSet", json!({ "enabled": false })).await;
    h.pass(TimeDelta::minutes(2));
    let server = MailServer::on(port, |_, _| Does::Take).await;
    until(&h, &[("SENT", 1), ("NEEDLESS", 1)]).await;
    running.stop(GRACE).await;
    assert_eq!((server.taken_for("member@tutti.example"), server.taken_for("owner@tutti.example")), (1, 0));
}

pub async fn once(h: Harness) {
    let server = MailServer::start(|_, _| Does::Take).await;
    fill(&h).await;
    wanted_by(&h, &["member", "owner", "nobody"]).await;
    sql(&h, &format!("UPDATE people SET daily_digest = true WHERE id = {}", literal(&h, person("left").0)))
        .await;
    let (one, other) = futures_util::join!(queued(&h), queued(&h));
    assert_eq!(
        [one, other].iter().flatten().collect::<Vec<_>>(),
        [&3],
        "of those who have left nobody gets one"
    );
    assert_eq!(queued(&h).await, None);
    let running = worker(&h, settings(server.port));
    until(&h, &[("SENT", 2), ("NEEDLESS", 1)]).await;
    assert_eq!(queued(&h).await, None);
    // Another day, another digest; whoever leaves before theirs went out gets none.
    running.stop(GRACE).await;
    h.pass(TimeDelta::days(1));
    assert_eq!(queued(&h).await, Some(3));
    h.as_("admin").must("personDeactivate", json!({ "id": id("owner"), "reassignTo": id("pmo") })).await;
    let running = worker(&h, settings(server.port));
    until(&h, &[("SENT", 3), ("NEEDLESS", 2), ("FAILED", 1)]).await;
    running.stop(GRACE).await;
    assert_eq!((server.taken_for("member@tutti.example"), server.taken_for("owner@tutti.example")), (2, 1));
    // One that waited until its day was over says nothing that is true any more.
    h.pass(TimeDelta::days(1));
    assert_eq!(queued(&h).await, Some(2));
    h.pass(TimeDelta::days(1));
    let running = worker(&h, settings(server.port));
    until(&h, &[("SENT", 3), ("NEEDLESS", 4), ("FAILED", 1)]).await;
    running.stop(GRACE).await;
    assert_eq!(server.taken(), 3);
    // What became of them is forgotten in time.
    h.pass(TimeDelta::days(89));
    assert_eq!(queued(&h).await, Some(2));
    until(&h, &[("QUEUED", 2), ("NEEDLESS", 2)]).await;
    // Where no mail is sent, or before its hour, none is queued.
    assert!(!daily(&h).digest().await.unwrap());
}

pub async fn seen(h: Harness) {
    let server = MailServer::start(|_, _| Does::Take).await;
    let pmo = h.as_("pmo");
    let done = pmo.must("actionItemCreate", action("Done before", "member", "2025-03-20")).await;
    pmo.must("actionItemCreate", action("Open", "member", "2025-03-20")).await;
    // Of what is between two others the manager of neither learns.
    let question = json!({ "kind": "CONCERN", "text": "Between us", "askedId": id("member") });
    h.as_("nobody").must("upwardFeedbackRaise", question).await;
    h.pass(TimeDelta::days(30));
    wanted_by(&h, &["member", "owner", "pmo"]).await;
    assert_eq!(queued(&h).await, Some(3));
    pmo.must("actionItemComplete", json!({ "id": done })).await;
    let running = worker(&h, settings(server.port));
    until(&h, &[("SENT", 3)]).await;
    running.stop(GRACE).await;
    let mail = |who: &str| readable(&server.mail_for(&format!("{who}@tutti.example")));
    for (who, open, ours) in [("member", true, true), ("owner", true, false), ("pmo", false, true)] {
        let mail = mail(who);
        assert_eq!((mail.contains("Open"), mail.contains("Between us")), (open, ours), "{mail}");
        assert!(!mail.contains("Done before"), "{mail}");
    }
}

pub async fn killed(h: Harness) {
    const PEOPLE: usize = 240;
    let all = i64::try_from(PEOPLE).unwrap();
    on_time(&h);
    let server = MailServer::start(|_, _| Does::TakeSlowly(3)).await;
    let people = readers(&h, u128::try_from(PEOPLE).unwrap()).await;
    actions(&h, &people).await;
    sql(&h, "UPDATE people SET daily_digest = true WHERE email LIKE 'reader.%'").await;
    // In the middle of a round, of queueing and of sending.
    let mut process = Process::start(&h, server.port);
    process.0.kill().unwrap();
    process.0.wait().unwrap();
    let mut kills = 1;
    for mails in [5, 40, 120, 200] {
        let mut process = Process::start(&h, server.port);
        taken(&server, mails).await;
        process.0.kill().unwrap();
        process.0.wait().unwrap();
        kills += 1;
    }
    let process = Process::start(&h, server.port);
    let began = Instant::now();
    loop {
        let found = states(&h).await;
        let settled = ["SENT", "IN_DOUBT"].iter().filter_map(|state| found.get(*state)).sum::<i64>();
        let told = counted(&h, "action_item.overdue").await;
        if settled == all && told.0 >= all {
            break;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{found:?} {told:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    nobody_has_two(&h, &server, PEOPLE).await;
    let doubt = states(&h).await.get("IN_DOUBT").copied().unwrap_or_default();
    assert!(doubt <= 3 * kills, "{doubt} are in doubt");
    assert_eq!(counted(&h, "action_item.overdue").await, (all, all));
    let rows = h.sql("SELECT subject_id FROM reminders WHERE what = 'OVERDUE'").await;
    assert_eq!(rows.len(), PEOPLE);
    assert_eq!(h.sql("SELECT id FROM digests").await.len(), 1);
    drop(process);
}
