//! The pages behind the links of mails: what is acknowledged or ended, and a button. Whoever only looks at one, such as a
//! scanner of mails, does nothing.

use tutti_entity::people::person::Locale;

use crate::wording::{Message, say, tag};

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The button is to be pressed.
    Ask,
    /// It was pressed.
    Done,
}

/// Text as HTML holds it.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn page(language: &str, title: &str, inner: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n</head>\n<body>\n<main>\n{inner}\n</main>\n</body>\n</html>\n"
    )
}

/// The page of somebody who reads this language, about the communication with this subject. Of what it says nothing else is
/// shown: the link may have been passed on.
#[must_use]
pub fn of(subject: &str, locale: Locale, step: Step) -> String {
    stepped(locale, subject, step, [Message::AcknowledgeButton, Message::AcknowledgeDone])
}

/// The page on which somebody who reads this language ends their digest.
#[must_use]
pub fn of_digest(locale: Locale, step: Step) -> String {
    let title = say(locale, Message::UnsubscribeTitle, []);
    stepped(locale, &title, step, [Message::UnsubscribeButton, Message::UnsubscribeDone])
}

fn stepped(locale: Locale, title: &str, step: Step, [button, done]: [Message; 2]) -> String {
    let title = escaped(title);
    let say = |message| escaped(&say(locale, message, []));
    let inner = match step {
        Step::Ask => {
            format!("<h1>{title}</h1>\n<form method=\"post\"><button>{}</button></form>", say(button))
        }
        Step::Done => format!("<h1>{title}</h1>\n<p>{}</p>", say(done)),
    };
    page(tag(locale), &title, &inner)
}

/// The page of every link that is not good, whatever is wrong with it.
#[must_use]
pub fn not_good() -> String {
    let [english, danish] =
        [Locale::En, Locale::Da].map(|locale| escaped(&say(locale, Message::LinkNotGood, [])));
    let inner = format!("<h1>Tutti</h1>\n<p>{english}</p>\n<p lang=\"da\">{danish}</p>");
    page("en", "Tutti", &inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_text() {
        let page = of("<script>alert('x')</script> & \"more\"", Locale::En, Step::Ask);
        assert!(
            !page.contains("<script")
                && page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;")
        );
        assert!(page.contains("<form method=\"post\"><button>I have read this</button></form>"));
        assert!(!of("A", Locale::Da, Step::Done).contains("<form"));
        assert!(!not_good().contains("<form"));
        let page = of_digest(Locale::Da, Step::Ask);
        assert!(page.contains("lang=\"da\"") && page.contains("<button>Stop disse mails</button>"), "{page}");
        assert!(!of_digest(Locale::En, Step::Done).contains("<form"));
    }
}
