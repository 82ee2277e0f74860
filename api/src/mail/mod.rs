//! Communications and daily digests as mails: a durable queue, the worker that empties it, and the links with which a mail is
//! acknowledged and the digest is ended.
//!
//! Always: nobody gets a mail twice by itself. A mail is written down as being handed over before its last byte can have left,
//! and whoever finds it so later, without the process that did it, says that it is in doubt and leaves it there; until then
//! it can be tried again. Nobody gets two digests of one day, nor one that says nothing. One mail that cannot be delivered holds up no other. What is on its way is in memory a few hundred
//! mails at a time. And a link does one thing for one person, when its button is pressed and not before.

pub mod answer;
pub mod commands;
pub mod digest;
pub mod inputs;
mod ledger;
pub mod letter;
pub mod link;
pub mod mutation;
pub mod page;
pub mod rules;
pub mod settings;
mod smtp;
mod store;
pub mod types;
pub mod worker;

pub use store::queue;
