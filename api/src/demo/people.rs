//! From the names of the organisation to people as they are entered.

use tutti_entity::people::person::Locale;

use super::organisation::{BY_DUTY, LATER, READ_ENGLISH};

/// The day on which everybody who was there already was entered.
pub(super) const FIRST_DAY: i32 = -195;

/// What comes before the `@` of somebody's address: what they do, or their name in ASCII with a dot for
/// each space.
pub(super) fn local_part(name: &str) -> String {
    let by_duty = BY_DUTY.iter().find(|(known, _)| *known == name);
    by_duty.map_or_else(|| ascii(name), |(_, duty)| (*duty).to_owned())
}

/// A name as addresses spell it: the way each language writes its letters without them.
fn ascii(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'æ' | 'ä' => text.push_str("ae"),
            'ø' | 'ö' => text.push_str("oe"),
            'å' => text.push_str("aa"),
            'ü' => text.push_str("ue"),
            'é' | 'è' => text.push('e'),
            'á' => text.push('a'),
            'ó' => text.push('o'),
            'ı' => text.push('i'),
            'ń' => text.push('n'),
            'ț' => text.push('t'),
            ' ' => text.push('.'),
            other => text.push(other),
        }
    }
    text
}

/// Their address.
pub(super) fn address(who: &str) -> String {
    format!("{who}@tutti.example")
}

/// The language they read.
pub(super) fn locale(who: &str) -> Locale {
    if READ_ENGLISH.contains(&who) { Locale::En } else { Locale::Da }
}

/// The day on which they were entered.
pub(super) fn entered_on(who: &str) -> i32 {
    LATER.iter().find(|(late, _)| *late == who).map_or(FIRST_DAY, |(_, day)| *day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::organisation::TEAMS;

    #[test]
    fn addresses_are_ascii_and_belong_to_one_person() {
        let mut all: Vec<_> = TEAMS.iter().flat_map(|team| team.names).map(|name| local_part(name)).collect();
        for who in &all {
            assert!(who.bytes().all(|byte| byte.is_ascii_lowercase() || b".-".contains(&byte)), "{who}");
        }
        let tables = READ_ENGLISH.iter().chain(LATER.iter().map(|(who, _)| who));
        for who in tables.chain(BY_DUTY.iter().map(|(_, duty)| duty)) {
            assert!(all.iter().any(|known| known == who), "nobody is called {who}");
        }
        let people = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), people);
    }

    #[test]
    fn danish_letters_keep_their_sound() {
        assert_eq!(local_part("Josefine Ærø"), "josefine.aeroe");
        assert_eq!(local_part("Laura Åberg"), "laura.aaberg");
        assert_eq!(local_part("Mads Åkjær"), "owner");
    }
}
