//! What the mutations take. Inputs with a secret in them cannot be printed.

use async_graphql::InputObject;
use tutti_entity::ids::{ApiKeyId, PersonId, SessionId};
use tutti_entity::people::role_grant::Role;

use crate::graphql::scalars::Date;

/// Somebody's address and password.
#[derive(Clone, InputObject)]
pub struct SignInInput {
    /// Their address, whatever its case.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// A refresh token.
#[derive(Clone, InputObject)]
pub struct SignInRefreshInput {
    /// The last one that you got; it is good once, and a second use ends the session.
    pub refresh_token: String,
}

/// Which sessions to end. With neither field it is the one in which you call.
#[derive(Clone, Debug, InputObject)]
pub struct SignOutInput {
    /// One of your own by its id.
    pub session_id: Option<SessionId>,
    /// All of your own. False by default.
    pub everywhere: Option<bool>,
}

/// A new password of your own.
#[derive(Clone, InputObject)]
pub struct PasswordChangeInput {
    /// The password so far.
    pub current_password: String,
    /// The new one: 12 to 128 characters.
    pub new_password: String,
}

/// Somebody who is to set a new password.
#[derive(Clone, Debug, InputObject)]
pub struct PasswordResetIssueInput {
    /// Whose password.
    pub person_id: PersonId,
}

/// A new password of somebody who cannot sign in.
#[derive(Clone, InputObject)]
pub struct PasswordResetInput {
    /// What `passwordResetIssue` answered; it is good once.
    pub secret: String,
    /// The new password: 12 to 128 characters.
    pub new_password: String,
}

/// A key for a machine. It acts for you, with those of your roles that it has, for as long as you hold
/// them; what you own, sponsor or review yourself is nothing to it.
#[derive(Clone, Debug, InputObject)]
pub struct ApiKeyCreateInput {
    /// What it is for, 1 to 100 characters.
    pub name: String,
    /// Which of your roles it has; none to read what everyone who is signed in reads.
    pub roles: Vec<Role>,
    /// Whether it only reads. True by default.
    pub read_only: Option<bool>,
    /// The last day on which it is good: one year from today by default, two at most.
    pub expires_on: Option<Date>,
}

/// A key to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct ApiKeyRevokeInput {
    /// Which one.
    pub id: ApiKeyId,
}
