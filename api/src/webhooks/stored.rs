//! The filter of a webhook as it is kept: JSON, as somebody would write it in a variable.

use async_graphql::{InputType as _, Value};
use serde_json::Value as Json;

use crate::events::types::EventFilter;
use crate::graphql::Fault;

/// What says nothing is left out.
fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(fields) => {
            let given = fields.into_iter().filter(|(_, value)| !value.is_null());
            Json::Object(given.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Json::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// The text of a filter.
///
/// # Errors
/// An internal fault, when it cannot be written, which no filter is.
pub(super) fn write(filter: &EventFilter) -> Result<String, Fault> {
    let value = filter.to_value().into_json().map_err(Fault::internal)?;
    Ok(without_nulls(value).to_string())
}

/// The filter of a text.
///
/// # Errors
/// BAD_USER_INPUT where this release has no such filter any more.
pub(super) fn read(text: &str) -> Result<EventFilter, Fault> {
    let gone = || Fault::bad_input("This release does not know its filter; give it another one.");
    let value = serde_json::from_str::<Json>(text).ok().and_then(|json| Value::from_json(json).ok());
    let value = value.ok_or_else(gone)?;
    let filter = EventFilter::parse(Some(value)).map_err(|_| gone())?;
    // What this release does not know is left out as it is read, and a filter without a part lets more through.
    let is_whole = serde_json::from_str::<Json>(text).ok() == serde_json::from_str(&write(&filter)?).ok();
    if is_whole { Ok(filter) } else { Err(gone()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_filter_reads_back_as_it_was_written() {
        for json in [
            json!({}),
            json!({ "action": { "startsWith": "initiative." } }),
            json!({ "at": { "within": "P7D" }, "actorId": { "isNull": true } }),
            json!({
                "or": [
                    { "action": { "in": ["initiative.created", "report.published"] } },
                    { "not": { "actor": { "name": { "eq": "Ada" } } } },
                ],
                "and": [],
            }),
        ] {
            let filter = EventFilter::parse(Some(Value::from_json(json.clone()).unwrap())).unwrap();
            let text = write(&filter).unwrap();
            assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), json);
            assert_eq!(write(&read(&text).unwrap()).unwrap(), text);
        }
        for text in ["", "[", "{\"nothing\": {\"eq\": 1}}", "{\"action\": 7}"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
