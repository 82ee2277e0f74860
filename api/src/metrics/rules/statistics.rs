//! How far chance alone would move a number: margins, intervals, and whether the last move is bigger.
//!
//! The margin of a score is that of a mean of +1, 0 and −1; the interval of a share is Wilson's (1927), which stays
//! within 0 and 100 and is honest at both ends. Both are at 95 %. Everything is exact but the square root.

use num_traits::{Signed, Zero};
use tutti_entity::metrics::kpi::{Kind, TrendVerdict};
use tutti_entity::value::Quantity;

use super::exact::{Exact, over, root, whole};
use super::measure::{Measure, Shape};
use super::tally::{Tally, Value, figure, in_unit, value};
use crate::graphql::Figure;
use crate::graphql::figure::{FigureState, FigureUnit};

/// How many standard errors 95 % lie within, in hundredths.
const Z_HUNDREDTHS: i64 = 196;

/// To how many decimals a z score is told.
const Z_PLACES: u32 = 4;

fn z() -> Exact {
    whole(Z_HUNDREDTHS) / whole(100)
}

/// A share of a number of answers, where it is one: so many of so many.
fn share_of(measure: &Measure, tally: &Tally) -> Option<(Exact, Exact)> {
    let (part, all) = match measure.shape() {
        Shape::Share => (tally.satisfied, tally.responses?),
        Shape::Fraction if measure.kind == Kind::Ratio => {
            let one = i128::from(Quantity::ONE);
            let whole = tally.numerator % one == 0 && tally.denominator % one == 0;
            let share = (0..=tally.denominator).contains(&tally.numerator);
            (whole && share).then_some((tally.numerator / one, tally.denominator / one))?
        }
        Shape::Scale | Shape::Fraction | Shape::Amount => return None,
    };
    Some((over(part, all)?, whole(all)))
}

/// The square of the standard error, in the unit of the KPI; none where nothing was counted that has one.
#[must_use]
pub fn error_squared(measure: &Measure, tally: &Tally) -> Option<Exact> {
    let scale = measure.scale();
    let variance = if measure.shape() == Shape::Scale {
        let all = tally.promoters + tally.passives + tally.detractors;
        let mean = over(tally.promoters - tally.detractors, all)?;
        (over(tally.promoters + tally.detractors, all)? - &mean * &mean) / whole(all)
    } else {
        let (share, all) = share_of(measure, tally)?;
        &share * (whole(1) - &share) / all
    };
    Some(variance * &scale * &scale)
}

/// Between which numbers the true one lies, at 95 %, in the unit of the KPI.
#[must_use]
pub fn interval(measure: &Measure, tally: &Tally) -> Option<(Exact, Exact)> {
    if measure.shape() == Shape::Scale {
        let middle = value(measure, tally).exact?;
        let margin = z() * root(&error_squared(measure, tally)?);
        let end = whole(100);
        return Some((Ord::max(&middle - &margin, -end.clone()), Ord::min(middle + margin, end)));
    }
    let (share, all) = share_of(measure, tally)?;
    let squared = z() * z();
    let by = whole(1) + &squared / &all;
    let middle = (&share + &squared / (whole(2) * &all)) / &by;
    let spread = &share * (whole(1) - &share) / &all + &squared / (whole(4) * &all * &all);
    let half = z() * root(&spread) / by;
    let scale = measure.scale();
    // The share lies within, also where it is an end and the root was cut off.
    let (low, high) = (Ord::min(&middle - &half, share.clone()), Ord::max(middle + half, share));
    Some((low * &scale, high * scale))
}

/// How far the true number may be off, at 95 %: for a score its margin, for a share half the width of its interval.
#[must_use]
pub fn margin(measure: &Measure, tally: &Tally) -> Option<Exact> {
    if measure.shape() == Shape::Scale {
        return Some(z() * root(&error_squared(measure, tally)?));
    }
    let (low, high) = interval(measure, tally)?;
    Some((high - low) / whole(2))
}

/// A number beside the value, as a figure: what the value lacks it lacks too.
#[must_use]
pub fn beside(measure: &Measure, value: &Value, exact: Option<&Exact>) -> Figure {
    if exact.is_some() || value.exact.is_none() {
        return in_unit(measure, exact, value.state, value.reason.clone());
    }
    let reason = "it is not a share or a score of counted answers".to_owned();
    in_unit(measure, None, FigureState::NotApplicable, Some(reason))
}

/// How a number moved from one period to the next, and whether that is bigger than chance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// The number of the later period less that of the earlier.
    pub change: Figure,
    /// How many standard errors that is.
    pub z_score: Figure,
    /// What to think of it.
    pub verdict: TrendVerdict,
}

/// How a KPI moved between the counts of two periods.
#[must_use]
pub fn trend(measure: &Measure, before: Option<&Tally>, now: Option<&Tally>) -> Trend {
    let unknown = |state, reason: &str| {
        let reason = || Some(reason.to_owned());
        Trend {
            change: in_unit(measure, None, state, reason()),
            z_score: figure(None, FigureUnit::Ratio, Z_PLACES, state, reason()),
            verdict: TrendVerdict::Unknown,
        }
    };
    let (Some(before), Some(now)) = (before, now) else {
        return unknown(FigureState::NoData, "fewer than two periods were measured");
    };
    let (old, new) = (value(measure, before), value(measure, now));
    let (Some(from), Some(to)) = (&old.exact, &new.exact) else {
        let reason = "one of the two periods has no number";
        return unknown(FigureState::NoData, reason);
    };
    let few = [&old, &new].into_iter().find(|value| value.state != FigureState::Ok);
    let state = few.map_or(FigureState::Ok, |few| few.state);
    let reason = few.and_then(|few| few.reason.clone());
    let change = to - from;
    let told = Value { exact: Some(change.clone()), state, reason: reason.clone() }.figure(measure);
    let squared = error_squared(measure, before).zip(error_squared(measure, now));
    let none = |reason: &str| {
        figure(None, FigureUnit::Ratio, Z_PLACES, FigureState::NotApplicable, Some(reason.to_owned()))
    };
    let Some(squared) = squared.map(|(one, other)| one + other) else {
        let z_score = none("it is not a share or a score of counted answers");
        return Trend { change: told, z_score, verdict: TrendVerdict::Unknown };
    };
    if squared.is_zero() {
        // All answered alike in both periods.
        let verdict = if change.is_zero() { TrendVerdict::WithinNoise } else { TrendVerdict::Unknown };
        return Trend { change: told, z_score: none("the answers do not differ"), verdict };
    }
    // The root of the square, so that it is taken once.
    let size = root(&(&change * &change / &squared));
    let score = if change.is_negative() { -size } else { size };
    let z_score = figure(Some(&score), FigureUnit::Ratio, Z_PLACES, state, reason);
    let real = &change * &change >= z() * z() * squared;
    let verdict = match (state, real) {
        (FigureState::Ok, false) => TrendVerdict::WithinNoise,
        (FigureState::Ok, true) if measure.is_better(from, to) => TrendVerdict::Improving,
        (FigureState::Ok, true) => TrendVerdict::Worsening,
        _ => TrendVerdict::Unknown,
    };
    Trend { change: told, z_score, verdict }
}

#[cfg(test)]
mod tests {
    use super::super::exact::rounded;
    use super::super::measure::tests::measure;
    use super::super::tally::NOTHING;
    use super::super::tally::tests::{satisfied, scale, told};
    use super::*;
    use proptest::prelude::*;
    use tutti_entity::metrics::kpi::Direction;

    fn one(exact: &Exact) -> String {
        rounded(exact, 1).unwrap().to_string()
    }

    fn ends(measure: &Measure, tally: &Tally) -> (String, String) {
        let (low, high) = interval(measure, tally).unwrap();
        (one(&low), one(&high))
    }

    fn pair(low: &str, high: &str) -> (String, String) {
        (low.to_owned(), high.to_owned())
    }

    #[test]
    fn the_worked_margins_and_intervals() {
        let nps = measure(Kind::Nps);
        assert_eq!(one(&margin(&nps, &scale(18, 11, 2)).unwrap()), "21.7");
        assert_eq!(ends(&nps, &scale(18, 11, 2)), pair("29.9", "73.3"));
        assert_eq!(ends(&nps, &scale(3, 0, 0)), pair("100.0", "100.0"));
        let csat = measure(Kind::Csat);
        assert_eq!(ends(&csat, &satisfied(40, 50)), pair("67.0", "88.8"));
        assert_eq!(one(&margin(&csat, &satisfied(40, 50)).unwrap()), "10.9");
        assert_eq!(ends(&csat, &satisfied(5, 5)), pair("56.6", "100.0"));
        assert_eq!(ends(&csat, &satisfied(0, 5)), pair("0.0", "43.4"));
        assert_eq!(interval(&csat, &satisfied(0, 0)), None);
        assert_eq!(interval(&nps, &NOTHING), None);
        // A ratio of cases is a share as well, one of amounts is not.
        let cases = |numerator, denominator| Tally { numerator, denominator, ..NOTHING };
        let ratio = measure(Kind::Ratio);
        assert_eq!(ends(&ratio, &cases(40_000_000, 50_000_000)), pair("67.0", "88.8"));
        for tally in
            [cases(40_500_000, 50_000_000), cases(51_000_000, 50_000_000), cases(-1_000_000, 2_000_000)]
        {
            assert_eq!(interval(&ratio, &tally), None);
        }
        assert_eq!(interval(&measure(Kind::Duration), &Tally { sum: 5, parts: 1, ..NOTHING }), None);
    }

    #[test]
    fn the_worked_trends() {
        let nps = measure(Kind::Nps);
        let moved = |times: i128| {
            let (before, now) =
                (scale(100 * times, 60 * times, 40 * times), scale(107 * times, 60 * times, 33 * times));
            trend(&nps, Some(&before), Some(&now))
        };
        let ok = |text: &str| (Some(text.to_owned()), FigureState::Ok);
        let noise = moved(1);
        assert_eq!((told(&noise.change), told(&noise.z_score)), (ok("7.0"), ok("0.9140")));
        assert_eq!(noise.verdict, TrendVerdict::WithinNoise);
        let real = moved(10);
        assert_eq!((told(&real.z_score), real.verdict), (ok("2.8903"), TrendVerdict::Improving));
        // The same move is bad where less is better, and the other way round it is negative.
        let down = Measure { direction: Direction::Down, ..nps };
        let (before, now) = (scale(1000, 600, 400), scale(1070, 600, 330));
        assert_eq!(trend(&down, Some(&before), Some(&now)).verdict, TrendVerdict::Worsening);
        let back = trend(&nps, Some(&now), Some(&before));
        assert_eq!((told(&back.z_score), back.verdict), (ok("-2.8903"), TrendVerdict::Worsening));
    }

    #[test]
    fn what_cannot_be_told_is_unknown() {
        let nps = Measure { min_responses: 100, ..measure(Kind::Nps) };
        let state = |before: Option<&Tally>, now: Option<&Tally>, measure: &Measure| {
            let trend = trend(measure, before, now);
            (trend.change.state, trend.z_score.state, trend.verdict)
        };
        let (few, many) = (scale(9, 0, 0), scale(700, 200, 100));
        let unknown = TrendVerdict::Unknown;
        assert_eq!(state(None, Some(&many), &nps), (FigureState::NoData, FigureState::NoData, unknown));
        assert_eq!(
            state(Some(&few), Some(&many), &nps),
            (FigureState::Insufficient, FigureState::Insufficient, unknown)
        );
        let nothing = state(Some(&NOTHING), Some(&many), &nps);
        assert_eq!(nothing, (FigureState::NoData, FigureState::NoData, unknown));
        let all = scale(500, 0, 0);
        let alike = state(Some(&all), Some(&all), &nps);
        assert_eq!(alike, (FigureState::Ok, FigureState::NotApplicable, TrendVerdict::WithinNoise));
        let turned = state(Some(&all), Some(&scale(0, 0, 500)), &nps);
        assert_eq!(turned, (FigureState::Ok, FigureState::NotApplicable, unknown));
        let days = Tally { sum: 5_000_000, parts: 1, ..NOTHING };
        let duration = state(Some(&days), Some(&days), &measure(Kind::Duration));
        assert_eq!(duration, (FigureState::Ok, FigureState::NotApplicable, unknown));
    }

    #[test]
    fn what_stands_beside_a_value_says_what_it_lacks() {
        let csat = Measure { min_responses: 60, ..measure(Kind::Csat) };
        let beside = |measure: &Measure, tally: &Tally| {
            told(&beside(measure, &value(measure, tally), margin(measure, tally).as_ref()))
        };
        let few = (Some("10.9".to_owned()), FigureState::Insufficient);
        assert_eq!(beside(&csat, &satisfied(40, 50)), few);
        assert_eq!(beside(&csat, &NOTHING), (None, FigureState::NoData));
        let days = Tally { sum: 5_000_000, parts: 1, ..NOTHING };
        assert_eq!(beside(&measure(Kind::Duration), &days), (None, FigureState::NotApplicable));
    }

    proptest! {
        /// An interval lies within what is possible and holds the number it is about.
        #[test]
        fn an_interval_holds_its_value(part in 0_i128..1000, more in 0_i128..1000, third in 0_i128..1000) {
            for (measure, tally, least) in [
                (measure(Kind::Csat), satisfied(part, part + more), 0),
                (measure(Kind::Nps), scale(part, more, third), -100),
            ] {
                let Some(value) = value(&measure, &tally).exact else { continue };
                let (low, high) = interval(&measure, &tally).unwrap();
                prop_assert!(whole(least) <= low && low <= value && value <= high && high <= whole(100));
            }
        }

        /// The way back is as far as the way there.
        #[test]
        fn a_trend_turned_round_is_the_opposite(
            one in (1_i128..500, 0_i128..500, 0_i128..500), other in (1_i128..500, 0_i128..500, 0_i128..500)
        ) {
            let nps = measure(Kind::Nps);
            let (one, other) = (scale(one.0, one.1, one.2), scale(other.0, other.1, other.2));
            let (there, back) = (trend(&nps, Some(&one), Some(&other)), trend(&nps, Some(&other), Some(&one)));
            let opposite = match there.verdict {
                TrendVerdict::Improving => TrendVerdict::Worsening,
                TrendVerdict::Worsening => TrendVerdict::Improving,
                same => same,
            };
            prop_assert_eq!(back.verdict, opposite);
            prop_assert_eq!(there.z_score.value.map(|z| z.0), back.z_score.value.map(|z| -z.0));
        }
    }
}
