//! Errors on their way to the caller: the parser's, ours in the engine's shape, and the bound on both.

use async_graphql::{
    ServerError,
    parser::{parse_query, types::ExecutableDocument},
};

use super::{Limits, scan};
use crate::graphql::{Fault, FaultCode};

/// Scans and parses a document.
///
/// # Errors
///
/// What [`scan`] refuses, and `BAD_USER_INPUT` with the position for a document that does not parse.
pub fn parse(document: &str, limits: &Limits) -> Result<ExecutableDocument, ServerError> {
    scan(document, limits).map_err(server_error)?;
    parse_query(document).map_err(|error| {
        let locations = error.positions().collect();
        let text = error.to_string();
        // The parser draws the offending line first and says what it wanted after the last `= `. The
        // position is enough for the caller, and the text of a query may hold secrets.
        let reason = text.rsplit("= ").next().unwrap_or_default().trim().to_owned();
        let fault = Fault::bad_input(format!("The document does not parse: {reason}."));
        ServerError { locations, ..server_error(fault) }
    })
}

/// A fault in the shape of an answer's `errors`.
#[must_use]
pub fn server_error(fault: Fault) -> ServerError {
    ServerError { extensions: Some(fault.extensions()), ..ServerError::new(fault.message, None) }
}

/// Bounds the errors of an answer, and gives those without a code (the engine's own, from validating
/// the request) `BAD_USER_INPUT`.
#[must_use]
pub fn trim_errors(mut errors: Vec<ServerError>, limits: &Limits) -> Vec<ServerError> {
    errors.truncate(limits.errors);
    for error in &mut errors {
        shorten(&mut error.message, limits.error_message_bytes);
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", FaultCode::BadUserInput.as_str());
        }
    }
    errors
}

/// Cuts at a character boundary and marks the cut.
fn shorten(message: &mut String, limit: usize) {
    const ELLIPSIS: &str = "…";
    if message.len() > limit {
        message.truncate(message.floor_char_boundary(limit.saturating_sub(ELLIPSIS.len())));
        message.push_str(ELLIPSIS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_counted_cut_and_coded() {
        let limits = Limits { errors: 3, error_message_bytes: 20, ..Limits::default() };
        let mut errors = vec![server_error(Fault::unauthenticated())];
        errors.extend((0..50).map(|n| ServerError::new("ø".repeat(n), None)));
        let trimmed = trim_errors(errors, &limits);
        assert_eq!(trimmed.len(), 3);
        let code = |error: &ServerError| error.extensions.clone().and_then(|e| e.get("code").cloned());
        assert_eq!(code(&trimmed[0]), Some("UNAUTHENTICATED".into()));
        assert_eq!(code(&trimmed[1]), Some("BAD_USER_INPUT".into()));
        for limit in 3..60 {
            let mut message = "aøb→c🦀".repeat(9);
            shorten(&mut message, limit);
            assert!(message.len() <= limit && message.ends_with('…'), "{limit}: {message}");
        }
        let mut short = "short".to_owned();
        shorten(&mut short, 5);
        assert_eq!(short, "short");
    }

    #[test]
    fn a_syntax_error_says_where_and_does_not_echo() {
        let error = parse("{ secret(password: \"hunter2\" }", &Limits::default()).unwrap_err();
        assert!(!error.message.contains("hunter2"), "{}", error.message);
        assert_eq!(error.locations.len(), 1, "{error:?}");
    }
}
