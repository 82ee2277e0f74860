//! Data in and out: imports, exports, calendars.
//!
//! Always: what is imported passes the same checks as what is entered one by one, and leaves the same events; a
//! call reads and writes in a number of statements that does not grow with its rows, but for the size of a
//! statement; what is exported as text comes back the same when it is imported; no cell of an export is run as a
//! formula by a spreadsheet that separates cells as the export does; and of the secret of a calendar only a digest is kept.

pub mod attendances;
pub mod calendar;
pub mod export;
pub mod import;
pub mod inputs;
pub mod measurements;
pub mod mutation;
pub mod rules;
pub mod sheet;
pub mod store;
pub mod types;
