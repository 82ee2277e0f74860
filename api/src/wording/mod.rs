//! What mails and their pages say, in the language of who reads them.
//!
//! Always: every message exists in every language, and takes the same in each. What the API itself answers is English, as its
//! schema is.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{Datelike as _, NaiveDate};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use tutti_entity::people::person::Locale;

pub use fluent_bundle::FluentValue as Value;

/// Declares the messages and their keys at once, so that neither is without the other.
macro_rules! messages {
    ($($message:ident $key:literal;)+) => {
        /// Something that is said.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Message {
            $(#[doc = concat!("`", $key, "`.")] $message,)+
        }

        impl Message {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$message),+];

            /// Its key in the files.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$message => $key,)+ }
            }
        }
    };
}

messages! {
    Date "date";
    AcknowledgeSentence "acknowledge-sentence";
    AcknowledgeWord "acknowledge-word";
    AcknowledgeButton "acknowledge-button";
    AcknowledgeDone "acknowledge-done";
    LinkNotGood "link-not-good";
    DigestSubject "digest-subject";
    DigestHello "digest-hello";
    DigestIntro "digest-intro";
    DigestOverdue "digest-overdue";
    DigestDue "digest-due";
    DigestAcknowledge "digest-acknowledge";
    DigestQuestions "digest-questions";
    DigestEscalated "digest-escalated";
    DigestItem "digest-item";
    DigestMore "digest-more";
    DigestWhy "digest-why";
    DigestUnsubscribe "digest-unsubscribe";
    UnsubscribeTitle "unsubscribe-title";
    UnsubscribeButton "unsubscribe-button";
    UnsubscribeDone "unsubscribe-done";
    WorkPlain "work-plain";
    WorkReport "work-report";
    WorkAcknowledgeReport "work-acknowledge-report";
    WorkDecide "work-decide";
    WorkAgree "work-agree";
    WorkClose "work-close";
    WorkRestate "work-restate";
    WorkRenew "work-renew";
    WorkUncertified "work-uncertified";
    WorkUnstaffed "work-unstaffed";
    WorkPayout "work-payout";
    WorkAcknowledge "work-acknowledge";
    WorkSay "work-say";
    WorkUnsaid "work-unsaid";
    WorkAnswer "work-answer";
}

type Bundle = FluentBundle<FluentResource>;

const ENGLISH: &str = include_str!("en.ftl");
const DANISH: &str = include_str!("da.ftl");

static EN: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::En, ENGLISH));
static DA: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::Da, DANISH));

/// The tag of a language, as HTML and plurals know it.
#[must_use]
pub const fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "en",
        Locale::Da => "da",
    }
}

fn bundle(locale: Locale, text: &str) -> Bundle {
    let language = tag(locale).parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Marks around what is put in would be shown by mail programs that do not know them.
    bundle.set_use_isolating(false);
    // What does not read is left out; that all of it reads is a test.
    let resource = match FluentResource::try_new(text.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

/// Says it, with what it takes. A message that is not there, which a test excludes, is its key.
#[must_use]
pub fn say<const N: usize>(
    locale: Locale,
    message: Message,
    takes: [(&'static str, Value<'_>); N],
) -> String {
    let bundle = match locale {
        Locale::En => &*EN,
        Locale::Da => &*DA,
    };
    let key = message.key();
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let arguments: FluentArgs<'_> =
        takes.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
}

/// A day as people write it: `31 March 2025`, `31. marts 2025`.
#[must_use]
pub fn date(locale: Locale, day: NaiveDate) -> String {
    let year = day.year().to_string();
    let takes =
        [("day", day.day().into()), ("month", day.month().into()), ("year", Value::from(year.as_str()))];
    say(locale, Message::Date, takes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// The messages of a file, each with what it takes.
    fn read(text: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut last = "";
        for line in text.lines() {
            if let Some((key, _)) =
                line.split_once(" =").filter(|_| line.starts_with(|letter: char| letter.is_ascii_lowercase()))
            {
                last = key;
                assert!(all.insert(key, BTreeSet::new()).is_none(), "{key} comes twice");
            }
            let takes = line.split('$').skip(1).map(|rest| rest.split(' ').next().unwrap());
            all.entry(last).or_default().extend(takes);
        }
        all.remove("");
        all
    }

    #[test]
    fn every_message_is_in_every_language_and_takes_the_same() {
        let (english, danish) = (read(ENGLISH), read(DANISH));
        assert_eq!(english, danish);
        let keys: BTreeSet<_> = Message::ALL.iter().map(|message| message.key()).collect();
        assert_eq!(keys, english.keys().copied().collect());
        for text in [ENGLISH, DANISH] {
            assert!(FluentResource::try_new(text.to_owned()).is_ok());
        }
        for (locale, bundle) in [(Locale::En, &*EN), (Locale::Da, &*DA)] {
            for message in Message::ALL {
                let pattern = bundle.get_message(message.key()).and_then(|message| message.value()).unwrap();
                let takes: FluentArgs<'_> =
                    english[message.key()].iter().map(|name| (*name, Value::from(1))).collect();
                let mut errors = Vec::new();
                let said = bundle.format_pattern(pattern, Some(&takes), &mut errors);
                assert!(
                    errors.is_empty() && !said.is_empty() && !said.contains(['{', '\u{2068}']),
                    "{locale:?} {said}"
                );
            }
        }
    }

    #[test]
    fn days_and_numbers_are_as_people_write_them() {
        let day = "2025-03-31".parse().unwrap();
        assert_eq!(
            (date(Locale::En, day), date(Locale::Da, day)),
            ("31 March 2025".into(), "31. marts 2025".into())
        );
        let december = "1999-12-01".parse().unwrap();
        assert_eq!(date(Locale::Da, december), "1. december 1999");
        let subject = |locale, count: usize| say(locale, Message::DigestSubject, [("count", count.into())]);
        assert_eq!(subject(Locale::En, 1), "One thing waits for you");
        assert_eq!(subject(Locale::En, 12), "12 things wait for you");
        assert_eq!(subject(Locale::Da, 1), "Én ting venter på dig");
        assert_eq!(subject(Locale::Da, 2345), "2345 ting venter på dig");
    }
}
