//! Data in and out: imports, exports, calendars.

pub mod store;
