//! What a row is found by, and the words of a text: the same for what is searched and for what is asked.
//!
//! A word is a run of letters, digits and the marks on them, folded as [`fold`] does: in lower case, one spelling
//! for each letter, Danish letters being letters of their own. No word holds anything else, so that none means
//! anything to a database but itself.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::value::fold;

/// What a row is called and what it says, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'r> {
    /// What a hit is shown as.
    pub title: Cow<'r, str>,
    /// What it goes by: found before what only says something.
    pub names: Vec<&'r str>,
    /// What it says.
    pub parts: Vec<&'r str>,
}

impl<'r> Text<'r> {
    /// That of a row with this title.
    #[must_use]
    pub fn called(title: &'r str) -> Self {
        Self { title: Cow::Borrowed(title), names: vec![title], parts: Vec::new() }
    }

    /// That of a row without a title, which is shown as this and not found by it.
    #[must_use]
    pub fn shown_as(title: String) -> Self {
        Self { title: Cow::Owned(title), names: Vec::new(), parts: Vec::new() }
    }

    /// It goes by this as well.
    #[must_use]
    pub fn or(mut self, name: &'r str) -> Self {
        self.names.push(name);
        self
    }

    /// It says this as well.
    #[must_use]
    pub fn saying(mut self, part: impl Into<Option<&'r str>>) -> Self {
        self.parts.extend(part.into());
        self
    }

    /// The words that it goes by, each once.
    #[must_use]
    pub fn words_of_names(&self) -> BTreeSet<String> {
        self.names.iter().flat_map(|name| words(name)).map(|(word, _)| word).collect()
    }

    /// All of its words, each once.
    #[must_use]
    pub fn words(&self) -> BTreeSet<String> {
        let said = self.parts.iter().flat_map(|part| words(part)).map(|(word, _)| word);
        self.words_of_names().into_iter().chain(said).collect()
    }
}

/// How many characters of a word are told apart: what is longer is no word that anybody types.
pub const LONGEST_WORD: usize = 64;

/// The words of a text in their order, each with the place of the text that it was read from.
#[must_use]
pub fn words(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        if is_of_word(letter) {
            start = start.or(Some(at));
        } else if !is_silent(letter)
            && let Some(start) = start.take()
        {
            read(text, start..at, &mut found);
        }
    }
    found
}

/// Adds the words of one run. It may hold several: `½` is spelled `1⁄2`.
fn read(text: &str, place: Range<usize>, found: &mut Vec<(String, Range<usize>)>) {
    let run: String = text
        .get(place.clone())
        .into_iter()
        .flat_map(str::chars)
        .filter(|letter| !is_silent(*letter))
        .collect();
    for word in fold(&run).split(|letter| !is_of_word(letter)) {
        if word.chars().any(char::is_alphanumeric) {
            found.push((word.chars().take(LONGEST_WORD).collect(), place.clone()));
        }
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter)
}

/// What may stand inside a word and is not read: apostrophes, soft hyphens and joiners.
#[must_use]
pub fn is_silent(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        words(text).into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn words_are_letters_and_digits() {
        assert_eq!(of("Answer **every** call, CX-42!"), ["answer", "every", "call", "cx", "42"]);
        assert_eq!(of("Lene Åkjær <leader@tutti.example>"), ["lene", "åkjær", "leader", "tutti", "example"]);
        assert_eq!(of("the customer's, the customers’"), ["the", "customers", "the", "customers"]);
        assert_eq!(of("kunde\u{ad}service"), ["kundeservice"]);
        assert_eq!(of("½ ﬁn"), ["1", "2", "fin"]);
        assert_eq!(of("\"NEAR(a* b)\" -x:y & | ! \\ '"), ["near", "a", "b", "x", "y"]);
        for nothing in ["", "  \n", "—!?*\"'()", "🙂🙂", "\0", "\u{301}", "'"] {
            assert_eq!(of(nothing), Vec::<String>::new(), "{nothing:?}");
        }
    }

    #[test]
    fn danish_letters_are_letters_whatever_way_they_are_typed() {
        assert_eq!(of("A\u{30a}SE RØD ÆBLE"), of("åse rød æble"));
        assert_ne!(of("Åse"), of("Ase"));
        assert_ne!(of("rød"), of("rod"));
    }

    #[test]
    fn every_word_knows_where_it_stands() {
        let text = "På én gang: ÅBEN";
        let places: Vec<_> = words(text).into_iter().map(|(word, place)| (word, &text[place])).collect();
        assert_eq!(places[0], ("på".to_owned(), "På"));
        assert_eq!(places[3], ("åben".to_owned(), "ÅBEN"));
    }

    #[test]
    fn a_word_has_an_end() {
        let long = "å".repeat(60_000);
        assert_eq!(of(&long), ["å".repeat(LONGEST_WORD)]);
    }

    #[test]
    fn names_and_parts_are_told_apart() {
        let text = Text::called("One bill").or("CX-1").saying("A bill a month").saying(None);
        let list = |words: BTreeSet<String>| words.into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(list(text.words_of_names()), "1 bill cx one");
        assert_eq!(list(text.words()), "1 a bill cx month one");
        assert!(Text::shown_as("Report".into()).words().is_empty());
    }
}
