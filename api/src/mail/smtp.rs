//! One connection to the mail server, step by step: what may be tried again after each, and what may not.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use lettre::transport::smtp::{Error, response::Severity};

use super::rules::Fate;
use super::settings::Settings;
use crate::config::MailTls;

/// How long the mail server may take to answer (RFC 5321, 4.5.3.2, says minutes; a whole queue would wait for it).
const PATIENCE: Duration = Duration::from_mins(1);
/// How long it may take to take the whole mail.
const PATIENCE_WITH_BODY: Duration = Duration::from_mins(5);
/// How many characters of what it said are kept.
const KEPT: usize = 300;

/// What a step came to that failed.
#[derive(Debug)]
pub(super) enum Failed {
    /// The mail server said no to this mail; the connection is good.
    Refused(Fate),
    /// The connection is of no use any more; the mail was not handed over.
    Broken(String),
}

/// Why there is no connection, in our own words: what the mail server says may hold addresses, and this goes into the log and
/// onto mails of everybody.
fn unusable(error: &Error) -> String {
    if let Some(code) = error.status() {
        return format!("it answered {code}");
    }
    if error.is_tls() {
        return "the connection cannot be encrypted".to_owned();
    }
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(failure) = inner.downcast_ref::<std::io::Error>() {
            return failure.kind().to_string();
        }
        cause = inner.source();
    }
    let words = if error.is_response() {
        "what it answers cannot be read"
    } else if error.is_client() {
        "it does not offer what is needed to encrypt or to sign in"
    } else {
        "it cannot be reached"
    };
    words.to_owned()
}

/// What the mail server said, short and in one line.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    super::rules::one_line(&text).chars().take(KEPT).collect()
}

/// What a refusal means for the mail. 421 says that the server goes away.
fn meant(error: &Error) -> Failed {
    let text = told(error);
    match error.status() {
        Some(code) if u16::from(code) == 421 => Failed::Broken(text),
        Some(code) if code.severity == Severity::PermanentNegativeCompletion => {
            Failed::Refused(Fate::Never(text))
        }
        Some(_) => Failed::Refused(Fate::NotNow(text)),
        None => Failed::Broken(text),
    }
}

/// What a step says that nobody waits for any longer.
fn too_slow() -> Failed {
    Failed::Broken("The mail server does not answer.".to_owned())
}

/// A connection that is signed in.
pub(super) struct Line {
    connection: AsyncSmtpConnection,
    /// The mail server has not forgotten the mail before.
    begun: bool,
    /// A mail was offered over it before.
    is_used: bool,
}

impl Line {
    /// Connects, encrypts and signs in.
    pub(super) async fn open(settings: &Settings) -> Result<Self, String> {
        let opening = tokio::time::timeout(PATIENCE, Self::connect(settings)).await;
        opening.unwrap_or_else(|_| Err("it does not answer".to_owned()))
    }

    async fn connect(settings: &Settings) -> Result<Self, String> {
        let hello = ClientId::Domain(settings.from.domain().to_owned());
        let server = (settings.server.as_str(), settings.port);
        let at_once = settings.tls_parameters.clone().filter(|_| settings.tls == MailTls::Tls);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(PATIENCE), &hello, at_once, None);
        let mut connection = connecting.await.map_err(|error| unusable(&error))?;
        if let Some(tls) = settings.tls_parameters.clone().filter(|_| settings.tls == MailTls::StartTls) {
            connection.starttls(tls, &hello).await.map_err(|error| unusable(&error))?;
        }
        if let Some(credentials) = &settings.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(|error| unusable(&error))?;
        }
        Ok(Self { connection, begun: false, is_used: false })
    }

    /// Whether no mail was offered over it before: what breaks it breaks over the first.
    pub(super) fn is_new(&self) -> bool {
        !self.is_used
    }

    async fn step(&mut self, command: impl std::fmt::Display) -> Result<Response, Failed> {
        match tokio::time::timeout(PATIENCE, self.connection.command(command)).await {
            Ok(answer) => answer.map_err(|error| meant(&error)),
            Err(_) => Err(too_slow()),
        }
    }

    /// Says from whom and to whom, until the mail server asks for the mail. Nothing of it has left yet.
    pub(super) async fn offer(&mut self, from: &Address, to: &Address) -> Result<(), Failed> {
        self.is_used = true;
        if self.begun {
            // Whatever is wrong here is no fault of this mail.
            if self.step(Rset).await.is_err() {
                return Err(Failed::Broken("The mail server does not forget the mail before.".to_owned()));
            }
            self.begun = false;
        }
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(to).is_ascii() {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let reason = "The mail server takes no such address: it is not plain ASCII.";
                return Err(Failed::Refused(Fate::Never(reason.to_owned())));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.begun = true;
        match self.step(Mail::new(Some(from.clone()), parameters)).await {
            Ok(_) => {}
            // The sender is that of all mails: whoever configured it has as long to mend it as a mail is tried.
            Err(Failed::Refused(Fate::Never(reason))) => return Err(Failed::Refused(Fate::NotNow(reason))),
            Err(failed) => return Err(failed),
        }
        self.step(Rcpt::new(to.clone(), Vec::new())).await?;
        let answer = self.step(Data).await?;
        if answer.has_code(354) {
            return Ok(());
        }
        Err(Failed::Broken("The mail server does not ask for the mail.".to_owned()))
    }

    /// Sends the mail that the server asked for; answers the connection if it is still good. What broke before the last byte
    /// was not taken: what ends the mail is sent when the rest of it is.
    pub(super) async fn hand_over(mut self, mail: &[u8]) -> (Fate, Option<Self>) {
        let mut all_out = false;
        let parts = Parts { mail: Some(mail), all_out: &mut all_out };
        let answer = tokio::time::timeout(PATIENCE_WITH_BODY, self.connection.message_iter(parts)).await;
        self.begun = false;
        let reason = match answer {
            Ok(Ok(_)) => return (Fate::Taken, Some(self)),
            Ok(Err(error)) => match (meant(&error), error.status()) {
                (Failed::Refused(fate), _) => return (fate, Some(self)),
                // It said that it goes away, and so that it did not take it.
                (Failed::Broken(reason), Some(_)) => return (Fate::NotNow(reason), None),
                (Failed::Broken(reason), None) => reason,
            },
            Err(_) => "The mail server did not answer in time.".to_owned(),
        };
        (if all_out { Fate::Unknown(reason) } else { Fate::NotNow(reason) }, None)
    }

    /// Takes leave.
    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(5), self.connection.quit()).await;
    }
}

/// The mail, and then that all of it is out: the connection asks for the next part when it has sent the one before, and ends
/// the mail where there is none.
struct Parts<'m> {
    mail: Option<&'m [u8]>,
    all_out: &'m mut bool,
}

impl<'m> Iterator for Parts<'m> {
    type Item = &'m [u8];

    fn next(&mut self) -> Option<&'m [u8]> {
        let part = self.mail.take();
        if part.is_none() {
            *self.all_out = true;
        }
        part
    }
}
