//! The parameters of a GraphQL request, from a JSON body or from a URL.

use actix_web::http::StatusCode;
use async_graphql::{Request, Variables};
use serde_json::{Map, Value};

use super::answer::Refusal;

/// The parameters as they arrived.
#[derive(Debug)]
pub enum Sent<'a> {
    /// The query string of a GET.
    Url(&'a str),
    /// The body of a POST.
    Body(Vec<u8>),
    /// Part of a message of so many bytes.
    Message(Value, usize),
}

impl Sent<'_> {
    /// Its length in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Url(text) => text.len(),
            Self::Body(bytes) => bytes.len(),
            Self::Message(_, bytes) => *bytes,
        }
    }

    /// Reads it.
    pub fn read(&self) -> Result<Parameters, Refusal> {
        match self {
            Self::Url(text) => Parameters::from_query_string(text),
            Self::Body(bytes) => Parameters::from_body(bytes),
            Self::Message(value, _) => Parameters::from_value(value.clone()),
        }
    }
}

/// What a caller sends.
#[derive(Debug, PartialEq)]
pub struct Parameters {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: Map<String, Value>,
    pub extensions: Map<String, Value>,
}

impl Parameters {
    /// From the body of a POST. Unknown keys are ignored.
    fn from_body(body: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| wrong("The body is not UTF-8."))?;
        // serde_json stops at 128 levels, which bounds what has to be walked later.
        let parsed = serde_json::from_str(text).map_err(|error| {
            wrong(format!("The body is not JSON: line {}, column {}.", error.line(), error.column()))
        })?;
        Self::from_value(parsed)
    }

    /// The same from what was read already.
    fn from_value(parsed: Value) -> Result<Self, Refusal> {
        let mut given = match parsed {
            Value::Object(given) => given,
            Value::Array(_) => return Err(wrong("Batches are not supported: send one request at a time.")),
            _ => return Err(wrong("The body has to be a JSON object with `query`.")),
        };
        let query = match given.remove("query") {
            Some(Value::String(query)) => query,
            Some(_) => return Err(wrong("`query` has to be a string.")),
            None => return Err(wrong("`query` is missing.")),
        };
        let operation_name = match given.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(wrong("`operationName` has to be a string.")),
        };
        Ok(Self {
            query,
            operation_name: operation_name.filter(|name| !name.is_empty()),
            variables: map("variables", given.remove("variables"))?,
            extensions: map("extensions", given.remove("extensions"))?,
        })
    }

    /// From the query string of a GET, where `variables` and `extensions` are JSON. A parameter without
    /// a value counts as not given.
    fn from_query_string(text: &str) -> Result<Self, Refusal> {
        let [mut query, mut operation_name, mut variables, mut extensions] = [const { None::<String> }; 4];
        for pair in text.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = match decode(name)?.as_str() {
                "query" => &mut query,
                "operationName" => &mut operation_name,
                "variables" => &mut variables,
                "extensions" => &mut extensions,
                _ => continue,
            };
            let value = decode(value)?;
            if !value.is_empty() && place.replace(value).is_some() {
                return Err(wrong("A parameter is given twice in the URL."));
            }
        }
        let json = |name: &str, text: Option<String>| match text.map(|text| serde_json::from_str(&text)) {
            None => Ok(Map::new()),
            Some(Ok(value)) => map(name, Some(value)),
            Some(Err(_)) => Err(wrong(format!("`{name}` in the URL is not JSON."))),
        };
        Ok(Self {
            query: query.ok_or_else(|| wrong("`query` is missing."))?,
            operation_name,
            variables: json("variables", variables)?,
            extensions: json("extensions", extensions)?,
        })
    }

    /// The same as the engine takes it.
    pub fn into_request(self) -> Result<Request, Refusal> {
        let mut request = Request::new(self.query);
        request.operation_name = self.operation_name;
        request.variables = Variables::from_json(Value::Object(self.variables));
        request.extensions = serde_json::from_value(Value::Object(self.extensions))
            .map_err(|_| wrong("`extensions` cannot be read."))?;
        Ok(request)
    }
}

fn wrong(message: impl Into<String>) -> Refusal {
    Refusal::http(StatusCode::BAD_REQUEST, message)
}

fn map(name: &str, value: Option<Value>) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(wrong(format!("`{name}` has to be an object."))),
    }
}

/// Percent-decodes, strictly: what is not UTF-8 is refused instead of replaced.
fn decode(text: &str) -> Result<String, Refusal> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => break,
            [b'%', high, low, tail @ ..] => {
                let digit =
                    |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                let (Some(high), Some(low)) = (digit(high), digit(low)) else { return Err(not_encoded()) };
                decoded.push(high << 4 | low);
                tail
            }
            [b'%', ..] => return Err(not_encoded()),
            [b'+', tail @ ..] => {
                decoded.push(b' ');
                tail
            }
            [byte, tail @ ..] => {
                decoded.push(*byte);
                tail
            }
        };
    }
    String::from_utf8(decoded).map_err(|_| wrong("The URL is not UTF-8."))
}

fn not_encoded() -> Refusal {
    wrong("The URL is not percent-encoded.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_strict() {
        for (text, expected) in [
            ("a+b%20c%2Bd", Some("a b c+d")),
            ("%C3%B8%c3%b8", Some("øø")),
            ("", Some("")),
            ("%", None),
            ("%4", None),
            ("%4g", None),
            ("%+1", None),
            ("%C3", None),
        ] {
            assert_eq!(decode(text).ok().as_deref(), expected, "{text}");
        }
    }
}
