//! Layers, refusals, secrets and the texts made from the table.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Command, FromArgMatches};
use tutti_entity::people::role_grant::Role;

use super::layers::file_of;
use super::table::SETTINGS;
use super::*;
use crate::telemetry::Format;

fn file(content: &str) -> Sources {
    Sources { file: Some((PathBuf::from("tutti.toml"), content.to_owned())), ..Sources::default() }
}

fn env(name: &str, value: &str) -> Sources {
    Sources { env: vec![(name.to_owned(), value.to_owned())], ..Sources::default() }
}

fn flag(key: &'static str, value: &str) -> Sources {
    Sources { flags: vec![(key, value.to_owned())], ..Sources::default() }
}

fn read(sources: &Sources) -> Config {
    Config::from_sources(sources).unwrap()
}

fn refused(sources: &Sources) -> String {
    Config::from_sources(sources).unwrap_err()
}

/// What a flag with this value is refused with.
fn why_not(key: &'static str, value: &str) -> String {
    match Config::from_sources(&flag(key, value)) {
        Ok(_) => panic!("`{key}` took `{value}`"),
        Err(sentence) => sentence,
    }
}

#[test]
fn the_defaults_are_good_values() {
    let config = read(&Sources::default());
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.database_url, Database::Sqlite { path: PathBuf::from("tutti.db") });
    assert_eq!(config.max_body_bytes, 1024 * 1024);
    assert_eq!(config.max_query_bytes, 64 * 1024);
    assert_eq!(config.request_deadline, Duration::from_secs(10));
    assert_eq!(config.access_token_ttl, Duration::from_mins(15));
    assert_eq!(config.time_zone.iana_name(), Some("UTC"));
    assert_eq!(config.log_format, Format::Text);
    assert!(config.cors_origins.is_empty() && config.introspection && config.graphiql);
    assert!(config.worker_threads() > 0);
}

#[test]
fn each_layer_wins_over_the_one_before() {
    let mut sources = file("max_query_depth = 21");
    assert_eq!(read(&Sources::default()).max_query_depth, 20);
    assert_eq!(read(&sources).max_query_depth, 21);
    sources.env = vec![("TUTTI_MAX_QUERY_DEPTH".to_owned(), "22".to_owned())];
    assert_eq!(read(&sources).max_query_depth, 22);
    sources.flags = vec![("max_query_depth", "23".to_owned())];
    assert_eq!(read(&sources).max_query_depth, 23);
}

#[test]
fn an_overridden_value_has_to_be_good_as_well() {
    let sources = Sources { flags: vec![("listen", "127.0.0.1:1".to_owned())], ..file("listen = 'nowhere'") };
    assert!(refused(&sources).starts_with("`listen` in tutti.toml is `nowhere`; "));
}

#[test]
fn a_list_is_a_toml_array_or_separated_by_commas() {
    let wanted = ["https://app.example.org", "http://localhost:3000"];
    let array = "cors_origins = ['https://app.example.org', 'http://localhost:3000']";
    assert_eq!(read(&file(array)).cors_origins, wanted);
    let commas = "https://App.example.org:443, http://localhost:3000";
    assert_eq!(read(&env("TUTTI_CORS_ORIGINS", commas)).cors_origins, wanted);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    assert_eq!(
        refused(&file("listen = '127.0.0.1:1'\nmax_query_dept = 3")),
        "`max_query_dept` in tutti.toml is not a setting; did you mean `max_query_depth`?"
    );
    assert_eq!(
        refused(&file("[telephone]\nnumber = 3")),
        "`telephone` in tutti.toml is not a setting; `tutti serve --help` lists them all."
    );
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest() {
    assert_eq!(
        refused(&env("TUTTI_LISETN", "127.0.0.1:1")),
        "The environment variable TUTTI_LISETN is not a setting; did you mean TUTTI_LISTEN?"
    );
    assert!(refused(&env("TUTTI_", "")).ends_with("is not a setting; `tutti serve --help` lists them all."));
    assert!(Config::from_sources(&env("TUTTI_CONFIG", "other.toml")).is_ok());
    assert!(Config::from_sources(&env("LISTEN", "nowhere")).is_ok());
}

#[test]
fn the_links_that_kubernetes_sets_are_no_settings_of_ours() {
    let mut sources = env("TUTTI_PORT_8000_TCP_ADDR", "10.0.0.7");
    assert!(refused(&sources).contains("TUTTI_PORT_8000_TCP_ADDR"));
    sources.env.push(("KUBERNETES_SERVICE_HOST".to_owned(), "10.0.0.1".to_owned()));
    assert!(Config::from_sources(&sources).is_ok());
}

#[test]
fn a_refusal_names_the_source_the_value_and_what_is_expected() {
    let end = "is `soon`; expected a time such as `250ms`, `10s`, `5m` or `2h`.";
    assert_eq!(refused(&file("body_timeout = 'soon'")), format!("`body_timeout` in tutti.toml {end}"));
    assert_eq!(refused(&env("TUTTI_BODY_TIMEOUT", "soon")), format!("TUTTI_BODY_TIMEOUT {end}"));
    assert_eq!(refused(&flag("body_timeout", "soon")), format!("--body-timeout {end}"));
    assert_eq!(
        refused(&file("body_timeout = 5.5")),
        "`body_timeout` in tutti.toml is a TOML float; expected text, a whole number, `true` or `false`, or a \
         list of texts."
    );
}

#[test]
fn a_file_that_is_not_toml_is_refused_by_its_line_without_showing_it() {
    let sentence = refused(&file("workers = 1\ndatabase_url = postgres://u:hunter2@h/db\n"));
    assert!(sentence.starts_with("tutti.toml, line 2, is not TOML: "), "{sentence}");
    assert!(!sentence.contains("hunter2") && !sentence.contains('\n'), "{sentence}");
}

#[test]
fn every_kind_of_bad_value_is_refused() {
    for (key, value, part) in [
        ("listen", "localhost", "a port"),
        ("database_url", "sqlite::memory:", "in memory is refused because"),
        ("database_url", "sqlite://:memory:", "in memory is refused because"),
        ("database_url", "sqlite://", "the name of a file"),
        ("database_url", "sqlite://a.db?mode=memory", "parameters"),
        ("database_url", "mysql://localhost/x", "`postgres://USER"),
        ("database_url", "postgres://host:port/x", "a port number"),
        ("database_url", "postgres://", "`postgres://USER"),
        ("database_url", "", "`sqlite://FILE`"),
        ("time_zone", "Mars/Olympus", "IANA"),
        ("code_prefix", "cx", "capital letters"),
        ("code_prefix", "9X", "a letter first"),
        ("code_prefix", "NINECHARS", "1 to 8"),
        ("code_prefix", "", "1 to 8"),
        ("database_connections", "0", "from 1 to 200"),
        ("database_connections", "201", "from 1 to 200"),
        ("max_query_depth", "0", "from 1 to"),
        ("workers", "-1", "from 0 to"),
        ("request_deadline", "10", "write `10s` for seconds"),
        ("request_deadline", "0s", "a time such as"),
        ("request_deadline", "10 days", "a time such as"),
        ("request_deadline", "99999999999999999999s", "a time such as"),
        ("request_deadline", "18446744073709551615h", "a time such as"),
        ("request_deadline", "25h", "at most `24h`"),
        ("access_token_ttl", "25h", "at most `24h`"),
        ("access_token_ttl", "10ms", "from `1s` to `24h`"),
        ("max_body_bytes", "1MB", "`1MiB`"),
        ("max_body_bytes", "0", "`1MiB`"),
        ("max_body_bytes", "2000MiB", "at most `1024MiB`"),
        ("rate_limit", "1000000001", "from 0 to 1000000000"),
        ("rate_limit", "19999", "`max_query_cost` is `20000`; expected a `rate_limit` that pays"),
        ("max_query_cost", "600001", "`rate_limit` is `600000` and"),
        ("rate_limit_anonymous", "many", "from 0 to"),
        ("trusted_proxies", "proxy.example.org", "an address such as `10.0.0.7`"),
        ("trusted_proxies", "10.0.0.7, 10.0.0.0/33", "found `10.0.0.0/33`"),
        ("trusted_proxies", "10.0.0.1/8", "the first of the range"),
        ("client_address_header", "X Forwarded For", "the name of a header"),
        ("client_address_header", "", "the name of a header"),
        ("client_address_header", "Forwarded", "lists addresses alone"),
        ("cors_origins", "*", "every web page"),
        ("cors_origins", "https://a.org,*", "every web page"),
        ("cors_origins", "https://a.org/", "without a path, found `https://a.org/`"),
        ("cors_origins", "a.org", "`scheme://host`"),
        ("cors_origins", "null", "`scheme://host`"),
        ("cors_origins", "https://", "`scheme://host`"),
        ("cors_origins", "https://user@a.org", "`scheme://host`"),
        ("cors_origins", "https://a.org:99999", "`scheme://host`"),
        ("introspection", "yes", "`true` or `false`"),
        ("graphiql_assets_url", "cdn.example.org", "https://"),
        ("graphiql_assets_url", "https://", "https://host"),
        ("graphiql_assets_url", "//cdn.example.org", "https://host"),
        ("graphiql_assets_url", "https://cdn.example.org/?a=b", "a plain"),
        ("sso_issuer", "http://id.example.org", "`http://` only on this machine"),
        ("sso_issuer", "id.example.org", "a plain `https://host/path`"),
        ("sso_issuer", "https://id.example.org/?a=b", "a plain `https://host/path`"),
        ("sso_email_claim", "", "the name of a claim"),
        ("sso_roles", "cx-office", "`value=ROLE`"),
        ("sso_roles", "cx-office=pmo", "one of ADMIN, PMO"),
        ("sso_roles", "a=PMO, =PMO", "found `=PMO`"),
        ("public_url", "tutti.example.org", "a plain `https://host/path`"),
        ("public_url", "https://tutti.example.org/?a", "a plain `https://host/path`"),
        ("public_url", "https://tutti.example.org/\"><b", "a plain `https://host/path`"),
        ("mail_server", "smtp.example.org:587", "its port is a setting of its own"),
        ("mail_tls", "ssl", "`starttls`, `tls`"),
        ("mail_from", "Tutti <tutti@example.org>", "a bare address"),
        ("mail_from", "a@b\r\nBcc: c@d", "a bare address"),
        ("mail_connections", "0", "from 1 to 50"),
        ("log", "inof", "`info`"),
        ("log_format", "xml", "`text` or `json`"),
    ] {
        let sentence = why_not(key, value);
        assert!(sentence.contains(part) && sentence.ends_with('.'), "{key} = {value}: {sentence}");
    }
}

#[test]
fn every_kind_of_good_value_is_read() {
    for (key, value) in [
        ("listen", "[::1]:8000"),
        ("database_url", "sqlite:data/tutti.db"),
        ("database_url", "postgresql://localhost/tutti"),
        ("database_url", "postgres://u:p%2Fw@[::1]:5432/tutti?sslmode=require"),
        ("database_url", "postgres:///tutti?host=/run/postgresql"),
        ("time_zone", "Europe/Vienna"),
        ("code_prefix", "A1B2C3D4"),
        ("max_body_bytes", "2048"),
        ("cors_origins", "http://[::1]:3000, capacitor://localhost, https://a-b.example.org"),
        ("rate_limit", "0"),
        ("rate_limit", "20000"),
        ("rate_limit_anonymous", "1"),
        ("trusted_proxies", "127.0.0.1, 10.0.0.0/8, fd00::/8"),
        ("client_address_header", "x-real-ip"),
        ("shutdown_grace", "2h"),
        ("body_timeout", "250ms"),
        ("access_token_ttl", "24h"),
        ("graphiql_assets_url", "https://cdn.example.org/graphiql"),
        ("graphiql_assets_url", "/assets/"),
        ("graphiql_assets_url", ""),
        ("verifying_key_files", "old.pub, keys/older.pub"),
        ("sso_issuer", ""),
        ("sso_email_claim", "upn"),
        ("public_url", "https://example.org/tutti/"),
        ("mail_rate", "1000"),
        ("mail_lease", "90s"),
        ("log", "warn,tutti=debug"),
        ("log_format", "json"),
        ("cors_origins", ""),
    ] {
        assert!(Config::from_sources(&flag(key, value)).is_ok(), "{key} = {value}");
    }
}

#[test]
fn the_signing_key_lies_beside_the_data_unless_named() {
    let path = |sources: &Sources| read(sources).signing_key_path();
    assert_eq!(path(&Sources::default()), Path::new("tutti.db.key"));
    assert_eq!(path(&flag("database_url", "sqlite:///var/lib/t.db")), Path::new("/var/lib/t.db.key"));
    assert_eq!(path(&flag("database_url", "postgres://localhost/t")), Path::new("tutti.key"));
    assert_eq!(path(&flag("signing_key_file", "keys/a.pem")), Path::new("keys/a.pem"));
}

#[test]
fn several_keys_may_verify() {
    let paths = |text: &str| read(&flag("verifying_key_files", text)).verifying_key_files;
    assert!(paths("").is_empty() && read(&Sources::default()).verifying_key_files.is_empty());
    assert_eq!(paths("old.pub, keys/older.pub"), [Path::new("old.pub"), Path::new("keys/older.pub")]);
}

#[test]
fn a_provider_is_trusted_as_configured() {
    assert_eq!(read(&Sources::default()).sso(), Ok(None));
    let mut settings = sso::Settings {
        issuer: "https://id.example.org/realms/company".to_owned(),
        audience: "tutti".to_owned(),
        email_claim: "email".to_owned(),
        roles_claim: None,
        roles: Vec::new(),
    };
    let few = "sso_issuer = 'https://id.example.org/realms/company'\nsso_audience = 'tutti'\n";
    assert_eq!(read(&file(few)).sso(), Ok(Some(settings.clone())));
    let more = "sso_email_claim = 'upn'\nsso_roles_claim = 'realm_access.roles'\n\
                sso_roles = ['cx-office=PMO', 'a=b=AUDITOR']";
    settings.email_claim = "upn".to_owned();
    settings.roles_claim = Some("realm_access.roles".to_owned());
    settings.roles = vec![("cx-office".to_owned(), Role::Pmo), ("a=b".to_owned(), Role::Auditor)];
    assert_eq!(read(&file(&format!("{few}{more}"))).sso(), Ok(Some(settings)));
}

#[test]
fn the_provider_in_the_readme_is_a_good_one() {
    let readme = include_str!("../../../README.md");
    let (_, example) = readme.split_once("```toml\nsso_issuer").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let settings = read(&file(&format!("sso_issuer{example}"))).sso().unwrap().unwrap();
    assert!(sso::Provider::new(settings).is_ok());
}

#[test]
fn half_a_provider_stops_the_start() {
    let few = "sso_issuer = 'https://id.example.org'\nsso_audience = 'tutti'\n";
    for (text, part) in [
        ("sso_issuer = 'https://id.example.org'".to_owned(), "without `sso_audience`"),
        ("sso_audience = 'tutti'".to_owned(), "`sso_audience` is set, which means nothing"),
        ("sso_roles_claim = 'roles'".to_owned(), "`sso_roles_claim` is set, which means nothing"),
        ("sso_roles = ['a=PMO']".to_owned(), "`sso_roles` is set, which means nothing"),
        (format!("{few}sso_roles_claim = 'roles'"), "set both or neither"),
        (format!("{few}sso_roles = ['a=PMO']"), "set both or neither"),
    ] {
        let sentence = refused(&file(&text));
        assert!(sentence.contains(part) && sentence.ends_with('.'), "{sentence}");
    }
}

const MAIL: &str = "mail_server = 'smtp.example.org'\nmail_from = 'tutti@example.org'\npublic_url = 'https://tutti.example.org/'\n";

#[test]
fn half_a_mail_server_stops_the_start() {
    assert!(read(&Sources::default()).mail().unwrap().is_none());
    let config = read(&file(MAIL));
    let mail = config.mail().unwrap().unwrap();
    assert_eq!((mail.server, mail.public_url), ("smtp.example.org", "https://tutti.example.org"));
    let signs_in = "mail_user = 'u'\nmail_password = 'hunter2'\n";
    for (text, part) in [
        ("mail_from = 'tutti@example.org'".to_owned(), "`mail_from` is set, which means nothing"),
        (signs_in.to_owned(), "`mail_user` is set, which means nothing"),
        ("mail_server = 'smtp.example.org'".to_owned(), "without `mail_from`"),
        (MAIL.replace("public_url", "# public_url"), "without `public_url`"),
        (format!("{MAIL}mail_tls = 'none'"), "anybody on the way could read the mails"),
        (format!("{MAIL}mail_user = 'u'"), "set both or neither"),
        (format!("{MAIL}mail_password = 'hunter2'"), "set both or neither"),
        (format!("{MAIL}{signs_in}mail_password_file = 'f'"), "set one of them"),
        (format!("{MAIL}{signs_in}mail_tls = 'unencrypted'"), "could read the password"),
    ] {
        let sentence = refused(&file(&text));
        assert!(sentence.contains(part) && sentence.ends_with('.'), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }
    for server in ["localhost", "127.0.0.1", "::1"] {
        let text = MAIL.replace("smtp.example.org", if server == "::1" { "[::1]" } else { server });
        let config = read(&file(&format!("{text}mail_tls = 'none'")));
        assert_eq!(config.mail().unwrap().unwrap().server, server);
    }
    assert!(read(&file(&format!("{MAIL}mail_tls = 'unencrypted'"))).mail().is_ok());
}

#[test]
fn the_mail_server_in_the_readme_is_a_good_one() {
    let readme = include_str!("../../../README.md");
    let (_, example) = readme.split_once("```toml\nmail_server").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    assert!(read(&file(&format!("mail_server{example}"))).mail().unwrap().is_some());
}

#[test]
fn a_password_is_never_shown() {
    let signs_in = read(&file(&format!("{MAIL}mail_user = 'u'\nmail_password = 'hunter2'")));
    assert_eq!(signs_in.mail_password.reveal(), "hunter2");
    assert!(render(&signs_in).contains("mail_password ") && render(&signs_in).contains("\"***\""));
    assert!(!render(&signs_in).contains("hunter2") && !format!("{signs_in:?}").contains("hunter2"));
    let url = "postgres://tutti:hunter2@db.example.org/tutti?password=hunter2&application_name=t";
    let config = read(&flag("database_url", url));
    assert_eq!(config.database_url, Database::Postgres { url: url.to_owned() });
    let hidden = "postgres://tutti:***@db.example.org/tutti?password=***&application_name=t";
    assert!(render(&config).contains(hidden), "{}", render(&config));
    assert!(!format!("{config:?}").contains("hunter2"));
    let harmless = "postgres://[::1]:5432/tutti";
    assert!(render(&read(&flag("database_url", harmless))).contains(harmless));
    for wrong in [
        "mysql://tutti:hunter2@host/x",
        "postgres//tutti:hunter2@host",
        "postgre://tutti:hun@ter2:hunter2@host",
        "tutti:hunter2@host",
        "tutti:hunter2",
        "postgres://tutti:hunter2",
        "postgres://tutti:hunter2/half@host/db",
        "postgres://tutti:hunter2?half@host/db",
        "host=db user=tutti PASSWORD=hunter2 dbname=x",
    ] {
        let sentence = why_not("database_url", wrong);
        assert!(sentence.contains("***") && !sentence.contains("hunter2"), "{sentence}");
    }
}

#[test]
fn the_rendering_shows_where_each_value_came_from() {
    let sources = Sources {
        env: vec![("TUTTI_CODE_PREFIX".to_owned(), "OPS".to_owned())],
        flags: vec![("body_timeout", "7s".to_owned())],
        ..file("workers = 3")
    };
    let text = render(&read(&sources));
    let line = |key: &str| text.lines().find(|line| line.starts_with(&format!("{key} "))).unwrap().to_owned();
    assert!(line("listen").contains("= \"127.0.0.1:8000\" ") && line("listen").ends_with("# default"));
    assert!(line("workers").contains("= 3 ") && line("workers").ends_with("# tutti.toml"));
    assert!(
        line("code_prefix").contains("= \"OPS\"") && line("code_prefix").ends_with("# TUTTI_CODE_PREFIX")
    );
    assert!(line("body_timeout").ends_with("# --body-timeout"));
    let columns: HashSet<_> = text.lines().map(|line| (line.find(" = "), line.rfind("  # "))).collect();
    assert_eq!(columns.len(), 1, "the columns are aligned:\n{text}");
    assert_eq!(text.lines().count(), SETTINGS.len());
}

#[test]
fn the_rendering_is_a_file_that_gives_the_same_configuration() {
    let text = render(&read(&flag("log", "info,tutti=debug")));
    let again = render(&read(&file(&text)));
    let values =
        |text: &str| text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect();
    let (first, second): (Vec<String>, Vec<String>) = (values(&text), values(&again));
    assert_eq!(first, second);
}

#[test]
fn the_table_lists_every_setting_with_a_meaning() {
    let table = markdown_table();
    for setting in SETTINGS {
        let row = format!("| `{}` | `TUTTI_{}` | ", setting.key, setting.key.to_uppercase());
        assert!(table.contains(&row), "{row}");
        assert!(setting.doc.ends_with('.'), "{} has a sentence", setting.key);
    }
    assert!(table.lines().all(|line| line.starts_with('|') && line.ends_with('|')), "{table}");
}

#[test]
fn the_flags_are_collected_from_the_command_line() {
    let command = Command::new("tutti").args(flags());
    command.clone().debug_assert();
    let matches = command
        .try_get_matches_from(["tutti", "--config", "a.toml", "--max-query-depth", "5", "--graphiql=false"])
        .unwrap();
    let flags = Flags::from_arg_matches(&matches).unwrap();
    assert_eq!(flags.file.as_deref(), Some(Path::new("a.toml")));
    assert_eq!(flags.given, [("max_query_depth", "5".to_owned()), ("graphiql", "false".to_owned())]);
}

#[test]
fn a_named_file_has_to_exist_and_the_flag_wins_over_the_variable() {
    let folder = tempfile::tempdir().unwrap();
    let (here, gone) = (folder.path().join("here.toml"), folder.path().join("gone.toml"));
    std::fs::write(&here, "code_prefix = 'OWN'").unwrap();
    let env = [("TUTTI_CONFIG".to_owned(), gone.display().to_string())];
    let sentence = file_of(None, &env).unwrap_err();
    assert!(sentence.contains("gone.toml named by TUTTI_CONFIG cannot be read"), "{sentence}");
    assert!(file_of(Some(&gone), &[]).unwrap_err().contains("named by --config"));
    let (path, content) = file_of(Some(&here), &env).unwrap().unwrap();
    assert_eq!((path, content.as_str()), (here, "code_prefix = 'OWN'"));
}

#[test]
fn the_readme_has_the_table_of_settings() {
    let readme = include_str!("../../../README.md");
    let table = readme
        .split_once("<!-- settings -->\n")
        .and_then(|(_, rest)| rest.split_once("<!-- /settings -->"))
        .map(|(table, _)| table);
    assert_eq!(
        table,
        Some(markdown_table().as_str()),
        "paste what is expected between the marks in README.md"
    );
}
