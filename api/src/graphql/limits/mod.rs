//! What one request may cost, decided before the engine sees it.
//!
//! Everything here is pure: no clock, no IO. The order is [`scan`] over the bytes (the parser itself
//! can be made to overflow its stack), then the parser, then [`admit`] over the parsed document (the
//! engine's own checks walk fragments inline, which is exponential). After the engine has answered,
//! [`trim_errors`] bounds what goes back.

mod admit;
mod coerce;
mod documents;
mod errors;
mod index;
mod scan;
mod tally;

pub use admit::{Admission, admit};
pub use documents::{Documents, Shape, shape};
pub use errors::{parse, server_error, trim_errors};
pub use index::{FieldInfo, SchemaIndex};
pub use scan::scan;

/// The bounds of one request. The defaults leave a wide margin over what the scenarios of this
/// repository and the common tools send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the document in bytes.
    pub document_bytes: usize,
    /// Tokens of the document: names, numbers, strings and punctuation; commas do not count.
    pub tokens: usize,
    /// Brackets, braces and parentheses inside one another in the text of the document.
    pub nesting: usize,
    /// Operations in one document. The engine checks all of them although it runs one.
    pub operations: usize,
    /// Fields inside one another, fragments expanded.
    pub depth: u64,
    /// Selection sets inside one another, counting those of fragments too. The engine stops at the
    /// same number with an error of its own.
    pub levels: u64,
    /// Aliases, fragments expanded.
    pub aliases: u64,
    /// Directives, fragments expanded.
    pub directives: u64,
    /// Directives on one field, spread or operation.
    pub directives_each: usize,
    /// Fragment spreads, fragments expanded.
    pub spreads: u64,
    /// Fields, spreads and inline fragments, fragments expanded.
    pub selections: u64,
    /// Values handed to arguments, fragments expanded. Each use of a variable counts with everything
    /// the variable holds, because the engine copies it for each use; long strings count by length.
    pub values: u64,
    /// Lists and objects inside one another in the value of one argument, its variables filled in. The
    /// engine reads them by recursion: about 70 filters inside one another overflow a thread's stack.
    pub value_nesting: u64,
    /// What the chosen operation costs: a field 1 plus its children, a connection its children once
    /// for each row of its page, a plain list as often as it is asked for, or ten times.
    pub cost: u64,
    /// What the introspection part costs, plain lists counted ten times. About twice what the IDE's
    /// own introspection query needs.
    pub introspection_cost: u64,
    /// Whether `__schema` and `__type` are answered at all.
    pub introspection: bool,
    /// Root fields of one mutation. Each is a transaction of its own.
    pub root_mutations: u64,
    /// Errors in one answer.
    pub errors: usize,
    /// Length of one error message in bytes, because messages can echo the caller's text.
    pub error_message_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 64 * 1024,
            tokens: 10_000,
            nesting: 64,
            operations: 10,
            depth: 20,
            levels: 32,
            aliases: 100,
            directives: 50,
            directives_each: 10,
            spreads: 200,
            selections: 10_000,
            values: 50_000,
            value_nesting: 32,
            cost: 20_000,
            introspection_cost: 120_000,
            introspection: true,
            root_mutations: 10,
            errors: 20,
            error_message_bytes: 500,
        }
    }
}
