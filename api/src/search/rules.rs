//! What is asked for, how well a hit answers it, and what of it is shown.
//!
//! A word is found as it is written, or loosely: by the beginning of another, `kunde` in `kundeservice`, with its
//! own ending left off where that leaves four letters, so that `answers`, `answered` and `answer` meet, and `kunder`,
//! `kundens` and `kunde`. That is done to the question alone. What stands in the index is as it was written, and no
//! text needs a language.

use tutti_entity::text::{is_silent, words};

/// How long a question can be, in characters.
pub const LONGEST_QUERY: usize = 200;

/// How many different words a question can have.
pub const MOST_WORDS: usize = 10;

/// How many hits are answered when the caller does not say.
pub const DEFAULT_HITS: usize = 20;

/// How many hits can be answered.
pub const MOST_HITS: usize = 100;

/// How long an excerpt is at most, in characters, without the marks that say that something is left out.
pub const LONGEST_EXCERPT: usize = 160;

/// How much of an excerpt stands before the word that was found, in characters.
const BEFORE: usize = 40;

/// The endings of Danish and English nouns and verbs, longer ones before those they end in.
const ENDINGS: [&str; 21] = [
    "ernes", "erne", "enes", "ies", "ene", "ens", "ers", "ets", "ing", "ede", "ed", "er", "en", "et", "es",
    "y", "e", "s", "n", "t", "r",
];

/// Endings that are one only after an `e`: `møde` in `møder`, `mødet`.
const AFTER_E: [&str; 3] = ["n", "t", "r"];

/// How many letters have to be left for others to begin with them.
const SHORTEST_STEM: usize = 4;

/// How many letters a word needs for others to begin with it.
const SHORTEST_BEGINNING: usize = 2;

/// One word of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it was asked for.
    pub whole: String,
    /// What words that are found loosely begin with; none for a single letter.
    pub beginning: Option<String>,
    /// A short word that is found loosely as a whole: `dag` for `dage`.
    pub stem: Option<String>,
}

impl Word {
    fn new(whole: String) -> Self {
        let letters = whole.chars().count();
        let spelled = whole.chars().all(char::is_alphabetic);
        let without = |ending: &'static str| {
            let stem = whole.strip_suffix(ending)?;
            (!AFTER_E.contains(&ending) || stem.ends_with('e')).then_some(stem)
        };
        let stems = || ENDINGS.into_iter().filter(|_| spelled).filter_map(without);
        let long = stems().find(|stem| stem.chars().count() >= SHORTEST_STEM);
        let short = stems().find(|stem| stem.chars().count() == SHORTEST_STEM - 1);
        let beginning = (letters >= SHORTEST_BEGINNING).then(|| long.unwrap_or(&whole).to_owned());
        let stem = short.map(str::to_owned);
        Self { whole, beginning, stem }
    }

    /// Whether this word of a text answers it.
    #[must_use]
    pub fn is_met_by(&self, word: &str, closeness: Closeness) -> bool {
        match closeness {
            Closeness::Exact => word == self.whole,
            Closeness::Loose => {
                word == self.whole
                    || self.beginning.as_deref().is_some_and(|beginning| word.starts_with(beginning))
                    || self.stem.as_deref() == Some(word)
            }
        }
    }
}

/// How a word of a text has to answer one of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closeness {
    /// It is the same word.
    Exact,
    /// It begins as the word does, or has another ending.
    Loose,
}

/// Where the words have to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// All in the title, or in another name such as the code.
    InTitle,
    /// In the title or the text.
    Anywhere,
}

/// How well a hit answers: a hit counts for the first tier that it is in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tier {
    /// Where the words stand.
    pub stand: Stand,
    /// How close they are.
    pub closeness: Closeness,
    /// What that is worth.
    pub score: f64,
}

/// The tiers, best first. Within one of them what was made last comes first.
pub const TIERS: [Tier; 4] = [
    Tier { stand: Stand::InTitle, closeness: Closeness::Exact, score: 1.0 },
    Tier { stand: Stand::InTitle, closeness: Closeness::Loose, score: 0.75 },
    Tier { stand: Stand::Anywhere, closeness: Closeness::Exact, score: 0.5 },
    Tier { stand: Stand::Anywhere, closeness: Closeness::Loose, score: 0.25 },
];

/// The words of a question, each once; none where it has none.
///
/// # Errors
/// A sentence for the caller when it is too long, or has too many words.
pub fn read(query: &str) -> Result<Vec<Word>, String> {
    if query.chars().count() > LONGEST_QUERY {
        return Err(format!("`query` takes at most {LONGEST_QUERY} characters."));
    }
    let mut asked: Vec<Word> = Vec::new();
    for (word, _) in words(query) {
        if !asked.iter().any(|known| known.whole == word) {
            asked.push(Word::new(word));
        }
    }
    if asked.len() > MOST_WORDS {
        return Err(format!(
            "`query` takes at most {MOST_WORDS} different words; these are {}.",
            asked.len()
        ));
    }
    Ok(asked)
}

/// How many hits are answered.
///
/// # Errors
/// A sentence for the caller when it is none, or too many.
pub fn hits(first: Option<i32>) -> Result<usize, String> {
    let Some(first) = first else { return Ok(DEFAULT_HITS) };
    usize::try_from(first)
        .ok()
        .filter(|first| (1..=MOST_HITS).contains(first))
        .ok_or_else(|| format!("`first: {first}`: a search answers 1 to {MOST_HITS} hits."))
}

/// What is shown of a text: a piece around the first word that was found, in one line, without characters that
/// are not seen; the beginning where none of the words stands in it.
#[must_use]
pub fn excerpt(parts: &[&str], asked: &[Word]) -> String {
    let lines: Vec<String> = parts.iter().map(|part| line(part)).collect();
    let found =
        |closeness| lines.iter().find_map(|line| Some((line.as_str(), first(line, asked, closeness)?)));
    let (line, start) = found(Closeness::Exact)
        .or_else(|| found(Closeness::Loose))
        .unwrap_or_else(|| (lines.first().map_or("", String::as_str), 0));
    around(line, start)
}

/// A text in one line, without what is not seen.
fn line(text: &str) -> String {
    // What is not seen parts words or does not, as where they are read.
    let parts = |letter: char| letter.is_control() || is_unseen(letter) && !is_silent(letter);
    let words = text.split(|letter: char| letter.is_whitespace() || parts(letter));
    let shown = |word: &str| -> String { word.chars().filter(|letter| !is_unseen(*letter)).collect() };
    words.map(shown).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Where the first word that answers one of these begins.
fn first(line: &str, asked: &[Word], closeness: Closeness) -> Option<usize> {
    let answers = |word: &str| asked.iter().any(|asked| asked.is_met_by(word, closeness));
    words(line).into_iter().find(|(word, _)| answers(word)).map(|(_, place)| place.start)
}

/// The piece of a line around the word that begins here. It begins and ends with whole words where it can.
fn around(line: &str, start: usize) -> String {
    let (before, after) = line.split_at(start);
    let (dropped, kept) = split_last(before, BEFORE);
    let whole = kept.find(' ').map_or("", |space| kept.split_at(space + 1).1);
    let begin = if dropped.is_empty() { kept } else { whole };
    let (piece, left) = split_first(after, LONGEST_EXCERPT.saturating_sub(begin.chars().count()));
    let word_is_cut = !left.is_empty() && !left.starts_with(' ');
    let end = piece.rfind(' ').filter(|_| word_is_cut).unwrap_or(piece.len());
    let mark = |cut: bool| if cut { "…" } else { "" };
    let piece = piece.split_at(end).0.trim_end();
    format!("{}{begin}{piece}{}", mark(begin.len() < before.len()), mark(!left.is_empty()))
}

/// A text without its last so many characters, and those.
fn split_last(text: &str, last: usize) -> (&str, &str) {
    let at = text.char_indices().rev().take(last).last().map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// The first so many characters of a text, and the rest.
fn split_first(text: &str, first: usize) -> (&str, &str) {
    let at = text.char_indices().nth(first).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// What changes how the text around it is shown, and is not seen itself: marks of direction, and joiners.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(query: &str) -> Vec<Word> {
        read(query).unwrap()
    }

    fn meets(query: &str, word: &str) -> bool {
        asked(query).iter().all(|asked| asked.is_met_by(word, Closeness::Loose))
    }

    #[test]
    fn words_meet_whatever_their_ending() {
        for family in [
            &["answer", "answers", "answered", "answering"][..],
            &["kunde", "kunder", "kunden", "kundens", "kundernes", "kunderne"],
            &["company", "companies"],
            &["møde", "møder", "mødet"],
            &["service", "services"],
            &["aftale", "aftaler", "aftalen", "aftalerne"],
            &["levere", "levering", "leverede"],
        ] {
            for (query, word) in family.iter().flat_map(|query| family.iter().map(move |word| (query, word)))
            {
                assert!(meets(query, word), "{query} does not find {word}");
            }
        }
        for (query, word) in
            [("kunde", "kundeservice"), ("dage", "dag"), ("sager", "sagen"), ("sager", "sag")]
        {
            assert!(meets(query, word), "{query} does not find {word}");
        }
        for (query, word) in [
            ("ase", "åse"),
            ("rod", "rød"),
            ("aase", "åse"),
            ("å", "åse"),
            ("under", "undskyld"),
            ("4", "42"),
        ] {
            assert!(!meets(query, word), "{query} finds {word}");
        }
    }

    #[test]
    fn a_word_is_taken_apart_once() {
        let word = |whole: &str, beginning: Option<&str>, stem: Option<&str>| Word {
            whole: whole.to_owned(),
            beginning: beginning.map(Into::into),
            stem: stem.map(Into::into),
        };
        assert_eq!(
            asked("Kunder kunder, dage i CX-42"),
            [
                word("kunder", Some("kund"), None),
                word("dage", Some("dage"), Some("dag")),
                word("i", None, None),
                word("cx", Some("cx"), None),
                word("42", Some("42"), None),
            ]
        );
    }

    #[test]
    fn questions_have_bounds() {
        assert_eq!(read(" \t—!\"🙂"), Ok(Vec::new()));
        assert!(read(&"a".repeat(LONGEST_QUERY)).is_ok());
        assert!(read(&"a".repeat(LONGEST_QUERY + 1)).is_err());
        assert!(read("a b c d e f g h i j A B").is_ok());
        assert!(read("a b c d e f g h i j k").is_err());
        assert_eq!(hits(None), Ok(20));
        assert_eq!(hits(Some(100)), Ok(100));
        for wrong in [0, -1, 101, i32::MAX, i32::MIN] {
            assert!(hits(Some(wrong)).is_err());
        }
    }

    #[test]
    fn an_excerpt_shows_the_first_word_that_was_found() {
        let long = "The supplier is three weeks late, so that the first letters go out in May. Until then those who \
                    ask are called back by the team of the contact centre, which has two people more for as long \
                    as it takes, and the letters that are there are answered by hand.";
        assert_eq!(
            excerpt(&["Nothing.", long], &asked("answered")),
            "…and the letters that are there are answered by hand."
        );
        let shown = excerpt(&[long], &asked("teams"));
        assert_eq!(
            shown,
            "…those who ask are called back by the team of the contact centre, which has two people more for as \
             long as it takes, and the letters that are there are answered…"
        );
        assert_eq!(excerpt(&["A\n\n> **b**\u{202e}\0 c"], &asked("title")), "A > **b** c");
        assert_eq!(excerpt(&[], &asked("title")), "");
        // An exact word in a later part goes before a loose one in an earlier.
        assert_eq!(excerpt(&["Letters", "One letter"], &asked("letter")), "One letter");
    }

    proptest! {
        #[test]
        fn words_are_no_syntax(query in "\\PC{0,200}|[\"*:()&|!<>' \\-]{0,40}(NEAR|AND|OR|NOT)?\\PC{0,40}") {
            for word in read(&query).unwrap_or_default() {
                let parts = [Some(&word.whole), word.beginning.as_ref(), word.stem.as_ref()];
                for part in parts.into_iter().flatten() {
                    prop_assert!(!part.is_empty());
                    prop_assert!(part.chars().all(|letter| !letter.is_ascii() || letter.is_ascii_alphanumeric()));
                    prop_assert!(!part.chars().any(|letter| letter.is_whitespace() || letter.is_control()));
                }
                prop_assert!(word.is_met_by(&word.whole, Closeness::Exact));
                prop_assert!(word.is_met_by(&word.whole, Closeness::Loose));
            }
        }

        #[test]
        fn an_excerpt_is_a_short_line(parts in prop::collection::vec("\\PC{0,300}|(\\PC{0,9}\\s){0,80}", 0..3), query in "\\PC{0,20}") {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let shown = excerpt(&parts, &read(&query).unwrap_or_default());
            prop_assert!(shown.chars().count() <= LONGEST_EXCERPT + 2);
            prop_assert!(!shown.chars().any(|letter| letter.is_control() || is_unseen(letter)));
        }
    }
}
