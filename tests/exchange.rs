//! Data in and out: what is imported is checked and told row by row, what is exported comes back the same, and
//! a calendar tells its own person alone.

mod calendar;
mod files;
mod import;

use serde_json::{Value, json};

use crate::harness::Suite;

pub use import::row;

pub fn register(suite: &mut Suite) {
    calendar::register(suite);
    files::register(suite);
    import::register(suite);
}

/// The code and the path of each problem.
fn told(errors: &Value) -> Vec<(String, String)> {
    let path = |error: &Value| {
        let parts = error["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned());
        parts.collect::<Vec<_>>().join(".")
    };
    let errors = errors.as_array().unwrap().iter();
    errors.map(|error| (error["code"].as_str().unwrap().to_owned(), path(error))).collect()
}

fn problem(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

/// Nothing that has to be mended.
fn nothing() -> Value {
    json!([])
}
