//! How webhooks are told, as the configuration has it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject as _};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::rules::networks::Targets;
use super::rules::retry::Retry;
use crate::config::Config;
use crate::graphql::limits::Limits;

/// How webhooks are told.
#[derive(Clone)]
pub struct Settings {
    /// Where they may lead.
    pub targets: Targets,
    /// How connections are encrypted.
    pub tls: Arc<ClientConfig>,
    /// How long a connection may take to come.
    pub connect_timeout: Duration,
    /// How long all of an attempt may take.
    pub timeout: Duration,
    /// How many messages are on their way at once.
    pub connections: usize,
    /// How many of them to one webhook.
    pub at_once: usize,
    /// How often a message is tried.
    pub retry: Retry,
    /// For how long it is kept what became of messages.
    pub keep_log: TimeDelta,
    /// What a query may cost.
    pub limits: Limits,
    /// How long working it out may take.
    pub deadline: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("targets", &self.targets).field("timeout", &self.timeout);
        shown.finish_non_exhaustive()
    }
}

impl Settings {
    /// What the configuration has where nobody has written anything.
    ///
    /// # Errors
    /// A sentence, when connections cannot be encrypted.
    pub fn usual() -> Result<Self, String> {
        Ok(Self {
            targets: Targets::default(),
            tls: tls(None)?,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            connections: 32,
            at_once: 1,
            retry: Retry { first: TimeDelta::seconds(10), span: TimeDelta::hours(24) },
            keep_log: TimeDelta::days(90),
            limits: Limits::default(),
            deadline: Duration::from_secs(10),
        })
    }

    /// What the configuration says; what queries may cost is said by the limits of requests.
    ///
    /// # Errors
    /// A sentence, when a file of it cannot be read or holds something else.
    pub fn of(config: &Config, limits: Limits) -> Result<Self, String> {
        let time = |time: Duration| TimeDelta::from_std(time).map_err(|error| error.to_string());
        Ok(Self {
            targets: Targets {
                allow: config.webhook_allow_networks.clone(),
                plain: config.webhook_allow_http,
            },
            tls: tls(config.webhook_ca_file.as_deref())?,
            connect_timeout: config.webhook_connect_timeout,
            timeout: config.webhook_timeout,
            connections: config.webhook_connections,
            at_once: config.webhook_at_once,
            retry: Retry { first: time(config.webhook_retry_after)?, span: time(config.webhook_retry_for)? },
            keep_log: time(config.webhook_keep_log)?,
            limits,
            deadline: config.request_deadline,
        })
    }
}

/// Trusts the public authorities, and those in this file.
///
/// # Errors
/// A sentence, when the file cannot be read or holds no certificate.
pub fn tls(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        let wrong = |error: &dyn fmt::Display| {
            let path = path.display();
            format!(
                "`webhook_ca_file` is `{path}`, which holds no certificate in PEM that can be read: {error}."
            )
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("Connections to receivers cannot be encrypted: {error}."))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
