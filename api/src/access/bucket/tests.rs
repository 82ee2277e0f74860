//! The promises of the buckets, tried against a bucket that is counted the slow way.

use std::ops::Range;

use chrono::TimeDelta;
use proptest::{collection::vec, prelude::*};

use super::*;

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_743_408_000_000_000 + micros).unwrap()
}

fn rates() -> impl Strategy<Value = Rate> {
    (1..2000_u64, 1..2_000_000_u64).prop_map(|(burst, per_minute)| Rate { burst, per_minute })
}

/// How long after the one before, in microseconds, and for how much.
fn takes(gaps: Range<i64>) -> impl Strategy<Value = Vec<(i64, u64)>> {
    vec((gaps, 0..900_u64), 1..60)
}

fn units(points: u64) -> i128 {
    i128::from(points) * POINT
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_more_passes_than_the_burst_and_what_comes_back(
        rate in rates(), takes in takes(-2_000_000..5_000_000),
    ) {
        let buckets = Buckets::new(rate);
        let mut now = 0;
        let mut passed = Vec::new();
        for (gap, cost) in takes {
            now += gap;
            let cost = cost.min(rate.burst);
            let taken = if buckets.take(&(), cost, at(now)).is_ok() { cost } else { 0 };
            passed.push((gap, taken));
        }
        for start in 0..passed.len() {
            let mut most = units(rate.burst);
            let mut sum = 0;
            for (number, (gap, taken)) in passed[start..].iter().enumerate() {
                // A clock that goes back gives nothing for the time that it has gone through.
                let forward = if number == 0 { 0 } else { (*gap).max(0) };
                most += i128::from(forward) * i128::from(rate.per_minute);
                sum += units(*taken);
                prop_assert!(sum <= most, "{sum} of {most}");
            }
        }
    }

    #[test]
    fn a_bucket_holds_what_one_that_is_filled_by_hand_holds(
        rate in rates(), takes in takes(0..5_000_000),
    ) {
        let buckets = Buckets::new(rate);
        let (mut now, mut holds) = (0, units(rate.burst));
        for (gap, cost) in takes {
            now += gap;
            holds += i128::from(gap) * i128::from(rate.per_minute);
            holds = holds.clamp(0, units(rate.burst));
            let cost = cost.min(rate.burst);
            prop_assert_eq!(buckets.check(&(), cost, at(now)).is_ok(), holds >= units(cost));
            let level = match buckets.take(&(), cost, at(now)) {
                Ok(level) => {
                    prop_assert!(holds >= units(cost));
                    holds -= units(cost);
                    level
                }
                Err(wait) => {
                    prop_assert!(holds < units(cost));
                    let then = at(now) + TimeDelta::from_std(wait.retry_after).unwrap();
                    prop_assert!(buckets.check(&(), cost, then).is_ok());
                    let too_early = then - TimeDelta::microseconds(1);
                    prop_assert!(buckets.check(&(), cost, too_early).is_err());
                    prop_assert!(wait.seconds() >= 1 && at(now) + TimeDelta::seconds(wait.seconds().cast_signed()) >= then);
                    wait.level
                }
            };
            prop_assert_eq!(level.limit, rate.burst);
            prop_assert_eq!(i128::from(level.remaining), holds / POINT);
            prop_assert_eq!(buckets.level(&(), at(now)), level);
        }
    }

    #[test]
    fn whoever_rests_has_a_full_bucket(rate in rates(), takes in takes(0..1000)) {
        let buckets = Buckets::new(rate);
        let mut level = buckets.level(&(), at(0));
        prop_assert_eq!(level, Level { limit: rate.burst, remaining: rate.burst, reset_at: at(0) });
        let mut now = 0;
        for (gap, cost) in takes {
            now += gap;
            if let Ok(taken) = buckets.take(&(), cost, at(now)) {
                level = taken;
            }
        }
        // One moment says when the last fraction of a point is there.
        let rested = buckets.level(&(), level.reset_at);
        prop_assert_eq!(rested.remaining, rate.burst);
        prop_assert!(buckets.check(&(), rate.burst, level.reset_at).is_ok());
        if level.reset_at > at(now) {
            let almost = level.reset_at - TimeDelta::microseconds(1);
            prop_assert!(buckets.check(&(), rate.burst, almost).is_err());
        }
    }
}

#[test]
fn a_clock_that_goes_back_a_year_locks_nobody_out() {
    let buckets = Buckets::new(Rate { burst: 60, per_minute: 60 });
    buckets.take(&(), 60, at(0)).unwrap();
    let year = -365 * 86_400_000_000_i64;
    assert_eq!(buckets.take(&(), 1, at(year)).unwrap_err().seconds(), 1);
    for second in 1..200 {
        buckets.take(&(), 1, at(year + second * 1_000_000)).unwrap();
    }
}

#[test]
fn what_costs_more_than_a_bucket_takes_a_whole_one() {
    let buckets = Buckets::new(Rate { burst: 10, per_minute: 10 });
    assert_eq!(buckets.take(&(), u64::MAX, at(0)).unwrap().remaining, 0);
    assert_eq!(buckets.take(&(), 11, at(0)).unwrap_err().seconds(), 60);
    assert!(buckets.take(&(), 11, at(60_000_000)).is_ok());
}

#[test]
fn whoever_waits_for_the_rest_can_pay_the_whole_when_they_come_back() {
    for (burst, cost) in [(60, 20), (60, 60), (60, 100)] {
        let buckets = Buckets::new(Rate { burst, per_minute: 60 });
        buckets.take(&(), 45, at(0)).unwrap();
        buckets.take(&(), 5, at(0)).unwrap();
        let wait = buckets.take_rest(&(), cost, 5, at(0)).unwrap_err();
        assert_eq!(wait.level.remaining, 10);
        let then = at(0) + TimeDelta::from_std(wait.retry_after).unwrap();
        assert_eq!(wait.seconds(), cost.min(burst) - 10);
        buckets.take(&(), 5, then).unwrap();
        assert_eq!(buckets.take_rest(&(), cost, 5, then).unwrap().remaining, 0);
    }
}

#[test]
fn the_largest_numbers_do_no_harm() {
    let buckets = Buckets::new(Rate { burst: u64::MAX, per_minute: u64::MAX });
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, at(0)] {
        assert!(buckets.take(&now, u64::MAX, now).is_ok());
        assert!(buckets.take(&now, u64::MAX, now).is_err());
    }
    let slow = Buckets::new(Rate { burst: u64::MAX, per_minute: 0 });
    assert_eq!(slow.take(&(), u64::MAX, at(0)).unwrap().reset_at, DateTime::<Utc>::MAX_UTC);
}

fn keys<K: Clone + Eq + Hash>(buckets: &Buckets<K>) -> usize {
    buckets.book().full_at.len()
}

#[test]
fn full_buckets_are_forgotten() {
    let buckets = Buckets::new(Rate { burst: 60, per_minute: 60 });
    for key in 0..50_000_i64 {
        // Each is full again after a second, when a hundred others have come.
        buckets.take(&key, 1, at(key * 10_000)).unwrap();
        assert!(keys(&buckets) <= FEW_KEYS);
    }
    assert!(buckets.take(&-1, 0, at(0)).is_ok() && !buckets.book().full_at.contains_key(&-1));
}

#[test]
fn strangers_who_ask_for_little_push_out_one_another() {
    let buckets = Buckets::with_room(Rate { burst: 1000, per_minute: 1 }, 800);
    for debtor in 0..100 {
        buckets.take(&debtor, 1000, at(0)).unwrap();
    }
    for stranger in 1000..20_000 {
        buckets.take(&stranger, 10, at(0)).unwrap();
        assert!(keys(&buckets) <= 800);
    }
    // The room that is made is no more than needed, so that few are forgiven.
    assert!(keys(&buckets) >= 700);
    for debtor in 0..100 {
        assert_eq!(buckets.level(&debtor, at(0)).remaining, 0);
    }
}
