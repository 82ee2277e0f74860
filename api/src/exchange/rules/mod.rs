//! What cells, columns and calendars are like. Pure: text in, text out.

pub mod calendar;
pub mod cells;
pub mod columns;
