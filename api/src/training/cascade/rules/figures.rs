//! What a cascade comes to as figures: growth and fidelity. Exact, and rounded once.

use super::tally::Scores;
use crate::graphql::Figure;
use crate::portfolio::figures::rules::exact::{Fraction, Known, Why, ratio};

/// How many scores a generation has to have for its mean to be relied on.
pub const ENOUGH_SCORES: i64 = 5;

/// How far a generation grew over the one before: its reach over that one's. The first grew over nothing.
#[must_use]
pub fn growth(reach: usize, before: Option<usize>) -> Figure {
    let number = |people: usize| i64::try_from(people).unwrap_or(i64::MAX);
    Figure::ratio(number(reach), number(before.unwrap_or_default()), "there is no generation before it")
}

/// How much of what was taught arrives in a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fidelity {
    /// The mean score of the generation over that of the first.
    pub figure: Figure,
    /// Whether it is only what is usual, as there are too few scores.
    pub is_estimate: bool,
}

fn mean(scores: Scores) -> Option<Fraction> {
    Fraction::new(scores.sum_bp.into(), scores.count.into()).filter(|_| scores.count >= ENOUGH_SCORES)
}

/// The mean score of a generation over that of the first where both have enough of them; else a quarter lost with each
/// generation: 0.75 to the power of its number.
#[must_use]
pub fn fidelity(number: u32, own: Scores, first: Scores) -> Fidelity {
    let (Some(own), Some(first)) = (mean(own), mean(first)) else {
        return estimate(number);
    };
    let known: Known = own.over(&first).ok_or(Why::not_applicable("the first generation scored nothing"));
    Fidelity { figure: ratio(&known), is_estimate: false }
}

/// What is usual for a generation. Also what is said of a cascade without somebody: the difference of two means would
/// tell their score.
#[must_use]
pub fn estimate(number: u32) -> Fidelity {
    // Beyond a hundred generations nothing is left of it, to four decimals.
    let power = number.min(100);
    let usual = Fraction::new(num_bigint::BigInt::from(3).pow(power), num_bigint::BigInt::from(4).pow(power));
    let known = usual.ok_or(Why::not_applicable("there is no such generation"));
    Fidelity { figure: ratio(&known), is_estimate: true }
}
