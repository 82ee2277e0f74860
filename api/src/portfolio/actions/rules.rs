//! What may become of an action. Pure: plain values in, a verdict out.

use sea_orm::ActiveEnum as _;
use tutti_entity::ids::InitiativeId;
use tutti_entity::portfolio::action_item::Status;

use crate::graphql::{Check, Problem, ProblemCode};

/// What is done or dropped stays so.
///
/// # Errors
/// ILLEGAL_TRANSITION at `id`.
pub fn ends(from: Status) -> Result<(), Problem> {
    if from == Status::Open {
        return Ok(());
    }
    let message = format!("It is {}, which is final. Create another one.", from.to_value());
    Err(Problem::new(ProblemCode::IllegalTransition, "id", message))
}

/// Only what is still to be done is changed.
///
/// # Errors
/// CONFLICT at `id`.
pub fn open_for_change(status: Status) -> Result<(), Problem> {
    ends(status).map_err(|problem| Problem::new(ProblemCode::Conflict, "id", problem.message))
}

/// Why an action is not wanted any more.
pub fn reason(check: &mut Check, reason: &str) -> String {
    let told = check.prose("reason", Some(reason), 1000);
    check.that(told.is_some(), ProblemCode::Required, "reason", "Say why it is not wanted any more.");
    told.unwrap_or_default()
}

/// The initiative of an action: the one that was named, or that of what it does something about.
///
/// # Errors
/// INVALID at `raidItemId` where these are two.
pub fn initiative(
    named: Option<InitiativeId>,
    of_item: Option<InitiativeId>,
) -> Result<Option<InitiativeId>, Problem> {
    match (named, of_item) {
        (Some(named), Some(of_item)) if named != of_item => {
            let message =
                "It is about another initiative. Leave `initiativeId` out to take that of the item.";
            Err(Problem::new(ProblemCode::Invalid, "raidItemId", message))
        }
        _ => Ok(named.or(of_item)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_done_or_dropped_stays_so() {
        assert!(ends(Status::Open).is_ok() && open_for_change(Status::Open).is_ok());
        for status in [Status::Done, Status::Dropped] {
            let problem = ends(status).unwrap_err();
            let told = (problem.code, problem.path.join("."));
            assert_eq!(told, (ProblemCode::IllegalTransition, "input.id".into()));
            assert_eq!(open_for_change(status).unwrap_err().code, ProblemCode::Conflict);
        }
        let told = ends(Status::Done).unwrap_err().message;
        assert_eq!(told, "It is DONE, which is final. Create another one.");
    }

    #[test]
    fn nothing_is_dropped_without_a_reason() {
        let long = "x".repeat(1001);
        for (told, good) in [(" ", false), ("", false), (" Done elsewhere. ", true), (&*long, false)] {
            let mut check = Check::default();
            let told = reason(&mut check, told);
            assert_eq!(check.done().is_ok(), good, "{told}");
            assert_eq!(told.trim(), told);
        }
    }

    #[test]
    fn the_initiative_is_that_of_the_item() {
        let [one, other] = [1, 2].map(|id| Some(InitiativeId(Uuid::from_u128(id))));
        assert_eq!(initiative(None, None), Ok(None));
        assert_eq!(initiative(one, None), Ok(one));
        assert_eq!(initiative(None, other), Ok(other));
        assert_eq!(initiative(one, one), Ok(one));
        assert_eq!(initiative(one, other).unwrap_err().path, ["input", "raidItemId"]);
    }
}
