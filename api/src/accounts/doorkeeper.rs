//! Who is let in: tokens, keys, passwords, and how often somebody may try.
//!
//! Attempts are counted by network, so that one machine cannot try many accounts; wrong ones by account and
//! network, and by account alone, so that many machines cannot try one. Nobody can be kept out of their
//! account for good by that: the counts run down by the minute, and the last of them does not keep anybody
//! out who comes from a network that they have signed in from before.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tutti_entity::ids::{PersonId, SessionId, TypedId as _};

use super::store;
use crate::access::bucket::{Buckets, Rate, Wait};
use crate::access::password::Passwords;
use crate::access::sso::{Identity, Provider};
use crate::access::token::{Keys, refused};
use crate::access::{Caller, Shown, Viewer, secret};
use crate::graphql::Fault;
use crate::mail::link::Links;
use crate::store::{Database, Scope, World};
use crate::webhooks::safe::Safe;

/// What API keys start with.
pub const API_KEY: &str = "tutti_";

/// Attempts from one network, right or wrong: many people may sit behind it.
const FROM_NETWORK: Rate = Rate { burst: 100, per_minute: 60 };
/// Wrong attempts against one account, from one network and from all of them.
const AGAINST_ACCOUNT: Rate = Rate { burst: 10, per_minute: 2 };
/// For how long a network is known from which somebody has signed in.
const REMEMBERED: TimeDelta = TimeDelta::days(90);
/// How precisely it is kept when a key was last used.
const KEY_USE: TimeDelta = TimeDelta::minutes(1);
/// How long a request waits until that is written.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long what is handed out lasts.
#[derive(Clone, Copy, Debug)]
pub struct Lasting {
    /// An access token.
    pub access_token: Duration,
    /// A session.
    pub session: TimeDelta,
}

/// Who is let in.
#[derive(Debug)]
pub struct Doorkeeper {
    keys: Keys,
    pub(super) passwords: Passwords,
    provider: Option<Provider>,
    pub(super) lasting: Lasting,
    from_network: Buckets<IpAddr>,
    against_account: Buckets<Tried>,
    bad_links: Buckets<IpAddr>,
}

/// An account by its folded address, tried from one network, or from any.
type Tried = (String, Option<IpAddr>);

/// What an attempt was counted against, where it counts only if it is wrong.
#[derive(Debug, Default)]
pub(super) struct Attempt(Vec<Tried>);

/// Whom a token names, before anybody looked whether they are there.
#[derive(Clone, Debug)]
pub enum Known {
    /// Somebody, in a session unless the token was made at the command line.
    Person(PersonId, Option<SessionId>),
    /// Somebody, on the word of the identity provider.
    Provided(Identity),
    /// Whoever made the key with this hash.
    Key(String),
}

/// Whom a token names, and until when it does.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Whom.
    pub known: Known,
    /// Until when; none for a key, whose last day is looked up with it.
    pub until: Option<DateTime<Utc>>,
}

impl Known {
    /// By what they are looked up.
    #[must_use]
    pub fn shown(&self) -> Shown<'_> {
        match self {
            Self::Person(person, None) => Shown::Person(*person),
            Self::Person(person, Some(session)) => Shown::Session(*person, *session),
            Self::Provided(identity) => Shown::Email(&identity.email),
            Self::Key(hash) => Shown::Key(hash),
        }
    }

    /// Who that is on this day, with the roles they hold; none where they are not there, or not any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn viewer(&self, database: &Database, today: NaiveDate) -> Result<Option<Viewer>, Fault> {
        let viewer = Viewer::read(database.reader(), self.shown(), today).await?;
        Ok(viewer.map(|viewer| match self {
            Self::Provided(identity) => viewer.with_roles(&identity.roles, today),
            Self::Person(..) | Self::Key(_) => viewer,
        }))
    }
}

fn throttled(wait: &Wait) -> Fault {
    let seconds = wait.seconds();
    Fault::throttled(format!("Too many attempts to sign in. Try again in {seconds} s."), seconds)
}

impl Doorkeeper {
    /// With the keys that sign and verify tokens, and an identity provider if one is trusted.
    #[must_use]
    pub fn new(keys: Keys, passwords: Passwords, provider: Option<Provider>, lasting: Lasting) -> Self {
        let (from_network, against_account) = (Buckets::new(FROM_NETWORK), Buckets::new(AGAINST_ACCOUNT));
        let bad_links = Buckets::new(FROM_NETWORK);
        Self { keys, passwords, provider, lasting, from_network, against_account, bad_links }
    }

    /// Whom this token names, when it is genuine and good at this moment.
    ///
    /// # Errors
    /// Always the same UNAUTHENTICATED; UNAVAILABLE when the identity provider does not answer.
    pub async fn recognise(&self, token: &str, now: DateTime<Utc>) -> Result<Recognised, Fault> {
        if token.starts_with(API_KEY) {
            return Ok(Recognised { known: Known::Key(secret::hash(token)), until: None });
        }
        if let Some(provider) = &self.provider
            && provider.claims_to_be_from(token)
        {
            let identity = provider.verify(token, now).await?;
            return Ok(Recognised { until: Some(identity.until), known: Known::Provided(identity) });
        }
        let claims = self.keys.verify(token, now)?;
        let person = claims.sub.parse().map_err(|_| refused())?;
        let known = Known::Person(person, claims.sid.map(SessionId::from_uuid));
        Ok(Recognised { known, until: DateTime::from_timestamp(claims.exp, 0) })
    }

    /// Notes that a key was used, once a minute at most. Nobody has to wait long for that, or goes without an
    /// answer because of it.
    pub async fn note_use(&self, database: &Database, viewer: &Viewer, now: DateTime<Utc>) {
        let Some(key) = viewer.key else { return };
        if key.last_used_at.is_none_or(|last| now - last >= KEY_USE) {
            let statement = store::key_used(key.id, now);
            let noted = tokio::time::timeout(PATIENCE, database.mark(&statement)).await;
            if !matches!(noted, Ok(Ok(_))) {
                tracing::warn!(key = %key.id, "it could not be noted that a key was used");
            }
        }
    }

    /// Counts an attempt to get in from this network, to the account with this folded address if one was
    /// named. Whether there is such an account makes no difference.
    ///
    /// # Errors
    /// THROTTLED.
    pub(super) async fn attempt(
        &self,
        scope: &Scope,
        network: IpAddr,
        email_folded: Option<&str>,
    ) -> Result<Attempt, Fault> {
        let now = scope.world().now();
        let refused = |wait: Wait| {
            tracing::warn!(%network, "too many attempts to sign in");
            throttled(&wait)
        };
        self.from_network.take(&network, 1, now).map_err(refused)?;
        let mut attempt = Attempt::default();
        let Some(email) = email_folded else { return Ok(attempt) };
        let (from_here, from_anywhere) = ((email.to_owned(), Some(network)), (email.to_owned(), None));
        self.against_account.take(&from_here, 1, now).map_err(refused)?;
        attempt.0.push(from_here);
        match self.against_account.take(&from_anywhere, 1, now) {
            Ok(_) => attempt.0.push(from_anywhere),
            Err(wait) => {
                let since = now - REMEMBERED;
                if !store::has_been_here(scope, email, &network.to_string(), since).await? {
                    return Err(refused(wait));
                }
            }
        }
        Ok(attempt)
    }

    /// Counts a link that is not good against the network from which it came, as often as attempts to sign in and apart
    /// from them. One that is good does not count: a whole organisation may come from one network.
    ///
    /// # Errors
    /// THROTTLED.
    pub fn bad_link(&self, caller: &Caller, now: DateTime<Utc>) -> Result<(), Fault> {
        let network = caller.network();
        let taken = self.bad_links.take(&network, 1, now);
        taken.map(drop).map_err(|wait| {
            tracing::warn!(%network, "too many links were tried");
            let seconds = wait.seconds();
            Fault::throttled(format!("Too many attempts. Try again in {seconds} s."), seconds)
        })
    }

    /// Makes and reads the links of mails.
    ///
    /// # Errors
    /// An internal fault, when their key cannot be derived.
    pub fn links(&self) -> Result<Links, Fault> {
        Links::new(self.keys.secret())
    }

    /// Seals and opens the secrets of webhooks.
    ///
    /// # Errors
    /// An internal fault, when its keys cannot be derived.
    pub fn safe(&self) -> Result<Safe, Fault> {
        Safe::new(self.keys.secrets())
    }

    /// An attempt that was right does not count against the account.
    pub(super) fn forgive(&self, attempt: &Attempt, now: DateTime<Utc>) {
        for tried in &attempt.0 {
            self.against_account.give_back(tried, 1, now);
        }
    }

    /// Who guards the door of this request, and the network it comes from.
    pub(super) fn of<'c>(ctx: &Context<'c>) -> Result<(&'c Self, IpAddr), Fault> {
        let door = ctx.data_opt::<Arc<Self>>().ok_or_else(|| Fault::internal("a request without a door"))?;
        let caller = ctx.data_opt::<Caller>().ok_or_else(|| Fault::internal("a request from nowhere"))?;
        Ok((door, caller.network()))
    }

    /// The public keys, as a JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> String {
        self.keys.jwks()
    }

    /// A token for somebody, whatever they may do, and until when it is good.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn mint(
        &self,
        world: &World,
        person: PersonId,
        session: Option<SessionId>,
        ttl: Duration,
    ) -> Result<(String, DateTime<Utc>), Fault> {
        let now = world.now();
        let session = session.map(SessionId::uuid);
        let token = self.keys.mint(&person.to_string(), session, now, ttl, world.new_id(now))?;
        let lasts = TimeDelta::from_std(ttl).map_err(Fault::internal)?;
        Ok((token, now + lasts))
    }
}
