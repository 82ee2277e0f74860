//! Gathering what the file, the environment and the flags say, before any value is understood.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::flags::Flags;
use super::table::{SETTINGS, Setting};

/// The file that is read when none is named; it need not exist.
const DEFAULT_FILE: &str = "tutti.toml";

/// Every environment variable of ours begins with this.
const PREFIX: &str = "TUTTI_";

/// The variable that names the file; the one variable that is no setting.
const FILE_VARIABLE: &str = "TUTTI_CONFIG";

/// What the outer world says, so that tests can say something else.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The configuration file: its name and what it says.
    pub file: Option<(PathBuf, String)>,
    /// The environment; what does not begin with `TUTTI_` is not ours and is left alone.
    pub env: Vec<(String, String)>,
    /// The flags that were given, by the key of their setting.
    pub flags: Vec<(&'static str, String)>,
}

impl Sources {
    /// The working directory and the environment of this process, with its flags.
    ///
    /// # Errors
    /// A sentence, when a named file cannot be read or a variable of ours is not text.
    pub(super) fn of_process(flags: &Flags) -> Result<Self, String> {
        let env = environment()?;
        let file = file_of(flags.file.as_deref(), &env)?;
        Ok(Self { file, env, flags: flags.given.clone() })
    }
}

/// Which layer a value stands in.
#[derive(Clone, Debug)]
pub enum Origin {
    Default,
    File(PathBuf),
    Environment,
    Flag,
}

impl Origin {
    /// For the comment in `tutti config`.
    pub fn shown(&self, setting: &Setting) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Environment => setting.variable(),
            Self::Flag => format!("--{}", setting.flag()),
        }
    }

    /// For a sentence about the value.
    pub fn named(&self, setting: &Setting) -> String {
        match self {
            Self::Default => format!("The default of `{}`", setting.key),
            Self::File(path) => format!("`{}` in {}", setting.key, path.display()),
            Self::Environment | Self::Flag => self.shown(setting),
        }
    }
}

/// A value as one layer gives it.
#[derive(Debug)]
pub struct Given {
    pub key: &'static str,
    pub text: String,
    pub origin: Origin,
}

/// What all layers give, the weakest first.
pub fn gather(sources: &Sources) -> Result<Vec<Given>, String> {
    let mut given = Vec::new();
    if let Some((path, content)) = &sources.file {
        given.extend(from_file(path, content)?);
    }
    given.extend(from_environment(&sources.env)?);
    for (key, text) in &sources.flags {
        given.push(Given { key, text: text.clone(), origin: Origin::Flag });
    }
    Ok(given)
}

fn environment() -> Result<Vec<(String, String)>, String> {
    let mut env = Vec::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => env.push((name, value)),
            (Ok(name), Err(_)) if name.starts_with(PREFIX) => {
                return Err(format!("{name} is not readable as UTF-8 text."));
            }
            _ => {}
        }
    }
    Ok(env)
}

/// The file to read, and what it says.
pub fn file_of(flag: Option<&Path>, env: &[(String, String)]) -> Result<Option<(PathBuf, String)>, String> {
    let variable = env.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, value)| Path::new(value));
    let (path, named_by) = match (flag, variable) {
        (Some(path), _) => (path, Some("--config")),
        (None, Some(path)) => (path, Some(FILE_VARIABLE)),
        (None, None) => (Path::new(DEFAULT_FILE), None),
    };
    match (std::fs::read_to_string(path), named_by) {
        (Ok(content), _) => Ok(Some((path.to_owned(), content))),
        (Err(cause), None) if cause.kind() == ErrorKind::NotFound => Ok(None),
        (Err(cause), None) => Err(format!("The configuration file {DEFAULT_FILE} cannot be read: {cause}.")),
        (Err(cause), Some(by)) => {
            Err(format!("The configuration file {} named by {by} cannot be read: {cause}.", path.display()))
        }
    }
}

fn from_file(path: &Path, content: &str) -> Result<Vec<Given>, String> {
    let table: toml::Table = toml::from_str(content).map_err(|cause| unreadable(path, content, &cause))?;
    table.iter().map(|(key, value)| from_entry(path, key, value)).collect()
}

fn from_entry(path: &Path, key: &str, value: &toml::Value) -> Result<Given, String> {
    let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
        let hint = nearest(key).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(unknown(&format!("`{key}` in {} is not a setting", path.display()), &hint));
    };
    let origin = Origin::File(path.to_owned());
    match text_of(value) {
        Some(text) => Ok(Given { key: setting.key, text, origin }),
        None => Err(format!(
            "{} is a TOML {}; expected text, a whole number, `true` or `false`, or a list of texts.",
            origin.named(setting),
            value.type_str()
        )),
    }
}

/// The value as it would stand in a variable, so that every layer is understood by the same code.
fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(answer) => Some(answer.to_string()),
        toml::Value::Array(items) => {
            items.iter().map(toml::Value::as_str).collect::<Option<Vec<_>>>().map(|items| items.join(","))
        }
        _ => None,
    }
}

/// Only the place and the kind of mistake: the line itself may hold a password.
fn unreadable(path: &Path, content: &str, cause: &toml::de::Error) -> String {
    let before = cause.span().and_then(|span| content.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("{}, line {line}, is not TOML: {}.", path.display(), cause.message().replace('\n', ", "))
}

fn from_environment(env: &[(String, String)]) -> Result<Vec<Given>, String> {
    let in_kubernetes = env.iter().any(|(name, _)| name == "KUBERNETES_SERVICE_HOST");
    let mut given = Vec::new();
    for (name, text) in env {
        let Some(word) = name.strip_prefix(PREFIX) else { continue };
        if name == FILE_VARIABLE || (in_kubernetes && is_service_link(word)) {
            continue;
        }
        match SETTINGS.iter().find(|setting| setting.variable() == *name) {
            Some(setting) => {
                given.push(Given { key: setting.key, text: text.clone(), origin: Origin::Environment });
            }
            None => return Err(unknown_variable(name, word)),
        }
    }
    Ok(given)
}

/// Kubernetes gives every container variables about the services beside it, so a service called
/// `tutti` would otherwise stop its own pods.
fn is_service_link(word: &str) -> bool {
    word == "PORT" || word.starts_with("PORT_") || word.starts_with("SERVICE_")
}

fn unknown_variable(name: &str, word: &str) -> String {
    let hint = nearest(word)
        .map_or_else(String::new, |near| format!("; did you mean {PREFIX}{}?", near.to_uppercase()));
    unknown(&format!("The environment variable {name} is not a setting"), &hint)
}

fn unknown(subject: &str, hint: &str) -> String {
    match hint {
        "" => format!("{subject}; `tutti serve --help` lists them all."),
        hint => format!("{subject}{hint}"),
    }
}

/// The key that somebody who wrote this word most likely meant, when one is close enough.
fn nearest(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase().replace('-', "_");
    let far = 2.max(word.chars().count() / 3);
    SETTINGS
        .iter()
        .map(|setting| setting.key)
        .map(|key| (distance(&word, key), key))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= far)
        .map(|(_, key)| key)
}

/// How many letters have to be added, dropped or changed to get from one word to the other
/// (Levenshtein's distance).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (1..=to.chars().count()).collect();
    for (done, letter) in from.chars().enumerate() {
        let (mut diagonal, mut left) = (done, done + 1);
        for (cell, other) in row.iter_mut().zip(to.chars()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            left = changed.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_else(|| from.chars().count())
}
