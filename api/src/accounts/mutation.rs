//! Root fields with which people sign in, and look after their passwords and keys.

use async_graphql::{Context, Object};

use super::commands::KeyCreate;
use super::doorkeeper::API_KEY;
use super::inputs::{
    ApiKeyCreateInput, ApiKeyRevokeInput, PasswordChangeInput, PasswordResetInput, PasswordResetIssueInput,
    SignInInput, SignInRefreshInput, SignOutInput,
};
use super::sign_in::Visit;
use super::types::{
    ApiKeyCreatePayload, ApiKeyPayload, PasswordPayload, PasswordResetIssuePayload, SessionPayload, SignedIn,
};
use crate::access::secret::Secret;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations about signing in.
#[derive(Debug, Default)]
pub struct AccountsMutation;

#[Object]
impl AccountsMutation {
    /// Signs in with an address and a password, for as long as the session lasts. INVALID, after the same
    /// time, for an address that nobody has and for a wrong password; the error THROTTLED, with HTTP status
    /// 429 and `Retry-After`, after too many wrong attempts.
    #[graphql(directive = needs::apply("sign-in".to_owned()))]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Result<SignedIn<SignInInput>, Fault> {
        Visit::of(ctx)?.sign_in(&input).await
    }

    /// Exchanges a refresh token for an access token and the next refresh token. INVALID for one that is not
    /// good any more; one that was used before also ends its session, because somebody has a copy of it.
    #[graphql(directive = needs::apply("sign-in".to_owned()))]
    async fn sign_in_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: SignInRefreshInput,
    ) -> Result<SignedIn<SignInRefreshInput>, Fault> {
        Visit::of(ctx)?.refresh(&input).await
    }

    /// Ends a session, at once: its access token is not good any more. NOT_FOUND or FORBIDDEN for a session
    /// that is not yours, REQUIRED where you do not call in one.
    #[graphql(directive = needs::apply("account.own".to_owned()))]
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: SignOutInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<SessionPayload<SignOutInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Sets a new password of your own, and ends all other sessions of yours. INVALID for a wrong password so
    /// far and for a new one that is short or easily guessed; FORBIDDEN for a key.
    #[graphql(directive = needs::apply("account.own".to_owned()))]
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passwords.")] input: PasswordChangeInput,
    ) -> Result<PasswordPayload<PasswordChangeInput>, Fault> {
        Visit::of(ctx)?.change_password(&input).await
    }

    /// Makes a secret with which somebody sets a password, once, within 24 hours: the first one, or a new one
    /// when it was forgotten. Another secret that they have is not good any more. NOT_FOUND or INVALID for
    /// somebody who is not there or has left.
    #[graphql(directive = needs::apply("accounts.manage".to_owned()))]
    async fn password_reset_issue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password.")] input: PasswordResetIssueInput,
    ) -> Result<PasswordResetIssuePayload, Fault> {
        Visit::of(ctx)?.issue_reset(&input).await
    }

    /// Sets a password with a secret of `passwordResetIssue`, and ends all sessions of that person. INVALID for
    /// a secret that is not good any more and for a password that is short or easily guessed.
    #[graphql(directive = needs::apply("sign-in".to_owned()))]
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The secret and the password.")] input: PasswordResetInput,
    ) -> Result<PasswordPayload<PasswordResetInput>, Fault> {
        Visit::of(ctx)?.reset_password(&input).await
    }

    /// Makes a key for a machine, and shows it this once. INVALID for a role that you do not hold and for a day
    /// that is past or too far off, LIMIT_EXCEEDED beyond 100 good keys, FORBIDDEN for a key.
    #[graphql(directive = needs::apply("accounts.manage".to_owned()))]
    async fn api_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key.")] input: ApiKeyCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ApiKeyCreatePayload, Fault> {
        let secret = Secret::new(API_KEY)?;
        let dry = options.as_ref().is_some_and(|options| options.dry_run == Some(true));
        let answer = payload::run(ctx, &KeyCreate { input: &input, hash: &secret.hash }, options).await?;
        // A repeated answer is that of another secret, of which only the hash was kept.
        let made = answer.row.as_ref().is_some_and(|row| row.hash == secret.hash && !dry);
        Ok(ApiKeyCreatePayload {
            secret: made.then_some(secret.text),
            api_key: answer.row.map(Into::into),
            user_errors: answer.problems,
            event: answer.event.map(Into::into),
        })
    }

    /// Revokes a key, at once and for good. NOT_FOUND for one that is not there for you.
    #[graphql(directive = needs::apply("accounts.manage".to_owned()))]
    async fn api_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key.")] input: ApiKeyRevokeInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ApiKeyPayload<ApiKeyRevokeInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
