//! What a person and an org unit have to be. Pure.

use tutti_entity::value::fold;

use crate::graphql::{Check, Problem, ProblemCode};

/// A person as asked for, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// Their name, 1 to 200 characters.
    pub name: String,
    /// Their address, 3 to 254 characters.
    pub email: String,
}

/// Whether this can be an address: one `@` with something on both sides and no spaces. Whether it
/// reaches anybody only a mail can tell.
fn is_address(text: &str) -> bool {
    let mut parts = text.split('@');
    let (local, domain, rest) = (parts.next(), parts.next(), parts.next());
    local.is_some_and(|local| !local.is_empty())
        && domain
            .is_some_and(|domain| !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.'))
        && rest.is_none()
        && !text.contains(char::is_whitespace)
}

/// Checks a new person.
///
/// # Errors
/// REQUIRED or INVALID at `name` and `email`.
pub fn new_person(name: &str, email: &str) -> Result<NewPerson, Vec<Problem>> {
    let mut check = Check::default();
    let name = check.line("name", name, 1..=200);
    let email = check.line("email", email, 3..=254);
    check.that(
        email.is_empty() || (is_address(&email) && is_address(&fold(&email))),
        ProblemCode::Invalid,
        "email",
        "An address is written name@example.org.",
    );
    check.done()?;
    Ok(NewPerson { name, email })
}

/// Checks the name of an org unit.
///
/// # Errors
/// REQUIRED or INVALID at `name`.
pub fn org_unit_name(name: &str) -> Result<String, Vec<Problem>> {
    let mut check = Check::default();
    let name = check.line("name", name, 1..=200);
    check.done()?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_two_sides() {
        for good in ["a@b", "ida.møller@tutti.example", "x+y@z.example"] {
            assert!(new_person("Ida", good).is_ok(), "{good}");
        }
        // A wide `＠` and a lone `¨` become something else when they are folded.
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@.b", "a@b.", "a＠b@c", "¨@c"] {
            let problems = new_person("Ida", bad).unwrap_err();
            assert!(problems.iter().all(|problem| problem.path == ["input", "email"]), "{bad}");
        }
    }

    #[test]
    fn both_fields_are_told_of() {
        assert_eq!(new_person("", "nobody").unwrap_err().len(), 2);
    }
}
