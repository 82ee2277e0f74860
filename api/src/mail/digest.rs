//! The daily digest: one mail a day to each person who wants it, with what waits for them.
//!
//! Always: it says what `viewer { work }` lists for its reader and nothing else, as it stands when the mail goes out, in the
//! language that they read; one that would say nothing is not sent, nor one whose day is over. Who gets one is written by one
//! statement for all, once a day; what it says is read when its turn comes, so that no more than one is in memory.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::letter::{Letter, Matter};
use super::page::escaped;
use super::store;
use crate::access::{Shown, Viewer};
use crate::graphql::Fault;
use crate::portfolio::reports::rules::Concern;
use crate::store::tx::{Once, Work};
use crate::store::{Database, Outcome, Scope, Tx, World};
use crate::wording::{Message, Value, date, say};
use crate::work::rules::{Part, due_state, shortened};
use crate::work::types::{DueState, Waiting, WorkKind};
use tutti_entity::ids::PersonId;
use tutti_entity::people::person::Locale;

/// How many things of each section are named; the others are counted.
const NAMED: usize = 20;

/// How many things that wait are read for one digest. Whoever has more has other worries than the number in a mail.
const READ: u64 = 2_000;

/// For how long it is known what became of digests.
const KEPT: Days = Days::new(90);

/// The digests of a day.
struct Queue(NaiveDate);

impl Work for Queue {
    type Reply = Once<Option<u64>>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<Option<u64>>> {
        let queued = store::queue_digest(tx, self.0).await?;
        if queued.is_some() {
            store::forget_digests(tx, self.0 - KEPT).await?;
        }
        Ok(Once { answer: queued, wrote: queued.is_some() })
    }
}

/// Queues the digest of today for everybody who wants it. Answers how many mails; none where that was done before.
///
/// # Errors
/// When the database cannot be written.
pub async fn queue(scope: &Scope) -> Result<Option<u64>, Fault> {
    if store::has_digest(scope, scope.today()).await? {
        return Ok(None);
    }
    Ok(scope.see_to(&Queue(scope.today())).await?.answer)
}

/// Under which heading a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Overdue,
    Due,
    Acknowledge,
    Questions,
    Escalated,
}

impl Section {
    const ALL: [Self; 5] = [Self::Overdue, Self::Due, Self::Acknowledge, Self::Questions, Self::Escalated];

    fn heading(self) -> Message {
        match self {
            Self::Overdue => Message::DigestOverdue,
            Self::Due => Message::DigestDue,
            Self::Acknowledge => Message::DigestAcknowledge,
            Self::Questions => Message::DigestQuestions,
            Self::Escalated => Message::DigestEscalated,
        }
    }

    /// Where this thing stands; none where it has time.
    fn of(part: Part, state: DueState) -> Option<Self> {
        if part.is_escalated() {
            return Some(Self::Escalated);
        }
        match (part.kind(), state) {
            (WorkKind::Acknowledge, _) => Some(Self::Acknowledge),
            (WorkKind::Question, _) => Some(Self::Questions),
            (_, DueState::Overdue) => Some(Self::Overdue),
            (_, DueState::DueToday | DueState::DueSoon) => Some(Self::Due),
            (_, DueState::Upcoming | DueState::None) => None,
        }
    }
}

/// What there is to do, as the digest calls it.
const fn words(part: Part) -> Message {
    match part {
        Part::Report(Concern::Owner | Concern::Manager | Concern::ManagersManager) => Message::WorkReport,
        Part::Acknowledge => Message::WorkAcknowledgeReport,
        Part::Hear => Message::WorkAcknowledge,
        Part::Action | Part::LateAction | Part::Milestone | Part::LateMilestone => Message::WorkPlain,
        Part::Decide => Message::WorkDecide,
        Part::Agree => Message::WorkAgree,
        Part::Close => Message::WorkClose,
        Part::Restate => Message::WorkRestate,
        Part::Renew | Part::LateRenewal => Message::WorkRenew,
        Part::Uncertified => Message::WorkUncertified,
        Part::Unstaffed => Message::WorkUnstaffed,
        Part::Payout => Message::WorkPayout,
        Part::Say => Message::WorkSay,
        Part::Unsaid => Message::WorkUnsaid,
        Part::Answer | Part::AnswerAsOffice | Part::LateAnswer => Message::WorkAnswer,
    }
}

/// One thing in words, in one line.
fn line(locale: Locale, thing: &Waiting) -> String {
    let named = match &thing.code {
        Some(code) => format!("{code}: {}", thing.name),
        None => thing.name.clone(),
    };
    let named = match thing.part.kind() {
        WorkKind::Question => shortened(&named),
        _ => named.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let what = say(locale, words(thing.part), [("what", Value::from(named.as_str()))]);
    match thing.due_on {
        Some(day) => {
            let day = date(locale, day);
            let takes = [("what", Value::from(what.as_str())), ("date", Value::from(day.as_str()))];
            say(locale, Message::DigestItem, takes)
        }
        None => what,
    }
}

/// Who reads it, and when.
#[derive(Clone, Copy, Debug)]
struct Reader<'r> {
    name: &'r str,
    locale: Locale,
    today: NaiveDate,
}

/// What a digest says: its subject, and its text as plain text and as HTML. None where nothing of this is to be told.
fn written(reader: Reader<'_>, things: &[Waiting]) -> Option<[String; 3]> {
    let Reader { name, locale, today } = reader;
    let of = |thing: &Waiting| Section::of(thing.part, due_state(thing.due_on, today));
    let count = things.iter().filter(|thing| of(thing).is_some()).count();
    if count == 0 {
        return None;
    }
    let day = date(locale, today);
    let hello = say(locale, Message::DigestHello, [("name", Value::from(name))]);
    let intro = say(locale, Message::DigestIntro, [("date", Value::from(day.as_str()))]);
    let mut text = format!("{hello}\n\n{intro}\n");
    let mut html = format!("<p>{}</p>\n<p>{}</p>\n", escaped(&hello), escaped(&intro));
    for section in Section::ALL {
        let lines: Vec<_> = things.iter().filter(|thing| of(thing) == Some(section)).collect();
        if lines.is_empty() {
            continue;
        }
        let heading = say(locale, section.heading(), []);
        // Writing into a text does not fail.
        let _ = write!(text, "\n{heading}\n");
        let _ = write!(html, "<h2>{}</h2>\n<ul>\n", escaped(&heading));
        for thing in lines.iter().take(NAMED) {
            let line = line(locale, thing);
            let _ = writeln!(text, "- {line}");
            let _ = writeln!(html, "<li>{}</li>", escaped(&line));
        }
        html.push_str("</ul>\n");
        let more = lines.len().saturating_sub(NAMED);
        if more > 0 {
            let more = say(locale, Message::DigestMore, [("count", more.into())]);
            let _ = writeln!(text, "{more}");
            let _ = writeln!(html, "<p>{}</p>", escaped(&more));
        }
    }
    let subject = say(locale, Message::DigestSubject, [("count", count.into())]);
    Some([subject, text.trim_end().to_owned(), html.trim_end().to_owned()])
}

/// The digest of a day for somebody, as it stands now.
///
/// # Errors
/// In the inner result why none is to be sent; when the database cannot be read.
pub(super) async fn letter(
    database: &Database,
    world: &Arc<World>,
    person: PersonId,
    day: NaiveDate,
) -> Result<Result<Letter, &'static str>, Fault> {
    let now = world.now();
    if world.day(now) != day {
        return Ok(Err("Its day is over."));
    }
    let viewer = Viewer::read(database.reader(), Shown::Person(person), day).await?;
    let Some(viewer) = viewer else { return Ok(Err("They have left.")) };
    let Some(reader) = viewer.person().cloned() else { return Ok(Err("There is nobody to send it to.")) };
    if !reader.daily_digest {
        return Ok(Err("They do not want it any more."));
    }
    let scope = Scope::new(database.clone(), Arc::clone(world), viewer);
    let things = Waiting::for_viewer(&scope, READ).await?;
    let reader = Reader { name: &reader.name, locale: reader.locale, today: day };
    let Some([subject, text, html]) = written(reader, &things) else {
        return Ok(Err("Nothing waits for them."));
    };
    let sender = ("Tutti".to_owned(), None);
    Ok(Ok(Letter { matter: Matter::Digest(day), subject, sender, sent_at: now, text, html }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn thing(part: Part, code: Option<&str>, name: &str, due: Option<&str>) -> Waiting {
        Waiting { part, code: code.map(Into::into), name: name.to_owned(), due_on: due.map(day) }
    }

    fn reader(locale: Locale) -> Reader<'static> {
        Reader { name: "Oda", locale, today: day("2025-03-31") }
    }

    #[test]
    fn each_thing_stands_where_it_belongs() {
        let things = [
            thing(Part::Action, None, "Ring\nthe <agency>", Some("2025-03-28")),
            thing(Part::Milestone, Some("CX-1"), "Half-way", Some("2025-04-07")),
            thing(Part::Milestone, Some("CX-2"), "Later", Some("2025-04-08")),
            thing(Part::Report(Concern::Manager), Some("CX-3"), "Calls", Some("2025-03-20")),
            thing(Part::Hear, None, "Why we begin", None),
            thing(Part::Answer, None, "Why now?", Some("2025-05-01")),
        ];
        let [subject, text, html] = written(reader(Locale::En), &things).unwrap();
        assert_eq!(subject, "5 things wait for you");
        let expected = "Hello Oda\n\nThis waits for you on 31 March 2025:\n\nOverdue\n- Ring the <agency> (by 28 March 2025)\n\n\
             Due this week\n- CX-1: Half-way (by 7 April 2025)\n\nTo acknowledge\n- Acknowledge Why we begin\n\n\
             To answer\n- Answer: Why now? (by 1 May 2025)\n\nOverdue with others, and now with you as well\n\
             - Report on CX-3: Calls (by 20 March 2025)";
        assert_eq!(text, expected);
        assert!(
            html.contains("<li>Ring the &lt;agency&gt; (by 28 March 2025)</li>")
                && !html.contains("<agency>")
        );
        let [subject, text, _] = written(reader(Locale::Da), &things[..1]).unwrap();
        assert_eq!(subject, "Én ting venter på dig");
        assert!(text.contains("Over tiden\n- Ring the <agency> (senest 28. marts 2025)"), "{text}");
    }

    #[test]
    fn a_digest_that_says_nothing_is_none() {
        assert!(written(reader(Locale::En), &[]).is_none());
        let later =
            [thing(Part::Action, None, "Later", Some("2025-04-08")), thing(Part::Payout, None, "P", None)];
        assert!(written(reader(Locale::En), &later).is_none());
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let many = vec![thing(Part::Action, None, "One", Some("2025-03-01")); NAMED + 3];
        let [subject, text, _] = written(reader(Locale::En), &many).unwrap();
        assert_eq!(subject, "23 things wait for you");
        assert!(text.ends_with("… and 3 more") && text.matches("- One").count() == NAMED, "{text}");
    }

    #[test]
    fn english_words_are_those_of_the_list_of_work() {
        for part in Part::ALL {
            let told = say(Locale::En, words(part), [("what", Value::from("Calls"))]);
            assert_eq!(told, part.title(None, "Calls"), "{part:?}");
        }
    }

    proptest! {
        /// Whatever waits: everything stands once or has time, and what is late or soon is never left out.
        #[test]
        fn nothing_that_presses_is_left_out(part in 0_usize..Part::ALL.len(), left in proptest::option::of(-30_i64..30)) {
            let part = Part::ALL[part];
            let due = left.map(|left| day("2025-03-31") + chrono::TimeDelta::days(left));
            let one = [Waiting { part, code: None, name: "One".to_owned(), due_on: due }];
            let told = written(reader(Locale::En), &one);
            let presses = part.is_escalated()
                || matches!(part.kind(), WorkKind::Acknowledge | WorkKind::Question)
                || left.is_some_and(|left| left <= 7);
            prop_assert_eq!(told.is_some(), presses);
            if let Some([_, text, _]) = told {
                prop_assert_eq!(text.matches("- ").count(), 1);
            }
        }
    }
}
