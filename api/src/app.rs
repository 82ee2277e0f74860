//! The house put together: what a process needs to answer requests.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::{net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Request, Response, ServerError, ValidationMode, Value as GraphqlValue};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tutti_entity::ids::{ApiKeyId, PersonId};
use uuid::Uuid;

use crate::access::bucket::{Buckets, Rate, Wait};
use crate::access::password::{Passwords, Work};
use crate::access::sso::Provider;
use crate::access::token::{Keys, refused};
use crate::access::{Caller, Viewer};
use crate::accounts::doorkeeper::{Doorkeeper, Known, Lasting, Recognised};
use crate::config::{Config, Database as Where};
use crate::exchange::calendar;
use crate::graphql::limits::{Limits, SchemaIndex, server_error};
use crate::graphql::live::{Farewell, Line};
use crate::graphql::needed::Named;
use crate::graphql::{Fault, FaultCode};
use crate::http::{Backend, Errand, HttpSettings, LiveSettings, Proxies, Rules};
use crate::live::{self, Live, Seat, Ticket};
use crate::mail::answer::{answer, unsubscribe};
use crate::mail::link::Links;
use crate::mail::page::not_good;
use crate::schema::{self, TuttiSchema};
use crate::store::{Database, Scope, World, database, world::Ids};
use crate::webhooks::{self, office::Office};

/// What a refused token costs, in points: a signature to verify, and where that is good somebody to look
/// for.
const REFUSED_TOKEN: u64 = 10;

/// What the link of a mail costs whoever comes with it, in points: a signature to verify, and where that is good a few
/// statements.
const LINK: u64 = 20;

/// Who pays for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    /// Somebody who is signed in.
    Person(PersonId),
    /// A key, which pays for itself.
    ApiKey(ApiKeyId),
    /// A network from which nobody is signed in.
    Network(IpAddr),
}

impl Payer {
    fn of(viewer: Option<&Viewer>, caller: &Caller) -> Self {
        let key = viewer.and_then(|viewer| viewer.key).map(|key| Self::ApiKey(key.id));
        let person = || viewer.and_then(Viewer::person_id).map(Self::Person);
        key.or_else(person).unwrap_or_else(|| Self::Network(caller.network()))
    }
}

/// What may be spent, in points a minute; 0 for as much as they like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// By each person.
    pub signed_in: u64,
    /// By each address from which nobody is signed in.
    pub anonymous: u64,
}

/// The buckets of all payers. Addresses have a table of their own, so that however many there are, none
/// pushes a person out.
struct Purses {
    signed_in: Option<Buckets<Payer>>,
    anonymous: Option<Buckets<Payer>>,
}

impl Purses {
    fn new(limits: RateLimits) -> Self {
        let buckets = |points| (points > 0).then(|| Buckets::new(Rate { burst: points, per_minute: points }));
        Self { signed_in: buckets(limits.signed_in), anonymous: buckets(limits.anonymous) }
    }

    /// The buckets that this payer's is among, unless they may spend as much as they like.
    fn of(&self, payer: Payer) -> Option<&Buckets<Payer>> {
        match payer {
            Payer::Person(_) | Payer::ApiKey(_) => self.signed_in.as_ref(),
            Payer::Network(_) => self.anonymous.as_ref(),
        }
    }

    fn pay(&self, payer: Payer, cost: u64, paid: u64, now: DateTime<Utc>) -> Result<(), Fault> {
        let Some(buckets) = self.of(payer) else { return Ok(()) };
        buckets.take_rest(&payer, cost, paid, now).map(drop).map_err(throttled)
    }

    /// Refuses somebody who has nothing left at all.
    fn knock(&self, payer: Payer, now: DateTime<Utc>) -> Result<(), Fault> {
        let Some(buckets) = self.of(payer) else { return Ok(()) };
        buckets.check(&payer, 1, now).map(drop).map_err(throttled)
    }
}

fn throttled(wait: Wait) -> Fault {
    let (limit, seconds) = (wait.level.limit, wait.seconds());
    let message = format!("Too much was asked for: {limit} points a minute. Try again in {seconds} s.");
    Fault::throttled(message, seconds)
}

/// What answers requests.
pub struct App {
    schema: TuttiSchema,
    /// The same without the engine's rules, for documents that have passed them.
    checked: TuttiSchema,
    index: Arc<SchemaIndex>,
    database: Database,
    world: Arc<World>,
    door: Arc<Doorkeeper>,
    purses: Arc<Purses>,
    live: Arc<Live>,
    office: Arc<Office>,
}

impl App {
    /// Puts the house together.
    ///
    /// # Errors
    /// When the schema does not read back, which a test excludes.
    pub fn new(
        database: Database,
        world: Arc<World>,
        door: Doorkeeper,
        rates: RateLimits,
        introspection: bool,
    ) -> Result<Self, String> {
        let index = SchemaIndex::from_sdl(&schema::sdl())
            .map_err(|error| format!("The schema does not read back: {error}"))?;
        let schema = schema::build(introspection, ValidationMode::Strict);
        let checked = schema::build(introspection, ValidationMode::Fast);
        let purses = Arc::new(Purses::new(rates));
        let schemas = live::Schemas { strict: schema.clone(), checked: checked.clone() };
        let toll = toll(&purses, &world);
        let live = Live::new(schemas, database.clone(), Arc::clone(&world), toll, live::Settings::default());
        let (index, safe) = (Arc::new(index), door.safe().map_err(|fault| fault.message)?);
        let usual = webhooks::settings::Settings::usual()?;
        let parts = (schema.clone(), Arc::clone(&index), database.clone(), Arc::clone(&world));
        let office = Office::new(parts, safe, usual);
        Ok(Self { schema, checked, index, database, world, door: Arc::new(door), purses, live, office })
    }

    /// The same, which tells people of changes like this.
    #[must_use]
    pub fn telling(self, settings: live::Settings) -> Self {
        let schemas = live::Schemas { strict: self.schema.clone(), checked: self.checked.clone() };
        let toll = toll(&self.purses, &self.world);
        let live = Live::new(schemas, self.database.clone(), Arc::clone(&self.world), toll, settings);
        Self { live, ..self }
    }

    /// The same, which tells webhooks like this.
    #[must_use]
    pub fn calling(self, settings: webhooks::settings::Settings) -> Self {
        Self { office: self.office.with(settings), ..self }
    }

    /// What looks after webhooks. Somebody has to run what tells them.
    #[must_use]
    pub fn office(&self) -> &Arc<Office> {
        &self.office
    }

    /// What tells people of changes as they happen. It has to run for that.
    #[must_use]
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// The connections.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Time, ids and the organisation's settings.
    #[must_use]
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Makes and reads the links of mails.
    ///
    /// # Errors
    /// When their key cannot be derived.
    pub fn links(&self) -> Result<Links, Fault> {
        self.door.links()
    }

    /// A token for somebody, whatever they may do.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn mint(&self, person: PersonId, ttl: Duration) -> Result<String, Fault> {
        self.door.mint(&self.world, person, None, ttl).map(|(token, _)| token)
    }

    /// Who sends this `Authorization` header, and until when it says so.
    async fn bearer(&self, header: &str, now: DateTime<Utc>) -> Result<(Recognised, Viewer), Fault> {
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused());
        }
        let recognised = self.door.recognise(token.trim(), now).await?;
        if let Known::Person(person, _) = &recognised.known {
            // The database is not asked for somebody who would be turned away next.
            self.purses.knock(Payer::Person(*person), now)?;
        }
        let viewer = recognised.known.viewer(&self.database, self.world.day(now)).await?;
        let viewer = viewer.ok_or_else(refused)?;
        self.door.note_use(&self.database, &viewer, now).await;
        Ok((recognised, viewer))
    }

    async fn recognise(
        &self,
        authorization: Option<&str>,
        caller: &Caller,
    ) -> Result<Option<(Recognised, Viewer)>, Fault> {
        let Some(header) = authorization else { return Ok(None) };
        let now = self.world.now();
        let found = self.bearer(header, now).await;
        // A good token is taken from any address, whatever others there have spent.
        if found.as_ref().is_err_and(|fault| fault.code != FaultCode::Throttled) {
            self.purses.pay(Payer::of(None, caller), REFUSED_TOKEN, 0, now)?;
        }
        found.map(Some)
    }
}

/// Takes the price of what somebody is told from the same purse as that of what they ask.
fn toll(purses: &Arc<Purses>, world: &Arc<World>) -> live::Toll {
    let (purses, world) = (Arc::clone(purses), Arc::clone(world));
    Arc::new(move |viewer: &Viewer, cost: u64| {
        let key = viewer.key.map(|key| Payer::ApiKey(key.id));
        match key.or_else(|| viewer.person_id().map(Payer::Person)) {
            Some(payer) => purses.pay(payer, cost, 0, world.now()),
            None => Ok(()),
        }
    })
}

/// What no database keeps is refused before it reaches one.
fn without_nul(request: &Request) -> Result<(), Fault> {
    let has_nul = request.variables.values().any(holds_nul)
        || request.query.contains('\0')
        || request.query.contains("\\u0000");
    if has_nul {
        return Err(Fault::bad_input("Text cannot hold U+0000: not every database keeps it."));
    }
    Ok(())
}

/// The connections that the configuration asks for.
#[must_use]
pub fn database_options(config: &Config) -> database::Options {
    let url = match &config.database_url {
        Where::Sqlite { path } => format!("sqlite://{}", path.display()),
        Where::Postgres { url } => url.clone(),
    };
    database::Options {
        url,
        connections: config.database_connections,
        patience: config.database_timeout,
        statement_timeout: config.request_deadline,
    }
}

/// The world that the configuration asks for, with the machine's clock.
#[must_use]
pub fn world(config: &Config) -> Arc<World> {
    let (zone, prefix) = (config.time_zone.clone(), config.code_prefix.clone());
    let mut world = World::new(World::machine_clock, Ids::random(), zone, prefix);
    world.sends_mail = config.mail_server.is_some();
    Arc::new(world)
}

/// What may be spent, as the configuration has it.
#[must_use]
pub fn rate_limits(config: &Config) -> RateLimits {
    RateLimits { signed_in: config.rate_limit, anonymous: config.rate_limit_anonymous }
}

/// Who lets people in, as the configuration has it.
///
/// # Errors
/// A sentence, when a key cannot be used or a setting means nothing.
pub fn doorkeeper(config: &Config) -> Result<Doorkeeper, String> {
    let at_once = match config.password_workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        configured => configured,
    };
    let passwords = Passwords::new(Work::OWASP, at_once)?;
    let provider = config.sso()?.map(Provider::new).transpose()?;
    let session = TimeDelta::from_std(config.session_ttl).map_err(|error| error.to_string())?;
    let lasting = Lasting { access_token: config.access_token_ttl, session };
    Ok(Doorkeeper::new(keys(config)?, passwords, provider, lasting))
}

/// The keys of access tokens that the configuration names; the signing key is made when it is missing.
///
/// # Errors
/// A sentence, when one of them cannot be used.
pub fn keys(config: &Config) -> Result<Keys, String> {
    Keys::load_or_create(&config.signing_key_path())?.with_verifying(&config.verifying_key_files)
}

/// How to tell people of changes, as these settings of the server have it.
#[must_use]
pub fn live_settings(settings: &HttpSettings) -> live::Settings {
    live::Settings {
        deadline: settings.deadline,
        limits: settings.limits.clone(),
        patience: settings.live.patience,
        at_once: settings.at_once.div_ceil(2),
        each: settings.live.each,
    }
}

/// How to serve what the configuration asks for.
#[must_use]
pub fn http_settings(config: &Config) -> HttpSettings {
    let wide = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    HttpSettings {
        limits: Limits {
            document_bytes: config.max_query_bytes,
            tokens: config.max_query_tokens,
            depth: wide(config.max_query_depth),
            aliases: wide(config.max_query_aliases),
            cost: wide(config.max_query_cost),
            introspection: config.introspection,
            ..Limits::default()
        },
        max_body_bytes: config.max_body_bytes,
        deadline: config.request_deadline,
        body_timeout: config.body_timeout,
        proxies: Proxies {
            trusted: config.trusted_proxies.clone(),
            header: config.client_address_header.clone(),
        },
        cors_origins: config.cors_origins.clone(),
        live: LiveSettings {
            most: config.max_subscribers,
            each: config.max_subscriptions,
            queue: config.subscriber_queue,
            patience: config.subscriber_patience,
            init_timeout: config.subscriber_init_timeout,
            ping: config.subscriber_ping,
        },
        graphiql: config.graphiql,
        graphiql_assets_url: config.graphiql_assets_url.clone(),
        at_once: usize::try_from(config.database_connections).unwrap_or(usize::MAX),
        workers: Some(config.worker_threads()),
        shutdown_grace: config.shutdown_grace,
        ..HttpSettings::new(request_id)
    }
}

/// 16 hexadecimal digits that do not repeat.
#[expect(clippy::disallowed_methods, reason = "this is where the names of requests enter the house")]
fn request_id() -> String {
    let (name, _) = Uuid::new_v4().as_u64_pair();
    format!("{name:016x}")
}

impl Backend for App {
    type Viewer = Viewer;
    type Guest = Seat;
    type Subscription = Ticket;

    async fn authenticate(
        &self,
        authorization: Option<&str>,
        caller: &Caller,
    ) -> Result<Option<Viewer>, Fault> {
        Ok(self.recognise(authorization, caller).await?.map(|(_, viewer)| viewer))
    }

    fn charge(&self, viewer: Option<&Viewer>, caller: &Caller, cost: u64, paid: u64) -> Result<(), Fault> {
        self.purses.pay(Payer::of(viewer, caller), cost, paid, self.world.now())
    }

    async fn execute(
        &self,
        request: Request,
        rules: Rules,
        viewer: Option<Viewer>,
        caller: Caller,
    ) -> Response {
        if let Err(fault) = without_nul(&request) {
            return Response::from_errors(vec![server_error(fault)]);
        }
        let payer = Payer::of(viewer.as_ref(), &caller);
        let mut request = request.data(caller).data(Arc::clone(&self.door)).data(Arc::clone(&self.office));
        if let Some(buckets) = self.purses.of(payer) {
            request = request.data(buckets.level(&payer, self.world.now()));
        }
        let viewer = viewer.unwrap_or(Viewer::NOBODY);
        let named = request.parsed_query().map_or_else(|_| Named::all(), Named::of);
        let scope = Scope::new(self.database.clone(), Arc::clone(&self.world), viewer).naming(named);
        let schema = match rules {
            Rules::Unchecked => &self.schema,
            Rules::Checked => &self.checked,
        };
        schema.execute(request.data(scope)).await
    }

    async fn ready(&self) -> Result<(), String> {
        match self.database.migrations().await {
            Ok((_, pending)) if pending.is_empty() => Ok(()),
            Ok((_, pending)) => Err(format!("{} migrations are not applied.", pending.len())),
            Err(error) => {
                let fault = Fault::from(error);
                let known = fault.code == FaultCode::Unavailable;
                Err(if known {
                    fault.message
                } else {
                    "The database does not answer as it should.".to_owned()
                })
            }
        }
    }

    async fn welcome(&self, authorization: Option<&str>, caller: &Caller) -> Result<Seat, Fault> {
        let heeded = self.live.heeded();
        let known = self.recognise(authorization, caller).await?;
        Ok(self.live.seat(known, heeded).await)
    }

    fn viewer_of(&self, guest: &Seat) -> Option<Viewer> {
        guest.viewer()
    }

    async fn viewer_now(&self, guest: &Seat) -> Result<Option<Viewer>, Fault> {
        guest.viewer_now().await
    }

    fn name_of(&self, viewer: &Viewer) -> Arc<str> {
        format!("{:?}", (viewer.key.map(|key| key.id), viewer.person_id())).into()
    }

    fn farewell(&self, guest: &Seat) -> watch::Receiver<Option<Farewell>> {
        guest.farewell()
    }

    async fn subscribe(
        &self,
        guest: &Seat,
        request: Request,
        line: Line,
    ) -> Result<Ticket, Vec<ServerError>> {
        without_nul(&request).map_err(|fault| vec![server_error(fault)])?;
        self.live.subscribe(guest, request, line).await
    }

    fn index(&self) -> &SchemaIndex {
        &self.index
    }

    fn jwks(&self) -> String {
        self.door.jwks()
    }

    async fn by_link(
        &self,
        errand: Errand,
        token: &str,
        caller: &Caller,
        pressed: bool,
    ) -> Result<(bool, String), Fault> {
        let now = self.world.now();
        self.purses.pay(Payer::of(None, caller), LINK, 0, now)?;
        let links = self.door.links()?;
        let page = match errand {
            Errand::Acknowledge => answer(&self.database, &self.world, &links, token, pressed).await?,
            Errand::Unsubscribe => unsubscribe(&self.database, &self.world, &links, token, pressed).await?,
        };
        if let Some(page) = page {
            return Ok((true, page));
        }
        self.door.bad_link(caller, now)?;
        Ok((false, not_good()))
    }

    async fn calendar(&self, secret: &str) -> Result<Option<String>, Fault> {
        calendar::read(&self.database, &self.world, secret).await
    }

    fn gauges(&self) -> Vec<(&'static str, &'static str, f64)> {
        let (open, idle) = self.database.connections();
        let idle = u32::try_from(idle).unwrap_or(u32::MAX);
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let (connected, questions, answers) = self.live.numbers();
        // A gauge has no more digits.
        let answers = number(usize::try_from(answers).unwrap_or(usize::MAX));
        let told = |count: &AtomicU64| number(usize::try_from(count.load(Relaxed)).unwrap_or(usize::MAX));
        let counts = &self.office.counts;
        vec![
            ("webhooks_delivered", "Messages of webhooks that receivers took.", told(&counts.delivered)),
            ("webhooks_failed", "Attempts to send messages of webhooks in vain.", told(&counts.failed)),
            ("webhooks_sending", "Messages of webhooks that are on their way.", told(&counts.on_their_way)),
            ("live_connections", "Open connections that are told of changes.", number(connected)),
            ("live_questions", "Different subscriptions that are answered.", number(questions)),
            ("live_answers", "Answers of subscriptions that were worked out.", answers),
            ("database_connections", "Open database connections.", open.into()),
            ("database_connections_idle", "Open database connections that wait for work.", idle.into()),
        ]
    }
}

fn holds_nul(value: &GraphqlValue) -> bool {
    match value {
        GraphqlValue::String(text) => text.contains('\0'),
        GraphqlValue::List(items) => items.iter().any(holds_nul),
        GraphqlValue::Object(fields) => fields.values().any(holds_nul),
        _ => false,
    }
}
