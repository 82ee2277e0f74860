//! One pass over the bytes of a document before it is parsed.
//!
//! The parser recurses for every bracket, so about 2 000 nested values abort the process; nothing in
//! the engine guards it. The scanner agrees with the parser's grammar on where strings and comments
//! end. Where the two could disagree (a string that never ends) it refuses, because an attacker could
//! otherwise hide brackets from one and show them to the other.

use super::Limits;
use crate::graphql::{Fault, FaultCode};

/// Checks length, tokens and nesting of a document.
///
/// # Errors
///
/// `QUERY_TOO_COMPLEX` for length and tokens, `QUERY_TOO_DEEP` for nesting, `BAD_USER_INPUT` for a
/// string that is not closed.
pub fn scan(document: &str, limits: &Limits) -> Result<(), Fault> {
    let length = document.len();
    if length > limits.document_bytes {
        let limit = limits.document_bytes;
        return Err(too_complex(format!("The document has {length} bytes; the limit is {limit}.")));
    }
    let mut rest = document.as_bytes();
    let mut tokens = 0_usize;
    let mut nesting = 0_usize;
    loop {
        let before = rest;
        rest = match rest {
            [] => return Ok(()),
            // The byte order mark is white space to GraphQL.
            [b' ' | b'\t' | b'\r' | b'\n' | b',', tail @ ..] | [0xEF, 0xBB, 0xBF, tail @ ..] => tail,
            [b'#', tail @ ..] => after_comment(tail),
            [b'"', b'"', b'"', tail @ ..] => after_block_string(tail)?,
            [b'"', tail @ ..] => after_string(tail)?,
            [b'{' | b'[' | b'(', tail @ ..] => {
                nesting = nesting.saturating_add(1);
                tail
            }
            [b'}' | b']' | b')', tail @ ..] => {
                nesting = nesting.saturating_sub(1);
                tail
            }
            [_, tail @ ..] => after_word(before, tail),
        };
        if nesting > limits.nesting {
            let limit = limits.nesting;
            let message = format!("The document nests brackets {nesting} deep; the limit is {limit}.");
            return Err(Fault::new(FaultCode::QueryTooDeep, message));
        }
        tokens = tokens.saturating_add(usize::from(is_token(before)));
        if tokens > limits.tokens {
            let limit = limits.tokens;
            return Err(too_complex(format!(
                "The document has more than {limit} tokens, which is the limit."
            )));
        }
    }
}

fn too_complex(message: String) -> Fault {
    Fault::new(FaultCode::QueryTooComplex, message)
}

fn is_token(at: &[u8]) -> bool {
    !matches!(at, [b' ' | b'\t' | b'\r' | b'\n' | b',' | b'#', ..] | [0xEF, 0xBB, 0xBF, ..])
}

/// A name or a number is one token; any other byte is a token of its own.
fn after_word<'a>(word: &'a [u8], tail: &'a [u8]) -> &'a [u8] {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if !word.first().is_some_and(belongs) {
        return tail;
    }
    let end = word.iter().position(|byte| !belongs(byte)).unwrap_or(word.len());
    word.get(end..).unwrap_or_default()
}

fn after_comment(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

fn after_string(mut text: &[u8]) -> Result<&[u8], Fault> {
    loop {
        text = match text {
            [b'"', tail @ ..] => return Ok(tail),
            [] | [b'\n' | b'\r', ..] => {
                return Err(Fault::bad_input("A string in the document is not closed."));
            }
            [b'\\', _, tail @ ..] | [_, tail @ ..] => tail,
        };
    }
}

fn after_block_string(mut text: &[u8]) -> Result<&[u8], Fault> {
    loop {
        text = match text {
            [] => return Err(Fault::bad_input("A block string in the document is not closed.")),
            [b'"', b'"', b'"', tail @ ..] => return Ok(tail),
            [b'\\', b'"', b'"', b'"', tail @ ..] | [_, tail @ ..] => tail,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(document: &str) -> Option<FaultCode> {
        scan(document, &Limits::default()).err().map(|fault| fault.code)
    }

    #[test]
    fn nested_values_that_overflow_the_parser_are_refused() {
        for open in ["[", "{a:", "(", "{"] {
            let bomb = format!("{{f(a:{}", open.repeat(2000));
            assert_eq!(code(&bomb), Some(FaultCode::QueryTooDeep), "{open}");
        }
    }

    #[test]
    fn nesting_is_counted_exactly() {
        for depth in 1..200 {
            let document = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let expected = (depth > 64).then_some(FaultCode::QueryTooDeep);
            assert_eq!(code(&document), expected, "{depth}");
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let many = "[".repeat(1000);
        for document in [
            format!("{{a(b:\"{many}\")}}"),
            format!("{{a(b:\"\\\"{many}\\\\\")}}"),
            format!("{{a(b:\"\"\"{many} \" \"\" \\\"\"\" {many}\"\"\")}}"),
            format!("{{a(b:\"\"\"\n{many}\n\"\"\")}}"),
            format!("#{many}\n{{a}}"),
            format!("{{a}} #{many}"),
            format!("{{a(b:\"\", c:\"#\")}} #\"{many}"),
        ] {
            assert_eq!(code(&document), None, "{document}");
        }
    }

    #[test]
    fn brackets_cannot_hide_behind_strings() {
        let many = "[".repeat(1000);
        for document in [
            // The parser would read the first as an empty string and then go on.
            format!("{{a(b:[\"\"\"a\"{many}"),
            format!("{{a(b:[\"\" {many}"),
            format!("#\r{{a(b:{many}"),
            format!("{{a(b:\"\"\"\\\\\"\"\"{many}"),
            format!("{{a(b:\"x\\\\\"{many}"),
            format!("{{a(b:\"x\n\"{many}"),
        ] {
            assert!(code(&document).is_some(), "{document}");
        }
    }

    #[test]
    fn a_block_string_with_four_closing_quotes_leaves_an_open_string() {
        assert_eq!(code("{a(b:\"\"\"x\"\"\"\")}"), Some(FaultCode::BadUserInput));
    }

    #[test]
    fn length_and_tokens_are_bounded() {
        assert_eq!(code(&"#".repeat(64 * 1024)), None);
        assert_eq!(code(&"#".repeat(64 * 1024 + 1)), Some(FaultCode::QueryTooComplex));
        assert_eq!(code(&"a ".repeat(10_000)), None);
        assert_eq!(code(&"a ".repeat(10_001)), Some(FaultCode::QueryTooComplex));
        assert_eq!(code(&",".repeat(20_000)), None);
        assert_eq!(code(&"!".repeat(10_001)), Some(FaultCode::QueryTooComplex));
        assert_eq!(code(&"a1_".repeat(10_001)), None);
    }

    #[test]
    fn any_cut_of_a_document_is_scanned_without_panic() {
        let document = "query Q($a: [Int!]! = [1, 2]) @d(a: \"\\\"é\") { a(b: \"\"\"x\\\"\"\" y\"\"\") # c\n ...F }\u{feff}";
        for (at, _) in document.char_indices() {
            let (head, tail) = document.split_at(at);
            let _ = (scan(head, &Limits::default()), scan(tail, &Limits::default()));
        }
    }
}
