//! What has to be known of the mail server, read and checked at the start.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};

use crate::config::{Config, MailTls};

/// How to send mails.
#[derive(Clone)]
pub struct Settings {
    /// The mail server.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// With what, unless it is not.
    pub tls_parameters: Option<TlsParameters>,
    /// Whom to sign in as.
    pub credentials: Option<Credentials>,
    /// What mails come from.
    pub from: Address,
    /// What links begin with, without a slash at its end.
    pub public_url: String,
    /// How many connections there are at most.
    pub connections: usize,
    /// How many mails go out in a minute; none for as many as can.
    pub rate: Option<u32>,
    /// After how long a mail is tried again for the first time.
    pub retry_after: Duration,
    /// After how long somebody who says nothing is taken for dead.
    pub lease: Duration,
}

/// Shown without what signs in.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("server", &self.server).field("port", &self.port).field("tls", &self.tls);
        shown.finish_non_exhaustive()
    }
}

fn read(path: &Path, key: &str) -> Result<String, String> {
    fs::read_to_string(path)
        .map_err(|error| format!("`{key}` is `{}`, which cannot be read: {error}.", path.display()))
}

impl Settings {
    /// What the configuration says; none where no mail is sent.
    ///
    /// # Errors
    /// A sentence, when a file of it cannot be read or holds something else.
    pub fn of(config: &Config) -> Result<Option<Self>, String> {
        let Some(mail) = config.mail()? else { return Ok(None) };
        let from = mail.from.parse().map_err(|error| format!("`mail_from` is no address: {error}."))?;
        let encrypted = matches!(config.mail_tls, MailTls::StartTls | MailTls::Tls);
        let tls_parameters =
            if encrypted { Some(tls(mail.server, config.mail_ca_file.as_deref())?) } else { None };
        Ok(Some(Self {
            server: mail.server.to_owned(),
            port: config.mail_port,
            tls: config.mail_tls,
            tls_parameters,
            credentials: credentials(config)?,
            from,
            public_url: mail.public_url.to_owned(),
            connections: config.mail_connections,
            rate: (config.mail_rate > 0).then_some(config.mail_rate),
            retry_after: config.mail_retry_after,
            lease: config.mail_lease,
        }))
    }
}

fn credentials(config: &Config) -> Result<Option<Credentials>, String> {
    let Some(user) = config.mail_user.clone() else { return Ok(None) };
    let password = match &config.mail_password_file {
        Some(path) => read(path, "mail_password_file")?.lines().next().unwrap_or_default().to_owned(),
        None => config.mail_password.reveal().to_owned(),
    };
    if password.is_empty() {
        return Err("The first line of `mail_password_file` is empty; expected the password of `mail_user`."
            .to_owned());
    }
    Ok(Some(Credentials::new(user, password)))
}

fn tls(server: &str, ca_file: Option<&Path>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(server.to_owned());
    if let Some(path) = ca_file {
        let pem = read(path, "mail_ca_file")?;
        let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|error| {
            format!("`mail_ca_file` is `{}`, which holds no certificate in PEM: {error}.", path.display())
        })?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build()
        .map_err(|error| format!("The connection to the mail server cannot be encrypted: {error}."))
}
