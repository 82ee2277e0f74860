//! What a caller can mend: a code, a sentence, and the path to the input that it is about.
//!
//! Rules are pure and return these; the write envelope answers them as `userErrors`.

use std::ops::RangeInclusive;

use async_graphql::{Enum, MaybeUndefined, SimpleObject};
use serde::{Deserialize, Serialize};

/// Why an input was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(name = "UserErrorCode")]
pub enum ProblemCode {
    /// The value cannot be right.
    Invalid,
    /// A value is missing.
    Required,
    /// What is referred to does not exist, or not for you.
    NotFound,
    /// You may not do this to this object.
    Forbidden,
    /// It contradicts something that is there.
    Conflict,
    /// The object has moved on since it was read.
    VersionConflict,
    /// The idempotency key was used with other input.
    IdempotencyMismatch,
    /// The object cannot go from its status to that one.
    IllegalTransition,
    /// Something still refers to it.
    InUse,
    /// There is more of it than is allowed.
    LimitExceeded,
}

/// Something the caller can mend. Unexpected faults are top-level GraphQL errors with extensions.code.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Serialize, Deserialize)]
#[graphql(name = "UserError")]
pub struct Problem {
    /// What kind of problem, for programs.
    pub code: ProblemCode,
    /// What is wrong and how to mend it, a sentence in English for people.
    pub message: String,
    /// The way to the argument or input field that it is about, for example `["input", "dueOn"]`.
    pub path: Vec<String>,
}

impl Problem {
    /// A problem with a field of the input.
    #[must_use]
    pub fn new(code: ProblemCode, field: &str, message: impl Into<String>) -> Self {
        Self::at(code, &["input", field], message)
    }

    /// A problem with any argument.
    #[must_use]
    pub fn at(code: ProblemCode, path: &[&str], message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: path.iter().map(|&part| part.to_owned()).collect() }
    }

    /// The same problem with a field of one of many rows, counted from 0: `["input", "rows", "3", "dueOn"]`.
    #[must_use]
    pub fn in_row(self, row: usize) -> Self {
        self.in_list("rows", row)
    }

    /// The same where the rows go by another name in the input.
    #[must_use]
    pub fn in_list(mut self, list: &str, row: usize) -> Self {
        let at = usize::from(self.path.first().is_some_and(|part| part == "input"));
        self.path.splice(at..at, [list.to_owned(), row.to_string()]);
        self
    }
}

/// Collects problems, so that a caller hears of all of them at once.
#[derive(Debug, Default)]
pub struct Check(Vec<Problem>);

impl Check {
    /// Adds a problem unless this holds.
    pub fn that(&mut self, holds: bool, code: ProblemCode, field: &str, message: &str) {
        if !holds {
            self.0.push(Problem::new(code, field, message));
        }
    }

    /// One line of text: trimmed, its length in characters within these bounds, no control characters.
    pub fn line(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) -> String {
        let text = text.trim();
        if text.is_empty() && *length.start() > 0 {
            self.0.push(Problem::new(ProblemCode::Required, field, format!("`{field}` may not be empty.")));
        } else if !length.contains(&text.chars().count()) {
            let message = format!("`{field}` takes {} to {} characters.", length.start(), length.end());
            self.0.push(Problem::new(ProblemCode::Invalid, field, message));
        } else if text.chars().any(char::is_control) {
            let message = format!("`{field}` is one line of text, without control characters.");
            self.0.push(Problem::new(ProblemCode::Invalid, field, message));
        }
        text.to_owned()
    }

    /// Several lines of text: trimmed, at most this many characters; nothing is left out.
    pub fn prose(&mut self, field: &str, text: Option<&str>, most: usize) -> Option<String> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        if text.chars().count() > most {
            let message = format!("`{field}` takes at most {most} characters.");
            self.0.push(Problem::new(ProblemCode::Invalid, field, message));
        }
        Some(text.to_owned())
    }

    /// The value of a field that cannot be cleared: an absent one stays, null is refused.
    pub fn kept<T: Clone>(&mut self, field: &str, input: &MaybeUndefined<T>, before: T) -> T {
        match input {
            MaybeUndefined::Undefined => before,
            MaybeUndefined::Value(value) => value.clone(),
            MaybeUndefined::Null => {
                let message = format!("`{field}` cannot be cleared; leave it out to keep it.");
                self.0.push(Problem::new(ProblemCode::Required, field, message));
                before
            }
        }
    }

    /// Adds what something else found.
    pub fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Ends the collecting.
    ///
    /// # Errors
    /// With all problems, if there were any.
    pub fn done(self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// The value of a field that can be cleared: an absent one stays, null clears.
pub fn cleared<T: Clone>(input: &MaybeUndefined<T>, before: Option<T>) -> Option<T> {
    match input {
        MaybeUndefined::Undefined => before,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(value) => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_at_once() {
        let mut check = Check::default();
        assert_eq!(check.line("title", "  Faster answers ", 1..=200), "Faster answers");
        check.line("name", " ", 1..=200);
        check.line("code", "a\u{7}b", 1..=200);
        check.line("note", "short", 10..=200);
        check.that(false, ProblemCode::Conflict, "dueOn", "Too early.");
        let problems = check.done().unwrap_err();
        let codes: Vec<_> = problems.iter().map(|problem| (problem.code, problem.path[1].as_str())).collect();
        assert_eq!(
            codes,
            [
                (ProblemCode::Required, "name"),
                (ProblemCode::Invalid, "code"),
                (ProblemCode::Invalid, "note"),
                (ProblemCode::Conflict, "dueOn"),
            ]
        );
    }

    #[test]
    fn absent_stays_and_null_clears() {
        let mut check = Check::default();
        assert_eq!(check.kept("title", &MaybeUndefined::Undefined, 1), 1);
        assert_eq!(check.kept("title", &MaybeUndefined::Value(2), 1), 2);
        assert_eq!(check.kept("title", &MaybeUndefined::Null, 1), 1);
        assert_eq!(check.done().unwrap_err()[0].code, ProblemCode::Required);
        assert_eq!(cleared(&MaybeUndefined::Null, Some(1)), None);
        assert_eq!(cleared(&MaybeUndefined::Undefined, Some(1)), Some(1));
        assert_eq!(cleared(&MaybeUndefined::Value(2), None), Some(2));
    }
}
