//! What a token that the provider signed has to say to be good here, and for whom.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tutti_entity::people::role_grant::Role;
use tutti_entity::value::normal;

use super::{Identity, Settings};

/// How far, in seconds, the provider's clock may run ahead of ours. A token gets no such time at its end.
const LEEWAY: i64 = 30;

impl Settings {
    /// Whom these claims are about, when they are for us and good at this moment, in seconds since 1970.
    pub(super) fn identity(&self, claims: &Value, now: i64) -> Option<Identity> {
        let good = self.is_for_us(claims) && is_good_at(claims, now) && is_verified(claims);
        let email = named(claims, &self.email_claim)?.as_str().filter(|email| is_address(email))?;
        let until = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        // One beyond the calendar lasts for as long as that does.
        let until = DateTime::from_timestamp(until, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        good.then(|| Identity { email: email.to_owned(), roles: self.roles_of(claims), until })
    }

    fn is_for_us(&self, claims: &Value) -> bool {
        let issuer = claims.get("iss").and_then(Value::as_str);
        let subject = claims.get("sub").and_then(Value::as_str);
        issuer == Some(&self.issuer)
            && subject.is_some_and(|subject| !subject.is_empty())
            && texts(claims.get("aud")).any(|audience| audience == self.audience)
    }

    /// In the order of the configuration, each once.
    fn roles_of(&self, claims: &Value) -> Vec<Role> {
        let given = self.roles_claim.as_ref().and_then(|claim| named(claims, claim));
        let mut roles = Vec::new();
        for (value, role) in &self.roles {
            if !roles.contains(role) && texts(given).any(|text| text == value) {
                roles.push(*role);
            }
        }
        roles
    }
}

/// A claim by its name, else by a path with dots. Names come first, because some hold dots themselves.
fn named<'a>(claims: &'a Value, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| name.split('.').try_fold(claims, |inside, part| inside.get(part)))
}

/// The texts of a claim that is one or a list of them.
fn texts(claim: Option<&Value>) -> impl Iterator<Item = &str> {
    let several = claim.and_then(Value::as_array).into_iter().flatten();
    claim.into_iter().chain(several).filter_map(Value::as_str)
}

/// Times that are not whole seconds are not read, and what cannot be read is not good.
fn is_good_at(claims: &Value, now: i64) -> bool {
    let has_begun = |claim: &str| match claims.get(claim) {
        None => true,
        Some(time) => time.as_i64().is_some_and(|time| time <= now.saturating_add(LEEWAY)),
    };
    let lasts = claims.get("exp").and_then(Value::as_i64).is_some_and(|end| now < end);
    lasts && has_begun("nbf") && has_begun("iat")
}

/// Whether the provider does not doubt the address. Some write the answer as a text; some give none.
fn is_verified(claims: &Value) -> bool {
    match claims.get("email_verified") {
        None | Some(Value::Bool(true)) => true,
        Some(answer) => answer.as_str() == Some("true"),
    }
}

/// Whether to look for somebody with this address at all. One that is written with look-alikes, such as a wide
/// `ａ`, would find whoever has the plain one.
fn is_address(text: &str) -> bool {
    let plain = normal(text) == text && text.len() <= 4 * 254;
    plain && text.contains('@') && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
