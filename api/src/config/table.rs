//! The one list of settings. The struct, the reading, the flags, `tutti config` and the table in the
//! README all come from it, so that they cannot disagree.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use actix_web::http::header::HeaderName;
use jiff::tz::TimeZone;
use tutti_entity::people::role_grant::Role;

use super::layers::{Given, Origin};
use super::{Database, MailTls, Secret, show, value};
use crate::http::Network;
use crate::telemetry::Format;

/// One row of the table.
#[derive(Debug)]
pub struct Setting {
    /// The name in the file; the variable and the flag are derived from it.
    pub key: &'static str,
    /// What it means, in sentences.
    pub doc: &'static str,
    /// The value when no layer gives one, written as in the file.
    pub default: &'static str,
    /// How a value is shown to people: as it is, or without what is secret in it.
    pub shown: fn(&str) -> String,
}

impl Setting {
    /// The environment variable, such as `TUTTI_LISTEN`.
    pub fn variable(&self) -> String {
        format!("TUTTI_{}", self.key.to_uppercase())
    }

    /// The flag without its dashes, such as `body-timeout`.
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }
}

/// Where the value in force came from, and how it may be shown.
#[derive(Clone, Debug)]
pub struct Provenance {
    pub key: &'static str,
    pub text: String,
    pub source: String,
    pub is_default: bool,
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $key:ident: $type:ty = $default:literal, $parse:expr, $shown:path;)+) => {
        /// Every setting, parsed and checked.
        #[derive(Clone, Debug)]
        pub struct Config {
            $($(#[doc = $doc])+ pub $key: $type,)+
            pub(super) provenance: Vec<Provenance>,
        }

        /// Every setting, in the order in which people read them.
        pub const SETTINGS: &[Setting] = &[$(settings!(@row $($doc)+, $key, $default, $shown)),+];

        impl Config {
            /// Parses what the layers give, the later over the earlier.
            pub(super) fn settle(given: &[Given]) -> Result<Self, String> {
                let mut provenance = Vec::with_capacity(SETTINGS.len());
                $(let $key: $type = settle(
                    &settings!(@row $($doc)+, $key, $default, $shown), $parse, given, &mut provenance,
                )?;)+
                Ok(Self { $($key,)+ provenance })
            }
        }
    };
    (@row $($doc:literal)+, $key:ident, $default:literal, $shown:path) => {
        Setting { key: stringify!($key), doc: concat!($($doc),+), default: $default, shown: $shown }
    };
}

settings! {
    /// The address and port to listen on.
    listen: SocketAddr = "127.0.0.1:8000", value::address, show::plain;

    /// The database: `sqlite://FILE` (embedded) or `postgres://USER:PASSWORD@HOST/NAME`.
    database_url: Database = "sqlite://tutti.db", value::database, show::without_password;

    /// How many database connections are open at most, and how many queries are answered at once.
    database_connections: u32 = "8", |text| value::number(text, 1..=200), show::plain;

    /// How long a request waits for a free database connection.
    database_timeout: Duration = "5s", value::duration, show::plain;

    /// The file of the key that signs access tokens; it is made when it is missing. Empty: beside
    /// the SQLite file as `FILE.key`, or with PostgreSQL `tutti.key` in the working directory.
    signing_key_file: Option<PathBuf> = "", value::optional_path, show::plain;

    /// Files of further keys, as a list: tokens that they signed are good as well. See "Signing keys".
    verifying_key_files: Vec<PathBuf> = "", value::paths, show::plain;

    /// How long an access token is good, at most `24h`.
    access_token_ttl: Duration = "15m", value::token_lifetime, show::plain;

    /// How long a session lasts: until then a refresh token of it is exchanged for the next one.
    session_ttl: Duration = "30d", value::session_lifetime, show::plain;

    /// How many passwords are checked at once, each with 19 MiB of memory; `0` means one for each core.
    password_workers: usize = "0", |text| value::number(text, 0..=1024), show::plain;

    /// The identity provider whose tokens are good here, by its URL as it stands in their `iss`. Empty: none.
    sso_issuer: Option<String> = "", value::issuer, show::plain;

    /// What the provider calls this service; the `aud` of a token has to name it. Needed with `sso_issuer`.
    sso_audience: String = "", value::text, show::plain;

    /// The claim that holds somebody's e-mail address, by which they are found here.
    sso_email_claim: String = "email", value::claim, show::plain;

    /// The claim that lists roles, such as `roles` or `realm_access.roles`. Empty: the provider gives no roles.
    sso_roles_claim: Option<String> = "", value::optional_text, show::plain;

    /// Which of those values gives which role here, as a list: `cx-office=PMO`. Other values give none.
    sso_roles: Vec<(String, Role)> = "", value::roles, show::plain;

    /// The organisation's time zone, by its IANA name; it decides which day it is.
    time_zone: TimeZone = "UTC", value::time_zone, show::plain;

    /// The letters before the number in initiative codes such as `CX-1`.
    code_prefix: String = "CX", value::code_prefix, show::plain;

    /// The threads that answer requests; `0` means one for each core.
    workers: usize = "0", |text| value::number(text, 0..=1024), show::plain;

    /// How long one request may take before its work is cancelled. Long work that tells how far it has come, such as
    /// a run of shared rewards, may take so long again each time that it comes further.
    request_deadline: Duration = "10s", value::duration, show::plain;

    /// How long the body of a request may take to arrive.
    body_timeout: Duration = "5s", value::duration, show::plain;

    /// How long requests that run may still take after the signal to stop.
    shutdown_grace: Duration = "30s", value::duration, show::plain;

    /// The largest request body, as a number of bytes or with `KiB` or `MiB`.
    max_body_bytes: usize = "1MiB", value::size, show::plain;

    /// The longest query text, as a number of bytes or with `KiB` or `MiB`.
    max_query_bytes: usize = "64KiB", value::size, show::plain;

    /// How deep the fields of a query may nest.
    max_query_depth: usize = "20", value::limit, show::plain;

    /// What one query may cost, in points: about one for each field of each row.
    max_query_cost: usize = "20000", value::limit, show::plain;

    /// How many aliases one query may hold.
    max_query_aliases: usize = "100", value::limit, show::plain;

    /// How many tokens (names, brackets, values) one query may hold.
    max_query_tokens: usize = "10000", value::limit, show::plain;

    /// How many points of query cost each person may spend in a minute, and at once; `0` means as many as they like. At least `max_query_cost`. Each process counts for itself.
    rate_limit: u64 = "600000", value::points, show::plain;

    /// The same for each client address from which nobody is signed in; a refused token costs ten points.
    rate_limit_anonymous: u64 = "60000", value::points, show::plain;

    /// How many WebSockets and streams of events may be open at once, in each process; others are told to try again. Those who have not signed in have half of them at most, and from one network a twentieth.
    max_subscribers: usize = "10000", |text| value::number(text, 0..=1_000_000), show::plain;

    /// How many subscriptions a person, or a key, may have at once, in each process, and how many connections; another is refused with `QUERY_TOO_COMPLEX`.
    max_subscriptions: usize = "1000", |text| value::number(text, 0..=1_000_000), show::plain;

    /// How many messages may wait for a WebSocket or a stream. Who is further behind reads on from the database at their own pace.
    subscriber_queue: usize = "256", |text| value::number(text, 1..=65_536), show::plain;

    /// How long a WebSocket or a stream may take in nothing while messages wait, before the connection is closed.
    subscriber_patience: Duration = "30s", value::duration, show::plain;

    /// How long a WebSocket may take to say who it is.
    subscriber_init_timeout: Duration = "10s", value::duration, show::plain;

    /// How often a connection without messages is tried, so that nobody in between takes it for dead.
    subscriber_ping: Duration = "25s", value::duration, show::plain;

    /// The reverse proxies in front, as a list of addresses and ranges: `10.0.0.0/8, ::1`. What they say about the address of a client is believed, and nobody else. Behind a proxy that is not listed all clients count as one address.
    trusted_proxies: Vec<Network> = "", value::networks, show::plain;

    /// The header to which those proxies append the address that they saw.
    client_address_header: HeaderName = "X-Forwarded-For", value::address_header, show::plain;

    /// The URL under which people reach this server, such as `https://tutti.example.org`: links in mails begin with it. Needed with `mail_server`.
    public_url: Option<String> = "", value::public_url, show::plain;

    /// The name of the mail server that takes the mails of communications and the daily digests. Empty: none is sent.
    mail_server: Option<String> = "", value::host, show::plain;

    /// The port of the mail server.
    mail_port: u16 = "587", |text| value::number(text, 1..=65535), show::plain;

    /// How the connection to it is encrypted: `starttls`, `tls` (from the first byte), `none` for a server on this machine, or `unencrypted` for another one all the same.
    mail_tls: MailTls = "starttls", value::mail_tls, show::plain;

    /// A file of further certificates that are trusted for the mail server, in PEM.
    mail_ca_file: Option<PathBuf> = "", value::optional_path, show::plain;

    /// Whom to sign in as to the mail server. Empty: without signing in.
    mail_user: Option<String> = "", value::optional_text, show::plain;

    /// The password of that user. Better in a file.
    mail_password: Secret = "", value::secret, show::hidden;

    /// The file of that password; its first line counts.
    mail_password_file: Option<PathBuf> = "", value::optional_path, show::plain;

    /// The address that mails come from; replies go to who sent the communication. Needed with `mail_server`.
    mail_from: Option<String> = "", value::mail_address, show::plain;

    /// How many connections to the mail server one process has at most.
    mail_connections: usize = "4", |text| value::number(text, 1..=50), show::plain;

    /// How many mails one process hands over in a minute at most; `0` means as many as it can.
    mail_rate: u32 = "0", |text| value::number(text, 0..=1_000_000), show::plain;

    /// After how long a mail is tried again that the mail server did not take for now; each time twice as long, at most two hours.
    mail_retry_after: Duration = "30s", value::duration, show::plain;

    /// After how long another process takes over the mails of one that has died. The clocks of all have to agree better than that.
    mail_lease: Duration = "1m", value::duration, show::plain;

    /// From which hour of the day on the daily digests go out by mail, 0 to 23, in the time zone of the organisation. They go to whoever wants one (`personDigestSet`), at most once a day.
    digest_hour: u8 = "6", |text| value::number(text, 0..=23), show::plain;

    /// The addresses and ranges to which webhooks may lead although they are none of the internet, as a list: `10.1.0.0/16, ::1`.
    webhook_allow_networks: Vec<Network> = "", value::networks, show::plain;

    /// Whether webhooks may lead to `http` URLs.
    webhook_allow_http: bool = "false", value::yes_or_no, show::plain;

    /// A file of further certificates that are trusted for receivers of webhooks, in PEM.
    webhook_ca_file: Option<PathBuf> = "", value::optional_path, show::plain;

    /// How long a connection to a receiver may take to come.
    webhook_connect_timeout: Duration = "5s", value::duration, show::plain;

    /// How long all of an attempt to tell a webhook may take.
    webhook_timeout: Duration = "15s", value::duration, show::plain;

    /// How many messages of webhooks are on their way at once.
    webhook_connections: usize = "32", |text| value::number(text, 1..=1000), show::plain;

    /// How many of them to one webhook; with more than one, one may overtake another.
    webhook_at_once: usize = "1", |text| value::number(text, 1..=32), show::plain;

    /// After how long a message is sent again that a receiver did not take; each time twice as long, give or take a fifth.
    webhook_retry_after: Duration = "10s", value::duration, show::plain;

    /// For how long a message is sent again until its webhook is disabled.
    webhook_retry_for: Duration = "24h", value::duration, show::plain;

    /// For how long it is kept what became of a message, after the last attempt.
    webhook_keep_log: Duration = "90d", value::session_lifetime, show::plain;

    /// The web origins whose pages may call the API, as a list: `https://app.example.org`.
    cors_origins: Vec<String> = "", value::origins, show::plain;

    /// Whether clients may ask for the schema.
    introspection: bool = "true", value::yes_or_no, show::plain;

    /// Whether a browser gets the GraphiQL page.
    graphiql: bool = "true", value::yes_or_no, show::plain;

    /// Where the GraphiQL page loads its scripts and styles from, a URL laid out like an npm CDN; the browser checks them against their hashes. Empty, for closed networks: the page says which files it needs and how to query with curl.
    graphiql_assets_url: String = "https://cdn.jsdelivr.net/npm", value::assets_url, show::plain;

    /// What is logged: a level, or a list such as `info,tutti=debug`.
    log: String = "info", value::log_filter, show::plain;

    /// The form of a log line: `text` or `json`.
    log_format: Format = "text", value::log_format, show::plain;
}

fn settle<T>(
    setting: &Setting,
    parse: impl Fn(&str) -> Result<T, String>,
    given: &[Given],
    provenance: &mut Vec<Provenance>,
) -> Result<T, String> {
    let default = Given { key: setting.key, text: setting.default.to_owned(), origin: Origin::Default };
    let mut winner = None;
    for layer in std::iter::once(&default).chain(given.iter().filter(|layer| layer.key == setting.key)) {
        let read = parse(layer.text.trim()).map_err(|expected| refusal(setting, layer, &expected))?;
        winner = Some((read, layer));
    }
    let Some((read, layer)) = winner else {
        return Err(format!("`{}` has no value.", setting.key));
    };
    let text = (setting.shown)(layer.text.trim());
    let is_default = matches!(layer.origin, Origin::Default);
    provenance.push(Provenance { key: setting.key, text, source: layer.origin.shown(setting), is_default });
    Ok(read)
}

fn refusal(setting: &Setting, layer: &Given, expected: &str) -> String {
    format!("{} is `{}`; {expected}.", layer.origin.named(setting), (setting.shown)(layer.text.trim()))
}
