//! Calendars as RFC 5545 has them: whole days, escaped and folded.

use std::fmt::Write as _;

use chrono::{DateTime, Days, NaiveDate, Utc};

/// The longest line, in octets, without its end (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// A day on which something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What tells it from all others, and stays.
    pub uid: String,
    /// The day.
    pub on: NaiveDate,
    /// What is due, in a few words.
    pub summary: String,
    /// More about it.
    pub description: String,
    /// When what it is about last changed.
    pub changed_at: DateTime<Utc>,
    /// How often that has changed; never goes back.
    pub sequence: i32,
}

/// A calendar with this name and these entries. The same entries make the same text.
#[must_use]
pub fn text(name: &str, entries: &[Entry]) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| fold(&mut text, &format!("{name}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Tutti//Deadlines//EN");
    line("CALSCALE", "GREGORIAN");
    // RFC 7986, and how the programs before it said the same.
    line("NAME", &escaped(name));
    line("X-WR-CALNAME", &escaped(name));
    line("REFRESH-INTERVAL;VALUE=DURATION", "PT6H");
    line("X-PUBLISHED-TTL", "PT6H");
    // A calendar holds something (RFC 5545, 3.6), also one in which nothing is due.
    for (name, value) in [
        ("BEGIN", "VTIMEZONE"),
        ("TZID", "UTC"),
        ("BEGIN", "STANDARD"),
        ("DTSTART", "19700101T000000"),
        ("TZOFFSETFROM", "+0000"),
        ("TZOFFSETTO", "+0000"),
        ("END", "STANDARD"),
        ("END", "VTIMEZONE"),
    ] {
        line(name, value);
    }
    for entry in entries {
        let changed = entry.changed_at.format("%Y%m%dT%H%M%SZ").to_string();
        let day = |day: NaiveDate| day.format("%Y%m%d").to_string();
        line("BEGIN", "VEVENT");
        line("UID", &escaped(&entry.uid));
        line("DTSTAMP", &changed);
        line("LAST-MODIFIED", &changed);
        line("SEQUENCE", &entry.sequence.to_string());
        line("DTSTART;VALUE=DATE", &day(entry.on));
        // The end is the first day that is not part of it.
        line("DTEND;VALUE=DATE", &day(entry.on.checked_add_days(Days::new(1)).unwrap_or(entry.on)));
        line("SUMMARY", &escaped(&entry.summary));
        if !entry.description.is_empty() {
            line("DESCRIPTION", &escaped(&entry.description));
        }
        // Nobody is busy all day because something is due.
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    text
}

/// Text as a value (RFC 5545, 3.3.11), without the control characters that no value can have.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => {
                let _ = write!(escaped, "\\{c}");
            }
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Writes a line in pieces of at most 75 octets, never within a character: each goes on after a line end and a blank.
fn fold(text: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LONGEST_LINE {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(summary: &str) -> Entry {
        Entry {
            uid: "ini_01.due".to_owned(),
            on: NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(),
            summary: summary.to_owned(),
            description: format!("More about {summary}"),
            changed_at: DateTime::from_timestamp(1_743_408_000, 0).unwrap(),
            sequence: 3,
        }
    }

    #[test]
    fn a_calendar_is_as_the_standard_has_it() {
        let written = text("Tutti: Åse", &[entry("CX-1; one, two\nthree \\ four")]);
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Tutti//Deadlines//EN",
            "CALSCALE:GREGORIAN",
            "NAME:Tutti: Åse",
            "X-WR-CALNAME:Tutti: Åse",
            "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
            "X-PUBLISHED-TTL:PT6H",
            "BEGIN:VTIMEZONE",
            "TZID:UTC",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0000",
            "TZOFFSETTO:+0000",
            "END:STANDARD",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            "UID:ini_01.due",
            "DTSTAMP:20250331T080000Z",
            "LAST-MODIFIED:20250331T080000Z",
            "SEQUENCE:3",
            "DTSTART;VALUE=DATE:20251231",
            "DTEND;VALUE=DATE:20260101",
            "SUMMARY:CX-1\\; one\\, two\\nthree \\\\ four",
            "DESCRIPTION:More about CX-1\\; one\\, two\\nthree \\\\ four",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(written, expected.join("\r\n"));
    }

    /// What a reader makes of an escaped value.
    fn unescaped(value: &str) -> String {
        let mut text = String::new();
        let mut characters = value.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => match characters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(c) => text.push(c),
                    None => {}
                },
                c => text.push(c),
            }
        }
        text
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_calendar(summary in "([ -~]|[æøåÆØÅ🎻𝄞;,\\\\:\"\n\r\t\u{7}]|\\PC){0,200}") {
            // As all of ours begin; the other reader loses a colon at the beginning.
            let summary = format!("Due: {summary}");
            let written = text("Name", &[entry(&summary), entry("Last")]);
            for line in written.split("\r\n") {
                prop_assert!(line.len() <= LONGEST_LINE, "{line}");
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
            // As the standard unfolds and unescapes.
            let unfolded = written.replace("\r\n ", "");
            let value = unfolded.split("\r\n").find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
            let line_ends = summary.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ");
            let kept: String = line_ends.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
            prop_assert_eq!(unescaped(value), kept);
            // Somebody else's reader finds the same lines, but for the blanks before a fold, which it drops.
            let read = ical::IcalParser::new(written.as_bytes()).next().unwrap().unwrap();
            prop_assert_eq!(read.events.len(), 2);
            let told = |event: usize, name: &str| {
                let mut properties = read.events[event].properties.iter();
                properties.find(|property| property.name == name).and_then(|property| property.value.clone())
            };
            let unspaced = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(unspaced(&told(0, "SUMMARY").unwrap_or_default()), unspaced(value));
            prop_assert_eq!(told(0, "DTSTART"), Some("20251231".to_owned()));
            prop_assert_eq!(told(1, "SUMMARY"), Some("Last".to_owned()));
        }
    }
}
