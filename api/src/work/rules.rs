//! What kinds of work there are, how urgent each is, and what it is called. Pure: plain values in, a verdict out.

use chrono::NaiveDate;
use tutti_entity::ids::Kind as Of;

use super::types::{DueState, WorkKind};
use crate::graphql::gathering::Days;
use crate::portfolio::reports::rules::Concern;
use crate::reminders::rules::soon_through;

/// One reason for which something waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A report falls due, or is missing for so long that it concerns them.
    Report(Concern),
    /// A report that they review is out and was not acknowledged.
    Acknowledge,
    /// A communication was sent to them and they have not acknowledged it.
    Hear,
    /// They have an action to do.
    Action,
    /// Somebody who reports to them has an action to do that is overdue for long.
    LateAction,
    /// They answer for a milestone that was not reached.
    Milestone,
    /// Somebody who reports to them answers for a milestone that is overdue for long.
    LateMilestone,
    /// An initiative was proposed and not decided.
    Decide,
    /// An initiative was approved and has no baseline with which it could begin.
    Agree,
    /// An initiative has done and reported all that it takes to be closed.
    Close,
    /// Somebody else wants a locked number to be another.
    Restate,
    /// A certificate of theirs ends, or has ended.
    Renew,
    /// A certificate of somebody who reports to them has ended long ago.
    LateRenewal,
    /// They are to give a session on whose day they may not train.
    Uncertified,
    /// Somebody is to give a session on whose day they may not train.
    Unstaffed,
    /// Somebody else has calculated a run of shared rewards.
    Payout,
    /// They are to send a communication.
    Say,
    /// Somebody who has left was to send a communication.
    Unsaid,
    /// They are asked, and have not answered.
    Answer,
    /// The programme office is asked, and nobody has answered.
    AnswerAsOffice,
    /// The programme office sees that somebody is asked, and has not answered for long.
    LateAnswer,
}

impl Part {
    /// All of them. Of two that are due on the same day the one that stands before comes first.
    pub const ALL: [Self; 23] = [
        Self::Report(Concern::Owner),
        Self::Report(Concern::Manager),
        Self::Report(Concern::ManagersManager),
        Self::Acknowledge,
        Self::Hear,
        Self::Action,
        Self::LateAction,
        Self::Milestone,
        Self::LateMilestone,
        Self::Decide,
        Self::Agree,
        Self::Close,
        Self::Restate,
        Self::Payout,
        Self::Answer,
        Self::AnswerAsOffice,
        Self::LateAnswer,
        Self::Renew,
        Self::Uncertified,
        Self::Unstaffed,
        Self::LateRenewal,
        Self::Say,
        Self::Unsaid,
    ];

    /// What stands for it in statements and cursors. A cursor does not expire: a number is never given again.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Report(Concern::Owner) => 100,
            Self::Report(Concern::Manager) => 110,
            Self::Report(Concern::ManagersManager) => 120,
            Self::Acknowledge => 200,
            Self::Hear => 210,
            Self::Action => 300,
            Self::LateAction => 310,
            Self::Milestone => 400,
            Self::LateMilestone => 410,
            Self::Decide => 500,
            Self::Agree => 510,
            Self::Close => 520,
            Self::Restate => 530,
            Self::Renew => 700,
            Self::Uncertified => 710,
            Self::Unstaffed => 720,
            Self::LateRenewal => 730,
            Self::Payout => 540,
            Self::Say => 800,
            Self::Unsaid => 810,
            Self::Answer => 600,
            Self::AnswerAsOffice => 610,
            Self::LateAnswer => 620,
        }
    }

    /// The one with this number.
    #[must_use]
    pub fn numbered(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.number() == number)
    }

    /// What kind of work it is.
    #[must_use]
    pub const fn kind(self) -> WorkKind {
        match self {
            Self::Report(_) => WorkKind::Report,
            Self::Acknowledge | Self::Hear => WorkKind::Acknowledge,
            Self::Action | Self::LateAction => WorkKind::Action,
            Self::Milestone | Self::LateMilestone => WorkKind::Milestone,
            Self::Decide | Self::Agree | Self::Close | Self::Restate | Self::Payout => WorkKind::Approval,
            Self::Answer | Self::AnswerAsOffice | Self::LateAnswer => WorkKind::Question,
            Self::Renew | Self::Uncertified | Self::Unstaffed | Self::LateRenewal => {
                WorkKind::Recertification
            }
            Self::Say | Self::Unsaid => WorkKind::Communication,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn subject(self) -> Of {
        match self {
            Self::Report(_) | Self::Decide | Self::Agree | Self::Close => Of::Initiative,
            Self::Acknowledge => Of::StatusReport,
            Self::Action | Self::LateAction => Of::ActionItem,
            Self::Milestone | Self::LateMilestone => Of::Milestone,
            Self::Restate => Of::Measurement,
            Self::Renew | Self::LateRenewal => Of::Certification,
            Self::Uncertified | Self::Unstaffed => Of::TrainingSession,
            Self::Payout => Of::PayoutRun,
            Self::Hear | Self::Say | Self::Unsaid => Of::Communication,
            Self::Answer | Self::AnswerAsOffice | Self::LateAnswer => Of::UpwardFeedback,
        }
    }

    /// As what it waits for somebody.
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::Report(Concern::Owner) | Self::Milestone => "owner",
            Self::Report(Concern::Manager) | Self::LateMilestone => "manager of the owner",
            Self::Report(Concern::ManagersManager) => "manager of the owner's manager",
            Self::Acknowledge => "reviewer",
            Self::Action => "assignee",
            Self::LateAction => "manager of the assignee",
            Self::LateRenewal => "manager of the certificate holder",
            Self::Decide
            | Self::Agree
            | Self::Close
            | Self::Unsaid
            | Self::AnswerAsOffice
            | Self::LateAnswer => "programme office",
            Self::Hear => "audience",
            Self::Say => "sender",
            Self::Answer => "asked",
            Self::Restate => "second person",
            Self::Renew => "certificate holder",
            Self::Uncertified => "trainer",
            Self::Unstaffed => "change lead",
            Self::Payout => "approver",
        }
    }

    /// Whether it is overdue for so long that it concerns somebody else than who has it.
    #[must_use]
    pub const fn is_escalated(self) -> bool {
        matches!(
            self,
            Self::Report(Concern::Manager | Concern::ManagersManager)
                | Self::LateAction
                | Self::LateMilestone
                | Self::LateAnswer
                | Self::LateRenewal
        )
    }

    /// What there is to do, from what the subject is called and the code of the initiative or the KPI, if it is about
    /// one; of an action or a certificate of somebody else, whose it is.
    #[must_use]
    pub fn title(self, code: Option<&str>, name: &str) -> String {
        let named = code.map_or_else(|| name.to_owned(), |code| format!("{code}: {name}"));
        match self {
            Self::Action => name.to_owned(),
            Self::Milestone | Self::LateMilestone | Self::LateAction => named,
            Self::Report(_) => format!("Report on {named}"),
            Self::Acknowledge => format!("Acknowledge the report on {named}"),
            Self::Decide => format!("Decide on {named}"),
            Self::Agree => format!("Approve the baseline of {named}"),
            Self::Close => format!("Close {named}"),
            Self::Restate => format!("Approve the restatement of {named}"),
            Self::Renew | Self::LateRenewal => format!("Renew the certificate of {named}"),
            Self::Uncertified => format!("Be certified again before training {named}"),
            Self::Unstaffed => format!("Find a certified trainer for {named}"),
            Self::Payout => format!("Approve the payout of {named}"),
            Self::Hear => format!("Acknowledge {named}"),
            Self::Say => format!("Send {named}"),
            Self::Unsaid => format!("Find another sender for {named}"),
            Self::Answer | Self::AnswerAsOffice | Self::LateAnswer => {
                format!("Answer: {}", shortened(&named))
            }
        }
    }
}

/// How many characters of a text name it.
const NAMED_BY: usize = 80;

/// The beginning of a text, in one line.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(NAMED_BY) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(&line).trim_end()),
        None => line,
    }
}

/// How close a day is.
#[must_use]
pub fn due_state(due: Option<NaiveDate>, today: NaiveDate) -> DueState {
    let Some(due) = due else { return DueState::None };
    if due < today {
        DueState::Overdue
    } else if due == today {
        DueState::DueToday
    } else if due <= soon_through(today) {
        DueState::DueSoon
    } else {
        DueState::Upcoming
    }
}

/// The days that are so close.
#[must_use]
pub fn days(state: DueState, today: NaiveDate) -> Days {
    let soon = soon_through(today);
    match state {
        DueState::Overdue => Days::Within(None, today.pred_opt()),
        DueState::DueToday => Days::Within(Some(today), Some(today)),
        DueState::DueSoon => Days::Within(today.succ_opt(), Some(soon)),
        DueState::Upcoming => Days::Within(soon.succ_opt(), None),
        DueState::None => Days::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DueState::{DueSoon, DueToday, None as NoDay, Overdue, Upcoming};
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_worked_days() {
        let today = day("2025-03-31");
        for (due, state) in [
            (Some("2025-03-30"), Overdue),
            (Some("2025-03-31"), DueToday),
            (Some("2025-04-01"), DueSoon),
            (Some("2025-04-07"), DueSoon),
            (Some("2025-04-08"), Upcoming),
            (None, NoDay),
        ] {
            assert_eq!(due_state(due.map(day), today), state, "{due:?}");
        }
        assert_eq!(due_state(Some(NaiveDate::MAX), NaiveDate::MAX), DueToday);
    }

    #[test]
    fn parts_are_told_apart_and_stand_in_their_order() {
        let numbers = Part::ALL.map(Part::number);
        assert!(numbers.is_sorted());
        for part in Part::ALL {
            assert_eq!(Part::numbered(part.number()), Some(part));
            assert!(!part.role().is_empty());
        }
        assert_eq!(Part::numbered(101), None);
        // The kinds come in the order of their enum, each in one piece.
        let kinds: Vec<_> = Part::ALL.iter().map(|part| part.kind()).collect();
        let mut once = kinds.clone();
        once.dedup();
        let expected = [
            WorkKind::Report,
            WorkKind::Acknowledge,
            WorkKind::Action,
            WorkKind::Milestone,
            WorkKind::Approval,
            WorkKind::Question,
            WorkKind::Recertification,
            WorkKind::Communication,
        ];
        assert_eq!(once, expected);
    }

    #[test]
    fn a_title_says_what_there_is_to_do() {
        let told = |part: Part| part.title(Some("CX-1"), "Answer in one call");
        assert_eq!(told(Part::Report(Concern::Manager)), "Report on CX-1: Answer in one call");
        assert_eq!(told(Part::Acknowledge), "Acknowledge the report on CX-1: Answer in one call");
        assert_eq!(told(Part::Action), "Answer in one call");
        assert_eq!(told(Part::Milestone), "CX-1: Answer in one call");
        assert_eq!(told(Part::LateMilestone), "CX-1: Answer in one call");
        let late = |part: Part| part.title(Some("Mia Member"), "Moments");
        assert_eq!(late(Part::LateAction), "Mia Member: Moments");
        assert_eq!(late(Part::LateRenewal), "Renew the certificate of Mia Member: Moments");
        assert_eq!(told(Part::Decide), "Decide on CX-1: Answer in one call");
        assert_eq!(told(Part::Agree), "Approve the baseline of CX-1: Answer in one call");
        assert_eq!(told(Part::Close), "Close CX-1: Answer in one call");
        assert_eq!(
            Part::Restate.title(Some("NPS"), "Would you recommend us?"),
            "Approve the restatement of NPS: Would you recommend us?"
        );
        let of_curriculum = |part: Part| part.title(None, "Moments that matter");
        assert_eq!(of_curriculum(Part::Renew), "Renew the certificate of Moments that matter");
        let told = of_curriculum(Part::Uncertified);
        assert_eq!(told, "Be certified again before training Moments that matter");
        assert_eq!(of_curriculum(Part::Unstaffed), "Find a certified trainer for Moments that matter");
        assert_eq!(Part::Payout.title(None, "Shared"), "Approve the payout of Shared");
        assert_eq!(Part::Hear.title(None, "Why we begin"), "Acknowledge Why we begin");
        assert_eq!(Part::Say.title(None, "Why we begin"), "Send Why we begin");
        assert_eq!(Part::Unsaid.title(None, "Why we begin"), "Find another sender for Why we begin");
        assert_eq!(Part::Answer.title(None, "Why\n\nnow? "), "Answer: Why now?");
        let told = Part::AnswerAsOffice.title(None, &"Å".repeat(81));
        assert_eq!(told, format!("Answer: {}…", "Å".repeat(80)));
        assert_eq!(Part::Milestone.title(None, "Half-way"), "Half-way");
    }

    proptest! {
        /// A day is within the days of its state, and of no other.
        #[test]
        fn a_state_is_its_days(today in 0_i64..3_000_000, due in 0_i64..3_000_000, near in -12_i64..12) {
            let at = |days: i64| day("0001-02-01") + chrono::TimeDelta::days(days);
            let today = at(today);
            prop_assert_eq!(days(due_state(None, today), today), Days::Missing);
            for due in [at(due), today + chrono::TimeDelta::days(near)] {
                let state = due_state(Some(due), today);
                for other in [Overdue, DueToday, DueSoon, Upcoming, NoDay] {
                    let within = match days(other, today) {
                        Days::Within(from, to) => {
                            from.is_none_or(|from| from <= due) && to.is_none_or(|to| due <= to)
                        }
                        Days::Missing => false,
                    };
                    prop_assert_eq!(within, other == state, "{} from {}", due, today);
                }
            }
        }
    }
}
