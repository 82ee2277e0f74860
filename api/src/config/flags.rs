//! The settings as command-line flags.
//!
//! A command takes them with `#[command(flatten)] flags: config::Flags`. The values stay text here:
//! they are understood by the same code, with the same sentences, as those of the other layers.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::table::SETTINGS;

/// Kept for the life of the process, because clap holds on to names without owning them.
static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| SETTINGS.iter().map(super::table::Setting::flag).collect());

const FILE: &str = "config";

/// The flags that were given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The configuration file that `--config` names.
    pub file: Option<PathBuf>,
    /// The settings, by key.
    pub given: Vec<(&'static str, String)>,
}

/// One flag for each setting, and `--config`.
#[must_use]
pub fn flags() -> Vec<Arg> {
    let file = Arg::new(FILE)
        .long(FILE)
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("The configuration file [default: tutti.toml, when there is one]");
    let settings = SETTINGS.iter().zip(NAMES.iter()).map(|(setting, name)| {
        let default = match setting.default {
            "" => String::new(),
            default => format!(" [default: {default}]"),
        };
        Arg::new(setting.key)
            .long(name.as_str())
            .value_name("VALUE")
            .help(format!("{}{default}", setting.doc.trim()))
            .help_heading("Settings")
    });
    std::iter::once(file).chain(settings).collect()
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        command.args(flags())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |key: &'static str| matches.get_one::<String>(key).map(|text| (key, text.clone()));
        Ok(Self {
            file: matches.get_one::<PathBuf>(FILE).cloned(),
            given: SETTINGS.iter().filter_map(|setting| text(setting.key)).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
