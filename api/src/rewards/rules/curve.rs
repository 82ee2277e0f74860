//! What a value of a KPI pays.
//!
//! Always: worse than the first point pays nothing, beyond the last point it pays what the last one does, and between
//! two points it goes along a straight line; better never pays less.

use num_traits::Zero;
use tutti_entity::metrics::kpi::Direction;
use tutti_entity::rewards::terms::Point;

use crate::graphql::{Problem, ProblemCode};
use crate::metrics::rules::exact::{Exact, of, whole};

/// The most points of a curve.
pub const MOST_POINTS: usize = 20;

/// The most that anything pays or caps, in hundredths of a percent: ten times the target award.
pub const MOST_BP: i32 = 100_000;

/// A share of a whole that is kept in hundredths of a percent: 5000 is one half.
#[must_use]
pub fn share(basis_points: i32) -> Exact {
    Exact::new(basis_points.into(), 10_000.into())
}

/// Whether one value is at least as good as another.
#[must_use]
pub fn is_as_good(direction: Direction, value: &Exact, as_this: &Exact) -> bool {
    match direction {
        Direction::Up => value >= as_this,
        Direction::Down => value <= as_this,
    }
}

/// A point of a curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The value of the KPI.
    pub value: Exact,
    /// What it pays, as a share of the target award.
    pub payout: Exact,
}

impl From<&Point> for Stop {
    fn from(point: &Point) -> Self {
        Self { value: of(point.value), payout: share(point.payout_bp) }
    }
}

/// Where a value lies on a curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Worse than the first point, which this is.
    Before(Stop),
    /// At a point.
    At(Stop),
    /// Between two points.
    Between(Stop, Stop),
    /// Better than the last point, which this is.
    After(Stop),
}

/// The points from the worst value to the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    direction: Direction,
    stops: Vec<Stop>,
}

impl Curve {
    /// The curve through these points, which [`checked`] found in order.
    #[must_use]
    pub fn new(direction: Direction, points: &[Point]) -> Self {
        Self { direction, stops: points.iter().map(Stop::from).collect() }
    }

    /// Where this value lies. None on a curve without points, which no plan has.
    #[must_use]
    pub fn segment(&self, value: &Exact) -> Option<Segment> {
        let reached = |stop: &&Stop| is_as_good(self.direction, value, &stop.value);
        let past = self.stops.iter().take_while(reached).count();
        let Some(last) = past.checked_sub(1).and_then(|last| self.stops.get(last)) else {
            return self.stops.first().cloned().map(Segment::Before);
        };
        Some(match self.stops.get(past) {
            _ if last.value == *value => Segment::At(last.clone()),
            Some(next) => Segment::Between(last.clone(), next.clone()),
            None => Segment::After(last.clone()),
        })
    }

    /// What this value pays, as a share of the target award.
    #[must_use]
    pub fn payout(&self, value: &Exact) -> Exact {
        match self.segment(value) {
            None | Some(Segment::Before(_)) => Exact::zero(),
            Some(Segment::At(stop) | Segment::After(stop)) => stop.payout,
            Some(Segment::Between(from, to)) => {
                let way = (value - &from.value) / (&to.value - &from.value);
                &from.payout + way * (&to.payout - &from.payout)
            }
        }
    }
}

/// What is wrong with the points of a curve, at this path.
#[must_use]
pub fn checked(direction: Direction, points: &[Point], path: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |code, message: String| problems.push(Problem::at(code, path, message));
    if points.len() < 2 {
        wrong(ProblemCode::Invalid, "A curve has at least two points.".to_owned());
    }
    if points.len() > MOST_POINTS {
        wrong(ProblemCode::LimitExceeded, format!("A curve has at most {MOST_POINTS} points."));
    }
    let better = match direction {
        Direction::Up => "rise",
        Direction::Down => "fall",
    };
    let pairs = || points.iter().zip(points.iter().skip(1));
    let goes_on = pairs().all(|(one, next)| match direction {
        Direction::Up => one.value < next.value,
        Direction::Down => one.value > next.value,
    });
    if !goes_on {
        wrong(
            ProblemCode::Invalid,
            format!("The values {better} from point to point, as is good for this KPI."),
        );
    }
    if pairs().any(|(one, next)| one.payout_bp > next.payout_bp) {
        wrong(ProblemCode::Invalid, "A better value does not pay less.".to_owned());
    }
    if points.iter().any(|point| !(0..=MOST_BP).contains(&point.payout_bp)) {
        wrong(ProblemCode::Invalid, format!("A payout is 0 to {} %.", MOST_BP / 100));
    }
    problems
}

/// One more in the good direction.
#[must_use]
pub fn one_better(direction: Direction, value: &Exact) -> Exact {
    match direction {
        Direction::Up => value + whole(1),
        Direction::Down => value - whole(1),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::metrics::rules::exact::{over, rounded};
    use proptest::prelude::*;
    use tutti_entity::value::Quantity;

    /// Points of whole values and whole percentages.
    pub fn points(points: &[(i64, i32)]) -> Vec<Point> {
        let point = |&(value, percent): &(i64, i32)| Point {
            value: Quantity(value * Quantity::ONE),
            payout_bp: percent * 100,
        };
        points.iter().map(point).collect()
    }

    /// The curve of the first example of the domain.
    pub fn up() -> Curve {
        Curve::new(Direction::Up, &points(&[(30, 50), (40, 100), (55, 150)]))
    }

    fn down() -> Curve {
        Curve::new(Direction::Down, &points(&[(10, 50), (7, 100), (4, 150)]))
    }

    /// In percent with four decimals.
    pub fn percent(exact: &Exact) -> String {
        rounded(&(exact * whole(100)), 4).unwrap().to_string()
    }

    #[test]
    fn a_curve_pays_nothing_before_and_no_more_after() {
        for (tenths, told) in
            [(299, "0.0000"), (300, "50.0000"), (340, "70.0000"), (460, "120.0000"), (600, "150.0000")]
        {
            assert_eq!(percent(&up().payout(&over(tenths, 10).unwrap())), told);
        }
        for (value, told) in
            [(11, "0.0000"), (10, "50.0000"), (8, "83.3333"), (4, "150.0000"), (1, "150.0000")]
        {
            assert_eq!(percent(&down().payout(&whole(value))), told);
        }
        assert_eq!(down().payout(&whole(8)), over(5, 6).unwrap());
        assert_eq!(percent(&up().payout(&over(305, 10).unwrap())), "52.5000");
    }

    #[test]
    fn a_value_knows_where_it_lies() {
        let curve = up();
        let at = |value: i64| curve.segment(&whole(value)).unwrap();
        let stop = |index: usize| curve.stops[index].clone();
        assert_eq!(at(29), Segment::Before(stop(0)));
        assert_eq!(at(30), Segment::At(stop(0)));
        assert_eq!(at(34), Segment::Between(stop(0), stop(1)));
        assert_eq!(at(55), Segment::At(stop(2)));
        assert_eq!(at(56), Segment::After(stop(2)));
        assert_eq!(Curve::new(Direction::Up, &[]).payout(&whole(1)), Exact::zero());
    }

    #[test]
    fn points_go_the_good_way() {
        let told = |direction, of: &[(i64, i32)]| checked(direction, &points(of), &["input"]).len();
        assert_eq!(told(Direction::Up, &[(30, 50), (40, 100)]), 0);
        assert_eq!(told(Direction::Down, &[(10, 50), (7, 50)]), 0);
        assert_eq!(told(Direction::Down, &[(30, 50), (40, 100)]), 1);
        assert_eq!(told(Direction::Up, &[(30, 50), (30, 100)]), 1);
        assert_eq!(told(Direction::Up, &[(30, 100), (40, 50)]), 1);
        assert_eq!(told(Direction::Up, &[(30, -1), (40, 1001)]), 1);
        assert_eq!(told(Direction::Up, &[(30, 50)]), 1);
        let many: Vec<_> = (0..21).map(|value| (value, 1)).collect();
        let problems = checked(Direction::Up, &points(&many), &["input", "metrics", "0", "curve"]);
        assert_eq!(problems[0].code, ProblemCode::LimitExceeded);
        assert_eq!(problems[0].path, ["input", "metrics", "0", "curve"]);
    }

    proptest! {
        #[test]
        fn better_never_pays_less(one in -10_000_i64..20_000, other in -10_000_i64..20_000) {
            let (low, high) = (one.min(other), one.max(other));
            let at = |tenths: i64| over(tenths, 100).unwrap();
            prop_assert!(up().payout(&at(low)) <= up().payout(&at(high)));
            prop_assert!(down().payout(&at(low)) >= down().payout(&at(high)));
        }
    }
}
