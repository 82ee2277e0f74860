//! What an event says of a change: the fields before and after, as people read them.

use rust_decimal::Decimal as Exact;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::json;
use crate::graphql::scalars::{CurrencyCode, Money};

/// One field of one change, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field, as the schema spells it.
    pub field: String,
    /// Its value before; none where it had none.
    pub before: Option<String>,
    /// Its value after; none where it has none.
    pub after: Option<String>,
}

/// What moves with every change, or repeats another field, says nothing; nor does what the row keeps for
/// itself under a name that starts with an underscore.
fn silent(field: &str) -> bool {
    matches!(field, "id" | "version" | "createdAt" | "updatedAt")
        || field.ends_with("Folded")
        || field.starts_with('_')
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => with_percentages(with_money(fields)),
        _ => Map::new(),
    }
}

/// What a row keeps in minor units of its currency is told as an amount of money.
fn with_money(mut fields: Map<String, Value>) -> Map<String, Value> {
    let amounts: Vec<_> = fields
        .iter()
        .filter_map(|(field, value)| Some((field.strip_suffix("Minor")?.to_owned(), value.as_i64()?)))
        .collect();
    if amounts.is_empty() {
        return fields;
    }
    let currency = fields.get("currency").and_then(Value::as_str).and_then(CurrencyCode::from_code);
    if let Some(currency) = currency {
        fields.remove("currency");
        for (field, minor) in amounts {
            let money = Money::from_minor(minor, currency);
            fields.remove(&format!("{field}Minor"));
            fields.insert(field, Value::String(format!("{} {currency}", money.amount.0)));
        }
    }
    fields
}

/// A share in basis points as it is told: 1250 is "12.5 %".
#[must_use]
pub fn percent(basis_points: impl Into<i64>) -> String {
    format!("{} %", Exact::new(basis_points.into(), 2).normalize())
}

/// What a row keeps in basis points is told in percent.
fn with_percentages(fields: Map<String, Value>) -> Map<String, Value> {
    let told = |(field, value): (String, Value)| match field.strip_suffix("Bp") {
        Some(name) => (name.to_owned(), value.as_i64().map(percent).map_or(Value::Null, Value::String)),
        None => (field, value),
    };
    fields.into_iter().map(told).collect()
}

/// The changes from one row to the next, as JSON; from nothing for a new row.
pub(super) fn between<T: Serialize>(before: Option<&T>, after: &T) -> Result<String, serde_json::Error> {
    between_and(before, after, &[])
}

/// The same, with what no field of the row says.
pub(super) fn between_and<T: Serialize>(
    before: Option<&T>,
    after: &T,
    more: &[Change],
) -> Result<String, serde_json::Error> {
    let before = before.map(json).transpose()?.map(fields).unwrap_or_default();
    let changes: Vec<_> = fields(json(after)?)
        .iter()
        .filter(|(field, _)| !silent(field))
        .map(|(field, value)| Change {
            field: field.clone(),
            before: text(before.get(field)),
            after: text(Some(value)),
        })
        .filter(|change| change.before != change.after)
        .chain(more.iter().cloned())
        .collect();
    serde_json::to_string(&changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Thing {
        id: u8,
        version: u8,
        title: &'static str,
        title_folded: &'static str,
        owner: Option<&'static str>,
        stages: Vec<&'static str>,
    }

    #[test]
    fn only_what_people_read_and_what_changed_is_told() {
        let before = Thing {
            id: 1,
            version: 1,
            title: "A",
            title_folded: "a",
            owner: Some("per_1"),
            stages: vec!["SALES"],
        };
        let after =
            Thing { id: 1, version: 2, title: "B", title_folded: "b", owner: None, stages: vec!["SALES"] };
        let told: Vec<Change> = serde_json::from_str(&between(Some(&before), &after).unwrap()).unwrap();
        let change = |field: &str, before: Option<&str>, after: Option<&str>| Change {
            field: field.into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
        };
        assert_eq!(told, [change("owner", Some("per_1"), None), change("title", Some("A"), Some("B"))]);
        let told: Vec<Change> = serde_json::from_str(&between(None, &before).unwrap()).unwrap();
        assert_eq!(told.len(), 3);
        assert!(told.iter().all(|change| change.before.is_none()));
    }

    #[test]
    fn shares_are_told_in_percent() {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Part {
            weight_bp: Option<i32>,
        }
        let (none, some) = (Part { weight_bp: None }, Part { weight_bp: Some(1250) });
        let told = |before, after, more: &[Change]| -> Vec<Change> {
            serde_json::from_str(&between_and(before, after, more).unwrap()).unwrap()
        };
        let change = Change { field: "weight".into(), before: None, after: Some("12.5 %".into()) };
        assert_eq!(told(Some(&none), &some, &[]), std::slice::from_ref(&change));
        let more = Change { field: "effectiveOn".into(), before: None, after: Some("2025-03-10".into()) };
        assert_eq!(told(Some(&none), &some, std::slice::from_ref(&more)), [change, more.clone()]);
        assert_eq!(told(Some(&none), &none, std::slice::from_ref(&more)), [more]);
    }

    #[test]
    fn money_is_told_as_money() {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Cost {
            amount_minor: i64,
            currency: &'static str,
        }
        let told = |before: Option<&Cost>, after: &Cost| -> Vec<Change> {
            serde_json::from_str(&between(before, after).unwrap()).unwrap()
        };
        let change = |before: Option<&str>, after: &str| Change {
            field: "amount".into(),
            before: before.map(Into::into),
            after: Some(after.into()),
        };
        let (small, large) =
            (Cost { amount_minor: -5, currency: "EUR" }, Cost { amount_minor: 170_333, currency: "EUR" });
        assert_eq!(told(None, &small), [change(None, "-0.05 EUR")]);
        assert_eq!(told(Some(&small), &large), [change(Some("-0.05 EUR"), "1703.33 EUR")]);
        let yen = Cost { amount_minor: 1703, currency: "JPY" };
        assert_eq!(told(None, &yen), [change(None, "1703 JPY")]);
    }
}
