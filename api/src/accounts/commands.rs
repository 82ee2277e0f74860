//! What the mutations do inside their transaction: read, ask the rule, write with the event.

use chrono::{DateTime, TimeDelta, Utc};
use tutti_entity::accounts::{api_key, password, refresh_token, session};
use tutti_entity::ids::{PasswordId, PersonId, SessionId, TypedId as _};
use tutti_entity::people::person;
use tutti_entity::people::role_grant::Roles;
use tutti_entity::value::fold;

use super::inputs::{ApiKeyCreateInput, ApiKeyRevokeInput, PasswordResetIssueInput, SignOutInput};
use super::{rules, store};
use crate::access::{Capability, Place};
use crate::graphql::{Problem, ProblemCode};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// The most keys that are good at once for one person.
const MOST_KEYS: usize = 100;

/// Starts a session of whoever has just shown who they are.
#[derive(Debug)]
pub struct SessionStart<'a> {
    /// Who it is.
    pub person: PersonId,
    /// From where.
    pub address: &'a str,
    /// How long the session lasts.
    pub lasts: TimeDelta,
    /// The hash of its first refresh token.
    pub token_hash: &'a str,
    /// The hash that their password was found to fit; it must still be theirs.
    pub verified: &'a str,
    /// A better hash of their password.
    pub rehashed: Option<&'a str>,
}

async fn end(tx: &Tx<'_>, before: session::Model, reason: Option<&str>) -> Outcome<session::Model> {
    let after = session::Model { ended_at: before.ended_at.or(Some(tx.now())), ..before.clone() };
    tx.update::<session::Entity>(&before, after, Action { name: "session.ended", reason }).await
}

fn token(hash: &str, session_id: SessionId, created_at: DateTime<Utc>) -> refresh_token::Model {
    refresh_token::Model { hash: hash.to_owned(), session_id, used_at: None, created_at }
}

impl Command for SessionStart<'_> {
    type Entity = session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<session::Model> {
        // A password that was set anew in between has ended every session, and this one must not outlive it.
        // The name is held before the row: two who held the row first would each wait for the other.
        tx.exclusive(&format!("password of {}", self.person)).await?;
        still_here(tx, self.person, "email").await?;
        let password = store::password(tx, PasswordId::from_uuid(self.person.uuid())).await?;
        if password.and_then(|row| row.hash).as_deref() != Some(self.verified) {
            return Err(wrong().into());
        }
        let mut open = store::open_sessions(tx, self.person).await?;
        let too_many = open.len().saturating_add(1).saturating_sub(rules::MOST_SESSIONS);
        for oldest in open.drain(..too_many.min(open.len())) {
            end(tx, oldest, Some("There are too many sessions; this was the oldest.")).await?;
        }
        tx.mark(&store::forget_tokens(self.person, tx.now())).await?;
        tx.mark(&store::signed_in(self.person, tx.now())).await?;
        if let Some(hash) = self.rehashed {
            tx.mark(&store::rehashed(self.person, self.verified, hash)).await?;
        }
        let now = tx.now();
        let row = session::Model {
            id: tx.new_id(),
            version: 1,
            person_id: self.person,
            address: self.address.to_owned(),
            last_used_at: now,
            expires_at: now + self.lasts,
            ended_at: None,
            created_at: now,
            updated_at: now,
        };
        let row = tx.insert::<session::Entity>(row, "session.started".into()).await?;
        tx.append::<refresh_token::Entity>(token(self.token_hash, row.id, now)).await?;
        Ok(row)
    }
}

/// What is told about an address and a password that do not fit, whichever of them is wrong.
pub(super) fn wrong() -> Problem {
    Problem::at(ProblemCode::Invalid, &["input"], "The address or the password is wrong.")
}

/// Exchanges a refresh token for the next one. CONFLICT says that it was used before.
#[derive(Debug)]
pub struct SessionRefresh<'a> {
    /// The session that the token belongs to.
    pub session: SessionId,
    /// The hash of the token that was shown.
    pub shown: &'a str,
    /// The hash of the next one.
    pub next: &'a str,
}

/// What is told about a refresh token that is no good, whatever is wrong with it.
pub(super) fn no_good(code: ProblemCode) -> Problem {
    let message = "The refresh token is not good any more. Sign in again.";
    Problem::new(code, "refreshToken", message)
}

impl Command for SessionRefresh<'_> {
    type Entity = session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<session::Model> {
        let session = tx.subject::<session::Entity>(self.session, "refreshToken").await?;
        let used_at = store::used_at(tx, self.shown).await?;
        match rules::exchange(used_at, session.ended_at, session.expires_at, tx.now()) {
            rules::Exchange::Good => {}
            rules::Exchange::Over => return Err(no_good(ProblemCode::Invalid).into()),
            rules::Exchange::Copied => return Err(no_good(ProblemCode::Conflict).into()),
        }
        tx.mark(&store::use_up(self.shown, tx.now())).await?;
        tx.mark(&store::session_used(session.id, tx.now())).await?;
        tx.append::<refresh_token::Entity>(token(self.next, session.id, tx.now())).await?;
        Ok(session::Model { last_used_at: tx.now(), ..session })
    }
}

/// Ends a session because of what happened in it.
#[derive(Debug)]
pub struct SessionEnd {
    /// Which one.
    pub session: SessionId,
    /// What happened.
    pub reason: &'static str,
}

impl Command for SessionEnd {
    type Entity = session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<session::Model> {
        let session = tx.subject::<session::Entity>(self.session, "refreshToken").await?;
        end(tx, session, Some(self.reason)).await
    }
}

/// Holds somebody who has not left, until the end.
async fn still_here(tx: &Tx<'_>, person: PersonId, field: &str) -> Outcome<()> {
    let person = tx.get::<person::Entity>(person, field).await?;
    if person.status == person::PersonStatus::Left {
        let message = "Somebody who has left cannot sign in.";
        return Err(Problem::new(ProblemCode::Invalid, field, message).into());
    }
    Ok(())
}

/// The person who calls, themselves and not through a key.
fn oneself(tx: &Tx<'_>, field: &str) -> Outcome<PersonId> {
    let person = tx.scope().viewer().related_as();
    let message = "A key cannot do this; somebody who has signed in can.";
    Ok(person.ok_or_else(|| Problem::new(ProblemCode::Forbidden, field, message))?)
}

impl Command for SignOutInput {
    type Entity = session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<session::Model> {
        let person = oneself(tx, "sessionId")?;
        let asked = self.session_id.or(tx.scope().viewer().session);
        let everywhere = self.everywhere == Some(true);
        let all = if everywhere { store::open_sessions(tx, person).await? } else { Vec::new() };
        let Some(asked) = asked.or(all.last().map(|newest| newest.id)) else {
            let message = "You do not call in a session, so say which one is to end.";
            return Err(Problem::new(ProblemCode::Required, "sessionId", message).into());
        };
        let session = tx.subject::<session::Entity>(asked, "sessionId").await?;
        let theirs = session.person_id == person;
        if !theirs && !tx.scope().may(Capability::AccountsManage, Place::default()) {
            let message = "You end sessions of your own alone.";
            return Err(Problem::new(ProblemCode::Forbidden, "sessionId", message).into());
        }
        for other in all.into_iter().filter(|other| other.id != asked) {
            end(tx, other, None).await?;
        }
        end(tx, session, None).await
    }
}

/// Sets a password, and ends the sessions of whoever knew the one before.
#[derive(Debug)]
pub struct PasswordSet<'a> {
    /// Whose.
    pub person: PersonId,
    /// The hash of the new password.
    pub hash: &'a str,
    /// The session that goes on.
    pub keep: Option<SessionId>,
    /// The hash of the secret that allows it; it must still be good, and is used up.
    pub reset_hash: Option<&'a str>,
}

impl Command for PasswordSet<'_> {
    type Entity = password::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<password::Model> {
        tx.exclusive(&format!("password of {}", self.person)).await?;
        let before = store::password(tx, PasswordId::from_uuid(self.person.uuid())).await?;
        if let Some(shown) = self.reset_hash
            && before.as_ref().and_then(|row| row.reset_hash.as_deref()) != Some(shown)
        {
            return Err(used_up().into());
        }
        let reason = Some("The password was set anew.");
        for session in store::open_sessions(tx, self.person).await? {
            if Some(session.id) != self.keep {
                end(tx, session, reason).await?;
            }
        }
        let hash = Some(self.hash.to_owned());
        if let Some(before) = before {
            let after = password::Model { hash, reset_hash: None, reset_expires_at: None, ..before.clone() };
            return tx.update::<password::Entity>(&before, after, "password.changed".into()).await;
        }
        let row = password::Model { hash, ..none_yet(tx, self.person) };
        tx.insert::<password::Entity>(row, "password.set".into()).await
    }
}

/// What is told about a secret that sets no password, whatever is wrong with it.
pub(super) fn used_up() -> Problem {
    let message = "The secret is not good any more. Ask an administrator for another one.";
    Problem::new(ProblemCode::Invalid, "secret", message)
}

fn none_yet(tx: &Tx<'_>, person: PersonId) -> password::Model {
    password::Model {
        id: PasswordId::from_uuid(person.uuid()),
        version: 1,
        hash: None,
        reset_hash: None,
        reset_expires_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

/// Lets somebody set a new password with a secret.
#[derive(Debug)]
pub struct ResetIssue<'a> {
    /// The input.
    pub input: &'a PasswordResetIssueInput,
    /// The hash of the secret.
    pub hash: &'a str,
}

impl Command for ResetIssue<'_> {
    type Entity = password::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<password::Model> {
        tx.require(Capability::AccountsManage, Place::default(), "personId")?;
        oneself(tx, "personId")?;
        let person = self.input.person_id;
        still_here(tx, person, "personId").await?;
        tx.exclusive(&format!("password of {person}")).await?;
        let before = store::password(tx, PasswordId::from_uuid(person.uuid())).await?;
        let (reset_hash, until) = (Some(self.hash.to_owned()), Some(tx.now() + rules::RESET_GOOD_FOR));
        let action = "password.reset_issued";
        if let Some(before) = before {
            let after = password::Model { reset_hash, reset_expires_at: until, ..before.clone() };
            return tx.update::<password::Entity>(&before, after, action.into()).await;
        }
        let row = password::Model { reset_hash, reset_expires_at: until, ..none_yet(tx, person) };
        tx.insert::<password::Entity>(row, action.into()).await
    }
}

/// Makes a key.
#[derive(Debug)]
pub struct KeyCreate<'a> {
    /// The input.
    pub input: &'a ApiKeyCreateInput,
    /// The hash of the key.
    pub hash: &'a str,
}

impl Command for KeyCreate<'_> {
    type Entity = api_key::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<api_key::Model> {
        tx.require(Capability::AccountsManage, Place::default(), "name")?;
        let person_id = oneself(tx, "name")?;
        // What the identity provider gives is given for a request, and no key could have it in another.
        let grants = tx.scope().viewer().grants.iter().filter(|grant| grant.id.is_some());
        let held: Vec<_> = grants.map(|grant| grant.role).collect();
        let asked = self.input;
        let expires_on = asked.expires_on.map(|day| day.0);
        let new = rules::new_key(&asked.name, &asked.roles, &held, expires_on, tx.scope().today())?;
        // Whoever is leaving at this moment makes none.
        still_here(tx, person_id, "name").await?;
        // Two at the same moment are counted one after the other.
        tx.exclusive(&format!("keys of {person_id}")).await?;
        if store::good_keys(tx, person_id).await? >= MOST_KEYS {
            let message = format!("You have {MOST_KEYS} keys that are good. Revoke one first.");
            return Err(Problem::new(ProblemCode::LimitExceeded, "name", message).into());
        }
        let row = api_key::Model {
            id: tx.new_id(),
            version: 1,
            name_folded: fold(&new.name),
            name: new.name,
            person_id,
            roles: Roles::new(&asked.roles),
            read_only: asked.read_only.unwrap_or(true),
            hash: self.hash.to_owned(),
            expires_on: new.expires_on,
            last_used_at: None,
            revoked_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<api_key::Entity>(row, "api_key.created".into()).await
    }
}

impl Command for ApiKeyRevokeInput {
    type Entity = api_key::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<api_key::Model> {
        let before = tx.subject::<api_key::Entity>(self.id, "id").await?;
        tx.require(Capability::AccountsManage, Place::default(), "id")?;
        oneself(tx, "id")?;
        let after = api_key::Model { revoked_at: before.revoked_at.or(Some(tx.now())), ..before.clone() };
        tx.update::<api_key::Entity>(&before, after, "api_key.revoked".into()).await
    }
}
