//! The settings for people's eyes: nothing in here shows a password.

use super::Config;
use super::table::SETTINGS;
use super::value::has_usable_port;

/// Every setting in force and where it came from, as lines of a `tutti.toml` that would give the
/// same configuration (but for what is hidden as `***`).
#[must_use]
pub fn render(config: &Config) -> String {
    let rows: Vec<_> =
        config.provenance.iter().map(|row| (row.key, quoted(&row.text), row.source.as_str())).collect();
    let keys = rows.iter().map(|(key, _, _)| key.chars().count()).max().unwrap_or(0);
    let values = rows.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
    let line = |(key, value, source)| format!("{key:keys$} = {value:values$}  # {source}\n");
    rows.into_iter().map(line).collect::<Vec<_>>().concat()
}

/// Every setting with its variable, default and meaning, for the README.
#[must_use]
pub fn markdown_table() -> String {
    let head = "| In `tutti.toml` | In the environment | Default | Meaning |\n|---|---|---|---|\n".to_owned();
    SETTINGS.iter().fold(head, |table, setting| {
        let default = match setting.default {
            "" => "empty".to_owned(),
            default => format!("`{default}`"),
        };
        let meaning = setting.doc.trim().replace('|', "\\|");
        table + &format!("| `{}` | `{}` | {default} | {meaning} |\n", setting.key, setting.variable())
    })
}

/// As TOML writes it: numbers and answers bare, everything else in quotes.
fn quoted(text: &str) -> String {
    if text.parse::<i64>().is_ok() || text.parse::<bool>().is_ok() {
        return text.to_owned();
    }
    // A JSON string is a TOML basic string: TOML took over the escapes.
    serde_json::Value::from(text).to_string()
}

/// A value without secrets, as it is.
pub fn plain(text: &str) -> String {
    text.to_owned()
}

/// A secret: whether there is one, and nothing more.
pub fn hidden(text: &str) -> String {
    if text.is_empty() { String::new() } else { "***".to_owned() }
}

/// A database URL with `***` for the password, wherever it stands.
///
/// It rather hides too much than too little, because it also has to serve for text that is refused
/// as no database URL at all: everything between the user's name and the last `@`, everything from
/// `password=` to the next parameter, and what stands where a port should but is none.
pub fn without_password(url: &str) -> String {
    let url = match url.rsplit_once('@') {
        Some((credentials, host)) => format!("{}@{host}", without_credentials(credentials)),
        None if url.starts_with("sqlite:") || has_usable_port(after_scheme(url)) => url.to_owned(),
        None => without_credentials(url),
    };
    without_parameter(&url)
}

fn after_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

fn without_credentials(text: &str) -> String {
    let credentials = after_scheme(text);
    let scheme = text.strip_suffix(credentials).unwrap_or_default();
    match credentials.split_once(':') {
        Some((user, _)) => format!("{scheme}{user}:***"),
        None => text.to_owned(),
    }
}

fn without_parameter(url: &str) -> String {
    const NAME: &str = "password=";
    let mut shown = String::new();
    let mut rest = url;
    // Lowering ASCII letters alone keeps every byte at its place.
    while let Some(at) = rest.to_ascii_lowercase().find(NAME) {
        let (before, secret) = rest.split_at(at + NAME.len());
        shown += before;
        shown += "***";
        rest = secret.find('&').map_or("", |end| secret.split_at(end).1);
    }
    shown + rest
}
