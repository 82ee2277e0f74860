//! Whether a parsed request may run, and what it asks for.

use async_graphql::{
    Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};

use super::{
    Limits, SchemaIndex, coerce,
    tally::{Counter, Tally},
};
use crate::graphql::{Fault, FaultCode};

/// How much of the introspection's own cost makes a point. Its lists are priced as far longer than they
/// are: measured, the whole schema takes as long to answer as 1600 points of other fields.
const INTROSPECTION_FOR_A_POINT: u64 = 32;

/// What a request that may run asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Its cost in points.
    pub cost: u64,
    /// Its fields inside one another.
    pub depth: u64,
    /// Query, mutation or subscription.
    pub operation_type: OperationType,
    /// The operation's name, or `anonymous`. The caller chose it: bound it before using it as a label.
    pub operation_label: String,
    /// Whether any root field asks for more than `__typename`, `__schema` and `__type`.
    pub needs_viewer: bool,
    /// Whether `__schema` or `__type` is asked for.
    pub introspects: bool,
}

/// Decides whether a parsed request may run.
///
/// Unknown fields, types and fragments are left to the engine's validator, which names them.
///
/// # Errors
///
/// `QUERY_TOO_DEEP` for depth, `QUERY_TOO_COMPLEX` for every other limit; `BAD_USER_INPUT` when the
/// operation is not there or not named, when a fragment contains itself, when introspection is
/// switched off, and when the variables do not fit their declared types.
pub fn admit(
    index: &SchemaIndex,
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Admission, Fault> {
    let count = document.operations.iter().count();
    if count > limits.operations {
        let limit = limits.operations;
        return Err(too_complex(format!("The document has {count} operations; the limit is {limit}.")));
    }
    let (label, chosen) = choose(&document.operations, operation_name)?;
    let mut counter = Counter::new(index, document, limits);
    let mut all = Tally::default();
    let mut tally = Tally::default();
    for (_, operation) in document.operations.iter() {
        // The engine checks every operation of the document, so all count against the bounds.
        let asked = counter.operation(&operation.node, variables)?;
        all.add(asked);
        if std::ptr::eq(chosen, &raw const operation.node) {
            tally = asked;
        }
    }
    all.add(counter.unused_fragments()?);
    check_bounds(&all, limits)?;
    check_operation(chosen.ty, &tally, limits)?;
    coerce::check_variables(index, chosen, variables)?;
    Ok(Admission {
        cost: tally
            .cost
            .saturating_add(tally.paged)
            .saturating_add(tally.introspection_cost / INTROSPECTION_FOR_A_POINT),
        depth: tally.depth,
        operation_type: chosen.ty,
        operation_label: label.to_owned(),
        needs_viewer: tally.fields > tally.open_fields,
        introspects: tally.introspects,
    })
}

fn choose<'a>(
    operations: &'a DocumentOperations,
    name: Option<&'a str>,
) -> Result<(&'a str, &'a OperationDefinition), Fault> {
    match (operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(("anonymous", &operation.node)),
        (DocumentOperations::Single(_), Some(name)) => Err(unknown_operation(name)),
        (DocumentOperations::Multiple(named), Some(name)) => {
            let found = named.iter().find(|(known, _)| known.as_str() == name);
            let (name, operation) = found.ok_or_else(|| unknown_operation(name))?;
            Ok((name.as_str(), &operation.node))
        }
        (DocumentOperations::Multiple(named), None) => {
            let mut named = named.iter();
            match (named.next(), named.next()) {
                (Some((name, operation)), None) => Ok((name.as_str(), &operation.node)),
                (None, _) => Err(Fault::bad_input("The document has no operation.")),
                _ => {
                    Err(Fault::bad_input("The document has several operations: name one in `operationName`."))
                }
            }
        }
    }
}

fn unknown_operation(name: &str) -> Fault {
    Fault::bad_input(format!("The document has no operation named \"{name}\"."))
}

fn check_bounds(all: &Tally, limits: &Limits) -> Result<(), Fault> {
    if all.depth > limits.depth {
        let message = format!("The query nests fields {} deep; the limit is {}.", all.depth, limits.depth);
        return Err(Fault::new(FaultCode::QueryTooDeep, message));
    }
    if all.value_nesting > limits.value_nesting {
        let (found, limit) = (all.value_nesting, limits.value_nesting);
        let message = format!("An argument nests lists and objects {found} deep; the limit is {limit}.");
        return Err(Fault::new(FaultCode::QueryTooDeep, message));
    }
    for (what, found, limit) in [
        ("selections", all.selections, limits.selections),
        ("fragment spreads", all.spreads, limits.spreads),
        ("aliases", all.aliases, limits.aliases),
        ("directives", all.directives, limits.directives),
        ("argument values", all.values, limits.values),
    ] {
        if found > limit {
            let message = format!("The query has {found} {what}, fragments expanded; the limit is {limit}.");
            return Err(too_complex(message));
        }
    }
    Ok(())
}

fn check_operation(ty: OperationType, tally: &Tally, limits: &Limits) -> Result<(), Fault> {
    if tally.introspects && !limits.introspection {
        // The engine would answer null without an error.
        return Err(Fault::bad_input("Introspection is switched off."));
    }
    let cost = tally.cost.saturating_add(tally.paged);
    for (what, found, limit) in [
        ("The query", cost, limits.cost),
        ("The introspection", tally.introspection_cost, limits.introspection_cost),
    ] {
        if found > limit {
            return Err(too_complex(format!("{what} costs {found} points; the limit is {limit}.")));
        }
    }
    if ty == OperationType::Mutation && tally.fields > limits.root_mutations {
        let (found, limit) = (tally.fields, limits.root_mutations);
        return Err(too_complex(format!("The mutation has {found} root fields; the limit is {limit}.")));
    }
    if ty == OperationType::Subscription && tally.fields != 1 {
        let message = format!("A subscription has one root field; this one has {}.", tally.fields);
        return Err(Fault::bad_input(message));
    }
    Ok(())
}

fn too_complex(message: String) -> Fault {
    Fault::new(FaultCode::QueryTooComplex, message)
}

#[cfg(test)]
mod tests;
