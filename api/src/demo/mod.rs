//! stub
use crate::{graphql::Fault, store::Database};
pub enum State {
    Empty,
    Complete,
    HalfDone,
    Foreign,
}
pub async fn state(_: &Database) -> Result<State, Fault> {
    Ok(State::Complete)
}
pub const SIGN_INS: &[(&str, &str, &str)] = &[];
pub async fn seed(
    _: &Database,
    _: jiff::tz::TimeZone,
    _: String,
    _: chrono::DateTime<chrono::Utc>,
) -> Result<(), String> {
    Ok(())
}
