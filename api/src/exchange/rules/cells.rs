//! How a cell of a table is written and read: dates and numbers as the locale writes them, and text that no
//! spreadsheet runs as a formula.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use tutti_entity::people::person::Locale;

/// What a formula starts with, in every width that a spreadsheet takes for it.
const STARTS: [char; 13] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];

/// Whether a spreadsheet may run this text: it starts like a formula, whatever blanks, quotes and other marks
/// that are not seen stand before that.
#[must_use]
pub fn starts_like_a_formula(text: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\'' | '"' | '\u{feff}' | '\u{200b}'..='\u{200f}')
    };
    text.trim_start_matches('\'').starts_with(['\t', '\r', '\n'])
        || text.trim_start_matches(unseen).starts_with(STARTS)
}

/// Text as a cell holds it: with an apostrophe before what starts like a formula, which a spreadsheet then shows
/// as it is.
#[must_use]
pub fn guarded(text: &str) -> String {
    if starts_like_a_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell, without the apostrophe that [`guarded`] put there.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| starts_like_a_formula(text)).unwrap_or(cell)
}

/// A date as the locale writes it: 2025-12-31, in Danish 31-12-2025.
#[must_use]
pub fn day(day: NaiveDate, locale: Locale) -> String {
    match locale {
        Locale::En => day.to_string(),
        Locale::Da => day.format("%d-%m-%Y").to_string(),
    }
}

/// Reads a date: ISO 8601, and in Danish 31-12-2025, 31.12.2025 and 31/12/2025 as well.
///
/// # Errors
/// With the sentence that says how a date is written.
pub fn read_day(text: &str, locale: Locale) -> Result<NaiveDate, String> {
    let iso = |text: &str| (text.len() == 10).then(|| text.parse().ok()).flatten();
    let found = iso(text).or_else(|| if locale == Locale::Da { danish(text) } else { None });
    found.filter(|day| (1..=9999).contains(&day.year())).ok_or_else(|| match locale {
        Locale::En => "A date is written 2025-12-31; with `--locale da` also 31-12-2025.".to_owned(),
        Locale::Da => "A date is written 31-12-2025, 31.12.2025, 31/12/2025 or 2025-12-31.".to_owned(),
    })
}

fn danish(text: &str) -> Option<NaiveDate> {
    let mark = text.chars().find(|c| matches!(c, '-' | '.' | '/'))?;
    let parts: Vec<&str> = text.split(mark).collect();
    let [day, month, year] = parts[..] else { return None };
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let fits = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let year = i32::try_from(number(year, 4..=4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month, 1..=2)?, number(day, 1..=2)?)
}

/// A number as the locale writes it, exact and without thousands: 1703.33, in Danish 1703,33.
#[must_use]
pub fn number(number: Decimal, locale: Locale) -> String {
    let text = number.to_string();
    if locale == Locale::Da { text.replace('.', ",") } else { text }
}

/// Whether a number may have been meant a thousand times as much: its mark before three last digits breaks it in this
/// locale and parts thousands in the other, and the cells are separated as in the other.
#[must_use]
pub fn could_be_thousands(text: &str, locale: Locale, separator: u8) -> bool {
    let (point, others) = if locale == Locale::Da { (',', b',') } else { ('.', b';') };
    let digits = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    separator == others && text.trim().rsplit_once(point).is_some_and(|(_, fraction)| digits(fraction))
}

/// Reads a number as the locale writes it. Thousands may be set apart by blanks, and as the locale does it: 1,234.50,
/// in Danish 1.234,50.
///
/// # Errors
/// With the sentence that says how a number is written.
pub fn read_number(text: &str, locale: Locale) -> Result<Decimal, String> {
    let (point, comma) = if locale == Locale::Da { (',', '.') } else { ('.', ',') };
    let wrong = || match locale {
        Locale::En => "A number is written 1234.50; with `--locale da` 1234,50.".to_owned(),
        Locale::Da => "A number is written 1234,50.".to_owned(),
    };
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = digits.split_once(point).map_or((digits, None), |(w, f)| (w, Some(f)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(comma);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<_> = groups.collect();
    let grouped = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || first.len() <= 3);
    if !all_digits(first)
        || !grouped
        || !rest.iter().copied().all(all_digits)
        || !fraction.is_none_or(all_digits)
    {
        return Err(wrong());
    }
    let sign = if digits.len() < text.len() { "-" } else { "" };
    let exact = format!("{sign}{first}{}.{}", rest.concat(), fraction.unwrap_or("0"));
    Decimal::from_str_exact(&exact).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_of_another_locale_is_not_taken_for_a_thousandth() {
        for (text, locale, separator, could) in [
            ("250.000", Locale::En, b';', true),
            ("250,000", Locale::Da, b',', true),
            ("1.250.000", Locale::En, b';', true),
            ("250.000", Locale::En, b',', false),
            ("250,000", Locale::Da, b';', false),
            ("250.00", Locale::En, b';', false),
            ("250000", Locale::En, b';', false),
            ("250.0x0", Locale::En, b';', false),
        ] {
            assert_eq!(could_be_thousands(text, locale, separator), could, "{text} {locale:?}");
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in [
            "=1+1",
            "+45 12",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n",
            " =1",
            "\u{a0}=1",
            "\"=1",
            "'=1",
            "' \"=1",
            "＝1＋1",
            "－1",
            "﹫x",
            "\u{feff}=1",
            "\u{200b}@x",
            "−1",
        ] {
            assert_eq!(guarded(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=1", "1-1", "'quoted'", "Kunder, der ringer", "#N/A", "\"Nej\"", "å", "3+3"] {
            assert_eq!(guarded(text), text);
        }
        assert_eq!(unguarded("'=1"), "=1");
        assert_eq!(unguarded("'tis"), "'tis");
        assert_eq!(unguarded("''=1"), "'=1");
    }

    #[test]
    fn dates_are_read_as_they_are_written() {
        let day = NaiveDate::from_ymd_opt(2025, 12, 3).unwrap();
        for (text, en, da) in [
            ("2025-12-03", true, true),
            ("03-12-2025", false, true),
            ("3.12.2025", false, true),
            ("3/12/2025", false, true),
            ("3/12-2025", false, false),
            ("3-12-25", false, false),
            ("12/31/2025", false, false),
            ("2025-12-3", false, false),
            ("2025/12/03", false, false),
            ("", false, false),
            ("+3-12-2025", false, false),
            ("3-12-2025-1", false, false),
        ] {
            for (locale, reads) in [(Locale::En, en), (Locale::Da, da)] {
                assert_eq!(read_day(text, locale).ok(), reads.then_some(day), "{text} {locale:?}");
            }
        }
        assert_eq!(super::day(day, Locale::Da), "03-12-2025");
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, en, da) in [
            ("1234", Some("1234"), Some("1234")),
            ("1234.50", Some("1234.50"), None),
            ("1234,50", None, Some("1234.50")),
            // As each locale sets thousands apart; the other one's decimals.
            ("1,234", Some("1234"), Some("1.234")),
            ("1.234", Some("1.234"), Some("1234")),
            ("1.234.567,89", None, Some("1234567.89")),
            ("1,234,567.89", Some("1234567.89"), None),
            ("12 345,6", None, Some("12345.6")),
            ("-5,5", None, Some("-5.5")),
            ("1,23,456", None, None),
            ("1234,", None, None),
            (".5", None, None),
            ("1e3", None, None),
            ("--1", None, None),
            ("", None, None),
            ("99999999999999999999999999999999", None, None),
        ] {
            for (locale, expected) in [(Locale::En, en), (Locale::Da, da)] {
                let found = read_number(text, locale).ok();
                assert_eq!(found, expected.map(|text| text.parse().unwrap()), "{text} {locale:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn text_comes_back(text in "[ '\"=+@＝a\\-\t\r\nå]{0,6}|\\PC*") {
            let shown = guarded(&text);
            prop_assert_eq!(unguarded(&shown), text.as_str());
            prop_assert!(!shown.starts_with(STARTS));
        }

        #[test]
        fn numbers_and_days_come_back(units in any::<i64>(), scale in 0_u32..=6, days in -300_000_i64..2_900_000) {
            let exact = Decimal::new(units, scale);
            let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::TimeDelta::days(days);
            for locale in [Locale::En, Locale::Da] {
                prop_assert_eq!(read_number(&number(exact, locale), locale).unwrap(), exact);
                if (1..=9999).contains(&date.year()) {
                    prop_assert_eq!(read_day(&day(date, locale), locale).unwrap(), date);
                }
            }
        }
    }
}
