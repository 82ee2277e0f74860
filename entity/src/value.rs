//! Values that rows share: folded text and small sets.

use unicode_normalization::UnicodeNormalization;

/// Text as it is compared where case is ignored: lower case, one spelling for each letter (NFKC).
///
/// Composed rather than decomposed, so that `å` stays a letter of its own and is not found by `a`.
/// SQLite folds only ASCII, so we fold when writing and keep the result in a column.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danish_letters_fold_whatever_way_they_are_typed() {
        assert_eq!(fold("ÆBLEGRØD PÅ FAD"), "æblegrød på fad");
        assert_eq!(fold("A\u{30a}SE"), fold("Åse"));
        assert!(!fold("Åse").contains('a'));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["İstanbul", "ﬁn", "ΑΣ", "Straße", "Ǆ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
