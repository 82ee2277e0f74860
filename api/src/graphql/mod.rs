//! The kit: what every feature builds on, and what knows no feature.

pub mod batch;
pub mod connection;
pub mod cursor;
pub mod error;
pub mod figure;
pub mod filter;
pub mod gate;
pub mod gathering;
pub mod limits;
pub mod live;
pub mod needed;
pub mod order;
pub mod page;
pub mod payload;
pub mod problem;
pub mod rate_limit;
pub mod scalars;

pub use connection::{Connection, Listed};
pub use error::{Fault, FaultCode};
pub use figure::Figure;
pub use page::Page;
pub use problem::{Check, Problem, ProblemCode};
