//! The source tree: rules that no compiler checks.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::harness::Suite;

pub fn register(suite: &mut Suite) {
    suite.once("tidy::every_module_says_what_it_promises", modules);
    suite.once("tidy::no_file_is_too_long", lengths);
    suite.once("tidy::nothing_is_left_for_later", leftovers);
    suite.once("tidy::rules_are_pure", rules);
    suite.once("tidy::history_does_not_move", history);
    suite.once("tidy::no_error_of_the_engine_in_a_feature", errors);
    suite.once("tidy::arrows_point_one_way", arrows);
    suite.once("tidy::nothing_tells_of_one_machine", machines);
    suite.once("tidy::every_snapshot_has_its_scenario", snapshots);
}

/// How long a file may be: what is longer is a folder.
const LONGEST: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of the repository that people write, with its path from the root and its text.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let from_root = path.strip_prefix(root()).unwrap().display().to_string();
            // Neither version control nor what `.gitignore` names: databases, keys and settings of a developer.
            if name == ".git" || from_root.starts_with("tutti") {
                continue;
            }
            if path.is_dir() {
                if !["target", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((from_root, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 100, "{} files", found.len());
    found
}

pub fn rust() -> Vec<(String, String)> {
    sources()
        .into_iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// Fails with the places where a line is not as it should be.
fn none(files: &[(String, String)], why: &str, wrong: impl Fn(&str, &str) -> bool) {
    let mut found = Vec::new();
    for (path, text) in files {
        for (number, line) in text.lines().enumerate() {
            if wrong(path, line) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{why}: {found:#?}");
}

fn modules() {
    let silent: Vec<_> = rust().into_iter().filter(|(_, text)| !text.starts_with("//! ")).collect();
    let silent: Vec<_> = silent.iter().map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "a file begins with `//!` and what it promises: {silent:#?}");
}

fn lengths() {
    let long: Vec<_> = rust()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST} lines: {long:#?}");
}

fn leftovers() {
    // Put together here, so that this file does not hold them.
    let words = [["TO", "DO"], ["FIX", "ME"], ["#[al", "low("], ["#![al", "low("], ["dbg", "!("]];
    let words = words.map(|parts| parts.concat());
    none(&rust(), "left for later, or switched off", |_, line| words.iter().any(|word| line.contains(word)));
}

/// What rules take from `sea_orm`: how an enum is spelled, and nothing that reads or writes.
const ENUM_HELPERS: [&str; 2] = ["sea_orm::ActiveEnum", "sea_orm::Iterable"];

fn rules() {
    let rules: Vec<_> = rust()
        .into_iter()
        .filter(|(path, _)| path.ends_with("/rules.rs") || path.contains("/rules/"))
        .collect();
    assert!(!rules.is_empty());
    none(&rules, "rules are pure", |_, line| {
        let code = line.split("//").next().unwrap_or_default();
        let spelled = ENUM_HELPERS.iter().fold(code.to_owned(), |code, helper| code.replace(helper, ""));
        ["sea_orm", "async_graphql", "async fn", "Utc::now", ".await", "tokio"]
            .iter()
            .any(|word| spelled.contains(word))
    });
}

fn errors() {
    let files: Vec<_> = rust().into_iter().filter(|(path, _)| path.starts_with("api/src/")).collect();
    let kit = ["api/src/graphql/", "api/src/http/"];
    none(
        &files,
        "the engine's own error takes any other, and its text would reach the caller",
        |path, line| {
            let code = line.split("//").next().unwrap_or_default();
            let engines = ["async_graphql::Error", "async_graphql::Result", "async_graphql::ServerError"];
            let imported = code.contains("use async_graphql::")
                && [" Error", "{Error", " Result", "{Result"].iter().any(|name| code.contains(name));
            !kit.iter().any(|kit| path.starts_with(kit))
                && (imported || engines.iter().any(|name| code.contains(name)))
        },
    );
}

fn history() {
    let files: Vec<_> = sources().into_iter().filter(|(path, _)| path.starts_with("migration/")).collect();
    none(&files, "migrations know no entity of today", |_, line| {
        line.contains("tutti_entity") || line.contains("tutti-entity")
    });
}

fn arrows() {
    // A feature is what has a folder of rows.
    let entities = std::fs::read_dir(root().join("entity/src")).unwrap();
    let features: Vec<String> = entities
        .filter_map(|entry| entry.ok().filter(|entry| entry.path().is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(features.len() >= 3, "{features:?}");
    // And what is put together of them without rows of its own.
    let above = ["work"];
    let files: Vec<_> = rust().into_iter().filter(|(path, _)| path.starts_with("api/src/")).collect();
    none(&files, "the kit knows no feature, and a feature no other's store", |path, line| {
        let code = line.split("//").next().unwrap_or_default();
        // The entities of a feature may be used by all; its module may not. Every payload has its event, so
        // the macro that declares them names that feature, where it is used.
        let code = code.replace("$crate::events::", "");
        let uses = |what: &str| {
            let named =
                code.contains(&format!("crate::{what}::")) || code.contains(&format!("crate::{what};"));
            let grouped = code.starts_with(&format!("    {what}::"));
            named || grouped
        };
        let kit = ["graphql", "store", "access", "http"]
            .iter()
            .any(|kit| path.starts_with(&format!("api/src/{kit}/")));
        let uses_above = above.iter().any(|feature| uses(feature));
        let own = features.iter().find(|feature| path.starts_with(&format!("api/src/{feature}/")));
        let is_above = above.iter().any(|feature| path.starts_with(&format!("api/src/{feature}/")));
        let foreign_store = (own.is_some() || is_above)
            && features.iter().any(|other| Some(other) != own && uses(&format!("{other}::store")));
        (kit && (uses_above || features.iter().any(|feature| uses(feature)))) || foreign_store
    });
}

fn machines() {
    let places = [
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["/Us", "ers/"],
        ["/wo", "rk/"],
        ["/var/", "folders"],
        [".cargo/", "registry"],
    ];
    let places = places.map(|parts| parts.concat());
    none(&sources(), "a path of one machine", |_, line| places.iter().any(|place| line.contains(place)));
    let hosts = [["crates", ".io"], ["npmjs", ".org"], ["pypi", ".org"], ["debian", ".org"]];
    let hosts = hosts.map(|parts| parts.concat());
    none(&sources(), "the host of a registry", |path, line| {
        path != "Cargo.lock" && hosts.iter().any(|host| line.contains(host))
    });
}

fn snapshots() {
    for (path, _) in sources() {
        if let Some(scenario) = path.strip_suffix(".snap").filter(|path| path.contains("/scenarios/")) {
            assert!(root().join(format!("{scenario}.graphql")).is_file(), "{path} belongs to no scenario");
        }
        assert!(!path.ends_with(".snap.new"), "{path} is an answer that nobody has agreed to");
    }
}
