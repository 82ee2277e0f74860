//! How milestones go, with worked numbers, and what holds whatever is told of them.

use chrono::TimeDelta;
use proptest::prelude::*;
use sea_orm::Iterable;
use tutti_entity::ids::{InitiativeId, MilestoneFactId, MilestoneId, PersonId};
use tutti_entity::portfolio::milestone::CreditRule;
use uuid::Uuid;

use super::*;
use crate::graphql::figure::FigureState;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn moment(day: NaiveDate, hour: u32) -> DateTime<Utc> {
    day.and_hms_opt(hour, 0, 0).unwrap().and_utc()
}

fn fact(number: u128, on: &str, status: Status, percent: i32, recorded: &str) -> Fact {
    Fact {
        id: MilestoneFactId(Uuid::from_u128(number)),
        milestone_id: MilestoneId(Uuid::from_u128(1)),
        initiative_id: InitiativeId(Uuid::from_u128(1)),
        effective_on: day(on),
        status,
        percent_bp: percent * 100,
        reason: None,
        by_id: PersonId(Uuid::from_u128(1)),
        at: moment(day(recorded), 9),
    }
}

fn milestone(number: u128, weight_bp: Option<i32>, status: Status) -> milestone::Model {
    milestone::Model {
        id: MilestoneId(Uuid::from_u128(number)),
        version: 1,
        initiative_id: InitiativeId(Uuid::from_u128(1)),
        title: format!("Milestone {number}"),
        title_folded: format!("milestone {number}"),
        owner_id: PersonId(Uuid::from_u128(1)),
        weight_bp,
        credit_rule: CreditRule::ZeroHundred,
        due_on: day("2025-03-01"),
        completed_on: None,
        status,
        percent_bp: 0,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn problems(check: Check) -> Vec<(ProblemCode, String)> {
    let problems = check.done().err().unwrap_or_default();
    problems.into_iter().map(|problem| (problem.code, problem.path.join("."))).collect()
}

#[test]
fn the_steps_are_a_table() {
    use Status::{Cancelled, Done, InProgress, Planned};
    let table = [
        (Step::Start, Planned, InProgress),
        (Step::Complete, Planned, Done),
        (Step::Complete, InProgress, Done),
        (Step::Reopen, Done, InProgress),
        (Step::Cancel, Planned, Cancelled),
        (Step::Cancel, InProgress, Cancelled),
    ];
    for step in Step::ALL {
        for from in Status::iter() {
            let to = table.iter().find(|row| (row.0, row.1) == (step, from)).map(|row| row.2);
            assert_eq!(leads_to(step, from), to, "{step:?} from {from:?}");
            assert_eq!(take(step, from).ok(), to);
        }
    }
}

#[test]
fn a_refusal_names_what_is_open() {
    let refused = take(Step::Complete, Status::Done).unwrap_err();
    assert_eq!((refused.code, refused.path.join(".").as_str()), (ProblemCode::IllegalTransition, "input.id"));
    assert_eq!(refused.message, "It is DONE: you cannot complete it; open is reopen.");
    let refused = take(Step::Reopen, Status::InProgress).unwrap_err();
    assert_eq!(refused.message, "It is IN_PROGRESS: you cannot reopen it; open is complete or cancel.");
    let refused = take(Step::Start, Status::Cancelled).unwrap_err();
    assert_eq!(refused.message, "It is CANCELLED: you cannot start it; open is nothing: it is final.");
}

#[test]
fn the_latest_day_is_in_force_and_of_one_day_what_came_later() {
    use Status::InProgress;
    let facts = [
        fact(1, "2025-03-10", InProgress, 40, "2025-03-10"),
        fact(2, "2025-03-05", InProgress, 10, "2025-03-12"),
        fact(3, "2025-03-10", InProgress, 30, "2025-03-14"),
        fact(4, "2025-03-20", InProgress, 70, "2025-03-20"),
    ];
    let percent = |on: &str, known_before: Option<DateTime<Utc>>| {
        in_force(&facts, day(on), known_before).map(|fact| fact.percent_bp / 100)
    };
    assert_eq!(percent("2025-03-04", None), None);
    assert_eq!(percent("2025-03-05", None), Some(10));
    assert_eq!(percent("2025-03-10", None), Some(30));
    assert_eq!(percent("2025-03-25", None), Some(70));
    // As it was known when the day was over: what came in later is not told.
    let end_of = |on: &str| Some(moment(day(on) + TimeDelta::days(1), 0));
    assert_eq!(percent("2025-03-05", end_of("2025-03-05")), None);
    assert_eq!(percent("2025-03-10", end_of("2025-03-10")), Some(40));
    assert_eq!(percent("2025-03-15", end_of("2025-03-15")), Some(30));
    assert_eq!(percent("2025-03-09", end_of("2025-03-12")), Some(10));
}

#[test]
fn what_was_completed_is_settled() {
    use Status::{Done, InProgress};
    let mut facts = vec![fact(1, "2025-03-03", InProgress, 60, "2025-03-03")];
    assert_eq!(settled_on(&facts), None);
    let today = day("2025-03-31");
    let at = |on: &str, facts: &[Fact]| {
        let (mut progress, mut completion) = (Check::default(), Check::default());
        progress_day(&mut progress, day(on), today, facts);
        completion_day(&mut completion, day(on), today, facts);
        (problems(progress).len(), problems(completion).len())
    };
    assert_eq!(at("2025-03-02", &facts), (0, 1));
    assert_eq!(at("2025-03-03", &facts), (0, 0));
    assert_eq!(at("2025-03-31", &facts), (0, 0));
    assert_eq!(at("2025-04-01", &facts), (1, 1));
    facts.push(fact(2, "2025-03-10", Done, 100, "2025-03-12"));
    assert_eq!(settled_on(&facts), Some(day("2025-03-10")));
    assert_eq!(before_completion(&facts), 6000);
    facts.push(fact(3, "2025-03-15", InProgress, 60, "2025-03-15"));
    assert_eq!(settled_on(&facts), Some(day("2025-03-15")));
    assert_eq!(at("2025-03-14", &facts), (1, 1));
    assert_eq!(at("2025-03-15", &facts), (0, 0));
    assert_eq!(before_completion(&[fact(9, "2025-03-10", Done, 100, "2025-03-10")]), 0);
    let mut check = Check::default();
    progress_day(&mut check, day("2025-03-01"), today, &facts);
    assert_eq!(problems(check), [(ProblemCode::Invalid, "input.effectiveOn".to_owned())]);
    let mut check = Check::default();
    completion_day(&mut check, day("2025-04-01"), today, &facts);
    start_day(&mut check, day("2025-04-01"), today);
    assert_eq!(problems(check), vec![(ProblemCode::Invalid, "input.on".to_owned()); 2]);
}

#[test]
fn a_milestone_stands_as_its_facts_say_today() {
    let before = milestone(1, None, Status::Planned);
    let facts = [
        fact(1, "2025-03-03", Status::InProgress, 60, "2025-03-03"),
        fact(2, "2025-03-10", Status::Done, 100, "2025-03-12"),
    ];
    let told = |facts: &[Fact], on: &str| {
        let row = stands(before.clone(), facts, day(on));
        (row.status, row.percent_bp, row.completed_on)
    };
    assert_eq!(told(&[], "2025-03-31"), (Status::Planned, 0, None));
    assert_eq!(told(&facts[..1], "2025-03-31"), (Status::InProgress, 6000, None));
    assert_eq!(told(&facts, "2025-03-31"), (Status::Done, 10_000, Some(day("2025-03-10"))));
    assert_eq!(told(&facts, "2025-03-09"), (Status::InProgress, 6000, None));
}

#[test]
fn a_baseline_weighs_exactly_a_whole() {
    let plan = |weights: &[Option<i32>]| -> Vec<_> {
        (1..).zip(weights).map(|(number, weight)| milestone(number, *weight, Status::Planned)).collect()
    };
    let told = |rows: &[milestone::Model]| {
        whole(rows).map(|parts| parts.len()).map_err(|problem| {
            assert_eq!(
                (problem.code, problem.path.join(".").as_str()),
                (ProblemCode::Invalid, "input.initiativeId")
            );
            problem.message
        })
    };
    assert_eq!(told(&plan(&[Some(1000), Some(2000), Some(3000), Some(4000)])), Ok(4));
    assert_eq!(told(&plan(&[Some(3333), Some(3333), Some(3334)])), Ok(3));
    // One without a weight is left out and earns nothing.
    assert_eq!(told(&plan(&[Some(10_000), None])), Ok(1));
    let message = told(&plan(&[Some(3333), Some(3333), Some(3333)])).unwrap_err();
    assert_eq!(message, "Its milestones weigh 99.99 % together, not 100 %.");
    let message = told(&plan(&[Some(9000), None, Some(2050), None])).unwrap_err();
    assert_eq!(
        message,
        "Its milestones weigh 110.5 % together, not 100 %. Without a weight: \"Milestone 2\", \"Milestone 4\"."
    );
    let message = told(&plan(&[None; 7])).unwrap_err();
    assert!(message.ends_with("\"Milestone 5\" and 2 more."), "{message}");
    assert_eq!(told(&[]).unwrap_err(), "It has no milestone yet that could be agreed on.");
    let mut rows = plan(&[Some(6000), Some(4000), Some(4000)]);
    assert!(whole(&rows).is_err());
    rows[2].status = Status::Cancelled;
    assert_eq!(told(&rows), Ok(2));
    rows[0].status = Status::Done;
    assert_eq!(told(&rows), Ok(2));
    assert_eq!(told(&rows[2..]).unwrap_err(), "It has no milestone yet that could be agreed on.");
}

#[test]
fn the_worked_slippage() {
    let due = day("2025-04-03");
    let days = |agreed: &str| slippage(due, Some(day(agreed)), NO_BASELINE).value.unwrap().0.to_string();
    assert_eq!((days("2025-03-01").as_str(), days("2025-03-20").as_str()), ("33", "14"));
    assert_eq!(days("2025-04-05"), "-2");
    let none = slippage(due, None, NO_BASELINE);
    assert_eq!((none.state, none.reason.as_deref()), (FigureState::NotApplicable, Some("no baseline")));
}

#[test]
fn weights_and_progress_are_within_a_whole() {
    let weigh = |bp| {
        let mut check = Check::default();
        weight(&mut check, Some(Percent::from_basis_points(bp)));
        problems(check).len()
    };
    assert_eq!([-1, 0, 1, 10_000, 10_001].map(weigh), [1, 1, 0, 0, 1]);
    let mut check = Check::default();
    assert_eq!(weight(&mut check, None), None);
    assert!(problems(check).is_empty());
    let far = |bp| {
        let mut check = Check::default();
        percent(&mut check, Percent::from_basis_points(bp));
        problems(check).len()
    };
    assert_eq!([-1, 0, 10_000, 10_001].map(far), [1, 0, 0, 1]);
}

#[test]
fn a_plan_changes_until_its_initiative_is_over() {
    assert!(open_for_plan(InitiativeStatus::OnHold, false, "id").is_ok());
    for (status, archived) in [(InitiativeStatus::Active, true), (InitiativeStatus::Closed, false)] {
        let problem = open_for_plan(status, archived, "initiativeId").unwrap_err();
        assert_eq!(problem.code, ProblemCode::Conflict);
        assert_eq!(problem.path.join("."), "input.initiativeId");
    }
    for (status, open) in [
        (Status::Planned, true),
        (Status::InProgress, true),
        (Status::Done, false),
        (Status::Cancelled, false),
    ] {
        assert_eq!((still_open(status).is_ok(), is_open(status)), (open, open));
    }
    let mut check = Check::default();
    due(&mut check, day("2025-03-01"), day("2025-03-01"));
    due(&mut check, day("2025-03-01"), day("2025-02-28"));
    assert_eq!(problems(check), [(ProblemCode::Invalid, "input.dueOn".to_owned())]);
}

/// What somebody tries: which step, on which day counted back from the one on which they try, how far, and how
/// many days go by before the next.
type Try = (u8, i64, i32, i64);

/// Tries these, as the commands do, and answers the facts with the status after each.
fn told(tries: &[Try]) -> (Vec<Fact>, Vec<Status>, NaiveDate) {
    let (mut facts, mut after, mut status) = (Vec::new(), Vec::new(), Status::Planned);
    let mut today = day("2025-03-01");
    for (what, back, percent, days) in tries {
        let on = today - TimeDelta::days(*back);
        let mut check = Check::default();
        let news = match what % 5 {
            0 | 1 => {
                progress_day(&mut check, on, today, &facts);
                is_open(status).then_some((on, Status::InProgress, *percent))
            }
            2 => {
                completion_day(&mut check, on, today, &facts);
                leads_to(Step::Complete, status).map(|to| (on, to, 100))
            }
            3 => leads_to(Step::Reopen, status).map(|to| (today, to, before_completion(&facts) / 100)),
            _ if *percent == 7 => leads_to(Step::Cancel, status).map(|to| (today, to, *percent)),
            _ => None,
        };
        if let (Some((on, to, percent)), Ok(())) = (news, check.done()) {
            let number = u128::try_from(facts.len()).unwrap();
            facts.push(fact(number, &on.to_string(), to, percent, &today.to_string()));
            status = to;
        }
        after.push(status);
        today += TimeDelta::days(*days);
    }
    (facts, after, today)
}

proptest! {
    /// Whatever is told, also of days that are past: what is in force today is where the last step led.
    #[test]
    fn no_progress_of_a_past_day_undoes_a_step(
        tries in proptest::collection::vec((0_u8..5, 0_i64..8, 1_i32..100, 0_i64..4), 0..30)
    ) {
        let (facts, after, today) = told(&tries);
        let stands = stands(milestone(1, None, Status::Planned), &facts, today);
        prop_assert_eq!(Some(stands.status), after.last().copied().or(Some(Status::Planned)));
        prop_assert_eq!(stands.completed_on.is_some(), stands.status == Status::Done);
    }

    /// What is recorded from a moment on changes nothing of any day as it was known before.
    #[test]
    fn what_was_known_stays(
        tries in proptest::collection::vec((0_u8..5, 0_i64..8, 1_i32..100, 0_i64..4), 0..30), cut in 0_usize..30
    ) {
        let (facts, _, today) = told(&tries);
        let known = &facts[..cut.min(facts.len())];
        if let Some(next) = facts.get(known.len()) {
            // Those that were recorded on the day of the next one are not known before it either.
            let end = next.at;
            for on in day("2025-02-15").iter_days().take_while(|on| *on <= today) {
                let of_all = in_force(&facts, on, Some(end)).map(|fact| fact.id);
                let of_known = in_force(known, on, Some(end)).map(|fact| fact.id);
                prop_assert_eq!(of_all, of_known);
            }
        }
    }
}
