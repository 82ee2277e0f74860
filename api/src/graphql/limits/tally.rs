//! Counting what a selection set asks for, with fragments expanded and each fragment counted once.
//!
//! A fragment's tally does not depend on where it is spread, so it is kept; twenty fragments that each
//! spread the next one twice take twenty steps instead of a million. All sums saturate.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use super::index::{DEFAULT_PAGE, PLAIN_LIST};
use super::{FieldInfo, Limits, SchemaIndex};
use crate::graphql::{Fault, FaultCode};

/// Larger pages have an error of their own in the resolver; here they only must not overflow.
const LARGEST_PAGE: u64 = 200;
/// How many values handed to a field cost as much as a field: they are read again for each parent.
const VALUES_FOR_A_FIELD: u64 = 16;

/// What a selection set asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Fields directly in the set, through fragments.
    pub fields: u64,
    /// Those of them that need nobody to be signed in: about the schema or the type, or open to anyone.
    pub open_fields: u64,
    /// Whether `__schema` or `__type` is among them, or below.
    pub introspects: bool,
    /// Selection sets inside one another, this one included.
    pub levels: u64,
    /// Fields inside one another.
    pub depth: u64,
    pub selections: u64,
    pub aliases: u64,
    pub directives: u64,
    pub spreads: u64,
    pub values: u64,
    /// Lists and objects inside one another in the value of one argument.
    pub value_nesting: u64,
    /// Cost of what is not below `edges` and `nodes` of a connection.
    pub cost: u64,
    /// Cost of what is, for one row.
    pub paged: u64,
    /// Cost of the introspection part, lists counted as lists.
    pub introspection_cost: u64,
}

impl Tally {
    /// Puts another part beside this one.
    pub fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.open_fields = self.open_fields.saturating_add(other.open_fields);
        self.introspects |= other.introspects;
        self.levels = self.levels.max(other.levels);
        self.depth = self.depth.max(other.depth);
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.spreads = self.spreads.saturating_add(other.spreads);
        self.values = self.values.saturating_add(other.values);
        self.value_nesting = self.value_nesting.max(other.value_nesting);
        self.cost = self.cost.saturating_add(other.cost);
        self.paged = self.paged.saturating_add(other.paged);
        self.introspection_cost = self.introspection_cost.saturating_add(other.introspection_cost);
    }
}

/// Where a selection set stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The type selected on; empty when the schema does not know it.
    on: &'a str,
    /// Below `__schema` or `__type`.
    introspecting: bool,
    /// Selection sets around this one, to keep the recursion short.
    level: u64,
}

/// Counts operations of one document.
pub(super) struct Counter<'a> {
    index: &'a SchemaIndex,
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    variables: HashMap<&'a str, Given>,
    /// `None` while a fragment is being counted: meeting it again means that it contains itself.
    fragments: HashMap<&'a str, Option<Tally>>,
}

/// What the counter has to know of a variable's value.
#[derive(Clone, Copy)]
struct Given {
    weight: u64,
    nesting: u64,
    number: Option<u64>,
    items: u64,
}

impl<'a> Counter<'a> {
    pub fn new(index: &'a SchemaIndex, document: &'a ExecutableDocument, limits: &'a Limits) -> Self {
        Self { index, document, limits, variables: HashMap::new(), fragments: HashMap::new() }
    }

    /// Counts one operation under these variables.
    pub fn operation(
        &mut self,
        operation: &'a OperationDefinition,
        variables: &'a Variables,
    ) -> Result<Tally, Fault> {
        // What a fragment costs depends on the variables' values and on their defaults.
        self.fragments.clear();
        self.variables.clear();
        for definition in &operation.variable_definitions {
            let name = definition.node.name.node.as_str();
            let default = definition.node.default_value.as_ref().map(|value| &value.node);
            if let Some(value) = variables.get(name).or(default) {
                self.variables.insert(name, Given::of(value));
            }
        }
        let place = Place { on: self.index.root(operation.ty), introspecting: false, level: 0 };
        let mut tally = Tally::default();
        self.directives(&operation.directives, &mut tally)?;
        for definition in &operation.variable_definitions {
            self.directives(&definition.node.directives, &mut tally)?;
        }
        tally.add(self.selection_set(&operation.selection_set.node, place)?);
        Ok(tally)
    }

    /// Counts the fragments that no operation spreads: the engine validates them as well, and they too
    /// may contain themselves.
    pub fn unused_fragments(&mut self) -> Result<Tally, Fault> {
        let mut tally = Tally::default();
        for name in self.document.fragments.keys() {
            if !self.fragments.contains_key(name.as_str()) {
                tally.add(self.fragment(name, 0)?);
            }
        }
        Ok(tally)
    }

    fn selection_set(&mut self, set: &'a SelectionSet, place: Place<'a>) -> Result<Tally, Fault> {
        let place = Place { level: place.level.saturating_add(1), ..place };
        self.check_level(place.level)?;
        let mut tally = Tally::default();
        for selection in &set.items {
            tally.selections = tally.selections.saturating_add(1);
            match &selection.node {
                Selection::Field(field) => tally.add(self.field(&field.node, place)?),
                Selection::FragmentSpread(spread) => {
                    tally.spreads = tally.spreads.saturating_add(1);
                    self.directives(&spread.node.directives, &mut tally)?;
                    tally.add(self.fragment(&spread.node.fragment_name.node, place.level)?);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives, &mut tally)?;
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map_or(place.on, |condition| condition.node.on.node.as_str());
                    let inner = Place { on, ..place };
                    tally.add(self.selection_set(&inline.node.selection_set.node, inner)?);
                }
            }
        }
        if set.items.is_empty() {
            return Ok(tally);
        }
        tally.levels = tally.levels.saturating_add(1);
        Ok(tally)
    }

    fn check_level(&self, levels: u64) -> Result<(), Fault> {
        let limit = self.limits.levels;
        if levels > limit {
            let message = format!(
                "The query nests selections {levels} deep, fragments included; the limit is {limit}."
            );
            return Err(Fault::new(FaultCode::QueryTooDeep, message));
        }
        Ok(())
    }

    fn fragment(&mut self, name: &'a Name, level: u64) -> Result<Tally, Fault> {
        let tally = match self.fragments.get(name.as_str()) {
            Some(Some(tally)) => *tally,
            Some(None) => {
                return Err(Fault::bad_input(format!("The fragment \"{name}\" contains itself.")));
            }
            None => {
                // An unknown fragment is the validator's to name.
                let Some(fragment) = self.document.fragments.get(name) else { return Ok(Tally::default()) };
                self.fragments.insert(name.as_str(), None);
                let on = fragment.node.type_condition.node.on.node.as_str();
                let place = Place { on, introspecting: on.starts_with("__"), level };
                let mut tally = self.selection_set(&fragment.node.selection_set.node, place)?;
                self.directives(&fragment.node.directives, &mut tally)?;
                self.fragments.insert(name.as_str(), Some(tally));
                tally
            }
        };
        self.check_level(level.saturating_add(tally.levels))?;
        Ok(tally)
    }

    fn field(&mut self, field: &'a Field, place: Place<'a>) -> Result<Tally, Fault> {
        let name = field.name.node.as_str();
        let meta = matches!(name, "__typename" | "__schema" | "__type");
        let introspects = matches!(name, "__schema" | "__type");
        let introspecting = place.introspecting || introspects;
        let info = self.index.field(place.on, name);
        let on = info.map_or("", |info| info.named_type.as_str());
        let inner = Place { on, introspecting, level: place.level };
        let below = if field.selection_set.node.items.is_empty() {
            Tally::default()
        } else {
            self.selection_set(&field.selection_set.node, inner)?
        };
        let mut tally = Tally {
            fields: 1,
            open_fields: u64::from(meta || info.is_some_and(|info| info.open)),
            introspects: introspects || below.introspects,
            depth: below.depth.saturating_add(1),
            ..below
        };
        tally.aliases = tally.aliases.saturating_add(u64::from(field.alias.is_some()));
        self.directives(&field.directives, &mut tally)?;
        let (values, nesting) = self.argument_values(field);
        tally.values = tally.values.saturating_add(values);
        tally.value_nesting = tally.value_nesting.max(nesting);
        if introspecting {
            let items = if is_introspection_list(name) { PLAIN_LIST } else { 1 };
            tally.introspection_cost = below.introspection_cost.saturating_mul(items).saturating_add(1);
            tally.cost = below.cost.saturating_add(1);
        } else {
            (tally.cost, tally.paged) = self.charge(field, place.on, info, &below, values);
        }
        Ok(tally)
    }

    /// The cost of a field and what is below it: what counts once, and what counts for each row of the
    /// connection that the field belongs to.
    fn charge(
        &self,
        field: &Field,
        on: &str,
        info: Option<&FieldInfo>,
        below: &Tally,
        handed: u64,
    ) -> (u64, u64) {
        let all = below.cost.saturating_add(below.paged);
        if on.ends_with("Connection") && matches!(field.name.node.as_str(), "edges" | "nodes") {
            return (1, all);
        }
        let children = match info {
            Some(info) if info.connection => {
                let rows = below.paged.saturating_mul(self.page(field, DEFAULT_PAGE));
                below.cost.saturating_add(rows)
            }
            Some(FieldInfo { list: Some(otherwise), .. }) => {
                all.saturating_mul(self.items(field, *otherwise))
            }
            _ => all,
        };
        (children.saturating_add(1).saturating_add(handed / VALUES_FOR_A_FIELD), 0)
    }

    fn directives(&self, directives: &'a [Positioned<Directive>], tally: &mut Tally) -> Result<(), Fault> {
        let limit = self.limits.directives_each;
        let count = directives.len();
        if count > limit {
            let message = format!("One place of the query has {count} directives; the limit is {limit}.");
            return Err(Fault::new(FaultCode::QueryTooComplex, message));
        }
        tally.directives = tally.directives.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(())
    }

    /// The rows that a list asks for, and how many it is taken to have where it does not say.
    fn page(&self, field: &Field, otherwise: u64) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| {
            let given = self.argument(field, name, |given| given.number.map_or(Value::Null, Value::from));
            number(&given)
        });
        asked.max().unwrap_or(otherwise).clamp(1, LARGEST_PAGE)
    }

    /// The items that a plain list is taken to have.
    fn items(&self, field: &Field, otherwise: u64) -> u64 {
        if field.name.node != "nodes" || field.get_argument("ids").is_none() {
            return self.page(field, otherwise);
        }
        let mut held = 0;
        let given = self.argument(field, "ids", |given| {
            held = given.items;
            Value::Null
        });
        if given == Value::Null { held } else { items(&given) }
    }

    /// The value of an argument, with what stands for its variables. Null without it.
    fn argument(&self, field: &Field, name: &str, mut stand_in: impl FnMut(Given) -> Value) -> Value {
        let Some(value) = field.get_argument(name) else { return Value::Null };
        let constant = value.node.clone().into_const_with(|variable| {
            Ok::<_, ()>(self.variables.get(variable.as_str()).map_or(Value::Null, |given| stand_in(*given)))
        });
        constant.unwrap_or_default()
    }

    /// The values handed to a field, each variable with all that it holds, and how deep they nest: at
    /// most as deep as the literal and the deepest variable in it together.
    fn argument_values(&self, field: &Field) -> (u64, u64) {
        let (mut sum, mut deepest) = (0_u64, 0_u64);
        for (_, value) in &field.arguments {
            let mut held = 0_u64;
            let constant = value.node.clone().into_const_with(|name| {
                let given = self.variables.get(name.as_str());
                sum = sum.saturating_add(given.map_or(1, |given| given.weight));
                held = held.max(given.map_or(0, |given| given.nesting));
                Ok::<_, ()>(Value::Null)
            });
            let constant = constant.unwrap_or_default();
            sum = sum.saturating_add(weight(&constant));
            deepest = deepest.max(nesting(&constant).saturating_add(held));
        }
        (sum, deepest)
    }
}

impl Given {
    fn of(value: &Value) -> Self {
        Self { weight: weight(value), nesting: nesting(value), number: number(value), items: items(value) }
    }
}

fn weight(value: &Value) -> u64 {
    match value {
        Value::List(values) => values.iter().map(weight).fold(1, u64::saturating_add),
        Value::Object(fields) => fields.values().map(weight).fold(1, u64::saturating_add),
        // A long string is copied as slowly as one more value for each 64 bytes of it.
        Value::String(text) => u64::try_from(text.len() / 64).unwrap_or(u64::MAX).saturating_add(1),
        _ => 1,
    }
}

/// Recurses as deep as the document's scan and the reader of JSON allow.
fn nesting(value: &Value) -> u64 {
    match value {
        Value::List(values) => values.iter().map(nesting).max().unwrap_or(0).saturating_add(1),
        Value::Object(fields) => fields.values().map(nesting).max().unwrap_or(0).saturating_add(1),
        _ => 0,
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or(Some(1)),
        _ => None,
    }
}

/// A single value stands for a list of one.
fn items(value: &Value) -> u64 {
    match value {
        Value::List(values) => u64::try_from(values.len()).unwrap_or(u64::MAX),
        Value::Null => 0,
        _ => 1,
    }
}

/// The introspection types are not in the exported schema.
fn is_introspection_list(field: &str) -> bool {
    matches!(
        field,
        "types"
            | "directives"
            | "fields"
            | "args"
            | "interfaces"
            | "possibleTypes"
            | "inputFields"
            | "enumValues"
    )
}
