//! What goes out to other programs: calendars of deadlines.

pub mod calendar_feed;
