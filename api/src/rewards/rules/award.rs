//! From the factor to the amounts that people get.
//!
//! Always: an award is target · factor · service days / period days, rounded once, half away from zero, to the minor
//! unit; where all together would be more than the pool they come to the pool exactly, whoever they are dealt out to.
//!
//! People of one group with the same service days have the same award, so that a run keeps one number for each such
//! bucket, however many people there are: [`split`] decides for buckets, and a [`Dealer`] goes through the people in
//! the order of their ids.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

use crate::metrics::rules::exact::{Exact, whole};

/// What somebody gets before it is rounded, in minor units.
#[must_use]
pub fn award(target_minor: i64, factor: &Exact, service_days: i64, period_days: i64) -> Exact {
    if period_days <= 0 {
        return Exact::zero();
    }
    whole(target_minor) * factor * Exact::new(service_days.into(), period_days.into())
}

/// Rounded half away from zero to the minor unit; none beyond 64 bits.
#[must_use]
pub fn rounded(exact: &Exact) -> Option<i64> {
    exact.round().to_integer().to_i64()
}

/// People with the same award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// What each of them gets before it is rounded.
    pub award: Exact,
    /// How many they are.
    pub people: i64,
}

/// Who of some people with the same award gets one minor unit more than the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// All of them.
    All,
    /// None of them.
    Nobody,
    /// Those with the lowest ids among all for whom this is said, as far as it goes.
    First,
}

/// What each of some people with the same award gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// At least this, in minor units.
    pub amount: i64,
    /// Whether one more.
    pub more: More,
}

/// What everybody gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// For each bucket, in the order in which they came.
    pub shares: Vec<Share>,
    /// How many of those for whom [`More::First`] is said get one more.
    pub first: i64,
    /// By what the pool multiplied every award; none where there was enough.
    pub scale: Option<Exact>,
}

/// What everybody gets, where this is the most that is paid in all. None where an amount is beyond 64 bits.
#[must_use]
pub fn split(pool: Option<i64>, awards: &[Alike]) -> Option<Split> {
    let plain: Vec<i64> = awards.iter().map(|alike| rounded(&alike.award)).collect::<Option<_>>()?;
    let pairs = || plain.iter().zip(awards);
    let all: BigInt = pairs().map(|(amount, alike)| BigInt::from(*amount) * alike.people).sum();
    all.to_i64()?;
    let Some(pool) = pool.filter(|pool| all > BigInt::from(*pool)) else {
        let shares = plain.into_iter().map(|amount| Share { amount, more: More::Nobody });
        return Some(Split { shares: shares.collect(), first: 0, scale: None });
    };
    let exact: Exact = awards.iter().map(|alike| &alike.award * whole(alike.people)).sum();
    // Where only the rounding is beyond the pool nothing is scaled, and the rounding alone is dealt out.
    let scale = if exact > whole(pool) { whole(pool) / exact } else { whole(1) };
    let parts: Vec<(BigInt, Exact)> = awards
        .iter()
        .map(|alike| {
            let scaled = &alike.award * &scale;
            let floor = scaled.floor().to_integer();
            (floor.clone(), scaled - Exact::from_integer(floor))
        })
        .collect();
    let dealt: BigInt = parts.iter().zip(awards).map(|((floor, _), alike)| floor * alike.people).sum();
    let mut left = (BigInt::from(pool) - dealt).to_i64()?;
    let mut order: Vec<usize> = (0..awards.len()).collect();
    let fraction = |index: &usize| parts.get(*index).map(|(_, fraction)| fraction);
    order.sort_by(|one, other| fraction(other).cmp(&fraction(one)));
    let mut more = vec![More::Nobody; awards.len()];
    let mut first = 0;
    for alike in order.chunk_by(|one, other| fraction(one).cmp(&fraction(other)) == Ordering::Equal) {
        let people: i64 = alike.iter().filter_map(|index| awards.get(*index)).map(|alike| alike.people).sum();
        let who = match left {
            0 => break,
            left if left >= people => More::All,
            left => {
                first = left;
                More::First
            }
        };
        left -= people.min(left);
        for index in alike {
            if let Some(more) = more.get_mut(*index) {
                *more = who;
            }
        }
    }
    let shares =
        parts.iter().zip(more).map(|((floor, _), more)| Some(Share { amount: floor.to_i64()?, more }));
    Some(Split { shares: shares.collect::<Option<_>>()?, first, scale: Some(scale) })
}

/// Deals amounts out to people in the order of their ids.
#[derive(Clone, Debug)]
pub struct Dealer {
    split: Split,
}

impl Dealer {
    /// From the first id on.
    #[must_use]
    pub fn new(split: Split) -> Self {
        Self { split }
    }

    /// What the next one gets, who is of this bucket; none of a bucket that there is not.
    pub fn next(&mut self, bucket: usize) -> Option<i64> {
        let Share { amount, more } = *self.split.shares.get(bucket)?;
        let one_more = match more {
            More::All => true,
            More::Nobody => false,
            More::First => {
                let there = self.split.first > 0;
                self.split.first -= i64::from(there);
                there
            }
        };
        Some(amount + i64::from(one_more))
    }
}

/// What all people of a bucket get together, where so many of them are among the first.
#[must_use]
pub fn together(share: Share, people: i64, first: i64) -> i64 {
    let more = match share.more {
        More::All => people,
        More::Nobody => 0,
        More::First => first,
    };
    share.amount.saturating_mul(people).saturating_add(more)
}

/// Whether an amount can be a target award or a pool.
#[must_use]
pub fn is_amount(minor: i64) -> bool {
    (0..=LARGEST).contains(&minor)
}

/// The largest target award, in minor units: ten times it for a hundred thousand people still adds up.
pub const LARGEST: i64 = 1_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::rules::exact::over;
    use num_traits::Signed;
    use proptest::prelude::*;

    fn factor() -> Exact {
        over(511, 600).unwrap()
    }

    #[test]
    fn the_worked_awards() {
        for (target, service, period, told) in [
            (200_000, 92, 92, 170_333),
            (3_000_000, 92, 92, 2_555_000),
            (50_000, 60, 92, 27_772),
            (50_000, 0, 92, 0),
            (0, 92, 92, 0),
        ] {
            assert_eq!(rounded(&award(target, &factor(), service, period)), Some(told));
        }
        let restated = over(469, 600).unwrap();
        let after = rounded(&award(200_000, &restated, 92, 92)).unwrap();
        assert_eq!((after, after - 170_333), (156_333, -14_000));
        assert_eq!(award(1, &factor(), 1, 0), Exact::zero());
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (number, by, told) in [(1, 2, 1), (3, 2, 2), (-1, 2, -1), (49, 100, 0)] {
            assert_eq!(rounded(&over(number, by).unwrap()), Some(told));
        }
        assert_eq!(rounded(&whole(i128::MAX)), None);
    }

    fn alike(awards: &[(i64, i64, i64)]) -> Vec<Alike> {
        let one =
            |&(number, by, people): &(i64, i64, i64)| Alike { award: over(number, by).unwrap(), people };
        awards.iter().map(one).collect()
    }

    /// What people get who come in this order.
    fn dealt(pool: Option<i64>, awards: &[Alike], order: &[usize]) -> Vec<i64> {
        let mut dealer = Dealer::new(split(pool, awards).unwrap());
        order.iter().map(|bucket| dealer.next(*bucket).unwrap()).collect()
    }

    #[test]
    fn the_pool_is_dealt_out_to_the_cent() {
        let awards = alike(&[(60_000, 1, 1), (50_000, 1, 1), (40_000, 1, 1)]);
        assert_eq!(dealt(Some(100_000), &awards, &[0, 1, 2]), [40_000, 33_333, 26_667]);
        assert_eq!(dealt(Some(150_000), &awards, &[0, 1, 2]), [60_000, 50_000, 40_000]);
        assert_eq!(dealt(None, &awards, &[0, 1, 2]), [60_000, 50_000, 40_000]);
        assert_eq!(split(Some(100_000), &awards).unwrap().scale, over(2, 3));
        assert_eq!(dealt(Some(0), &awards, &[0, 1, 2]), [0, 0, 0]);
    }

    #[test]
    fn ties_go_to_the_lower_id() {
        // Three alike share 100: one of them gets 34, the first.
        assert_eq!(dealt(Some(100), &alike(&[(50, 1, 3)]), &[0, 0, 0]), [34, 33, 33]);
        // The same where they are of two buckets, in whichever order these came.
        let awards = alike(&[(50, 1, 2), (50, 1, 1)]);
        assert_eq!(dealt(Some(100), &awards, &[1, 0, 0]), [34, 33, 33]);
        assert_eq!(dealt(Some(101), &awards, &[0, 1, 0]), [34, 34, 33]);
    }

    #[test]
    fn the_rounding_alone_is_not_beyond_the_pool() {
        // Twice half a cent is a cent, and not two.
        let awards = alike(&[(1, 2, 2)]);
        assert_eq!(dealt(None, &awards, &[0, 0]), [1, 1]);
        assert_eq!(dealt(Some(1), &awards, &[0, 0]), [1, 0]);
    }

    #[test]
    fn what_is_beyond_64_bits_is_no_amount() {
        assert_eq!(split(None, &[Alike { award: whole(i64::MAX), people: 2 }]), None);
        assert_eq!(split(None, &[Alike { award: whole(i128::MAX), people: 1 }]), None);
        assert!(is_amount(0) && is_amount(LARGEST) && !is_amount(-1) && !is_amount(LARGEST + 1));
    }

    fn any_awards() -> impl Strategy<Value = Vec<Alike>> {
        let one = (0_i64..1_000_000, 1_i64..1_000, 1_i64..50);
        proptest::collection::vec(one, 1..12).prop_map(|awards| alike(&awards))
    }

    proptest! {
        /// Σ lines is the pool exactly, nobody is more than a minor unit off, and buckets give what people do.
        #[test]
        fn a_pool_is_distributed_exactly(awards in any_awards(), pool in 0_i64..1_000_000, turn in 0_usize..7) {
            let split = split(Some(pool), &awards).unwrap();
            let mut order: Vec<usize> = awards
                .iter()
                .enumerate()
                .flat_map(|(bucket, alike)| (0..alike.people).map(move |_| bucket))
                .collect();
            let middle = turn % order.len();
            order.rotate_left(middle);
            let lines = dealt(Some(pool), &awards, &order);
            let all: i64 = lines.iter().sum();
            let unbound: i64 = awards.iter().map(|alike| rounded(&alike.award).unwrap() * alike.people).sum();
            prop_assert_eq!(all, unbound.min(pool));
            if let Some(scale) = &split.scale {
                prop_assert!(*scale <= whole(1));
                for (bucket, line) in order.iter().zip(&lines) {
                    let off = &awards[*bucket].award * scale - whole(*line);
                    prop_assert!(off.abs() < whole(1));
                }
            }
            let mut of_buckets = 0;
            for (bucket, (share, alike)) in split.shares.iter().zip(&awards).enumerate() {
                let got: i64 =
                    order.iter().zip(&lines).filter(|(of, _)| **of == bucket).map(|(_, line)| line).sum();
                let first = got - share.amount * alike.people;
                prop_assert_eq!(together(*share, alike.people, first), got);
                of_buckets += got;
            }
            prop_assert_eq!(of_buckets, all);
        }

        #[test]
        fn more_in_the_pool_is_never_less_for_anybody_by_more_than_a_unit(
            awards in any_awards(), pool in 0_i64..1_000_000, more in 0_i64..1_000
        ) {
            let order: Vec<usize> = (0..awards.len()).collect();
            let alone: Vec<Alike> = awards.into_iter().map(|alike| Alike { people: 1, ..alike }).collect();
            let (less, more) = (dealt(Some(pool), &alone, &order), dealt(Some(pool + more), &alone, &order));
            prop_assert!(less.iter().zip(&more).all(|(less, more)| *less <= more + 1));
        }

        /// For everybody and every period, what was paid and what a true-up posts come to the last award.
        #[test]
        fn true_ups_add_up(
            targets in proptest::collection::vec((1_i64..5_000_000, 1_i64..=92), 1..20),
            factors in proptest::collection::vec((0_i64..2_000, 1_i64..1_000), 1..6),
        ) {
            let amounts = |(number, by): (i64, i64)| -> Vec<i64> {
                let factor = over(number, by).unwrap();
                targets.iter().map(|(target, days)| rounded(&award(*target, &factor, *days, 92)).unwrap()).collect()
            };
            let mut sums = vec![0; targets.len()];
            let mut before = vec![0; targets.len()];
            for factor in factors {
                let now = amounts(factor);
                for (sum, (before, now)) in sums.iter_mut().zip(before.iter().zip(&now)) {
                    *sum += now - before;
                }
                before = now;
            }
            prop_assert_eq!(sums, before);
        }
    }
}
