//! A mail: plain text and HTML, with the link that acknowledges a communication or ends the digest.
//!
//! Always: what came from people is in no header as it is, and the HTML holds nothing that runs, loads or pretends: no
//! script, no style, no form, no picture.

use std::collections::HashSet;
use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use pulldown_cmark::{Options, Parser, html};
use tutti_entity::ids::{CommunicationId, PersonId};
use tutti_entity::people::person::Locale;

use super::page::escaped;
use super::rules::one_line;
use crate::wording::{Message as Said, say, tag};

/// What a mail is, which its link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// A communication, which is to be acknowledged.
    Communication(CommunicationId),
    /// The digest of a day, which can be ended.
    Digest(NaiveDate),
}

/// What a mail says: all mails of one communication say the same, and each digest something else.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What it is.
    pub matter: Matter,
    /// Its subject.
    pub subject: String,
    /// Who says it, and where replies go.
    pub sender: (String, Option<Address>),
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// What it says, as people read Markdown.
    pub text: String,
    /// The same as HTML that is safe.
    pub html: String,
}

/// Whom a mail goes to.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// Who it is.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub address: Address,
    /// The language that they read.
    pub locale: Locale,
}

/// Markdown as HTML that is safe in a mail.
#[must_use]
pub fn html_of(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut made = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut made, Parser::new_ext(markdown, options));
    ammonia::Builder::default()
        // A picture that is loaded tells who reads what, and when.
        .rm_tags(["img", "map", "area"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .clean(&made)
        .to_string()
}

/// What a body with its story says, as Markdown.
#[must_use]
pub fn markdown(body: &str, story: Option<&str>) -> String {
    match story {
        Some(story) => format!("{body}\n\n---\n\n{story}"),
        None => body.to_owned(),
    }
}

impl Matter {
    /// Where its link leads, before what the link says.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Communication(_) => "acknowledge",
            Self::Digest(_) => "unsubscribe",
        }
    }

    /// The sentence before the link, and the link in a word.
    fn asks(self, locale: Locale) -> (String, String) {
        let (sentence, word) = match self {
            Self::Communication(_) => (Said::AcknowledgeSentence, Said::AcknowledgeWord),
            Self::Digest(_) => (Said::DigestWhy, Said::DigestUnsubscribe),
        };
        (say(locale, sentence, []), say(locale, word, []))
    }

    /// What tells it apart from every other mail to the same person.
    fn id(self) -> String {
        match self {
            Self::Communication(id) => id.to_string(),
            Self::Digest(day) => format!("digest-{day}"),
        }
    }
}

/// A header that is as it is.
fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

impl Letter {
    /// The mail to somebody, from this address, with this link; ready for the mail server.
    ///
    /// # Errors
    /// A sentence, when no mail can be made of it.
    pub fn to(&self, to: &Addressee, from: &Address, link: &str) -> Result<Vec<u8>, String> {
        let (sentence, word) = self.matter.asks(to.locale);
        let text = format!("{}\n\n-- \n{sentence}\n{link}\n", self.text);
        let (sentence, word) = (escaped(&sentence), escaped(&word));
        // What a communication is written in nobody has said.
        let language = match self.matter {
            Matter::Communication(_) => String::new(),
            Matter::Digest(_) => format!(" lang=\"{}\"", tag(to.locale)),
        };
        let html = format!(
            "<!DOCTYPE html>\n<html{language}><head><meta charset=\"utf-8\"></head><body>\n{}\n<hr>\n<p>{sentence}<br>\n\
             <a href=\"{link}\" rel=\"noopener noreferrer\">{word}</a></p>\n</body></html>\n",
            self.html
        );
        let (sender, reply_to) = &self.sender;
        let sender = one_line(sender);
        let host = from.domain();
        let mut mail = Message::builder()
            .from(Mailbox::new(Some(sender.clone()), from.clone()))
            .to(Mailbox::new(Some(one_line(&to.name)), to.address.clone()))
            .subject(one_line(&self.subject))
            .date(SystemTime::from(self.sent_at))
            .message_id(Some(format!("<{}.{}@{host}>", self.matter.id(), to.person)));
        if let Some(address) = reply_to {
            mail = mail.reply_to(Mailbox::new(Some(sender), address.clone()));
        }
        // RFC 3834: whoever is away does not answer a machine.
        mail = mail.raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Matter::Digest(_) = self.matter {
            // RFC 2369 and RFC 8058: the mail program has a button of its own, which sends a POST.
            mail = mail
                .raw_header(header("List-Unsubscribe", format!("<{link}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        let mail = mail.multipart(MultiPart::alternative_plain_html(text, html));
        Ok(mail.map_err(|error| format!("No mail can be made of it: {error}"))?.formatted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn letter(subject: &str, markdown: &str) -> Letter {
        Letter {
            matter: Matter::Communication(CommunicationId(Uuid::from_u128(7))),
            subject: subject.to_owned(),
            sender: (
                "Lene Åkjær\r\nBcc: x@y.example".to_owned(),
                Some("lene@tutti.example".parse().unwrap()),
            ),
            sent_at: "2025-03-31T08:00:00Z".parse().unwrap(),
            text: markdown.to_owned(),
            html: html_of(markdown),
        }
    }

    fn mail(letter: &Letter) -> String {
        let to = Addressee {
            person: PersonId(Uuid::from_u128(9)),
            name: "Mia \"M\" Member\n".to_owned(),
            address: "mia@tutti.example".parse().unwrap(),
            locale: Locale::Da,
        };
        let from = "no-reply@tutti.example".parse().unwrap();
        String::from_utf8(letter.to(&to, &from, "https://tutti.example/acknowledge/abc").unwrap()).unwrap()
    }

    #[test]
    fn what_people_write_is_in_no_header_as_it_is() {
        let mail = mail(&letter("Hello\r\nBcc: all@tutti.example\r\n\r\nBody", "Hi *there*"));
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert_eq!(head.lines().filter(|line| line.starts_with("Subject: ")).count(), 1);
        for line in [
            "Auto-Submitted: auto-generated",
            "To: \"Mia \\\"M\\\" Member \" <mia@tutti.example>",
            "Message-ID: <com_00000000000000000000000007.per_00000000000000000000000009@tutti.example>",
            "Date: Mon, 31 Mar 2025 08:00:00 +0000",
        ] {
            assert!(head.contains(line), "{line} is not in {head}");
        }
        assert!(
            head.contains("multipart/alternative")
                && body.contains("text/plain")
                && body.contains("text/html")
        );
        assert!(!head.contains("List-Unsubscribe"));
        assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 998));
        assert!(body.contains("<em>there</em>") && body.contains("https://tutti.example/acknowledge/abc"));
    }

    #[test]
    fn html_holds_nothing_that_runs_loads_or_pretends() {
        let nasty = "Hi <script>alert(1)</script> <img src=x onerror=alert(1)> ![p](https://spy.example/p.png) \
                     [go](javascript:alert(1)) [rel](/graphql) <form action=x><input></form> <style>b{}</style> \
                     <a href=\"https://fine.example\" onclick=x>fine</a> <iframe src=x></iframe> <b style=x>bold</b>\n\n\
                     | a | b |\n|---|---|\n| 1 | ~~2~~ |";
        let html = html_of(nasty);
        for bad in [
            "<script",
            "<img",
            "onerror",
            "javascript:",
            "<form",
            "<input",
            "<style",
            "onclick",
            "<iframe",
            "style=",
            "/graphql",
            "spy.",
        ] {
            assert!(!html.contains(bad), "{bad} is in {html}");
        }
        for good in ["https://fine.example", "<b>bold</b>", "<table>", "<del>2</del>"] {
            assert!(html.contains(good), "{good} is not in {html}");
        }
        assert_eq!(markdown("A", Some("B")), "A\n\n---\n\nB");
    }
}
