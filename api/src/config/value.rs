//! The kinds of values: each from its text, or the end of a sentence that says what is expected.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use actix_web::http::header::{FORWARDED, HeaderName};
use jiff::tz::TimeZone;
use sea_orm::{ActiveEnum as _, Iterable as _};
use tutti_entity::people::role_grant::Role;

use super::show::without_password;
use crate::access::sso;
use crate::http::{self, Network};
use crate::telemetry::{self, Format};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const DAY: Duration = Duration::from_hours(24);

/// Where the data lies. Shown without the password, even by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// One file, embedded in this process.
    Sqlite {
        /// The file; relative to the working directory unless it begins with `/`.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// The whole URL, with its password.
        url: String,
    },
}

impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => out.debug_struct("Sqlite").field("path", path).finish(),
            Self::Postgres { url } => {
                out.debug_struct("Postgres").field("url", &without_password(url)).finish()
            }
        }
    }
}

pub fn database(text: &str) -> Result<Database, String> {
    if let Some(file) = text.strip_prefix("sqlite:") {
        return sqlite(file.strip_prefix("//").unwrap_or(file));
    }
    let server = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    match server {
        Some(server) if !server.is_empty() && has_usable_port(server) => {
            Ok(Database::Postgres { url: text.to_owned() })
        }
        Some(server) if !server.is_empty() => {
            Err("expected a port number after the host, and `/`, `?`, `#` \
                                                   and `@` in the password percent-encoded"
                .to_owned())
        }
        _ => Err("expected `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`".to_owned()),
    }
}

/// Whether what stands after the host's colon, if anything does, can be a port. When it cannot, it is
/// most likely a password, or the beginning of one with a `/` in it.
pub fn has_usable_port(server: &str) -> bool {
    let authority = server.split(['/', '?', '#']).next().unwrap_or(server);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    is_port(split_port(host).1)
}

fn sqlite(file: &str) -> Result<Database, String> {
    match file {
        ":memory:" => Err("a database in memory is refused because every connection would see another, \
                           empty one: name a file, such as `sqlite://tutti.db`"
            .to_owned()),
        "" => Err("expected the name of a file as well, such as `sqlite://tutti.db`".to_owned()),
        _ if file.contains('?') => {
            Err("parameters after `?` are not taken: expected `sqlite://FILE` alone".to_owned())
        }
        _ => Ok(Database::Sqlite { path: PathBuf::from(file) }),
    }
}

pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "expected an IP address and a port, such as `127.0.0.1:8000` or, for all interfaces, `0.0.0.0:8000`"
            .to_owned()
    })
}

pub fn number<T>(text: &str, range: RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + fmt::Display,
{
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("expected a whole number from {} to {}", range.start(), range.end()))
}

/// A limit on a query: at least one, since a limit of nothing would refuse everything.
pub fn limit(text: &str) -> Result<usize, String> {
    number(text, 1..=1_000_000)
}

/// Points a minute: as many as the schema can show.
pub fn points(text: &str) -> Result<u64, String> {
    number(text, 0..=1_000_000_000)
}

pub fn networks(text: &str) -> Result<Vec<Network>, String> {
    text.split(',').map(str::trim).filter(|network| !network.is_empty()).map(str::parse).collect()
}

pub fn address_header(text: &str) -> Result<HeaderName, String> {
    match text.parse() {
        // It holds pairs of names and values.
        Ok(FORWARDED) => Err("expected a header that lists addresses alone; `Forwarded` does not".to_owned()),
        Ok(name) => Ok(name),
        Err(_) => Err("expected the name of a header, such as `X-Forwarded-For` or `X-Real-IP`".to_owned()),
    }
}

pub fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = split_unit(text);
    let factor = match unit {
        "" => Some(1),
        "KiB" => Some(KIB),
        "MiB" => Some(MIB),
        _ => None,
    };
    let bytes =
        factor.zip(digits.parse::<usize>().ok()).and_then(|(factor, count)| count.checked_mul(factor));
    bytes
        .filter(|bytes| (1..=1024 * MIB).contains(bytes))
        .ok_or_else(|| "expected a size such as `65536`, `64KiB` or `1MiB`, at most `1024MiB`".to_owned())
}

pub fn duration(text: &str) -> Result<Duration, String> {
    let expected = "expected a time such as `250ms`, `10s`, `5m` or `2h`";
    duration_within(text, Duration::from_millis(1)..=DAY, expected, "expected at most `24h`")
}

/// Tokens count in whole seconds, so that anything shorter would be expired when it is made.
pub fn token_lifetime(text: &str) -> Result<Duration, String> {
    let expected = "expected a time from `1s` to `24h`, such as `15m`";
    duration_within(text, Duration::from_secs(1)..=DAY, expected, "expected at most `24h`")
}

/// Whole seconds too; nobody stays signed in for more than a year.
pub fn session_lifetime(text: &str) -> Result<Duration, String> {
    let expected = "expected a time from `1s` to `366d`, such as `30d` or `12h`";
    duration_within(text, Duration::from_secs(1)..=DAY * 366, expected, expected)
}

fn duration_within(
    text: &str,
    range: RangeInclusive<Duration>,
    expected: &str,
    too_long: &str,
) -> Result<Duration, String> {
    let (digits, unit) = split_unit(text);
    let count = digits.parse::<u64>().map_err(|_| expected.to_owned())?;
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        "" => return Err(format!("the unit is missing: write `{count}s` for seconds or `{count}ms`")),
        _ => None,
    };
    let duration = millis.and_then(|millis| count.checked_mul(millis)).map(Duration::from_millis);
    match duration {
        None => Err(expected.to_owned()),
        Some(duration) if duration < *range.start() => Err(expected.to_owned()),
        Some(duration) if duration > *range.end() => Err(too_long.to_owned()),
        Some(duration) => Ok(duration),
    }
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    (digits, unit.trim_start())
}

pub fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "expected `true` or `false`".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "the table asks one shape of every kind of value")]
pub fn optional_path(text: &str) -> Result<Option<PathBuf>, String> {
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

pub fn paths(text: &str) -> Result<Vec<PathBuf>, String> {
    list(text, |path| Ok(PathBuf::from(path)))
}

/// What stands between the commas, each read by itself.
fn list<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(read).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the table asks one shape of every kind of value")]
pub fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "the table asks one shape of every kind of value")]
pub fn optional_text(text: &str) -> Result<Option<String>, String> {
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

pub fn issuer(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() || sso::is_issuer(text) {
        optional_text(text)
    } else {
        Err("expected a plain `https://host/path`; `http://` only on this machine, since whoever could change \
             the answers of a provider could sign in as anybody"
            .to_owned())
    }
}

pub fn claim(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("expected the name of a claim, such as `email`".to_owned())
    } else {
        self::text(text)
    }
}

pub fn roles(text: &str) -> Result<Vec<(String, Role)>, String> {
    list(text, |entry| {
        let (value, role) = entry.rsplit_once('=').unwrap_or_default();
        let role = Role::iter().find(|known| known.to_value() == role.trim());
        match (value.trim(), role) {
            (value, Some(role)) if !value.is_empty() => Ok((value.to_owned(), role)),
            _ => {
                let all: Vec<_> = Role::iter().map(|role| role.to_value()).collect();
                Err(format!("expected `value=ROLE` with one of {}, found `{entry}`", all.join(", ")))
            }
        }
    })
}

pub fn time_zone(text: &str) -> Result<TimeZone, String> {
    let zone = TimeZone::get(text).ok().filter(|zone| !zone.is_unknown());
    zone.ok_or_else(|| "expected an IANA time zone, such as `UTC` or `Europe/Vienna`".to_owned())
}

pub fn code_prefix(text: &str) -> Result<String, String> {
    let right = text.len() <= 8
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if right {
        Ok(text.to_owned())
    } else {
        Err("expected 1 to 8 capital letters and digits, a letter first, such as `CX`".to_owned())
    }
}

pub fn origins(text: &str) -> Result<Vec<String>, String> {
    list(text, origin)
}

/// One origin as browsers send it: lower case, without the scheme's own port.
fn origin(text: &str) -> Result<String, String> {
    if text == "*" {
        return Err("`*` is refused because it would let every web page call the API: list the origins, \
                    such as `https://app.example.org`"
            .to_owned());
    }
    let origin = text.to_lowercase();
    let usual_port = if origin.starts_with("https:") { ":443" } else { ":80" };
    let origin = origin.strip_suffix(usual_port).unwrap_or(&origin);
    if is_origin(origin) {
        Ok(origin.to_owned())
    } else {
        Err(format!("expected `scheme://host` or `scheme://host:port` without a path, found `{text}`"))
    }
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let (host, port) = split_port(authority);
    let scheme_is_right = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    scheme_is_right && is_port(port) && is_host(host)
}

/// The host and its port with the colon, which is empty when there is none.
fn split_port(authority: &str) -> (&str, &str) {
    // The colons inside an IPv6 address stand in brackets; the one before a port does not.
    let at = authority.rfind(':').filter(|at| authority.rfind(']').is_none_or(|bracket| bracket < *at));
    authority.split_at(at.unwrap_or(authority.len()))
}

fn is_port(port: &str) -> bool {
    port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

fn is_host(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        }
    }
}

pub fn assets_url(text: &str) -> Result<String, String> {
    if text.is_empty() || http::is_assets_url(text) {
        Ok(text.to_owned())
    } else {
        Err("expected a plain `https://host/path`, `http://host/path` or `/path`, or nothing".to_owned())
    }
}

pub fn log_filter(text: &str) -> Result<String, String> {
    telemetry::check(text).map(|()| text.to_owned())
}

pub fn log_format(text: &str) -> Result<Format, String> {
    match text {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        _ => Err("expected `text` or `json`".to_owned()),
    }
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// After a greeting in the clear, before anything else.
    StartTls,
    /// From the first byte.
    Tls,
    /// Not at all, to a server on this machine.
    None,
    /// Not at all, to another machine, on somebody's word.
    Unencrypted,
}

pub fn mail_tls(text: &str) -> Result<MailTls, String> {
    match text {
        "starttls" => Ok(MailTls::StartTls),
        "tls" => Ok(MailTls::Tls),
        "none" => Ok(MailTls::None),
        "unencrypted" => Ok(MailTls::Unencrypted),
        _ => Err("expected `starttls`, `tls`, `none` or `unencrypted`".to_owned()),
    }
}

/// Something that is shown nowhere, not even by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secret.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "none" } else { "hidden" })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the table asks one shape of every kind of value")]
pub fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret(text.to_owned()))
}

pub fn host(text: &str) -> Result<Option<String>, String> {
    match text {
        "" => Ok(None),
        _ if is_host(text) => Ok(Some(text.trim_start_matches('[').trim_end_matches(']').to_owned())),
        _ => Err("expected the name or the address of a machine, such as `smtp.example.org`; its port is a setting of \
                  its own"
            .to_owned()),
    }
}

/// Whether what is sent there stays on this machine.
pub fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Where people reach this server, without a slash at its end.
pub fn public_url(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = text.trim_end_matches('/');
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let safe = matches!(scheme, "http" | "https") && is_origin(&format!("{scheme}://{authority}"));
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '/'));
    if safe && plain {
        Ok(Some(url.to_owned()))
    } else {
        Err("expected a plain `https://host/path`".to_owned())
    }
}

pub fn mail_address(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<lettre::Address>() {
        Ok(_) => Ok(Some(text.to_owned())),
        Err(_) => Err("expected a bare address, such as `tutti@example.org`".to_owned()),
    }
}
