//! The page behind the link of a mail: what is acknowledged, and a button. Whoever only looks at it, such as a scanner of
//! mails, acknowledges nothing.

use tutti_entity::people::person::Locale;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To be acknowledged.
    Ask,
    /// Acknowledged.
    Done,
}

/// Text as HTML holds it.
fn escaped(text: &str) -> String {
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
    let subject = escaped(subject);
    let (language, button, done) = match locale {
        Locale::Da => ("da", "Jeg har læst dette", "Tak. Det er bekræftet, at du har læst dette."),
        Locale::En => ("en", "I have read this", "Thank you. It is acknowledged that you have read this."),
    };
    let inner = match step {
        Step::Ask => format!("<h1>{subject}</h1>\n<form method=\"post\"><button>{button}</button></form>"),
        Step::Done => format!("<h1>{subject}</h1>\n<p>{done}</p>"),
    };
    page(language, &subject, &inner)
}

/// The page of every link that is not good, whatever is wrong with it.
#[must_use]
pub fn not_good() -> String {
    let inner = "<h1>Tutti</h1>\n<p>This link is not good, or not any more.</p>\n\
                 <p lang=\"da\">Dette link er ikke gyldigt, eller ikke længere.</p>";
    page("en", "Tutti", inner)
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
    }
}
