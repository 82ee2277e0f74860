//! The schema: what is promised about it, read from the schema itself.

use std::{collections::BTreeMap, fs, path::Path};

use async_graphql::parser::{
    parse_schema,
    types::{
        BaseType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
        TypeSystemDefinition,
    },
};
use tutti::access::table::{self, Capability, Open};

use crate::harness::Suite;
use crate::write::OF_SECRETS;

pub fn register(suite: &mut Suite) {
    suite.once("schema::the_committed_schema_is_the_schema", committed);
    suite.once("schema::everything_has_a_description", described);
    suite.once("schema::every_root_field_says_what_it_needs", needs);
    suite.once("schema::every_mutation_has_the_shape_of_one", mutations);
    suite.once("schema::every_list_has_the_shape_of_one", lists);
    suite.once("schema::the_contract_holds", contract);
}

/// A schema document, parsed.
pub struct Sdl(ServiceDocument);

impl Sdl {
    /// The schema as it is.
    pub fn of_tutti() -> Self {
        Self(parse_schema(tutti::schema::sdl()).unwrap())
    }

    /// Every type by its name.
    pub fn types(&self) -> BTreeMap<&str, &TypeDefinition> {
        let definitions = self.0.definitions.iter();
        let types = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(&definition.node),
            _ => None,
        });
        types.map(|definition| (definition.name.node.as_str(), definition)).collect()
    }

    /// The fields of an object or interface.
    pub fn fields(&self, name: &str) -> Vec<&FieldDefinition> {
        self.types().get(name).map(|definition| fields(definition)).unwrap_or_default()
    }

    /// The values of a choice.
    pub fn choices(&self, name: &str) -> Vec<&str> {
        match self.types().get(name).map(|definition| &definition.kind) {
            Some(TypeKind::Enum(choice)) => {
                choice.values.iter().map(|value| value.node.value.node.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The fields of an input.
    pub fn inputs(&self, name: &str) -> Vec<&InputValueDefinition> {
        match self.types().get(name).map(|definition| &definition.kind) {
            Some(TypeKind::InputObject(input)) => input.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    match &definition.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
        TypeKind::Interface(interface) => interface.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

/// The name inside all lists and marks.
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

fn committed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let sdl = tutti::schema::sdl();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&file, &sdl).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let first = kept.lines().zip(sdl.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == sdl,
        "schema.graphql is not the schema: run `tutti schema > schema.graphql`; first: {first:?}"
    );
}

fn described() {
    let sdl = Sdl::of_tutti();
    let mut silent = Vec::new();
    let mut look = |place: String, description: Option<&str>| {
        if description.is_none_or(|text| text.trim().is_empty()) {
            silent.push(place);
        }
    };
    let text = |node: &Option<async_graphql::Positioned<String>>| node.as_ref().map(|text| text.node.clone());
    for (name, definition) in sdl.types() {
        // What the GraphQL specification defines describes itself.
        look(name.to_owned(), text(&definition.description).as_deref());
        for field in fields(definition) {
            look(format!("{name}.{}", field.name), text(&field.description).as_deref());
            for argument in &field.arguments {
                let argument = &argument.node;
                look(
                    format!("{name}.{}({})", field.name, argument.name),
                    text(&argument.description).as_deref(),
                );
            }
        }
        match &definition.kind {
            TypeKind::Enum(values) => {
                for value in &values.values {
                    look(format!("{name}.{}", value.node.value), text(&value.node.description).as_deref());
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    look(format!("{name}.{}", field.node.name), text(&field.node.description).as_deref());
                }
            }
            _ => {}
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}

/// The capability that a root field names.
pub fn capability(field: &FieldDefinition) -> Option<String> {
    let needs = field.directives.iter().find(|directive| directive.node.name.node == "needs")?;
    match needs.node.get_argument("capability").map(|value| &value.node) {
        Some(async_graphql::Value::String(name)) => Some(name.clone()),
        _ => None,
    }
}

fn needs() {
    let sdl = Sdl::of_tutti();
    for root in ["Query", "Mutation", "Subscription"] {
        assert!(!sdl.fields(root).is_empty());
        for field in sdl.fields(root) {
            let named = capability(field).and_then(|name| table::named(&name));
            let named =
                named.unwrap_or_else(|| panic!("{root}.{} needs nothing that is in the table", field.name));
            let own = matches!(
                named.capability,
                Capability::SignIn | Capability::OwnAccount | Capability::FeedbackRaise
            );
            assert!(
                root != "Mutation" || own || named.open == Open::ToNobody,
                "everybody may {}",
                field.name
            );
        }
    }
    for (name, definition) in sdl.types() {
        for field in fields(definition) {
            let root = ["Query", "Mutation", "Subscription"].contains(&name);
            assert!(
                root || capability(field).is_none(),
                "{name}.{}: the gate looks at root fields alone",
                field.name
            );
        }
    }
}

fn mutations() {
    let sdl = Sdl::of_tutti();
    for field in sdl.fields("Mutation") {
        let name = field.name.node.as_str();
        let (first, rest) = name.split_at(1);
        let pascal = format!("{}{rest}", first.to_uppercase());
        let arguments: Vec<_> = field
            .arguments
            .iter()
            .map(|argument| format!("{}: {}", argument.node.name, argument.node.ty))
            .collect();
        let of_secrets = OF_SECRETS.contains(&name);
        let mut expected = vec![format!("input: {pascal}Input!"), "options: WriteOptions".to_owned()];
        expected.truncate(if of_secrets { 1 } else { 2 });
        assert_eq!(arguments, expected, "{name}");
        assert_eq!(field.ty.to_string(), format!("{pascal}Payload!"));
        let payload: BTreeMap<_, _> = sdl
            .fields(&format!("{pascal}Payload"))
            .into_iter()
            .map(|field| (field.name.to_string(), field.ty.to_string()))
            .collect();
        assert_eq!(payload.get("userErrors").map(String::as_str), Some("[UserError!]!"), "{name}");
        assert_eq!(payload.get("event").map(String::as_str), Some("Event"), "{name}");
        let beside = ["userErrors", "event", "secret"];
        let nouns: Vec<_> = payload.iter().filter(|(field, _)| !beside.contains(&&***field)).collect();
        if of_secrets {
            assert!(nouns.iter().all(|(_, ty)| !ty.ends_with('!')), "{name} answers {nouns:?}");
            continue;
        }
        let [(noun, ty)] = nouns[..] else { panic!("{name} answers {nouns:?}") };
        if noun == "results" {
            of_many(&sdl, &pascal, ty);
            continue;
        }
        // What is done to several things at once answers all of them: `kpiPeriodLock` answers `kpis`.
        if let Some(of) = ty.strip_prefix('[').and_then(|ty| ty.strip_suffix("!]!")) {
            assert_eq!(noun, &format!("{}s", of.to_lowercase()), "{name}");
            assert!(name.starts_with(&of.to_lowercase()), "{name} answers {noun}: {ty}");
            continue;
        }
        // The noun is that of its type, and the mutation begins with it or, where that says the same, with the
        // first word of it: `roleRevoke` answers a `roleGrant`.
        let (first, rest) = noun.split_at(1);
        assert_eq!(&format!("{}{rest}", first.to_uppercase()), ty, "{name}");
        let word = noun.split(char::is_uppercase).next().unwrap();
        let named = name.starts_with(word) || (name, word) == ("signOut", "session")
            // A restatement is a revision of a measurement.
            || (name.starts_with("restatement") && word == "measurement");
        assert!(named && !ty.ends_with('!'), "{name} answers {noun}: {ty}");
    }
}

/// A mutation of many rows takes rows and a policy, which may be left out where all or none is what is meant, and answers
/// what became of each row.
fn of_many(sdl: &Sdl, pascal: &str, ty: &str) {
    assert_eq!(ty, format!("[{pascal}Result!]!"));
    let inputs = sdl.inputs(&format!("{pascal}Input")).into_iter();
    let inputs: BTreeMap<_, _> = inputs.map(|field| (field.name.to_string(), field.ty.to_string())).collect();
    let policy = inputs["policy"].trim_end_matches('!') == "ImportPolicy";
    assert!(inputs["rows"].starts_with('[') && policy, "{pascal}: {inputs:?}");
    let fields = sdl.fields(&format!("{pascal}Result")).into_iter();
    let mut fields: BTreeMap<_, _> =
        fields.map(|field| (field.name.to_string(), field.ty.to_string())).collect();
    assert_eq!(fields.remove("row").as_deref(), Some("Int!"), "{pascal}");
    assert_eq!(fields.remove("userErrors").as_deref(), Some("[UserError!]!"), "{pascal}");
    assert!(fields.len() == 1 && fields.values().all(|noun| !noun.ends_with('!')), "{pascal}: {fields:?}");
}

fn lists() {
    let sdl = Sdl::of_tutti();
    let mut seen = 0;
    for (name, definition) in sdl.types() {
        for field in fields(definition) {
            let Some(of) = named(&field.ty.node).strip_suffix("Connection") else { continue };
            seen += 1;
            // What has to be given says of what the list is.
            let arguments: BTreeMap<_, _> = field
                .arguments
                .iter()
                .filter(|argument| argument.node.ty.node.nullable)
                .map(|argument| (argument.node.name.to_string(), argument.node.ty.to_string()))
                .collect();
            // A list that is put together from several tables is read forwards, in its own order.
            if !sdl.types().contains_key(&*format!("{of}Filter")) {
                for (argument, ty) in [("first", "Int"), ("after", "String")] {
                    assert_eq!(
                        arguments.get(argument).map(String::as_str),
                        Some(ty),
                        "{name}.{}",
                        field.name
                    );
                }
                continue;
            }
            let expected = [
                ("after", "String".to_owned()),
                ("before", "String".to_owned()),
                ("filter", format!("{of}Filter")),
                ("first", "Int".to_owned()),
                ("last", "Int".to_owned()),
                ("orderBy", format!("[{of}Order!]")),
            ];
            let expected: BTreeMap<_, _> =
                expected.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect();
            assert_eq!(arguments, expected, "{name}.{}", field.name);
            assert_eq!(field.ty.to_string(), format!("{of}Connection!"));
            let filter: Vec<_> = sdl.inputs(&format!("{of}Filter"));
            for connective in ["and", "or", "not"] {
                assert!(
                    filter.iter().any(|field| field.name.node == connective),
                    "{of}Filter has no {connective}"
                );
            }
        }
    }
    assert!(seen >= 9, "{seen} lists");
}

/// What is in the contract of the first release and has been built, in its words: every type, field,
/// argument, nullability and enum value in it has to be in the schema.
fn contract() {
    let contract = Sdl(parse_schema(include_str!("contract.graphql")).unwrap());
    let sdl = Sdl::of_tutti();
    let mut broken = Vec::new();
    for (name, promised) in contract.types() {
        let types = sdl.types();
        let Some(kept) = types.get(name) else {
            broken.push(format!("{name} is missing"));
            continue;
        };
        for field in fields(promised) {
            let place = format!("{name}.{}", field.name);
            let Some(found) = fields(kept).into_iter().find(|found| found.name.node == field.name.node)
            else {
                broken.push(format!("{place} is missing"));
                continue;
            };
            if found.ty.node != field.ty.node {
                broken.push(format!("{place} is {}, not {}", found.ty, field.ty));
            }
            for argument in &field.arguments {
                let same = |found: &InputValueDefinition| {
                    found.name == argument.node.name && found.ty == argument.node.ty
                };
                if !found.arguments.iter().any(|found| same(&found.node)) {
                    broken.push(format!("{place}({}: {}) is missing", argument.node.name, argument.node.ty));
                }
            }
        }
        match (&promised.kind, &kept.kind) {
            (TypeKind::Enum(promised), TypeKind::Enum(kept)) => {
                let values = |of: &async_graphql::parser::types::EnumType| -> Vec<String> {
                    let mut values: Vec<_> =
                        of.values.iter().map(|value| value.node.value.to_string()).collect();
                    values.sort();
                    values
                };
                if values(promised) != values(kept) {
                    broken.push(format!("{name} is {:?}", values(kept)));
                }
            }
            (TypeKind::InputObject(promised), TypeKind::InputObject(_)) => {
                for field in &promised.fields {
                    let same = |found: &&InputValueDefinition| {
                        found.name == field.node.name && found.ty == field.node.ty
                    };
                    if !sdl.inputs(name).iter().any(same) {
                        broken.push(format!("{name}.{}: {} is missing", field.node.name, field.node.ty));
                    }
                }
            }
            (TypeKind::Object(promised), TypeKind::Object(kept)) => {
                for interface in &promised.implements {
                    if !kept.implements.iter().any(|kept| kept.node == interface.node) {
                        broken.push(format!("{name} does not implement {}", interface.node));
                    }
                }
            }
            (promised, kept) if std::mem::discriminant(promised) != std::mem::discriminant(kept) => {
                broken.push(format!("{name} is another kind of type"));
            }
            _ => {}
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
