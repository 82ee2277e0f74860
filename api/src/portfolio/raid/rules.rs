//! What may become of risks, assumptions and issues, and what they come to. Pure: plain values in, a verdict out.

pub mod chain;

use sea_orm::ActiveEnum as _;
use tutti_entity::portfolio::raid_item::{Kind, Status};

use crate::graphql::scalars::{CurrencyCode, MoneyInput};
use crate::graphql::{Check, Problem, ProblemCode};
use crate::portfolio::costs::rules as costs;

/// How probability and impact are told: 1 to 5.
const SCALE: std::ops::RangeInclusive<i32> = 1..=5;

/// The mid-points of the bands of probability, in percent.
const MID_POINTS: [i128; 5] = [5, 20, 40, 60, 85];

/// How likely something is that has happened.
pub const CERTAIN: i32 = 5;

/// The statuses that can follow this one by a change. What has materialised is told by the issue that took its
/// place.
#[must_use]
pub const fn next(from: Status) -> &'static [Status] {
    match from {
        Status::Open => &[Status::Mitigating, Status::Accepted, Status::Closed],
        Status::Mitigating => &[Status::Open, Status::Accepted, Status::Closed],
        Status::Accepted => &[Status::Open, Status::Mitigating, Status::Closed],
        Status::Closed => &[Status::Open],
        Status::Materialised => &[],
    }
}

/// Whether somebody still has to look after an item in this status.
#[must_use]
pub const fn is_open(status: Status) -> bool {
    matches!(status, Status::Open | Status::Mitigating | Status::Accepted)
}

/// Checks that an item goes from its status to that one: ILLEGAL_TRANSITION at `status`, naming what is open.
///
/// # Errors
/// As told.
pub fn moved(from: Status, to: Status) -> Result<(), Problem> {
    if from == to || next(from).contains(&to) {
        return Ok(());
    }
    let open: Vec<_> = next(from).iter().map(sea_orm::ActiveEnum::to_value).collect();
    let open = if open.is_empty() { "nothing: it is final".to_owned() } else { open.join(" or ") };
    let how = if to == Status::Materialised && is_open(from) { " Use `raidItemMaterialise`." } else { "" };
    let message = format!("It cannot go from {} to {}; open is {open}.{how}", from.to_value(), to.to_value());
    Err(Problem::new(ProblemCode::IllegalTransition, "status", message))
}

/// What is over stays as it was, unless it is opened again.
///
/// # Errors
/// CONFLICT at `id`.
pub fn open_for_change(from: Status, to: Status) -> Result<(), Problem> {
    if is_open(from) || is_open(to) {
        return Ok(());
    }
    let again = if from == Status::Closed { " Open it again first." } else { "" };
    let message = format!("It is {}.{again}", from.to_value());
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// What is archived is put away with everything in it.
///
/// # Errors
/// CONFLICT at this field.
pub fn in_use(archived: bool, field: &str) -> Result<(), Problem> {
    if archived {
        let message = "The initiative is archived. Unarchive it first.";
        return Err(Problem::new(ProblemCode::Conflict, field, message));
    }
    Ok(())
}

/// A risk or an assumption materialises once, while somebody looks after it; an issue has happened already.
///
/// # Errors
/// CONFLICT or ILLEGAL_TRANSITION at `id`.
pub fn materialises(kind: Kind, status: Status) -> Result<(), Problem> {
    if kind == Kind::Issue {
        return Err(Problem::new(ProblemCode::Conflict, "id", "It is an ISSUE, which has happened already."));
    }
    if !is_open(status) {
        let message =
            format!("It is {}; what materialises is OPEN, MITIGATING or ACCEPTED.", status.to_value());
        return Err(Problem::new(ProblemCode::IllegalTransition, "id", message));
    }
    Ok(())
}

/// How likely something is, as asked for: what has happened is certain unless it is said otherwise.
pub fn probability(check: &mut Check, kind: Kind, probability: Option<i32>) -> i32 {
    let told = probability.or((kind == Kind::Issue).then_some(CERTAIN));
    check.that(told.is_some(), ProblemCode::Required, "probability", "Say how likely it is, from 1 to 5.");
    told.unwrap_or(*SCALE.start())
}

/// The product of probability and impact: INVALID at either of them where it is not from 1 to 5.
pub fn score(check: &mut Check, probability: i32, impact: i32) -> i32 {
    for (field, told) in [("probability", probability), ("impact", impact)] {
        let message = format!("`{field}` is told from 1 to 5, not as {told}.");
        check.that(SCALE.contains(&told), ProblemCode::Invalid, field, &message);
    }
    probability.saturating_mul(impact)
}

/// What it would cost in minor units: in this currency, with no more decimals than it has, and more than nothing.
///
/// # Errors
/// INVALID at `impactCost`.
pub fn impact_cost(amount: &MoneyInput, currency: CurrencyCode) -> Result<i64, Problem> {
    let minor = amount.minor_units(currency, "impactCost")?;
    if (1..=costs::LARGEST).contains(&minor) {
        return Ok(minor);
    }
    let path = ["input", "impactCost", "amount"];
    let message = "What it would cost is more than nothing, and at most 10 000 000 000 000 minor units. Leave it out \
                   where nobody can say.";
    Err(Problem::at(ProblemCode::Invalid, &path, message))
}

/// What it would cost times how likely it is, in minor units, rounded once, half away from zero: the mid-point of
/// the band of its probability.
#[must_use]
pub fn exposure(probability: i32, impact_cost_minor: i64) -> Option<i64> {
    let band = usize::try_from(probability).ok()?.checked_sub(1)?;
    let hundredfold = i128::from(impact_cost_minor).checked_mul(*MID_POINTS.get(band)?)?;
    let half = if hundredfold < 0 { -50 } else { 50 };
    i64::try_from((hundredfold + half) / 100).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::scalars::Decimal;
    use proptest::prelude::*;
    use sea_orm::Iterable;

    fn code(problem: Result<(), Problem>) -> Option<(ProblemCode, String)> {
        problem.err().map(|problem| (problem.code, problem.path.join(".")))
    }

    #[test]
    fn the_worked_risk() {
        let mut check = Check::default();
        assert_eq!(score(&mut check, 4, 5), 20);
        assert!(check.done().is_ok());
        assert_eq!(exposure(4, 5_000_000), Some(3_000_000));
        let exposures: Vec<_> = (0..=6).map(|probability| exposure(probability, 10_000)).collect();
        assert_eq!(exposures, [None, Some(500), Some(2000), Some(4000), Some(6000), Some(8500), None]);
        // Half a minor unit goes away from zero, once.
        assert_eq!((exposure(1, 10), exposure(1, 9), exposure(1, -10)), (Some(1), Some(0), Some(-1)));
        assert_eq!(exposure(5, costs::LARGEST), Some(8_500_000_000_000));
    }

    #[test]
    fn a_scale_ends_at_both_ends() {
        for (probability, impact, wrong) in
            [(0, 5, 1), (6, 0, 2), (1, 1, 0), (5, 5, 0), (i32::MAX, i32::MIN, 2)]
        {
            let mut check = Check::default();
            score(&mut check, probability, impact);
            assert_eq!(check.done().err().map_or(0, |all| all.len()), wrong, "{probability} {impact}");
        }
        for (kind, told, taken) in
            [(Kind::Issue, None, Some(5)), (Kind::Issue, Some(3), Some(3)), (Kind::Risk, None, None)]
        {
            let mut check = Check::default();
            let found = probability(&mut check, kind, told);
            assert_eq!(check.done().is_ok().then_some(found), taken, "{kind:?}");
        }
    }

    #[test]
    fn an_item_goes_along_the_table() {
        use Status::{Accepted, Closed, Materialised, Mitigating, Open};
        let allowed = [
            (Open, Mitigating),
            (Open, Accepted),
            (Open, Closed),
            (Mitigating, Open),
            (Mitigating, Accepted),
            (Mitigating, Closed),
            (Accepted, Open),
            (Accepted, Mitigating),
            (Accepted, Closed),
            (Closed, Open),
        ];
        for from in Status::iter() {
            for to in Status::iter() {
                let may = from == to || allowed.contains(&(from, to));
                assert_eq!(moved(from, to).is_ok(), may, "{from:?} to {to:?}");
            }
        }
        let refused = moved(Open, Materialised).unwrap_err();
        assert_eq!(
            refused.message,
            "It cannot go from OPEN to MATERIALISED; open is MITIGATING or ACCEPTED or CLOSED. Use `raidItemMaterialise`."
        );
        assert_eq!(
            code(moved(Materialised, Open)),
            Some((ProblemCode::IllegalTransition, "input.status".into()))
        );
        assert_eq!(code(open_for_change(Closed, Closed)), Some((ProblemCode::Conflict, "input.id".into())));
        assert!(open_for_change(Closed, Open).is_ok() && open_for_change(Open, Closed).is_ok());
        assert!(open_for_change(Materialised, Materialised).is_err());
    }

    #[test]
    fn what_has_happened_does_not_materialise() {
        for status in Status::iter() {
            assert_eq!(materialises(Kind::Risk, status).is_ok(), is_open(status), "{status:?}");
            assert_eq!(materialises(Kind::Assumption, status).is_ok(), is_open(status), "{status:?}");
            assert_eq!(
                code(materialises(Kind::Issue, status)),
                Some((ProblemCode::Conflict, "input.id".into()))
            );
        }
        let closed = code(materialises(Kind::Risk, Status::Closed));
        assert_eq!(closed, Some((ProblemCode::IllegalTransition, "input.id".into())));
        assert!(in_use(false, "id").is_ok() && in_use(true, "id").is_err());
    }

    #[test]
    fn what_it_would_cost_is_in_the_currency_and_more_than_nothing() {
        let euro = CurrencyCode::from_code("EUR").unwrap();
        let cost = |amount: &str, code: &str| {
            let currency = CurrencyCode::from_code(code).unwrap();
            impact_cost(&MoneyInput { amount: Decimal(amount.parse().unwrap()), currency }, euro)
        };
        assert_eq!(cost("50000", "EUR"), Ok(5_000_000));
        for (amount, code, path) in [
            ("1", "DKK", "currency"),
            ("0.001", "EUR", "amount"),
            ("0", "EUR", "amount"),
            ("-1", "EUR", "amount"),
            ("100000000000.01", "EUR", "amount"),
        ] {
            let problem = cost(amount, code).unwrap_err();
            assert_eq!(problem.path.join("."), format!("input.impactCost.{path}"), "{amount} {code}");
        }
    }

    proptest! {
        /// An exposure is within half a minor unit of the exact product, and grows with both of its parts.
        #[test]
        fn an_exposure_is_exact(minor in 1..=costs::LARGEST, probability in 1_i32..=5) {
            let told = i128::from(exposure(probability, minor).unwrap()) * 100;
            let band = MID_POINTS[usize::try_from(probability).unwrap() - 1];
            prop_assert!((told - i128::from(minor) * band).abs() <= 50);
            prop_assert!(exposure(probability, minor + 1) >= exposure(probability, minor));
            prop_assert!(probability == 1 || exposure(probability, minor) >= exposure(probability - 1, minor));
        }
    }
}
