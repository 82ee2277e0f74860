//! What is recorded of whom a communication reached. Pure.

use chrono::{DateTime, Utc};

use crate::graphql::{Check, Problem, ProblemCode};

/// The most rows of one call.
pub const MOST_ROWS: usize = 1_000;

/// What is known of a receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// When it was delivered.
    pub delivered: Option<DateTime<Utc>>,
    /// When it was opened.
    pub opened: Option<DateTime<Utc>>,
    /// When it was acknowledged.
    pub acknowledged: Option<DateTime<Utc>>,
    /// Whether somebody else recorded that it was acknowledged.
    pub recorded: bool,
}

/// What a row says of one moment: nothing, that it is not known, or when it was.
pub type Told = Option<Option<DateTime<Utc>>>;

/// What a row says of a receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Of when it was delivered.
    pub delivered: Told,
    /// Of when it was opened.
    pub opened: Told,
    /// Of when it was acknowledged.
    pub acknowledged: Told,
}

/// Between which moments something can have happened to a communication.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The beginning of the day on which it was sent.
    pub from: Option<DateTime<Utc>>,
    /// Now.
    pub to: DateTime<Utc>,
}

impl Noted {
    fn each(&self) -> [(&'static str, Told); 3] {
        [("deliveredAt", self.delivered), ("openedAt", self.opened), ("acknowledgedAt", self.acknowledged)]
    }

    /// What is known with this. Whoever opened or acknowledged it has it, and may have acknowledged it without having
    /// opened it. What somebody acknowledged themselves stays.
    ///
    /// # Errors
    /// REQUIRED where nothing is said; INVALID for a moment that cannot be, or that would leave one without the delivery
    /// that it takes; CONFLICT for another moment than the one at which somebody acknowledged it themselves.
    pub fn onto(&self, before: Moments, span: Span) -> Result<Moments, Vec<Problem>> {
        let mut check = Check::default();
        let said = self.each().iter().any(|(_, told)| told.is_some());
        let message = "Say when it was delivered, opened or acknowledged.";
        check.that(said, ProblemCode::Required, "deliveredAt", message);
        for (field, told) in self.each() {
            let at = told.flatten();
            let message = "That is still to come: only what happened is recorded.";
            check.that(at.is_none_or(|at| at <= span.to), ProblemCode::Invalid, field, message);
            let early = at.zip(span.from).is_some_and(|(at, from)| at < from);
            check.that(!early, ProblemCode::Invalid, field, "That was before the day on which it was sent.");
        }
        let theirs = before.acknowledged.is_some() && !before.recorded;
        let stays = self.acknowledged.is_none_or(|told| told == before.acknowledged);
        let message = "They acknowledged it themselves, and that stays.";
        check.that(!theirs || stays, ProblemCode::Conflict, "acknowledgedAt", message);
        let opened = self.opened.unwrap_or(before.opened);
        let acknowledged = self.acknowledged.unwrap_or(before.acknowledged);
        let first = [opened, acknowledged].into_iter().flatten().min();
        let fits = match (self.delivered, first) {
            (Some(None), Some(_)) => false,
            (Some(Some(at)), Some(first)) => at <= first,
            _ => true,
        };
        let message = "It was opened or acknowledged, and so it was delivered by then.";
        check.that(fits, ProblemCode::Invalid, "deliveredAt", message);
        check.done()?;
        let delivered = match self.delivered {
            Some(told) => told,
            None => [before.delivered, first].into_iter().flatten().min(),
        };
        let recorded =
            if self.acknowledged.is_some() && !theirs { acknowledged.is_some() } else { before.recorded };
        Ok(Moments { delivered, opened, acknowledged, recorded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn span() -> Span {
        Span { from: Some(at(0)), to: at(24) }
    }

    fn paths(result: Result<Moments, Vec<Problem>>) -> Vec<(ProblemCode, String)> {
        let problems = result.err().unwrap_or_default();
        problems.into_iter().map(|problem| (problem.code, problem.path.join("."))).collect()
    }

    #[test]
    fn whoever_signed_the_list_has_it_unopened() {
        let signed = Noted { acknowledged: Some(Some(at(9))), ..Noted::default() };
        let known = signed.onto(Moments::default(), span()).unwrap();
        let expected =
            Moments { delivered: Some(at(9)), opened: None, acknowledged: Some(at(9)), recorded: true };
        assert_eq!(known, expected);
        // A mail that comes later does not make it later.
        let opened = Noted { opened: Some(Some(at(8))), ..Noted::default() };
        assert_eq!(opened.onto(known, span()).unwrap().delivered, Some(at(8)));
    }

    #[test]
    fn null_takes_back_what_was_recorded_by_mistake() {
        let known =
            Moments { delivered: Some(at(9)), opened: None, acknowledged: Some(at(9)), recorded: true };
        let undone = Noted { delivered: Some(None), acknowledged: Some(None), ..Noted::default() };
        assert_eq!(undone.onto(known, span()), Ok(Moments::default()));
        let half = Noted { delivered: Some(None), ..Noted::default() };
        assert_eq!(paths(half.onto(known, span())), [(ProblemCode::Invalid, "input.deliveredAt".into())]);
    }

    #[test]
    fn what_somebody_acknowledged_themselves_stays() {
        let theirs =
            Moments { delivered: Some(at(9)), opened: None, acknowledged: Some(at(9)), recorded: false };
        for told in [None, Some(at(10))] {
            let noted = Noted { acknowledged: Some(told), ..Noted::default() };
            let told = paths(noted.onto(theirs, span()));
            assert_eq!(told, [(ProblemCode::Conflict, "input.acknowledgedAt".into())]);
        }
        let opened = Noted { opened: Some(Some(at(10))), ..Noted::default() };
        let known = opened.onto(theirs, span()).unwrap();
        assert_eq!((known.acknowledged, known.recorded), (Some(at(9)), false));
    }

    #[test]
    fn what_cannot_be_is_told() {
        assert_eq!(
            paths(Noted::default().onto(Moments::default(), span())),
            [(ProblemCode::Required, "input.deliveredAt".into())]
        );
        let never = Noted { delivered: Some(Some(at(25))), opened: Some(Some(at(-1))), ..Noted::default() };
        let told = paths(never.onto(Moments::default(), span()));
        let invalid = |field: &str| (ProblemCode::Invalid, format!("input.{field}"));
        assert_eq!(told, [invalid("deliveredAt"), invalid("openedAt"), invalid("deliveredAt")]);
    }

    proptest! {
        /// Whatever is recorded in whatever order, what was opened or acknowledged was delivered by then.
        #[test]
        fn nothing_is_acknowledged_that_was_not_delivered(
            rows in proptest::collection::vec(
                proptest::array::uniform3(proptest::option::of(proptest::option::of(0_i64..24))), 0..20)
        ) {
            let mut known = Moments::default();
            for [delivered, opened, acknowledged] in rows {
                let told = |hour: Option<Option<i64>>| hour.map(|hour| hour.map(at));
                let noted = Noted { delivered: told(delivered), opened: told(opened), acknowledged: told(acknowledged) };
                known = noted.onto(known, span()).unwrap_or(known);
                for moment in [known.opened, known.acknowledged].into_iter().flatten() {
                    prop_assert!(known.delivered.is_some_and(|delivered| delivered <= moment));
                }
            }
        }
    }
}
