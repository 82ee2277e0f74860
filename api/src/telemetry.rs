//! The log: where it goes, how much of it, in which form.
//!
//! Everything is written to standard error, because standard output belongs to commands whose output is
//! used, such as `tutti token`. The statements of the database layer stay out of the log unless the
//! filter names them: they are many, and they hold the organisation's data.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What holds before the user's directives. A later directive for the same target wins, so
/// `sqlx=debug` in the user's filter brings the statements back.
const QUIET: &str = "sqlx=warn,sea_orm=warn";

/// The words that stand for an amount of logging rather than for a part of the program.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One line for people, in colour on a terminal.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

/// Starts the log for the whole process.
///
/// # Errors
/// A sentence, when the filter cannot be read or when a log has been started before.
pub fn init(filter: &str, format: Format) -> Result<(), String> {
    let log = tracing_subscriber::fmt().with_env_filter(parse(filter)?).with_writer(std::io::stderr);
    let started = match format {
        Format::Text => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
        Format::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|cause| format!("The log cannot be started: {cause}."))
}

/// Whether [`init`] would accept the filter.
///
/// # Errors
/// What is expected instead, as the end of a sentence.
pub fn check(filter: &str) -> Result<(), String> {
    parse(filter).map(|_| ())
}

fn parse(filter: &str) -> Result<EnvFilter, String> {
    let expected = || {
        "expected a level (`off`, `error`, `warn`, `info`, `debug`, `trace`), or a comma-separated list such as \
         `info,tutti=debug`"
            .to_owned()
    };
    let directives: Vec<&str> = filter.split(',').map(str::trim).collect();
    // The library takes a bare unknown word for the name of a module, so that the misspelt level `inof`
    // would silence everything else. Whoever means a module can write `module=trace`.
    if directives.iter().any(|directive| is_bare_word(directive) && !is_level(directive)) {
        return Err(expected());
    }
    EnvFilter::builder().parse(format!("{QUIET},{}", directives.join(","))).map_err(|_| expected())
}

fn is_bare_word(directive: &str) -> bool {
    !directive.is_empty() && directive.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':')
}

fn is_level(word: &str) -> bool {
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_directives_are_accepted() {
        for filter in ["info", "WARN", "off", "info,tutti=debug", "tutti::http=trace", "info, sqlx=debug", ""]
        {
            assert!(check(filter).is_ok(), "{filter}");
        }
    }

    #[test]
    fn a_misspelt_level_is_refused_and_the_levels_are_named() {
        for filter in ["inof", "info,verbose", "tutti=loud", "tutti=debug=info"] {
            let sentence = check(filter).unwrap_err();
            assert!(sentence.contains("`warn`"), "{filter}: {sentence}");
        }
    }

    #[test]
    fn statements_stay_off_until_the_filter_names_them() {
        let quiet = parse("debug").unwrap().to_string();
        assert!(quiet.contains("sqlx=warn") && quiet.contains("sea_orm=warn"), "{quiet}");
        let loud = parse("info,sqlx=debug").unwrap().to_string();
        assert!(loud.contains("sqlx=debug") && !loud.contains("sqlx=warn"), "{loud}");
    }
}
