//! The query of a webhook: a GraphQL document with one operation, a query that takes the id of the event as
//! `$event: ID!`.
//!
//! ```graphql
//! query ($event: ID!) {
//!   node(id: $event) { ... on Event { id action at subject { id ... on Initiative { code title } } } }
//! }
//! ```

use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationType};
use async_graphql::{Request, Value, Variables};
use tutti_entity::ids::EventId;

use crate::graphql::limits::{self, Limits, SchemaIndex, admit};
use crate::graphql::{Problem, ProblemCode};

/// What the id of the event is called.
const EVENT: &str = "event";

/// What has to be known to tell whether a document may run.
#[derive(Clone, Copy)]
pub(super) struct Rules<'r> {
    pub(super) index: &'r SchemaIndex,
    pub(super) limits: &'r Limits,
}

fn refused(message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::Invalid, "query", message)
}

/// A place in a document, as people count.
pub(super) fn at(line: usize, column: usize, message: &str) -> String {
    format!("Line {line}, column {column}: {message}")
}

/// The request that this document is for an event. What only the schema knows is told when it runs.
pub(super) fn request(text: &str, event: EventId, rules: Rules<'_>) -> Result<Request, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(ProblemCode::Required, "query", "`query` may not be empty."));
    }
    let document = limits::parse(text, rules.limits).map_err(|error| {
        let place = error.locations.first();
        refused(place.map_or(error.message.clone(), |place| at(place.line, place.column, &error.message)))
    })?;
    takes_an_event(&document)?;
    let variables =
        Variables::from_value(Value::from_json(serde_json::json!({ EVENT: event })).unwrap_or_default());
    admit(rules.index, &document, None, &variables, rules.limits).map_err(|fault| refused(fault.message))?;
    let mut request = Request::new(text).variables(variables);
    request.set_parsed_query(document);
    Ok(request)
}

fn takes_an_event(document: &ExecutableDocument) -> Result<(), Problem> {
    let mut operations = document.operations.iter();
    let (Some((_, operation)), None) = (operations.next(), operations.next()) else {
        return Err(refused("The document has one operation, and no other."));
    };
    let place = operation.pos;
    if operation.node.ty != OperationType::Query {
        return Err(refused(at(place.line, place.column, "The operation has to be a query.")));
    }
    let is_id = |ty: &BaseType| matches!(ty, BaseType::Named(name) if name.as_str() == "ID");
    let declared = operation.node.variable_definitions.iter().any(|definition| {
        let variable = &definition.node;
        variable.name.node.as_str() == EVENT && is_id(&variable.var_type.node.base)
    });
    if declared {
        return Ok(());
    }
    let message = "The query takes the id of the event: `query ($event: ID!) { node(id: $event) { … } }`.";
    Err(Problem::new(ProblemCode::Required, "query", at(place.line, place.column, message)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_document_is_one_query_that_takes_an_event() {
        let index = SchemaIndex::from_sdl(&crate::schema::sdl()).unwrap();
        let limits = Limits::default();
        let rules = Rules { index: &index, limits: &limits };
        let event = EventId(Uuid::from_u128(7));
        let good = "query ($event: ID!) { node(id: $event) { id } }";
        let asked = request(good, event, rules).unwrap();
        assert_eq!(asked.variables.get("event"), Some(&Value::String(event.to_string())));
        assert!(
            request("query T($event: ID, $n: Int = 2) { node(id: $event) { id } }", event, rules).is_ok()
        );
        let nested = format!("query ($event: ID!) {{ node(id: $event) {{ {} }} }}", "subject { ".repeat(30));
        let dear = "query ($event: ID!) { node(id: $event) { id } initiatives(first: 200) { nodes { milestones(first: 200) { nodes { id } } } } }";
        for (text, code, told) in [
            ("", ProblemCode::Required, "empty"),
            ("{ node(id: 1) { id }", ProblemCode::Invalid, "Line 1, column 21"),
            ("query ($event: ID!)\n{ node(id: $event) { id }", ProblemCode::Invalid, "Line 2"),
            ("{ viewer { person { id } } }", ProblemCode::Required, "$event: ID!"),
            ("query ($event: String!) { viewer { person { id } } }", ProblemCode::Required, "$event: ID!"),
            (
                "query A($event: ID!) { node(id: $event) { id } } query B { node(id: 1) { id } }",
                ProblemCode::Invalid,
                "one operation",
            ),
            (
                "mutation ($event: ID!) { roleRevoke(input: { id: $event }) { event { id } } }",
                ProblemCode::Invalid,
                "has to be a query",
            ),
            ("subscription ($event: ID!) { events { cursor } }", ProblemCode::Invalid, "has to be a query"),
            ("query ($event: ID!, $n: Int!) { node(id: $event) { id } }", ProblemCode::Invalid, "n"),
            (&nested, ProblemCode::Invalid, ""),
            (dear, ProblemCode::Invalid, "points"),
        ] {
            let problem = request(text, event, rules).err().unwrap_or_else(|| panic!("{text} is taken"));
            assert_eq!(
                (problem.code, problem.path[1].as_str()),
                (code, "query"),
                "{text}: {}",
                problem.message
            );
            assert!(problem.message.contains(told), "{text}: {}", problem.message);
        }
    }
}
