//! Documents that were answered before, by their text, so that they are neither parsed nor checked again.
//!
//! Clients send the same few documents all day, with other variables. A document gets in only once it was
//! answered without any error, so whatever is kept has passed every limit on its text, the parser and the
//! engine's rules. What the engine's rules say hangs on the variables by which of them are given and which are
//! null, and beyond that on what is checked for each request anyway, that they fit their types; so a document
//! is kept with that shape of its variables, and is checked again under any other. All that a request costs and
//! may cost is worked out for each request as if it were the first.
//!
//! What is kept is bounded, and belongs to one server with its limits and its schema.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};

/// Documents that are kept at most.
const MOST: usize = 500;
/// The bytes of all their texts at most; parsed, a document takes some twenty times its text.
const MOST_BYTES: usize = 1024 * 1024;
/// The longest text that is kept.
const LONGEST: usize = 32 * 1024;
/// The shapes of variables that are kept of one document at most.
const MOST_SHAPES: usize = 16;

/// Which variables are given, and which of them are null: two bits for each that the operation declares.
pub type Shape = u128;
const MOST_VARIABLES: usize = 64;

/// The documents.
#[derive(Debug, Default)]
pub struct Documents(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    of_text: HashMap<Arc<str>, Entry>,
    bytes: usize,
    /// Counts the questions, to know what was asked for last.
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    document: Arc<ExecutableDocument>,
    shapes: HashSet<Shape>,
    used: u64,
}

impl Documents {
    /// The document of this text, if it was answered before.
    #[must_use]
    pub fn parsed(&self, text: &str) -> Option<Arc<ExecutableDocument>> {
        if text.len() > LONGEST {
            return None;
        }
        let mut kept = self.lock();
        kept.clock += 1;
        let now = kept.clock;
        let entry = kept.of_text.get_mut(text)?;
        entry.used = now;
        Some(Arc::clone(&entry.document))
    }

    /// Whether the engine has found nothing wrong with the document of this text under variables of this shape.
    #[must_use]
    pub fn checked(&self, text: &str, shape: Shape) -> bool {
        self.lock().of_text.get(text).is_some_and(|entry| entry.shapes.contains(&shape))
    }

    /// Keeps a document that was answered without any error under variables of this shape.
    pub fn keep(&self, text: &str, document: Arc<ExecutableDocument>, shape: Shape) {
        let mut kept = self.lock();
        kept.clock += 1;
        let now = kept.clock;
        if let Some(entry) = kept.of_text.get_mut(text) {
            if entry.shapes.len() < MOST_SHAPES {
                entry.shapes.insert(shape);
            }
            return;
        }
        kept.make_room(text.len());
        kept.bytes += text.len();
        let entry = Entry { document, shapes: HashSet::from([shape]), used: now };
        kept.of_text.insert(text.into(), entry);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Forgets what was not asked for for the longest time, until there is room for so many bytes.
    fn make_room(&mut self, bytes: usize) {
        while self.of_text.len() >= MOST || self.bytes + bytes > MOST_BYTES {
            let oldest = self.of_text.iter().min_by_key(|(_, entry)| entry.used);
            let Some(text) = oldest.map(|(text, _)| Arc::clone(text)) else { return };
            self.of_text.remove(&text);
            self.bytes -= text.len();
        }
    }
}

/// The shape of these variables; none for documents that are not kept: long ones, those of several operations, of which
/// each would have its own, and those of very many variables.
#[must_use]
pub fn shape(text: &str, document: &ExecutableDocument, variables: &Variables) -> Option<Shape> {
    if text.len() > LONGEST {
        return None;
    }
    let mut operations = document.operations.iter();
    let (Some((_, operation)), None) = (operations.next(), operations.next()) else { return None };
    let OperationDefinition { variable_definitions, .. } = &operation.node;
    if variable_definitions.len() > MOST_VARIABLES {
        return None;
    }
    Some(variable_definitions.iter().fold(0, |shape, definition| {
        let given = match variables.get(&definition.node.name.node) {
            None => 0,
            Some(Value::Null) => 1,
            Some(_) => 2,
        };
        shape << 2 | given
    }))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn parse(text: &str) -> Arc<ExecutableDocument> {
        Arc::new(parse_query(text).unwrap())
    }

    fn variables(json: &str) -> Variables {
        Variables::from_json(serde_json::from_str(json).unwrap())
    }

    fn keep(documents: &Documents, text: &str, json: &str) {
        let document = parse(text);
        if let Some(shape) = shape(text, &document, &variables(json)) {
            documents.keep(text, document, shape);
        }
    }

    #[test]
    fn a_document_is_checked_anew_under_variables_of_another_shape() {
        let (documents, text) = (Documents::default(), "query ($a: Int, $b: Int) { f(a: $a, b: $b) }");
        let document = parse(text);
        assert!(documents.parsed(text).is_none());
        let of = |json: &str| shape(text, &document, &variables(json)).unwrap();
        documents.keep(text, Arc::clone(&document), of("{\"a\": 1}"));
        assert!(Arc::ptr_eq(&documents.parsed(text).unwrap(), &document));
        for (json, known) in [
            ("{\"a\": 1}", true),
            ("{\"a\": 2, \"unknown\": 1}", true),
            ("{\"a\": null}", false),
            ("{\"b\": 1}", false),
            ("{\"a\": 1, \"b\": null}", false),
            ("{}", false),
        ] {
            assert_eq!(documents.checked(text, of(json)), known, "{json}");
        }
        documents.keep(text, Arc::clone(&document), of("{}"));
        assert!(documents.checked(text, of("{}")));
        assert!(documents.parsed(&format!("{text} ")).is_none());
    }

    #[test]
    fn what_has_several_operations_or_is_long_is_not_kept() {
        let documents = Documents::default();
        let long = format!("{{ f(a: \"{}\") }}", "a".repeat(LONGEST));
        let many: Vec<_> = (0..65).map(|number| format!("$v{number}: Int")).collect();
        let many = format!("query ({}) {{ f }}", many.join(" "));
        for text in ["query A { f } query B { f }", &long, &many] {
            keep(&documents, text, "{}");
            assert!(documents.parsed(text).is_none());
        }
    }

    #[test]
    fn what_was_asked_for_last_stays() {
        let documents = Documents::default();
        let text = |number: usize| format!("query Number{number} {{ f }}");
        for number in 0..MOST + 10 {
            keep(&documents, &text(number), "{}");
            assert!(documents.parsed(&text(0)).is_some());
        }
        assert_eq!(documents.lock().of_text.len(), MOST);
        assert!(documents.parsed(&text(1)).is_none() && documents.parsed(&text(MOST + 9)).is_some());
        let padded = |number: usize| format!("{{ f(a: \"{}{number:09}\") }}", "a".repeat(LONGEST / 2));
        for number in 0..100 {
            keep(&documents, &padded(number), "{}");
        }
        let kept = documents.lock();
        assert!(kept.bytes <= MOST_BYTES && kept.of_text.contains_key(&*padded(99)));
        assert_eq!(kept.bytes, kept.of_text.keys().map(|text| text.len()).sum::<usize>());
    }
}
