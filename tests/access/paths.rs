//! Questions made from the schema: from every root of the queries to every type that it reaches, with all
//! fields of that type.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use async_graphql::parser::types::{BaseType, FieldDefinition, TypeDefinition, TypeKind};
use serde_json::Value;

use crate::harness::{Answer, Client};
use crate::schema::{Sdl, capability, named};

/// The ids of the world, by the type of what they name; those about somebody who does not walk first.
pub type Ids = BTreeMap<String, Vec<String>>;

/// The schema as the walk sees it.
pub struct Map<'s> {
    sdl: &'s Sdl,
    types: BTreeMap<&'s str, &'s TypeDefinition>,
}

/// One way from a root to a type.
#[derive(Clone)]
pub struct Path<'s> {
    hops: Vec<(&'s FieldDefinition, &'s str)>,
    /// The type that it leads to.
    pub to: &'s str,
}

impl<'s> Map<'s> {
    pub fn new(sdl: &'s Sdl) -> Self {
        Self { sdl, types: sdl.types() }
    }

    pub fn fields(&self, of: &str) -> Vec<&'s FieldDefinition> {
        self.sdl.fields(of)
    }

    /// Whether nothing can be selected of it.
    pub fn is_leaf(&self, of: &str) -> bool {
        !matches!(
            self.types.get(of).map(|found| &found.kind),
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))
        )
    }

    fn has(&self, of: &str, field: &str) -> bool {
        self.fields(of).iter().any(|found| found.name.node == field)
    }

    fn find(&self, of: &str, field: &str) -> &'s FieldDefinition {
        self.fields(of).into_iter().find(|found| found.name.node == field).unwrap()
    }

    /// What the rows of a list are; none for what is no list with pages.
    pub fn rows_of(&self, field: &'s FieldDefinition) -> Option<&'s str> {
        let ty = named(&field.ty.node);
        (ty.ends_with("Connection") && self.has(ty, "nodes")).then(|| named(&self.find(ty, "nodes").ty.node))
    }

    /// The objects that something of this type can be.
    fn kinds(&self, of: &'s str) -> Vec<&'s str> {
        if let Some(TypeKind::Union(union)) = self.types.get(of).map(|found| &found.kind) {
            return union.members.iter().map(|member| member.node.as_str()).collect();
        }
        let implements = |definition: &&TypeDefinition| match &definition.kind {
            TypeKind::Object(object) => object.implements.iter().any(|interface| interface.node == of),
            _ => false,
        };
        let found: Vec<_> = self
            .types
            .values()
            .filter(|definition| implements(definition))
            .map(|found| found.name.node.as_str())
            .collect();
        if found.is_empty() { vec![of] } else { found }
    }

    /// The types that a field leads to, of its rows where it is a list with pages.
    fn leads(&self, field: &'s FieldDefinition) -> Vec<&'s str> {
        let to = self.rows_of(field).unwrap_or(named(&field.ty.node));
        if self.is_leaf(to) { Vec::new() } else { self.kinds(to) }
    }

    /// The shortest way from each root to each type that it reaches.
    pub fn paths(&self) -> Vec<Path<'s>> {
        let mut paths = Vec::new();
        for root in self.fields("Query") {
            let mut reached = BTreeSet::new();
            let mut next: VecDeque<Path<'s>> =
                self.leads(root).into_iter().map(|to| Path { hops: vec![(root, to)], to }).collect();
            while let Some(path) = next.pop_front() {
                if !reached.insert(path.to) {
                    continue;
                }
                for field in self.fields(path.to) {
                    for to in self.leads(field) {
                        let hops = path.hops.iter().copied().chain([(field, to)]).collect();
                        next.push_back(Path { hops, to });
                    }
                }
                paths.push(path);
            }
        }
        paths
    }

    /// Every field that can be selected below the roots of the queries.
    pub fn coordinates(&self) -> BTreeMap<String, &'s str> {
        let mut found = BTreeMap::new();
        let mut next = vec!["Query"];
        let mut seen = BTreeSet::from(["Query"]);
        while let Some(of) = next.pop() {
            for field in self.fields(of) {
                let ty = named(&field.ty.node);
                found.insert(format!("{of}.{}", field.name), ty);
                let to = if self.is_leaf(ty) { Vec::new() } else { self.kinds(ty) };
                next.extend(to.into_iter().filter(|to| seen.insert(to)));
            }
        }
        found
    }

    /// The types that are about somebody's account: what the lists hold that need to read accounts.
    pub fn of_accounts(&self) -> BTreeSet<&'s str> {
        let roots = self.fields("Query").into_iter();
        let guarded = roots.filter(|root| capability(root).as_deref() == Some("accounts.read"));
        guarded.filter_map(|root| self.rows_of(root)).collect()
    }

    /// The arguments that a field must have, where it is to lead to something of this type.
    fn arguments(field: &FieldDefinition, to: &str, ids: &Ids) -> Vec<String> {
        let needed = field.arguments.iter().filter(|argument| !argument.node.ty.node.nullable);
        let of = |kind: &str| ids.get(kind).unwrap_or_else(|| panic!("the world has no {kind}"));
        // An id is that of what is asked for, unless the argument says of what.
        let kind = |name: &str| match name.strip_suffix("Id").map(|of| of.split_at(1)) {
            Some((first, rest)) => format!("{}{rest}", first.to_uppercase()),
            None => to.to_owned(),
        };
        let value = |name: &str, ty: &str| match ty {
            "ID!" => format!("\"{}\"", of(&kind(name))[0]),
            "[ID!]!" => format!("[\"{}\"]", of(to).join("\", \"")),
            "DateTime!" => "\"2025-01-01T00:00:00Z\"".to_owned(),
            // A time from then on, until the end of the year.
            "Date!" if name == "from" => "\"2025-01-01\"".to_owned(),
            "Date!" => "\"2025-12-31\"".to_owned(),
            // A search: it finds people, by their address.
            "String!" => "\"tutti\"".to_owned(),
            "InitiativeLookup!" => "{ code: \"CX-1\" }".to_owned(),
            other => panic!("{} needs a {other}: which one leads somewhere?", field.name),
        };
        needed
            .map(|argument| {
                let name = &argument.node.name.node;
                format!("{name}: {}", value(name, &argument.node.ty.to_string()))
            })
            .collect()
    }

    /// What tells which thing it is, and about whom.
    fn tag(&self, of: &str) -> String {
        let about = if self.has(of, "person") { " person { __typename id }" } else { "" };
        let id = if self.has(of, "id") { " id" } else { "" };
        format!("__typename{id}{about}")
    }

    fn leaves(&self, of: &str) -> String {
        let leaves = self.fields(of).into_iter().filter(|field| self.is_leaf(named(&field.ty.node)));
        leaves.fold("__typename".to_owned(), |text, field| format!("{text} {}", field.name))
    }

    /// A field, with `inner` selected of what it leads to.
    fn select(&self, field: &'s FieldDefinition, to: &'s str, inner: &str, size: usize, ids: &Ids) -> String {
        let mut arguments = Self::arguments(field, to, ids);
        let ty = named(&field.ty.node);
        let of_kind = |declared: &str| {
            if declared == to {
                inner.to_owned()
            } else {
                format!("{} ... on {to} {{ {inner} }}", self.tag(declared))
            }
        };
        if self.rows_of(field).is_none() && is_counted(field) {
            arguments.push(format!("first: {}", size.min(20)));
        }
        let inside = match self.rows_of(field) {
            None => of_kind(ty),
            Some(rows) => {
                arguments.push(format!("first: {size}"));
                let parts = self.fields(ty).into_iter().map(|part| match part.name.node.as_str() {
                    "edges" => {
                        let edge = named(&part.ty.node);
                        format!("edges {{ {} node {{ {} }} }}", self.leaves(edge), of_kind(rows))
                    }
                    "nodes" => format!("nodes {{ {} }}", self.tag(rows)),
                    name if self.is_leaf(named(&part.ty.node)) => name.to_owned(),
                    name => format!("{name} {{ {} }}", self.leaves(named(&part.ty.node))),
                });
                parts.fold("__typename".to_owned(), |text, part| format!("{text} {part}"))
            }
        };
        let arguments =
            if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        format!("{}{arguments} {{ {inside} }}", field.name)
    }

    /// The question along a path for all fields of the type at its end. The outermost list has at most this
    /// many rows, those inside fewer.
    pub fn question(&self, path: &Path<'s>, rows: usize, ids: &Ids) -> String {
        let smaller = |size: usize| (size / 8).max(1);
        let sizes = path.hops.iter().scan(rows, |size, (field, _)| {
            let now = *size;
            if self.rows_of(field).is_some() || is_counted(field) {
                *size = smaller(now);
            }
            Some(now)
        });
        let sizes: Vec<_> = sizes.collect();
        let last = smaller(*sizes.last().unwrap());
        let all = self.fields(path.to).into_iter().map(|field| {
            let ty = named(&field.ty.node);
            if self.is_leaf(ty) {
                return field.name.to_string();
            }
            // Whatever it can be: the tag is the same for all.
            let to = self.rows_of(field).unwrap_or(ty);
            self.select(field, to, &self.tag(to), last, ids)
        });
        let mut text = all.fold(self.tag(path.to), |text, field| format!("{text} {field}"));
        for ((field, to), size) in path.hops.iter().zip(sizes).rev() {
            text = self.select(field, to, &format!("{} {text}", self.tag(to)), size, ids);
        }
        format!("{{ __typename {text} }}")
    }

    /// The question with as many rows as it may ask for: whole lists of a root itself, and a part of them on
    /// the way to something else. None where nobody may ask it at all, as even one row of each list costs too much.
    pub async fn fitting(&self, client: &Client, path: &Path<'s>, ids: &Ids) -> Option<String> {
        let mut rows = if path.hops.len() == 1 { 200 } else { 5 };
        loop {
            let question = self.question(path, rows, ids);
            let answer = client.send(&question, Value::Null).await;
            if answer.errors.is_empty() {
                return Some(question);
            }
            assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{question}: {:?}", answer.errors);
            if rows == 1 {
                return None;
            }
            rows /= 2;
        }
    }

    /// The ids of everything that has one, as somebody who sees all sees them. What is about these people
    /// comes last.
    pub async fn ids(&self, client: &Client, last: &BTreeSet<String>) -> Ids {
        let mut found = Ids::new();
        for root in self.fields("Query") {
            let Some(rows) = self.rows_of(root) else { continue };
            let query = format!("{{ list: {}(first: 200) {{ nodes {{ {} }} }} }}", root.name, self.tag(rows));
            let data = client.ask(&query, Value::Null).await;
            let mut nodes = data["list"]["nodes"].as_array().unwrap().clone();
            nodes.sort_by_key(|node| last.contains(node["person"]["id"].as_str().unwrap_or_default()));
            let ids = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned());
            found.insert(rows.to_owned(), ids.take(20).collect());
        }
        // Rows that have no list of their own stand in those of what they belong to.
        for root in self.fields("Query") {
            let Some(rows) = self.rows_of(root) else { continue };
            for field in self.fields(rows) {
                let (parts, inner) = match (self.rows_of(field), &field.ty.node.base) {
                    (Some(parts), _) if self.has(parts, "id") => (parts, "(first: 20) { nodes { id } }"),
                    (None, BaseType::List(of)) if self.has(named(of), "id") => (named(of), " { id }"),
                    _ => continue,
                };
                if found.contains_key(parts) {
                    continue;
                }
                let query = format!(
                    "{{ list: {}(first: 50) {{ nodes {{ parts: {}{inner} }} }} }}",
                    root.name, field.name
                );
                let data = client.ask(&query, Value::Null).await;
                let nodes = data["list"]["nodes"].as_array().unwrap().iter();
                let parts_of = |node: &Value| {
                    let parts = node["parts"].get("nodes").unwrap_or(&node["parts"]);
                    parts.as_array().unwrap().clone()
                };
                let ids = nodes.flat_map(parts_of).map(|node| node["id"].as_str().unwrap().to_owned());
                found.insert(parts.to_owned(), ids.take(20).collect());
            }
        }
        self.deeper(client, found).await
    }

    /// The same for rows that stand in those of rows that have no list of their own either.
    async fn deeper(&self, client: &Client, mut found: Ids) -> Ids {
        let known: Vec<_> = found.keys().cloned().collect();
        for of in &known {
            for field in self.fields(of) {
                let Some(parts) =
                    self.rows_of(field).filter(|parts| self.has(parts, "id") && !found.contains_key(*parts))
                else {
                    continue;
                };
                let ids = format!("[\"{}\"]", found[of].join("\", \""));
                let query = format!(
                    "{{ list: nodes(ids: {ids}) {{ ... on {of} {{ parts: {}(first: 20) {{ nodes {{ id }} }} }} }} }}",
                    field.name
                );
                let data = client.ask(&query, Value::Null).await;
                let nodes = data["list"].as_array().unwrap().iter();
                let rows = nodes.flat_map(|node| node["parts"]["nodes"].as_array().unwrap());
                let ids: Vec<_> = rows.map(|row| row["id"].as_str().unwrap().to_owned()).take(20).collect();
                if !ids.is_empty() {
                    found.insert(parts.to_owned(), ids);
                }
            }
        }
        found
    }
}

/// Whether a field takes how many of its items are wanted.
fn is_counted(field: &FieldDefinition) -> bool {
    field.arguments.iter().any(|argument| argument.node.name.node == "first")
}

/// An answer may be refused, and otherwise has no errors.
pub fn is_answer(question: &str, answer: &Answer) {
    assert!(answer.errors.is_empty() || answer.code() == "FORBIDDEN", "{question}: {:?}", answer.errors);
}
