//! Working days and working hours, counted from today. Pure.
//!
//! The demo's tables speak in working days: −195 is nine months ago, −1 the last working day before
//! today. So nothing happens on a Sunday or over Christmas, and nothing in the future.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use jiff::tz::TimeZone;

/// Whether people are at work. Of the holidays only those with a fixed date are kept.
fn is_working_day(day: NaiveDate) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let holiday = matches!((day.month(), day.day()), (1, 1) | (12, 24..=26 | 31));
    !weekend && !holiday
}

/// The working day so many before (negative) or after today; for 0 today itself, whatever day it is.
/// `None` outside of the calendar.
pub(super) fn working_day(today: NaiveDate, offset: i32) -> Option<NaiveDate> {
    let mut day = today;
    let mut left = offset.unsigned_abs();
    while left > 0 {
        let one = Days::new(1);
        day = if offset < 0 { day.checked_sub_days(one)? } else { day.checked_add_days(one)? };
        if is_working_day(day) {
            left -= 1;
        }
    }
    Some(day)
}

/// The first working day that is so many days after this one, or later. `None` outside of the calendar.
pub(super) fn on_or_after(day: NaiveDate, days: u64) -> Option<NaiveDate> {
    let mut day = day.checked_add_days(Days::new(days))?;
    while !is_working_day(day) {
        day = day.succ_opt()?;
    }
    Some(day)
}

/// The instant so many seconds after the midnight of this day in this time zone. `None` outside of the
/// calendar.
pub(super) fn instant(zone: &TimeZone, day: NaiveDate, seconds: i32) -> Option<DateTime<Utc>> {
    let (year, month) = (i16::try_from(day.year()).ok()?, i8::try_from(day.month()).ok()?);
    let midnight = jiff::civil::Date::new(year, month, i8::try_from(day.day()).ok()?).ok()?.at(0, 0, 0, 0);
    let local = midnight.checked_add(jiff::SignedDuration::from_secs(seconds.into())).ok()?;
    DateTime::from_timestamp_micros(zone.to_timestamp(local).ok()?.as_microsecond())
}

/// A time of day that people could have been at their desks, spread over the day by the number of what
/// they did: in seconds since midnight, from 08:20 to 16:40.
pub(super) fn desk_time(number: usize) -> i32 {
    const OPENS: i32 = 8 * 3600 + 20 * 60;
    const HOURS: usize = 500 * 60;
    // Neighbours are two and a half hours apart, and as 9157 shares no factor with the seconds of the day
    // no time comes twice.
    OPENS + i32::try_from(number.wrapping_mul(9157) % HOURS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_and_christmas_are_skipped() {
        let monday = day("2025-03-10");
        assert_eq!(working_day(monday, -1), Some(day("2025-03-07")));
        assert_eq!(working_day(day("2025-03-09"), -1), Some(day("2025-03-07")));
        assert_eq!(working_day(monday, 5), Some(day("2025-03-17")));
        assert_eq!(working_day(day("2025-12-29"), -2), Some(day("2025-12-22")));
        assert_eq!(working_day(day("2025-03-09"), 0), Some(day("2025-03-09")));
        assert_eq!(on_or_after(day("2025-02-28"), 4), Some(day("2025-03-04")));
        assert_eq!(on_or_after(day("2025-12-20"), 4), Some(day("2025-12-29")));
    }

    #[test]
    fn office_hours_follow_the_time_zone() {
        let zone = TimeZone::get("Europe/Copenhagen").unwrap();
        let nine = |text| instant(&zone, day(text), 9 * 3600).unwrap().to_rfc3339();
        assert_eq!(nine("2025-01-15"), "2025-01-15T08:00:00+00:00");
        assert_eq!(nine("2025-07-15"), "2025-07-15T07:00:00+00:00");
    }

    #[test]
    fn desk_times_differ_and_stay_within_the_day() {
        let mut times: Vec<_> = (0..5000).map(desk_time).collect();
        assert!(times.iter().all(|time| (8 * 3600..17 * 3600).contains(time)));
        times.sort_unstable();
        times.dedup();
        assert_eq!(times.len(), 5000);
    }
}
