//! The configuration: one struct, every setting declared once in [`table`].
//!
//! Four layers, each winning over the one before: the default, the file `tutti.toml`, the environment
//! variable `TUTTI_*`, the flag `--*`. Nothing is ignored: a key, a variable or a value that means
//! nothing stops the start with one sentence that names where it stands, because a misspelt limit
//! that is silently not applied is found on the worst day. Values that a later layer overrides are
//! checked as well. A password never leaves this module except inside [`Database::Postgres`].

mod flags;
mod layers;
mod show;
mod table;
mod value;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use flags::{Flags, flags};
pub use layers::Sources;
pub use show::{markdown_table, render};
pub use table::Config;
pub use value::{Database, MailTls, Secret};

use crate::access::sso;

/// What has to be there to send mails.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'c> {
    /// The mail server.
    pub server: &'c str,
    /// What mails come from.
    pub from: &'c str,
    /// What links begin with.
    pub public_url: &'c str,
}

impl Config {
    /// The configuration of this process: its working directory, environment and flags.
    ///
    /// # Errors
    /// One sentence naming the source, the value unless it is secret, and what is expected.
    pub fn load(flags: &Flags) -> Result<Self, String> {
        Self::from_sources(&Sources::of_process(flags)?)
    }

    /// The configuration that these layers give.
    ///
    /// # Errors
    /// One sentence naming the source, the value unless it is secret, and what is expected.
    pub fn from_sources(sources: &Sources) -> Result<Self, String> {
        Self::settle(&layers::gather(sources)?)?.fitting()
    }

    /// What no value can know of another.
    fn fitting(self) -> Result<Self, String> {
        let (rate, cost) = (self.rate_limit, self.max_query_cost);
        if rate > 0 && usize::try_from(rate).is_ok_and(|rate| rate < cost) {
            return Err(format!(
                "`rate_limit` is `{rate}` and `max_query_cost` is `{cost}`; expected a `rate_limit` that pays for one such \
                 query at least, or `0`."
            ));
        }
        self.sso()?;
        self.mail()?;
        Ok(self)
    }

    /// The identity provider to trust, if one is configured.
    ///
    /// # Errors
    /// One sentence, when a setting of it means nothing without another that is missing.
    pub fn sso(&self) -> Result<Option<sso::Settings>, String> {
        let Some(issuer) = &self.sso_issuer else {
            let lonely = [
                ("sso_audience", self.sso_audience.is_empty()),
                ("sso_roles_claim", self.sso_roles_claim.is_none()),
                ("sso_roles", self.sso_roles.is_empty()),
            ];
            return match lonely.iter().find(|(_, is_empty)| !is_empty) {
                Some((key, _)) => Err(format!("`{key}` is set, which means nothing without `sso_issuer`.")),
                None => Ok(None),
            };
        };
        if self.sso_audience.is_empty() {
            return Err(
                "`sso_issuer` is set without `sso_audience`, so that tokens for every other service of \
                        that provider would be good here; set it as well."
                    .to_owned(),
            );
        }
        if self.sso_roles_claim.is_some() == self.sso_roles.is_empty() {
            return Err("`sso_roles_claim` and `sso_roles` mean nothing without each other; set both or \
                        neither."
                .to_owned());
        }
        Ok(Some(sso::Settings {
            issuer: issuer.clone(),
            audience: self.sso_audience.clone(),
            email_claim: self.sso_email_claim.clone(),
            roles_claim: self.sso_roles_claim.clone(),
            roles: self.sso_roles.clone(),
        }))
    }

    /// The mail server to use, if one is configured; `None` where no mail is sent.
    ///
    /// # Errors
    /// One sentence, when a setting of it means nothing without another, or would give something away.
    pub fn mail(&self) -> Result<Option<Mail<'_>>, String> {
        let Some(server) = self.mail_server.as_deref() else {
            let lonely = [
                ("mail_from", self.mail_from.is_none()),
                ("mail_user", self.mail_user.is_none()),
                ("mail_password", self.mail_password.is_empty()),
                ("mail_password_file", self.mail_password_file.is_none()),
                ("mail_ca_file", self.mail_ca_file.is_none()),
            ];
            return match lonely.iter().find(|(_, is_empty)| !is_empty) {
                Some((key, _)) => Err(format!("`{key}` is set, which means nothing without `mail_server`.")),
                None => Ok(None),
            };
        };
        let needed = |key: &str| format!("`mail_server` is set without `{key}`; set it as well.");
        let from = self.mail_from.as_deref().ok_or_else(|| needed("mail_from"))?;
        let public_url = self.public_url.as_deref().ok_or_else(|| needed("public_url"))?;
        if self.mail_tls == MailTls::None && !value::is_this_machine(server) {
            return Err(format!(
                "`mail_tls` is `none` and `mail_server` is `{server}`, so that anybody on the way could read the mails and their links; \
                 use `starttls` or `tls`, or `unencrypted` if you mean it."
            ));
        }
        let has_password = !self.mail_password.is_empty() || self.mail_password_file.is_some();
        if !self.mail_password.is_empty() && self.mail_password_file.is_some() {
            return Err("`mail_password` and `mail_password_file` are both set; set one of them.".to_owned());
        }
        if self.mail_user.is_some() != has_password {
            return Err("`mail_user` means nothing without `mail_password_file` or `mail_password`, nor these without it; \
                        set both or neither."
                .to_owned());
        }
        if has_password && self.mail_tls == MailTls::Unencrypted {
            return Err("`mail_tls` is `unencrypted` and there is a `mail_user`, so that anybody on the way could read the \
                        password; use `starttls` or `tls`."
                .to_owned());
        }
        Ok(Some(Mail { server, from, public_url }))
    }

    /// Where the key that signs access tokens lies: as configured, else beside the SQLite file, else,
    /// with PostgreSQL, `tutti.key` in the working directory.
    #[must_use]
    pub fn signing_key_path(&self) -> PathBuf {
        match (&self.signing_key_file, &self.database_url) {
            (Some(path), _) => path.clone(),
            (None, Database::Sqlite { path }) => beside(path),
            (None, Database::Postgres { .. }) => PathBuf::from("tutti.key"),
        }
    }

    /// Whether no layer gives this setting.
    #[must_use]
    pub fn is_default(&self, key: &str) -> bool {
        self.provenance.iter().any(|known| known.key == key && known.is_default)
    }

    /// How many worker threads answer requests: as configured, or one for each core.
    #[must_use]
    pub fn worker_threads(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            configured => configured,
        }
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}
