//! What is admitted and what is not, with the numbers.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use async_graphql::parser::parse_query;

use super::*;

const SDL: &str = "
    schema { query: Query mutation: Mutation subscription: Subscription }
    type Query {
        things(first: Int, last: Int, filter: [Int]): ThingConnection!
        thing(id: ID!): Thing
        nodes(ids: [ID!]!): [Node]!
        node(id: ID!): Node
        plain: [Thing!]!
        worst(first: Int): [Thing!]!
    }
    type Mutation { touch(id: ID!): Thing }
    type Subscription { touched: Thing }
    interface Node { id: ID! }
    type Thing implements Node { id: ID!, name: String, parts(first: Int): ThingConnection!, parent: Thing, tags: [String!]! }
    type ThingConnection { edges: [ThingEdge!]!, nodes: [Thing!]!, pageInfo: PageInfo!, totalCount: Int! }
    type ThingEdge { node: Thing!, cursor: String! }
    type PageInfo { hasNextPage: Boolean! }
";

fn try_with(query: &str, name: Option<&str>, variables: &str, limits: &Limits) -> Result<Admission, Fault> {
    let index = SchemaIndex::from_sdl(SDL).unwrap();
    let document = parse_query(query).unwrap();
    let variables = Variables::from_json(serde_json::from_str(variables).unwrap());
    admit(&index, &document, name, &variables, limits)
}

fn try_admit(query: &str) -> Result<Admission, Fault> {
    try_with(query, None, "{}", &Limits::default())
}

fn refusal(query: &str) -> (FaultCode, String) {
    let fault = try_admit(query).unwrap_err();
    (fault.code, fault.message)
}

fn cost(query: &str, variables: &str) -> u64 {
    try_with(query, None, variables, &Limits::default()).unwrap().cost
}

#[test]
fn cost_follows_the_real_page() {
    for (query, variables, expected) in [
        ("{ thing(id: 1) { id name } }", "{}", 3),
        // 1 for things, 1 for nodes, 50 ids.
        ("{ things { nodes { id } } }", "{}", 1 + 1 + 50),
        ("{ things(first: 3) { nodes { id name } } }", "{}", 1 + 3 * 2 + 1),
        ("{ things(last: 3) { edges { node { id } cursor } } }", "{}", 1 + 3 * 3 + 1),
        ("{ things(first: 9) { totalCount pageInfo { hasNextPage } } }", "{}", 1 + 1 + 2),
        ("{ things(first: 100000) { nodes { id } } }", "{}", 2 + 200),
        ("{ things(first: -4) { nodes { id } } }", "{}", 2 + 1),
        ("{ things(first: null) { nodes { id } } }", "{}", 2 + 50),
        ("query($n: Int) { things(first: $n) { nodes { id } } }", "{\"n\": 7}", 2 + 7),
        ("query($n: Int = 4) { things(first: $n) { nodes { id } } }", "{}", 2 + 4),
        ("query($n: Int = 4) { things(first: $n) { nodes { id } } }", "{\"n\": null}", 2 + 50),
        ("query($n: Int) { things(first: $n) { nodes { id } } }", "{}", 2 + 50),
        // Nested connections multiply.
        ("{ things(first: 3) { nodes { parts(first: 5) { nodes { id } } } } }", "{}", 2 + 3 * (2 + 5)),
        // The same through fragments, which do not know the page.
        (
            "{ things(first: 3) { ...C } } fragment C on ThingConnection { totalCount ... on ThingConnection { nodes { id } } }",
            "{}",
            3 + 3,
        ),
        ("{ plain { id } }", "{}", 1 + 10),
        ("{ plain { tags } }", "{}", 1 + 10),
        // A list without pages that takes how many are asked for gives a page of them where nobody says.
        ("{ worst { id } }", "{}", 1 + 50),
        ("{ worst(first: 3) { id } }", "{}", 1 + 3),
        ("{ nodes(ids: [1, 2, 3]) { id } }", "{}", 1 + 3),
        ("{ nodes(ids: []) { id } }", "{}", 1),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "{\"ids\": [1, 2, 3, 4]}", 1 + 4),
        ("query($id: ID!) { nodes(ids: [$id, 2]) { id } }", "{\"id\": 1}", 1 + 2),
        ("query($id: ID!) { nodes(ids: $id) { id } }", "{\"id\": 1}", 1 + 1),
        ("{ unknown { edges { nothing } } }", "{}", 3),
    ] {
        assert_eq!(cost(query, variables), expected, "{query} {variables}");
    }
}

#[test]
fn an_expensive_query_is_refused_with_both_numbers() {
    let query = "{ things(first: 200) { nodes { parts(first: 200) { nodes { id } } } } }";
    let (code, message) = refusal(query);
    assert_eq!(code, FaultCode::QueryTooComplex);
    assert!(message.contains("40402") && message.contains("20000"), "{message}");
}

#[test]
fn fragment_bombs_are_refused_at_once() {
    for levels in 20..=60_usize {
        for (open, close) in [("", ""), ("parent {", "}"), ("... on Thing {", "}")] {
            let mut query = "{ thing(id: 1) { ...F0 } }".to_owned();
            for level in 0..levels {
                let next = level + 1;
                let body = format!("{open} ...F{next} {close}").repeat(2);
                let _ = write!(query, " fragment F{level} on Thing {{ {body} }}");
            }
            let _ = write!(query, " fragment F{levels} on Thing {{ id }}");
            let started = Instant::now();
            let fault = try_admit(&query).unwrap_err();
            assert!(matches!(fault.code, FaultCode::QueryTooComplex | FaultCode::QueryTooDeep), "{fault:?}");
            assert!(started.elapsed() < Duration::from_secs(1), "{levels} {open}");
        }
    }
}

#[test]
fn a_fragment_that_contains_itself_is_named() {
    for query in [
        "{ thing(id: 1) { ...Loop } } fragment Loop on Thing { parent { ...Loop } }",
        "{ thing(id: 1) { id } } fragment Loop on Thing { ...Loop }",
        "{ thing(id: 1) { id ...Other } } fragment Other on Thing { id } fragment Loop on Thing { parent { ... on Thing { ...Loop } } }",
    ] {
        let (code, message) = refusal(query);
        assert_eq!(code, FaultCode::BadUserInput);
        assert!(message.contains("\"Loop\""), "{message}");
    }
    let (code, _) = refusal("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }");
    assert_eq!(code, FaultCode::BadUserInput);
}

#[test]
fn long_chains_neither_recurse_nor_pass() {
    let mut query = "{ thing(id: 1) { id } }".to_owned();
    for level in 0..1500 {
        let _ = write!(query, " fragment F{level} on Thing {{ ...F{} }}", level + 1);
    }
    assert_eq!(refusal(&query).0, FaultCode::QueryTooDeep);
}

/// Writes a query with so many of something.
type Build<'a> = &'a dyn Fn(usize) -> String;

#[test]
fn each_bound_is_exact() {
    let nested = |depth: usize| {
        let parents = depth.saturating_sub(2);
        format!("{{ thing(id: 1) {{ {} id {} }} }}", "parent {".repeat(parents), "}".repeat(parents))
    };
    let aliases = |n: usize| {
        format!("{{ {} }}", (0..n).map(|n| format!("a{n}: __typename ")).collect::<Vec<_>>().concat())
    };
    let spreads = |n: usize| format!("{{ {} }} fragment F on Query {{ __typename }}", "...F ".repeat(n));
    let directives = |n: usize| format!("{{ {} }}", "__typename @skip(if: false) ".repeat(n));
    let together = |n: usize| format!("{{ __typename {} }}", "@skip(if: false) ".repeat(n));
    let fields = |n: usize| format!("{{ {} }}", "__typename ".repeat(n));
    let mutations = |n: usize| format!("mutation {{ {} }}", "touch(id: 1) { id } ".repeat(n));
    let levels = |n: usize| format!("{{ {} id {} }}", "... {".repeat(n - 1), "}".repeat(n - 1));
    let values = |n: usize| format!("{{ things(filter: [{}]) {{ totalCount }} }}", "1,".repeat(n - 1));
    let checks: [(Build<'_>, usize, FaultCode); 9] = [
        (&nested, 20, FaultCode::QueryTooDeep),
        (&levels, 32, FaultCode::QueryTooDeep),
        (&aliases, 100, FaultCode::QueryTooComplex),
        (&spreads, 200, FaultCode::QueryTooComplex),
        (&directives, 50, FaultCode::QueryTooComplex),
        (&together, 10, FaultCode::QueryTooComplex),
        (&fields, 10_000, FaultCode::QueryTooComplex),
        (&mutations, 10, FaultCode::QueryTooComplex),
        (&values, 50_000, FaultCode::QueryTooComplex),
    ];
    for (build, limit, code) in checks {
        try_admit(&build(limit)).unwrap();
        let fault = try_admit(&build(limit + 1)).unwrap_err();
        assert_eq!(fault.code, code);
        assert!(fault.message.contains(&limit.to_string()), "{}", fault.message);
    }
    for hostile in [aliases(500), directives(5000), together(5000)] {
        assert_eq!(refusal(&hostile).0, FaultCode::QueryTooComplex);
    }
}

#[test]
fn a_large_variable_counts_for_each_use() {
    let variables = format!("{{\"ids\": [{}1]}}", "1,".repeat(10_000));
    let ask = |uses: usize| {
        let body = "nodes(ids: $ids) { id } ".repeat(uses);
        let limits = Limits { cost: u64::MAX, ..Limits::default() };
        try_with(&format!("query($ids: [ID!]!) {{ {body} }}"), None, &variables, &limits)
    };
    ask(4).unwrap();
    assert_eq!(ask(5).unwrap_err().code, FaultCode::QueryTooComplex);
    let text = format!("{{\"id\": \"{}\"}}", "x".repeat(1_000_000));
    let body = "node(id: $id) { id } ".repeat(4);
    let query = format!("query($id: ID!) {{ {body} }}");
    assert!(try_with(&query, None, &text, &Limits::default()).is_err());
}

#[test]
fn the_operation_is_chosen_as_graphql_says() {
    let two = "query A { thing(id: 1) { id } } mutation B { touch(id: 1) { id } }";
    let choose = |query, name| try_with(query, name, "{}", &Limits::default());
    let b = choose(two, Some("B")).unwrap();
    assert_eq!((b.operation_type, b.operation_label.as_str()), (OperationType::Mutation, "B"));
    assert_eq!(choose("query A { __typename }", None).unwrap().operation_label, "A");
    assert_eq!(choose("{ __typename }", None).unwrap().operation_label, "anonymous");
    for (query, name) in [(two, None), (two, Some("C")), ("{ __typename }", Some("C"))] {
        assert_eq!(choose(query, name).unwrap_err().code, FaultCode::BadUserInput, "{query}");
    }
    let many = (0..11).map(|n| format!("query Q{n} {{ __typename }} ")).collect::<Vec<_>>().concat();
    assert_eq!(choose(&many, Some("Q1")).unwrap_err().code, FaultCode::QueryTooComplex);
    // Only the chosen operation is charged, but all are bounded.
    let other = "query A { __typename } query B { things(first: 200) { nodes { parts(first: 200) { nodes { id } } } } }";
    assert_eq!(choose(other, Some("A")).unwrap().cost, 1);
    let deep =
        format!("query A {{ __typename }} query B {{ {} id {} }}", "parent {".repeat(25), "}".repeat(25));
    assert_eq!(choose(&deep, Some("A")).unwrap_err().code, FaultCode::QueryTooDeep);
}

#[test]
fn who_needs_to_sign_in() {
    for (query, needs, introspects) in [
        ("{ __typename }", false, false),
        ("{ __schema { types { name } } }", false, true),
        ("{ t: __type(name: \"A\") { name } }", false, true),
        ("{ ...F } fragment F on Query { __typename ... { __typename } }", false, false),
        ("{ __typename thing(id: 1) { id } }", true, false),
        ("{ ... { ...F } } fragment F on Query { __typename thing(id: 1) { id } }", true, false),
        ("{ ...F } fragment F on Query { thing(id: 1) { id } __schema { types { name } } }", true, true),
        ("mutation { touch(id: 1) { id } }", true, false),
        ("{ thing(id: 1) { __typename } }", true, false),
    ] {
        let admission = try_admit(query).unwrap();
        assert_eq!((admission.needs_viewer, admission.introspects), (needs, introspects), "{query}");
    }
}

#[test]
fn introspection_can_be_switched_off() {
    let limits = Limits { introspection: false, ..Limits::default() };
    for query in
        ["{ __schema { types { name } } }", "{ ...F } fragment F on Query { __type(name: \"A\") { name } }"]
    {
        let fault = try_with(query, None, "{}", &limits).unwrap_err();
        assert_eq!(fault.code, FaultCode::BadUserInput);
        assert!(fault.message.contains("switched off"));
    }
    assert!(try_with("{ __typename }", None, "{}", &limits).is_ok());
}

#[test]
fn the_standard_introspection_passes_with_room_to_spare() {
    let query = include_str!("introspection.graphql");
    let limits = Limits::default();
    let half = Limits {
        cost: limits.cost / 2,
        introspection_cost: limits.introspection_cost / 2,
        selections: limits.selections / 2,
        spreads: limits.spreads / 2,
        tokens: limits.tokens / 2,
        ..limits
    };
    super::super::scan(query, &half).unwrap();
    let admission = try_with(query, None, "{}", &half).unwrap();
    assert!(admission.introspects && !admission.needs_viewer);
    // It takes as long to answer as a page of three hundred rows, and nobody has to be signed in for it.
    assert!((1000..3000).contains(&admission.cost), "{}", admission.cost);
    assert!(admission.depth + 4 <= half.depth, "{}", admission.depth);
}

#[test]
fn introspection_that_multiplies_itself_is_refused() {
    let nested = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }";
    assert_eq!(refusal(nested).0, FaultCode::QueryTooComplex);
    let wide = format!(
        "{{ __schema {{ types {{ fields {{ type {{ fields {{ {} }} }} }} }} }} }}",
        "name ".repeat(200)
    );
    assert_eq!(refusal(&wide).0, FaultCode::QueryTooComplex);
}
