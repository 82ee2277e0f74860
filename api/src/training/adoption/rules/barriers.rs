//! The barrier of a person (ADKAR: awareness, desire, knowledge, ability, reinforcement).

use tutti_entity::training::adoption_assessment::Barrier;

use crate::graphql::{Check, ProblemCode};

/// The highest score that says that something is not there.
const NOT_THERE: i32 = 3;

/// What is asked, in the order in which one builds on the other, as fields of the input spell it.
const ASKED: [(&str, Barrier); 5] = [
    ("awareness", Barrier::Awareness),
    ("desire", Barrier::Desire),
    ("knowledge", Barrier::Knowledge),
    ("ability", Barrier::Ability),
    ("reinforcement", Barrier::Reinforcement),
];

/// The first of the five that is not there.
#[must_use]
pub fn barrier(scores: [i32; 5]) -> Barrier {
    let mut asked = ASKED.iter().zip(scores);
    asked.find(|(_, score)| *score <= NOT_THERE).map_or(Barrier::NoBarrier, |((_, barrier), _)| *barrier)
}

/// Each score is 1 to 5.
pub fn scores(check: &mut Check, scores: [i32; 5]) {
    for ((field, _), score) in ASKED.iter().zip(scores) {
        let message = format!("`{field}` is 1 to 5.");
        check.that((1..=5).contains(&score), ProblemCode::Invalid, field, &message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_barrier_is_the_first_that_is_not_there() {
        for (scores, first) in [
            ([4, 3, 2, 5, 4], Barrier::Desire),
            ([5, 4, 4, 4, 5], Barrier::NoBarrier),
            ([3, 5, 5, 5, 5], Barrier::Awareness),
            ([4, 4, 1, 1, 1], Barrier::Knowledge),
            ([4, 4, 4, 3, 5], Barrier::Ability),
            ([4, 4, 4, 4, 3], Barrier::Reinforcement),
        ] {
            assert_eq!(barrier(scores), first, "{scores:?}");
        }
    }

    #[test]
    fn a_score_is_one_to_five() {
        let found = |all| {
            let mut check = Check::default();
            scores(&mut check, all);
            check.done().err().unwrap_or_default().into_iter().map(|problem| problem.path[1].clone())
        };
        assert_eq!(found([1, 5, 3, 2, 4]).count(), 0);
        assert_eq!(found([0, 6, 3, 2, -1]).collect::<Vec<_>>(), ["awareness", "desire", "reinforcement"]);
    }
}
