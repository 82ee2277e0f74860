//! Reminders: work that falls due, is overdue, or is overdue for so long that it concerns somebody else as well, as events.
//!
//! Always: each cause is told once, whatever restarts there are and however many processes run. A cause is what is due, what
//! is told of it, and the day: a day that was moved is another cause. What was missed is told by the next round, and what is
//! done meanwhile is not told at all. An event names whom it concerns, and is seen by whoever sees what it is about.

mod daily;
mod round;
pub mod rules;
mod store;

pub use daily::{Daily, keep_reminding};
pub use round::round;
