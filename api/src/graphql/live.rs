//! What lasts: connections that are told of changes, and what goes over them. Knows no feature and no transport.

use std::sync::Arc;

use async_graphql::{Response, ServerError};
use serde_json::json;
use tokio::sync::mpsc;

use super::limits::{Limits, trim_errors};

/// Why the house ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// Who they are is not good any more: the token has run out, or was taken back.
    NotWelcome,
    /// They take in less than they are told.
    TooSlow,
    /// The house closes.
    Closing,
}

/// What somebody is told about one of their operations.
#[derive(Clone, Debug)]
pub enum Update {
    /// An answer, as JSON.
    Next(Arc<str>),
    /// The operation has failed, with these errors as a JSON list, and ends.
    Failed(Arc<str>),
}

/// What somebody is told, and about which of their operations.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which of their operations, as they call it.
    pub operation: Arc<str>,
    /// What.
    pub update: Update,
}

/// The way to somebody who is told of changes. It holds a bounded number of messages.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which of their operations it is for, as they call it.
    pub operation: Arc<str>,
    /// What working out one of its answers costs, in points.
    pub cost: u64,
    /// Where messages for them go.
    pub to: mpsc::Sender<Told>,
}

impl Line {
    /// A message about the operation.
    #[must_use]
    pub fn told(&self, update: Update) -> Told {
        Told { operation: Arc::clone(&self.operation), update }
    }
}

/// An answer as JSON in GraphQL's own shape, its errors bounded.
#[must_use]
pub fn payload(response: Response, limits: &Limits) -> Arc<str> {
    let errors = trim_errors(response.errors, limits);
    let mut answer = json!({ "data": response.data });
    if let Some(fields) = answer.as_object_mut() {
        if !errors.is_empty() {
            fields.insert("errors".to_owned(), json!(errors));
        }
        if !response.extensions.is_empty() {
            fields.insert("extensions".to_owned(), json!(response.extensions));
        }
    }
    answer.to_string().into()
}

/// Errors as a JSON list, bounded.
#[must_use]
pub fn failure(errors: Vec<ServerError>, limits: &Limits) -> Arc<str> {
    json!(trim_errors(errors, limits)).to_string().into()
}
