//! Signing in, staying signed in, and setting passwords: what happens around the commands.

use std::marker::PhantomData;
use std::net::IpAddr;

use async_graphql::{Context, InputType};
use tutti_entity::accounts::session;
use tutti_entity::ids::PersonId;
use tutti_entity::value::fold;

use super::commands::{
    PasswordSet, ResetIssue, SessionEnd, SessionRefresh, SessionStart, no_good, used_up, wrong,
};
use super::doorkeeper::Doorkeeper;
use super::inputs::{
    PasswordChangeInput, PasswordResetInput, PasswordResetIssueInput, SignInInput, SignInRefreshInput,
};
use super::types::{PasswordPayload, PasswordResetIssuePayload, SignedIn};
use super::{rules, store};
use crate::access::secret::{self, Secret};
use crate::access::{Shown, Viewer};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Fault, Problem, ProblemCode};
use crate::people::types::Person;
use crate::store::{Answer, Scope, WriteOptions};

/// What refresh tokens start with.
const REFRESH_TOKEN: &str = "refresh_";
/// What secrets to set a new password start with.
const RESET: &str = "reset_";

/// One request at the door.
pub struct Visit<'c> {
    door: &'c Doorkeeper,
    scope: &'c Scope,
    network: IpAddr,
}

impl<'c> Visit<'c> {
    /// The visit of the request that a resolver works for.
    ///
    /// # Errors
    /// An internal fault where the request came another way than through the door.
    pub fn of(ctx: &Context<'c>) -> Result<Self, Fault> {
        let (door, network) = Doorkeeper::of(ctx)?;
        Ok(Self { door, scope: Scope::of_anybody(ctx)?, network })
    }

    /// Signs somebody in by their password.
    ///
    /// # Errors
    /// THROTTLED after too many wrong attempts, UNAVAILABLE when too many sign in at once.
    pub async fn sign_in(&self, input: &SignInInput) -> Result<SignedIn<SignInInput>, Fault> {
        if !self.scope.viewer().is_nobody() {
            return Ok(signed_in_already().into());
        }
        let (email, password) = rules::plausible(&input.email, &input.password);
        let email = fold(email);
        let attempt = self.door.attempt(self.scope, self.network, Some(&email)).await?;
        let account = store::by_email(self.scope, &email).await?;
        let hash = account.as_ref().and_then(|account| account.hash.as_deref());
        let fits = self.door.passwords.verify(password, hash).await?;
        let (Some(account), true) = (account, fits) else {
            tracing::info!(network = %self.network, "a sign-in failed");
            return Ok(wrong().into());
        };
        let verified = account.hash.unwrap_or_default();
        self.door.forgive(&attempt, self.scope.world().now());
        let outdated = self.door.passwords.is_outdated(&verified);
        let rehashed = if outdated { Some(self.door.passwords.hash(password).await?) } else { None };
        let Some(viewer) = self.viewer(Shown::Person(account.person)).await? else {
            return Ok(wrong().into());
        };
        self.scope.sign_in(viewer);
        let token = Secret::new(REFRESH_TOKEN)?;
        let start = SessionStart {
            person: account.person,
            address: &self.network.to_string(),
            lasts: self.door.lasting.session,
            token_hash: &token.hash,
            verified: &verified,
            rehashed: rehashed.as_deref(),
        };
        let answer = self.scope.write(&start, &WriteOptions::default(), String::new).await?;
        self.welcome(answer, token)
    }

    /// Exchanges a refresh token. One that was used before ends its session: somebody has a copy.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn refresh(&self, input: &SignInRefreshInput) -> Result<SignedIn<SignInRefreshInput>, Fault> {
        let shown = secret::hash(&input.refresh_token);
        let Some((person, session)) = store::by_refresh_token(self.scope, &shown).await? else {
            return Ok(no_good(ProblemCode::Invalid).into());
        };
        if self.scope.viewer().is_nobody()
            && let Some(viewer) = self.viewer(Shown::Session(person, session)).await?
        {
            self.scope.sign_in(viewer);
        }
        if self.scope.viewer().related_as() != Some(person) {
            return Ok(no_good(ProblemCode::Invalid).into());
        }
        let token = Secret::new(REFRESH_TOKEN)?;
        let refresh = SessionRefresh { session, shown: &shown, next: &token.hash };
        let answer = self.scope.write(&refresh, &WriteOptions::default(), String::new).await?;
        if answer.problems.iter().any(|problem| problem.code == ProblemCode::Conflict) {
            let end = SessionEnd { session, reason: "A refresh token was used twice: somebody has a copy." };
            self.scope.write(&end, &WriteOptions::default(), String::new).await?;
            tracing::warn!(%session, %person, "a refresh token was used twice");
            return Ok(no_good(ProblemCode::Invalid).into());
        }
        self.welcome(answer, token)
    }

    /// Sets a new password for whoever knows the one so far.
    ///
    /// # Errors
    /// THROTTLED after too many wrong attempts.
    pub async fn change_password(
        &self,
        input: &PasswordChangeInput,
    ) -> Result<PasswordPayload<PasswordChangeInput>, Fault> {
        let Some(person) = self.scope.viewer().related_as() else {
            let message = "A key cannot do this; somebody who has signed in can.";
            return Ok(vec![Problem::new(ProblemCode::Forbidden, "currentPassword", message)].into());
        };
        let account = store::of_person(self.scope, person).await?.ok_or_else(Fault::unauthenticated)?;
        if let Err(problems) =
            rules::new_password("newPassword", &input.new_password, &account.email, &account.name)
        {
            return Ok(problems.into());
        }
        if input.current_password == input.new_password {
            let message = "This is your password so far.";
            return Ok(vec![Problem::new(ProblemCode::Invalid, "newPassword", message)].into());
        }
        let attempt = self.door.attempt(self.scope, self.network, Some(&fold(&account.email))).await?;
        if !self
            .door
            .passwords
            .verify(rules::plausible("", &input.current_password).1, account.hash.as_deref())
            .await?
        {
            let message = "This is not your password so far.";
            return Ok(vec![Problem::new(ProblemCode::Invalid, "currentPassword", message)].into());
        }
        self.door.forgive(&attempt, self.scope.world().now());
        let keep = self.scope.viewer().session;
        self.set_password(person, &input.new_password, keep, None).await
    }

    /// Sets a new password for whoever was given a secret for it.
    ///
    /// # Errors
    /// THROTTLED after too many wrong attempts.
    pub async fn reset_password(
        &self,
        input: &PasswordResetInput,
    ) -> Result<PasswordPayload<PasswordResetInput>, Fault> {
        if !self.scope.viewer().is_nobody() {
            return Ok(vec![signed_in_already()].into());
        }
        let attempt = self.door.attempt(self.scope, self.network, None).await?;
        let hash = secret::hash(&input.secret);
        let Some(account) = store::by_reset(self.scope, &hash).await? else {
            return Ok(vec![used_up()].into());
        };
        self.door.forgive(&attempt, self.scope.world().now());
        if let Err(problems) =
            rules::new_password("newPassword", &input.new_password, &account.email, &account.name)
        {
            return Ok(problems.into());
        }
        let Some(viewer) = self.viewer(Shown::Person(account.person)).await? else {
            return Ok(vec![used_up()].into());
        };
        self.scope.sign_in(viewer);
        self.set_password(account.person, &input.new_password, None, Some(&hash)).await
    }

    /// Makes a secret with which somebody sets a new password.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn issue_reset(
        &self,
        input: &PasswordResetIssueInput,
    ) -> Result<PasswordResetIssuePayload, Fault> {
        let secret = Secret::new(RESET)?;
        let issue = ResetIssue { input, hash: &secret.hash };
        let answer = self.scope.write(&issue, &WriteOptions::default(), String::new).await?;
        let person = match &answer.row {
            Some(_) => self.person(input.person_id).await?,
            None => None,
        };
        Ok(PasswordResetIssuePayload {
            secret: answer.row.as_ref().map(|_| secret.text),
            expires_at: answer.row.and_then(|row| row.reset_expires_at).map(DateTime),
            person,
            user_errors: answer.problems,
            event: answer.event.map(Into::into),
        })
    }

    async fn set_password<I: InputType + 'static>(
        &self,
        person: PersonId,
        password: &str,
        keep: Option<tutti_entity::ids::SessionId>,
        reset_hash: Option<&str>,
    ) -> Result<PasswordPayload<I>, Fault> {
        let hash = self.door.passwords.hash(password).await?;
        let set = PasswordSet { person, hash: &hash, keep, reset_hash };
        let answer = self.scope.write(&set, &WriteOptions::default(), String::new).await?;
        let person = match answer.row {
            Some(_) => self.person(person).await?,
            None => None,
        };
        let event = answer.event.map(Into::into);
        Ok(PasswordPayload { person, user_errors: answer.problems, event, input: PhantomData })
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, Fault> {
        self.scope.node(id).await
    }

    async fn viewer(&self, shown: Shown<'_>) -> Result<Option<Viewer>, Fault> {
        Viewer::read(self.scope.database().reader(), shown, self.scope.today()).await
    }

    /// What somebody gets who is signed in.
    fn welcome<I: InputType + 'static>(
        &self,
        answer: Answer<session::Entity>,
        token: Secret,
    ) -> Result<SignedIn<I>, Fault> {
        let Some(session) = answer.row else {
            let problem = answer.problems.into_iter().next();
            return Ok(problem.unwrap_or_else(|| no_good(ProblemCode::Invalid)).into());
        };
        // No access token outlives its session.
        let left = (session.expires_at - self.scope.world().now()).to_std().unwrap_or_default();
        let ttl = self.door.lasting.access_token.min(left);
        let (access_token, expires_at) =
            self.door.mint(self.scope.world(), session.person_id, Some(session.id), ttl)?;
        Ok(SignedIn {
            access_token: Some(access_token),
            refresh_token: Some(token.text),
            expires_at: Some(DateTime(expires_at)),
            viewer: crate::people::query::Viewer::of(self.scope.viewer()),
            user_errors: Vec::new(),
            event: answer.event.map(Into::into),
            input: PhantomData,
        })
    }
}

fn signed_in_already() -> Problem {
    let message = "You are signed in already. Send this without an `Authorization` header.";
    Problem::at(ProblemCode::Invalid, &["input"], message)
}
