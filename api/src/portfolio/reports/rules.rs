//! When reports fall due and whom their absence concerns. Pure: plain values in, a verdict out.

use chrono::NaiveDate;
use tutti_entity::portfolio::initiative::Status;

use crate::graphql::scalars::Duration;

/// Whether an initiative in this status reports.
#[must_use]
pub const fn reports(status: Status) -> bool {
    matches!(status, Status::Active | Status::Closing)
}

/// The day from which the cadence counts after a move along the statuses: today for one that begins or comes
/// back from a pause, so that a pause is never an arrear; the same as before for every other move.
#[must_use]
pub const fn counts_from(
    (from, to): (Status, Status),
    before: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<NaiveDate> {
    match (from, to) {
        (Status::Approved | Status::OnHold, Status::Active) => Some(today),
        _ => before,
    }
}

/// The day on which the next report falls due: one cadence after the day from which it counts.
#[must_use]
pub fn due_on(status: Status, counts_from: Option<NaiveDate>, cadence: Duration) -> Option<NaiveDate> {
    counts_from.filter(|_| reports(status)).and_then(|from| cadence.after_day(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Active, Approved, Cancelled, Closed, Closing, OnHold, Proposed};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_pause_is_no_arrear() {
        let (began, today) = (Some(day("2025-02-21")), day("2025-05-02"));
        let cadence = "P14D".parse().unwrap();
        assert_eq!(due_on(Active, began, cadence), Some(day("2025-03-07")));
        assert_eq!(due_on(OnHold, began, cadence), None);
        let back = counts_from((OnHold, Active), began, today);
        assert_eq!(due_on(Active, back, cadence), Some(day("2025-05-16")));
        // Whoever was held before they began does not report when they come back.
        assert_eq!(counts_from((OnHold, Approved), None, today), None);
        assert_eq!(counts_from((Approved, Active), None, today), Some(today));
        assert_eq!(counts_from((Active, Closing), began, today), began);
        assert_eq!(counts_from((Closing, Active), began, today), began);
        for status in [Proposed, Approved, Cancelled, Closed] {
            assert_eq!(due_on(status, began, cadence), None, "{status:?}");
        }
        assert_eq!(due_on(Closing, began, "P1M".parse().unwrap()), Some(day("2025-03-21")));
    }
}
