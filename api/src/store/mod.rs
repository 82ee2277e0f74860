//! Connections, reads and the one write envelope.
//!
//! Every request holds one [`Scope`]: who calls, when, with which database. `scope.find` is the only
//! door to rows and adds what the viewer may see; `scope.write` is the only way to change them, and
//! writes the event with the change. No feature opens a connection or a transaction itself.

mod alone;
mod by_id;
pub mod database;
pub mod error;
pub mod find;
pub mod index;
pub mod kinds;
pub mod meter;
pub mod progress;
pub mod reads;
pub mod scope;
pub mod tx;
pub mod waking;
pub mod world;

pub use database::Database;
pub use find::{At, Find};
pub use progress::Progress;
pub use reads::Reads;
pub use scope::Scope;
pub use tx::{Answer, Answers, Command, Outcome, Refusal, Tx, WriteOptions};
pub use waking::Waking;
pub use world::World;
