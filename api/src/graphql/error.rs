//! Errors that are not the caller's data: one closed list of codes, and nothing about our insides.
//!
//! What a caller can mend inside a mutation is a [`super::payload::Problem`], answered as data. Everything
//! else is a [`Fault`]. A `Fault` deliberately does not implement `Display`: if it did, async-graphql's
//! blanket conversion would accept any error, and a bare `?` on a database error could send SQL text
//! to a client.

use async_graphql::ErrorExtensionValues;

use crate::store::meter;

/// The closed list behind `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// Nobody is signed in, or the token is not good any more.
    Unauthenticated,
    /// Signed in, but may not do this.
    Forbidden,
    /// The request itself is wrong and has to be written differently.
    BadUserInput,
    /// The query costs more than the limit.
    QueryTooComplex,
    /// The query nests deeper than the limit.
    QueryTooDeep,
    /// Too many requests.
    Throttled,
    /// The deadline passed and the work was cancelled.
    Timeout,
    /// The database cannot be reached.
    Unavailable,
    /// Our fault; the log has it under the request id.
    Internal,
}

impl FaultCode {
    /// Every code, for documentation, metrics and tests.
    pub const ALL: [Self; 9] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::BadUserInput,
        Self::QueryTooComplex,
        Self::QueryTooDeep,
        Self::Throttled,
        Self::Timeout,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The text in `extensions.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::QueryTooDeep => "QUERY_TOO_DEEP",
            Self::Throttled => "THROTTLED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// One top-level GraphQL error: a code of the closed list and a sentence for the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which of the closed list.
    pub code: FaultCode,
    /// A sentence for the caller. Never holds SQL, paths or names of things the caller may not see.
    pub message: String,
    /// After how many seconds the same may pass, where the caller has to wait.
    pub retry_after: Option<u64>,
}

impl Fault {
    /// A fault with its sentence.
    #[must_use]
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }

    /// The request has to be written differently.
    #[must_use]
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(FaultCode::BadUserInput, message)
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(FaultCode::Unauthenticated, "Sign in first: send `Authorization: Bearer <access token>`.")
    }

    /// Too much was asked for; the same may pass after so many seconds.
    #[must_use]
    pub fn throttled(message: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(FaultCode::Throttled, message) }
    }

    /// What goes beside the message: the code, and the seconds to wait as `retryAfter`.
    pub(super) fn extensions(&self) -> ErrorExtensionValues {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code.as_str());
        if let Some(seconds) = self.retry_after {
            extensions.set("retryAfter", seconds);
        }
        extensions
    }

    /// Our fault: the cause goes to the log, the caller gets the request id alone.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Debug) -> Self {
        let id = meter::request_id();
        tracing::error!(request_id = %id, cause = ?cause, "internal error");
        Self::new(FaultCode::Internal, format!("Something went wrong on our side. Request id: {id}."))
    }
}

impl From<Fault> for async_graphql::Error {
    #[expect(clippy::disallowed_methods, reason = "this is where a fault becomes the engine's error")]
    fn from(fault: Fault) -> Self {
        let extensions = fault.extensions();
        let mut error = Self::new(fault.message);
        error.extensions = Some(extensions);
        error
    }
}
