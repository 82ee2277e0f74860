//! What the limits have to know about the schema, read once from its exported text.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::{
    self, parse_schema,
    types::{BaseType, FieldDefinition, OperationType, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};

use crate::access::table::{self, Open};

/// Rows of a connection, and items of a list that takes how many are asked for, when the query does not say.
pub(super) const DEFAULT_PAGE: u64 = 50;
/// Items of any other list.
pub(super) const PLAIN_LIST: u64 = 10;

/// One field of an object or interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The type it returns, without lists and non-null marks.
    pub named_type: String,
    /// The items that it is taken to have where it returns a list and nobody says how many.
    pub list: Option<u64>,
    /// Whether it returns a connection, by the name of its type.
    pub connection: bool,
    /// The capability that its `@needs` directive names.
    pub needs: Option<String>,
    /// Whether anybody may ask for it, signed in or not.
    pub open: bool,
}

/// What a variable of a named type may hold.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// A scalar of our own; its resolver checks it.
    Scalar,
    /// The names of the values.
    Enum(HashSet<String>),
    /// An input object.
    Object {
        /// Exactly one field has to be given.
        one_of: bool,
        /// Each field with its type and whether it has a default.
        fields: HashMap<String, (Type, bool)>,
    },
}

/// The fields and inputs of every type.
#[derive(Clone, Debug)]
pub struct SchemaIndex {
    roots: [String; 3],
    fields: HashMap<String, HashMap<String, FieldInfo>>,
    inputs: HashMap<String, Input>,
}

impl SchemaIndex {
    /// Reads the exported schema.
    ///
    /// # Errors
    ///
    /// When the text is not a schema. It comes from the engine itself, so that is a fault of ours.
    pub fn from_sdl(sdl: &str) -> Result<Self, parser::Error> {
        let mut index = Self {
            roots: ["Query", "Mutation", "Subscription"].map(str::to_owned),
            fields: HashMap::new(),
            inputs: HashMap::new(),
        };
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let given = [schema.node.query, schema.node.mutation, schema.node.subscription];
                    for (root, given) in index.roots.iter_mut().zip(given) {
                        if let Some(name) = given {
                            *root = name.node.to_string();
                        }
                    }
                }
                TypeSystemDefinition::Type(definition) => index.add(definition.node),
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(index)
    }

    /// The name of a root type.
    #[must_use]
    pub fn root(&self, operation: OperationType) -> &str {
        let [query, mutation, subscription] = &self.roots;
        match operation {
            OperationType::Query => query,
            OperationType::Mutation => mutation,
            OperationType::Subscription => subscription,
        }
    }

    /// One field of a type, if both exist.
    #[must_use]
    pub fn field(&self, type_name: &str, field: &str) -> Option<&FieldInfo> {
        self.fields.get(type_name)?.get(field)
    }

    /// Every field of a type, in no order.
    pub fn fields(&self, type_name: &str) -> impl Iterator<Item = (&str, &FieldInfo)> {
        self.fields.get(type_name).into_iter().flatten().map(|(name, info)| (name.as_str(), info))
    }

    pub(super) fn input(&self, type_name: &str) -> Option<&Input> {
        self.inputs.get(type_name)
    }

    fn add(&mut self, definition: TypeDefinition) {
        let name = definition.name.node.to_string();
        match definition.kind {
            TypeKind::Object(object) => self.add_fields(name, &object.fields),
            TypeKind::Interface(interface) => self.add_fields(name, &interface.fields),
            TypeKind::Union(_) => self.add_fields(name, &[]),
            TypeKind::Scalar => {
                self.inputs.insert(name, Input::Scalar);
            }
            TypeKind::Enum(kind) => {
                let values = kind.values.iter().map(|value| value.node.value.node.to_string()).collect();
                self.inputs.insert(name, Input::Enum(values));
            }
            TypeKind::InputObject(object) => {
                let one_of =
                    definition.directives.iter().any(|directive| directive.node.name.node == "oneOf");
                let fields = object.fields.into_iter().map(|field| {
                    let defaulted = field.node.default_value.is_some();
                    (field.node.name.node.to_string(), (field.node.ty.node, defaulted))
                });
                self.inputs.insert(name, Input::Object { one_of, fields: fields.collect() });
            }
        }
    }

    fn add_fields(&mut self, type_name: String, fields: &[async_graphql::Positioned<FieldDefinition>]) {
        let known = self.fields.entry(type_name).or_default();
        for field in fields {
            known.insert(field.node.name.node.to_string(), describe(&field.node));
        }
    }
}

fn describe(field: &FieldDefinition) -> FieldInfo {
    let mut list = false;
    let mut ty = &field.ty.node;
    while let BaseType::List(item) = &ty.base {
        list = true;
        ty = item;
    }
    let named_type = match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(_) => String::new(),
    };
    let needs = field.directives.iter().find(|directive| directive.node.name.node == "needs");
    let capability = needs.and_then(|directive| directive.node.get_argument("capability"));
    let needs = capability.and_then(|value| match &value.node {
        async_graphql::Value::String(text) => Some(text.clone()),
        _ => None,
    });
    let counted = field.arguments.iter().any(|argument| argument.node.name.node == "first");
    let allowance = needs.as_deref().and_then(table::named);
    FieldInfo {
        connection: !list && named_type.ends_with("Connection"),
        named_type,
        list: list.then_some(if counted { DEFAULT_PAGE } else { PLAIN_LIST }),
        needs,
        open: allowance.is_some_and(|allowance| allowance.open == Open::ToAnyone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_kind_of_type_are_known() {
        let index = SchemaIndex::from_sdl(
            r#"
            directive @needs(capability: String!) on FIELD_DEFINITION
            """ A doc with { braces """
            type Query { a(first: Int = 5): AConnection! @needs(capability: "a.read"), b: [[B!]]!, c: C }
            interface Node { id: ID! }
            type B implements Node { id: ID! }
            type AConnection { nodes: [B!]! }
            union C = B | AConnection
            schema { query: Query mutation: Changes }
            "#,
        )
        .unwrap();
        let field = |ty, name| index.field(ty, name).cloned().unwrap();
        let a = field("Query", "a");
        assert_eq!((a.named_type.as_str(), a.list, a.connection), ("AConnection", None, true));
        assert_eq!(a.needs.as_deref(), Some("a.read"));
        let b = field("Query", "b");
        assert_eq!(
            (b.named_type.as_str(), b.list, b.connection, b.needs),
            ("B", Some(PLAIN_LIST), false, None)
        );
        assert_eq!(field("Node", "id").named_type, "ID");
        assert_eq!(index.field("C", "id"), None);
        assert_eq!(index.root(OperationType::Mutation), "Changes");
        assert_eq!(index.root(OperationType::Subscription), "Subscription");
        assert_eq!(index.fields("Query").count(), 3);
        assert!(SchemaIndex::from_sdl("type {").is_err());
    }
}
