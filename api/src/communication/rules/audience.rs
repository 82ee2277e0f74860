//! Whom a communication is for. Pure.

use std::collections::BTreeSet;

use sea_orm::Iterable as _;
use tutti_entity::communication::communication::Tiers;
use tutti_entity::ids::{OrgUnitId, PersonId};
use tutti_entity::people::person::Tier;

use crate::graphql::{Check, Problem, ProblemCode};

/// The most units that one audience names.
pub const MOST_UNITS: usize = 200;
/// The most people that one audience names one by one.
pub const MOST_PEOPLE: usize = 500;

/// Whom an audience names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The units, with all below them.
    pub units: BTreeSet<OrgUnitId>,
    /// To which tiers these are narrowed; none of them for every tier.
    pub tiers: Tiers,
    /// People one by one.
    pub people: BTreeSet<PersonId>,
}

impl Named {
    /// These units, tiers and people, each once. All tiers are as good as none.
    #[must_use]
    pub fn new(units: &[OrgUnitId], tiers: &[Tier], people: &[PersonId]) -> Self {
        let tiers = Tiers::new(tiers);
        let all = tiers.as_slice().len() == Tier::iter().count();
        Self {
            units: units.iter().copied().collect(),
            tiers: if all { Tiers::default() } else { tiers },
            people: people.iter().copied().collect(),
        }
    }

    /// Tiers narrow units, and a list has an end.
    pub fn check(&self, check: &mut Check) {
        let mut that = |holds: bool, code, field: &str, message: String| {
            if !holds {
                check.add(Problem::at(code, &["input", "audience", field], message));
            }
        };
        let narrows = self.tiers.as_slice().is_empty() || !self.units.is_empty();
        let message = "Tiers narrow units: name the units, such as the one at the top.";
        that(narrows, ProblemCode::Invalid, "tiers", message.to_owned());
        let message = format!("An audience names at most {MOST_UNITS} units.");
        that(self.units.len() <= MOST_UNITS, ProblemCode::LimitExceeded, "orgUnitIds", message);
        let message = format!("An audience names at most {MOST_PEOPLE} people one by one; name their units.");
        that(self.people.len() <= MOST_PEOPLE, ProblemCode::LimitExceeded, "personIds", message);
    }

    /// Whether it is for everyone: every unit at the top of the organisation is named, and no tier.
    #[must_use]
    pub fn is_everyone(&self, at_the_top: &[OrgUnitId]) -> bool {
        let whole = !at_the_top.is_empty() && at_the_top.iter().all(|unit| self.units.contains(unit));
        whole && self.tiers.as_slice().is_empty()
    }
}

/// What is sent is sent to somebody.
///
/// # Errors
/// INVALID at `id`.
pub fn somebody(size: u64) -> Result<i32, Problem> {
    if size == 0 {
        let message = "Nobody ACTIVE is in its audience. Change the audience with `communicationUpdate`.";
        return Err(Problem::new(ProblemCode::Invalid, "id", message));
    }
    Ok(i32::try_from(size).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn unit(number: u128) -> OrgUnitId {
        OrgUnitId(Uuid::from_u128(number))
    }

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn told(named: &Named) -> Vec<String> {
        let mut check = Check::default();
        named.check(&mut check);
        let problems = check.done().err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.path.join(".")).collect()
    }

    #[test]
    fn for_everyone_is_the_whole_top_and_no_tier() {
        let top = [unit(1), unit(2)];
        let every: Vec<Tier> = Tier::iter().collect();
        for (units, tiers, is) in [
            (vec![unit(1), unit(2)], vec![], true),
            (vec![unit(1), unit(2), unit(3)], vec![], true),
            (vec![unit(1), unit(2)], every, true),
            (vec![unit(1)], vec![], false),
            (vec![unit(1), unit(2)], vec![Tier::Frontline], false),
            (vec![], vec![], false),
        ] {
            assert_eq!(Named::new(&units, &tiers, &[]).is_everyone(&top), is, "{units:?} {tiers:?}");
        }
        assert!(!Named::new(&[unit(1)], &[], &[]).is_everyone(&[]));
    }

    #[test]
    fn tiers_narrow_units_and_lists_end() {
        assert_eq!(told(&Named::default()), [""; 0]);
        assert_eq!(told(&Named::new(&[unit(1)], &[Tier::Leader], &[person(1)])), [""; 0]);
        assert_eq!(told(&Named::new(&[], &[Tier::Leader], &[person(1)])), ["input.audience.tiers"]);
        let units: Vec<_> = (0..201).map(unit).collect();
        let people: Vec<_> = (0..501).map(person).collect();
        let paths = told(&Named::new(&units, &[], &people));
        assert_eq!(paths, ["input.audience.orgUnitIds", "input.audience.personIds"]);
        // The same twice is once.
        assert_eq!(told(&Named::new(&[unit(1); 300], &[], &[person(1); 600])), [""; 0]);
    }

    #[test]
    fn nobody_is_refused() {
        assert_eq!(somebody(0).unwrap_err().code, ProblemCode::Invalid);
        assert_eq!(somebody(100_000), Ok(100_000));
        assert_eq!(somebody(u64::MAX), Ok(i32::MAX));
    }

    proptest! {
        /// One more unit never makes an audience that is for everyone be for fewer.
        #[test]
        fn naming_more_is_never_fewer(
            top in proptest::collection::btree_set(0_u128..20, 0..5),
            named in proptest::collection::vec(0_u128..20, 0..20), more in 0_u128..20,
        ) {
            let top: Vec<_> = top.into_iter().map(unit).collect();
            let mut units: Vec<_> = named.into_iter().map(unit).collect();
            let before = Named::new(&units, &[], &[]).is_everyone(&top);
            units.push(unit(more));
            prop_assert!(!before || Named::new(&units, &[], &[]).is_everyone(&top));
        }
    }
}
