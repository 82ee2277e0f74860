//! Whether the variables fit the types that the operation declares for them.
//!
//! GraphQL wants this decided before anything runs. The engine finds a missing or null variable only
//! when a resolver asks for it, which would make a wrong request look like a failed one.

use std::collections::HashMap;

use async_graphql::{
    Name, Value, Variables,
    indexmap::IndexMap,
    parser::types::{BaseType, OperationDefinition, Type},
};

use super::{SchemaIndex, index::Input};
use crate::graphql::Fault;

/// Checks the values of the variables, defaults aside: the engine's validator checks those.
pub(super) fn check_variables(
    index: &SchemaIndex,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Fault> {
    for definition in &operation.variable_definitions {
        let name = definition.node.name.node.as_str();
        let ty = &definition.node.var_type.node;
        let found = match variables.get(name) {
            Some(value) => fits(index, ty, value),
            None if ty.nullable || definition.node.default_value.is_some() => Ok(()),
            None => Err(Misfit::new("no value was given")),
        };
        if let Err(misfit) = found {
            let (path, why) = (misfit.path, misfit.why);
            return Err(Fault::bad_input(format!(
                "The variable \"${name}{path}\" of type \"{ty}\" does not fit: {why}."
            )));
        }
    }
    Ok(())
}

/// Where a value does not fit, and why. Never holds the value itself.
struct Misfit {
    path: String,
    why: String,
}

impl Misfit {
    fn new(why: impl Into<String>) -> Self {
        Self { path: String::new(), why: why.into() }
    }

    fn below(self, step: &str) -> Self {
        Self { path: format!("{step}{}", self.path), ..self }
    }
}

fn fits(index: &SchemaIndex, ty: &Type, value: &Value) -> Result<(), Misfit> {
    match (&ty.base, value) {
        (_, Value::Null) if ty.nullable => Ok(()),
        (_, Value::Null) => Err(Misfit::new("null is not allowed")),
        (BaseType::List(item), Value::List(values)) => {
            for (at, value) in values.iter().enumerate() {
                fits(index, item, value).map_err(|misfit| misfit.below(&format!("[{at}]")))?;
            }
            Ok(())
        }
        // GraphQL takes a single value for a list of one.
        (BaseType::List(item), value) => fits(index, item, value),
        (BaseType::Named(name), value) => fits_named(index, name, value),
    }
}

fn fits_named(index: &SchemaIndex, name: &str, value: &Value) -> Result<(), Misfit> {
    let fine = match (name, value) {
        ("Int", Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", Value::Number(_))
        | ("Boolean", Value::Boolean(_))
        | ("String" | "ID", Value::String(_)) => true,
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("Int" | "Float" | "Boolean" | "String" | "ID", _) => false,
        _ => return index.input(name).map_or(Ok(()), |input| fits_input(index, name, input, value)),
    };
    if fine { Ok(()) } else { Err(Misfit::new(format!("\"{name}\" was expected"))) }
}

fn fits_input(index: &SchemaIndex, name: &str, input: &Input, value: &Value) -> Result<(), Misfit> {
    match (input, value) {
        (Input::Scalar, _) => Ok(()),
        (Input::Enum(values), Value::String(text)) if values.contains(text) => Ok(()),
        (Input::Enum(values), Value::Enum(text)) if values.contains(text.as_str()) => Ok(()),
        (Input::Enum(_), _) => Err(Misfit::new(format!("a value of the enum \"{name}\" was expected"))),
        (Input::Object { one_of, fields }, Value::Object(given)) => {
            fits_object(index, fields, given)?;
            if *one_of && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
                return Err(Misfit::new(format!("\"{name}\" takes exactly one field, and not null")));
            }
            Ok(())
        }
        (Input::Object { .. }, _) => Err(Misfit::new(format!("an object \"{name}\" was expected"))),
    }
}

fn fits_object(
    index: &SchemaIndex,
    fields: &HashMap<String, (Type, bool)>,
    given: &IndexMap<Name, Value>,
) -> Result<(), Misfit> {
    for (name, value) in given {
        let below = |misfit: Misfit| misfit.below(&format!(".{name}"));
        let Some((ty, _)) = fields.get(name.as_str()) else {
            return Err(below(Misfit::new("there is no such field")));
        };
        fits(index, ty, value).map_err(below)?;
    }
    let mut required = fields.iter().filter(|(_, (ty, defaulted))| !ty.nullable && !defaulted);
    match required.find(|(name, _)| !given.contains_key(name.as_str())) {
        Some((name, _)) => Err(Misfit::new("no value was given").below(&format!(".{name}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::DocumentOperations};

    use super::*;

    const SDL: &str = "
        type Query { a: Int }
        enum Colour { RED GREEN }
        scalar Date
        input Point { x: Int!, y: Int! = 3, label: String, colour: Colour, inner: [Point!] }
        input Choice @oneOf { id: ID, name: String }
    ";

    fn check(ty: &str, json: serde_json::Value) -> Result<(), String> {
        let index = SchemaIndex::from_sdl(SDL).unwrap();
        let document = parse_query(format!("query ($v: {ty}) {{ a }}")).unwrap();
        let DocumentOperations::Single(operation) = &document.operations else { panic!() };
        let variables = Variables::from_json(json);
        check_variables(&index, &operation.node, &variables).map_err(|fault| fault.message)
    }

    #[test]
    fn values_that_fit() {
        for (ty, json) in [
            ("Int", "{}"),
            ("Int", "{\"v\": null}"),
            ("Int! = 4", "{}"),
            ("Int!", "{\"v\": -2147483648}"),
            ("Float!", "{\"v\": 1}"),
            ("Float!", "{\"v\": 1.5}"),
            ("ID!", "{\"v\": 1}"),
            ("ID!", "{\"v\": \"a\"}"),
            ("[Int!]!", "{\"v\": 1}"),
            ("[[Int]]", "{\"v\": [[1, null], null]}"),
            ("Colour", "{\"v\": \"RED\"}"),
            ("Date", "{\"v\": {\"any\": 1}}"),
            ("Unknown", "{\"v\": 1}"),
            ("Point", "{\"v\": {\"x\": 1, \"inner\": [{\"x\": 1, \"colour\": \"GREEN\"}]}}"),
            ("Choice", "{\"v\": {\"id\": 1}}"),
        ] {
            assert_eq!(check(ty, serde_json::from_str(json).unwrap()), Ok(()), "{ty} {json}");
        }
    }

    #[test]
    fn values_that_do_not_fit_say_where() {
        for (ty, json, part) in [
            ("Int!", "{}", "no value was given"),
            ("Int!", "{\"v\": null}", "null is not allowed"),
            ("Int! = 4", "{\"v\": null}", "null is not allowed"),
            ("Int", "{\"v\": 2147483648}", "\"Int\" was expected"),
            ("Int", "{\"v\": 1.5}", "\"Int\" was expected"),
            ("Int", "{\"v\": \"1\"}", "\"Int\" was expected"),
            ("Boolean", "{\"v\": 1}", "\"Boolean\" was expected"),
            ("String", "{\"v\": 1}", "\"String\" was expected"),
            ("ID", "{\"v\": 1.5}", "\"ID\" was expected"),
            ("[Int!]", "{\"v\": [1, null]}", "\"$v[1]\""),
            ("Colour", "{\"v\": \"BLUE\"}", "enum \"Colour\""),
            ("Point", "{\"v\": 3}", "an object \"Point\""),
            ("Point", "{\"v\": {}}", "\"$v.x\""),
            ("Point", "{\"v\": {\"x\": 1, \"z\": 1}}", "\"$v.z\""),
            ("Point", "{\"v\": {\"x\": 1, \"inner\": [{\"x\": 1}, {\"x\": \"\"}]}}", "\"$v.inner[1].x\""),
            ("Choice", "{\"v\": {\"id\": 1, \"name\": \"a\"}}", "exactly one"),
            ("Choice", "{\"v\": {\"id\": null}}", "exactly one"),
            ("Choice", "{\"v\": {}}", "exactly one"),
        ] {
            let message = check(ty, serde_json::from_str(json).unwrap()).unwrap_err();
            assert!(message.contains(part), "{ty} {json}: {message}");
        }
    }
}
