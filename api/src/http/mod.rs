//! GraphQL over HTTP, and the few pages beside it. Knows no feature.
//!
//! What holds for every answer: it carries `X-Request-Id`; an error is JSON in GraphQL's own shape,
//! whatever its status; nothing that the caller sent is logged except the operation's name.
//!
//! A request to `/graphql` goes through: negotiation, method and content type, the body (bounded and
//! timed), sign-in, the price of reading it, parameters, scan, parse, limits, the price of what it asks
//! for, execution under a deadline. See [`graphql`].

use std::{any::Any, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    http::StatusCode,
    middleware::{Compress, from_fn},
    web::{self, Data, ServiceConfig},
};
use tokio::sync::{Semaphore, watch};

use crate::access::Caller;
use crate::graphql::{
    Fault, FaultCode,
    limits::{Documents, Limits, SchemaIndex},
    live::{Farewell, Line},
};

mod address;
mod answer;
mod body;
mod calendar;
mod cors;
mod envelope;
mod graphiql;
mod graphql;
mod health;
mod jwks;
mod link;
mod live;
mod metrics;
mod negotiate;
mod parameters;
#[cfg(test)]
mod tests;

pub use address::{Network, Proxies};

/// Whether the engine's rules have been checked on a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// They have to be checked.
    Unchecked,
    /// The same document was answered before under variables of the same shape.
    Checked,
}

/// What the HTTP layer needs from the house behind it.
pub trait Backend: Send + Sync + 'static {
    /// Who is calling.
    type Viewer: Send + Sync + 'static;

    /// Who sends this `Authorization` header; `None` without one.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` when the header is no good, `UNAVAILABLE` when that cannot be found out,
    /// `THROTTLED` when the caller has tried too much.
    fn authenticate(
        &self,
        authorization: Option<&str>,
        caller: &Caller,
    ) -> impl Future<Output = Result<Option<Self::Viewer>, Fault>> + Send;

    /// Charges points to the viewer, or to the address of somebody who is not signed in. Called for each
    /// request before it is read, with what reading it costs, and again before it runs, with what it costs
    /// in all; `paid` of that has been paid.
    ///
    /// # Errors
    ///
    /// `THROTTLED` with the seconds until the whole cost can be paid.
    fn charge(
        &self,
        viewer: Option<&Self::Viewer>,
        caller: &Caller,
        cost: u64,
        paid: u64,
    ) -> Result<(), Fault>;

    /// Runs one admitted request. Its parsed document is attached already.
    fn execute(
        &self,
        request: async_graphql::Request,
        rules: Rules,
        viewer: Option<Self::Viewer>,
        caller: Caller,
    ) -> impl Future<Output = async_graphql::Response> + Send;

    /// Somebody who stays connected, for as long as this is held.
    type Guest: Send + Sync + 'static;

    /// What somebody is subscribed to, for as long as this is held.
    type Subscription: Send + 'static;

    /// As [`Backend::authenticate`], for somebody who stays. What they show is looked at again for as long as they do.
    ///
    /// # Errors
    ///
    /// The same.
    fn welcome(
        &self,
        authorization: Option<&str>,
        caller: &Caller,
    ) -> impl Future<Output = Result<Self::Guest, Fault>> + Send;

    /// Who a guest is by now.
    fn viewer_of(&self, guest: &Self::Guest) -> Option<Self::Viewer>;

    /// Who a guest is at this moment, looked up anew; none for somebody who is nobody in particular.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` when they are not welcome any more, `UNAVAILABLE` when that cannot be found out.
    fn viewer_now(
        &self,
        guest: &Self::Guest,
    ) -> impl Future<Output = Result<Option<Self::Viewer>, Fault>> + Send;

    /// A name that is the same for all connections of one person, or of one key, and of nobody else.
    fn name_of(&self, viewer: &Self::Viewer) -> Arc<str>;

    /// Tells when a guest has to go, and why.
    fn farewell(&self, guest: &Self::Guest) -> watch::Receiver<Option<Farewell>>;

    /// Tells a guest on this line what one admitted subscription is about.
    ///
    /// # Errors
    ///
    /// What is wrong with the subscription.
    fn subscribe(
        &self,
        guest: &Self::Guest,
        request: async_graphql::Request,
        line: Line,
    ) -> impl Future<Output = Result<Self::Subscription, Vec<async_graphql::ServerError>>> + Send;

    /// Whether the database is reachable and its migrations are applied.
    ///
    /// # Errors
    ///
    /// A sentence that says what is not ready, for the operator.
    fn ready(&self) -> impl Future<Output = Result<(), String>> + Send;

    /// What the limits know about the schema.
    fn index(&self) -> &SchemaIndex;

    /// The public keys that verify access tokens, as a JSON Web Key Set.
    fn jwks(&self) -> String;

    /// The calendar that whoever shows this secret may read, as iCalendar text; none for a secret that is not
    /// good, or not any more.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when it cannot be found out.
    fn calendar(&self, secret: &str) -> impl Future<Output = Result<Option<String>, Fault>> + Send;

    /// The page for whoever comes with the link of a mail on this errand, and whether the link is good; with `pressed` they do
    /// what it is for. Every link that is not good has the same page.
    ///
    /// # Errors
    ///
    /// `THROTTLED` when too many come from there, `UNAVAILABLE` when it cannot be found out.
    fn by_link(
        &self,
        errand: Errand,
        token: &str,
        caller: &Caller,
        pressed: bool,
    ) -> impl Future<Output = Result<(bool, String), Fault>> + Send;

    /// Gauges to show at `/metrics`: name, help and value, such as the connections of a pool.
    fn gauges(&self) -> Vec<(&'static str, &'static str, f64)>;
}

/// What the link of a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To acknowledge what the mail says.
    Acknowledge,
    /// To get no more of these mails.
    Unsubscribe,
}

/// How to serve.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The bounds of one request. Whether introspection is on is one of them.
    pub limits: Limits,
    /// The largest body of a request.
    pub max_body_bytes: usize,
    /// How long a request may take once its body has arrived.
    pub deadline: Duration,
    /// How long the head of a request may take to arrive. The server's clock for this ticks twice a
    /// second, so it takes whole seconds.
    pub head_timeout: Duration,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Whom to believe about the address of a caller.
    pub proxies: Proxies,
    /// Origins of other sites whose pages may call; empty means none.
    pub cors_origins: Vec<String>,
    /// Whether `/graphiql` is served.
    pub graphiql: bool,
    /// Where the browser loads GraphiQL's assets from, laid out like an npm CDN; an `http(s)` URL or a
    /// path of this site. Empty: the page explains how to set it, and how to query without it.
    pub graphiql_assets_url: String,
    /// How many queries are answered at once; the others wait for their turn, within their deadline. While it is answered
    /// a page takes some megabytes, and more of them than there are connections to the database would only wait for these.
    pub at_once: usize,
    /// How connections that stay are kept.
    pub live: LiveSettings,
    /// Threads that serve; one for each core when not given.
    pub workers: Option<usize>,
    /// How long a stop waits for requests that run.
    pub shutdown_grace: Duration,
    /// Names a request: 16 hexadecimal digits that do not repeat.
    pub request_ids: fn() -> String,
}

/// How connections that stay are kept: WebSockets and streams of events.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// How many there may be.
    pub most: usize,
    /// How many subscriptions a person, or a key, may have at once.
    pub each: usize,
    /// How many messages may wait for one of them.
    pub queue: usize,
    /// How long one may take in nothing that is sent.
    pub patience: Duration,
    /// How long a WebSocket may take to say who it is.
    pub init_timeout: Duration,
    /// How often it is asked whether they are still there.
    pub ping: Duration,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            most: 10_000,
            each: 1_000,
            queue: 256,
            patience: Duration::from_secs(30),
            init_timeout: Duration::from_secs(10),
            ping: Duration::from_secs(25),
        }
    }
}

impl HttpSettings {
    /// The defaults, with the given source of request ids.
    #[must_use]
    pub fn new(request_ids: fn() -> String) -> Self {
        Self {
            limits: Limits::default(),
            max_body_bytes: 1024 * 1024,
            deadline: Duration::from_secs(10),
            head_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(5),
            proxies: Proxies::default(),
            cors_origins: Vec::new(),
            graphiql: true,
            graphiql_assets_url: "https://cdn.jsdelivr.net/npm".to_owned(),
            at_once: 8,
            live: LiveSettings::default(),
            workers: None,
            shutdown_grace: Duration::from_secs(30),
            request_ids,
        }
    }
}

/// Whether [`HttpSettings::graphiql_assets_url`] may be this; an empty one may be, too.
#[must_use]
pub fn is_assets_url(url: &str) -> bool {
    graphiql::base(url).is_some()
}

/// What whoever asked is told where the answer did not come in time.
fn too_long(deadline: Duration) -> Fault {
    let message = format!("The request took longer than {} ms and was stopped.", deadline.as_millis());
    Fault::new(FaultCode::Timeout, message)
}

/// What every worker shares.
pub(crate) struct State<B> {
    backend: Arc<B>,
    settings: HttpSettings,
    metrics: metrics::Metrics,
    documents: Documents,
    /// The places of queries that are answered at once.
    places: Semaphore,
    /// The places of connections that stay.
    staying: live::places::Places,
}

impl<B: Backend> State<B> {
    fn new(backend: Arc<B>, settings: HttpSettings) -> Self {
        let metrics = metrics::Metrics::new(Arc::clone(&backend));
        let places = Semaphore::new(settings.at_once);
        let staying = live::places::Places::new(settings.live.most, settings.live.each);
        Self { metrics, backend, settings, documents: Documents::default(), places, staying }
    }
}

/// Serves until the returned server's handle stops it. Signals are left to the caller.
///
/// # Errors
///
/// When the listener cannot be used.
pub fn serve<B: Backend>(
    listener: TcpListener,
    backend: Arc<B>,
    settings: HttpSettings,
) -> std::io::Result<Server> {
    let workers = settings.workers;
    // The server counts whole seconds; less than one is not none.
    let grace = settings.shutdown_grace.as_millis().div_ceil(1000);
    let grace = u64::try_from(grace).unwrap_or(u64::MAX);
    let head_timeout = settings.head_timeout;
    let patience = settings.live.patience;
    let state = Data::new(State::new(backend, settings));
    let server = HttpServer::new(move || {
        App::new()
            .wrap(Compress::default())
            .wrap(from_fn(envelope::envelope::<B, _>))
            .configure(routes(&state))
    })
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(head_timeout)
    // A client that hangs up takes its work with it; the price is that one may not close its sending
    // half early, which no HTTP client does.
    .h1_allow_half_closed(false)
    .shutdown_timeout(grace)
    .on_connect(move |connection, _| cut_off_after(connection, patience))
    .disable_signals();
    let server = match workers {
        Some(workers) => server.workers(workers.max(1)),
        None => server,
    };
    Ok(server.listen(listener)?.run())
}

/// Lets the system end a connection whose other end takes in nothing for so long: what was written for it would stay for
/// as long as it likes.
#[cfg(target_os = "linux")]
fn cut_off_after(connection: &dyn Any, patience: Duration) {
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(patience))
    {
        tracing::debug!(cause = ?error, "a connection has no time limit");
    }
}

/// Elsewhere the system's own limit holds.
#[cfg(not(target_os = "linux"))]
fn cut_off_after(_: &dyn Any, _: Duration) {}

/// The one list of paths.
fn routes<B: Backend>(state: &Data<State<B>>) -> impl FnOnce(&mut ServiceConfig) + use<B> {
    let state = Data::clone(state);
    move |config| {
        config
            .app_data(state)
            .route("/graphql", web::to(graphql::graphql::<B>))
            .service(page("/graphiql").route(web::get().to(graphiql::page::<B>)))
            .service(page("/graphiql.js").route(web::get().to(graphiql::script::<B>)))
            .service(
                page("/healthz").route(web::get().to(health::alive)).route(web::head().to(health::alive)),
            )
            .service(
                page("/readyz")
                    .route(web::get().to(health::ready::<B>))
                    .route(web::head().to(health::ready::<B>)),
            )
            .service(page("/.well-known/jwks.json").route(web::get().to(jwks::show::<B>)))
            .service(
                page("/calendar/{secret}.ics")
                    .route(web::get().to(calendar::show::<B>))
                    .route(web::head().to(calendar::show::<B>)),
            )
            .service(
                web::resource("/acknowledge/{token}")
                    .route(web::get().to(link::acknowledge::<B>))
                    .route(web::head().to(link::acknowledge::<B>))
                    .route(web::post().to(link::acknowledge::<B>))
                    .default_service(web::to(link::only_these)),
            )
            .service(
                web::resource("/unsubscribe/{token}")
                    .route(web::get().to(link::unsubscribe::<B>))
                    .route(web::head().to(link::unsubscribe::<B>))
                    .route(web::post().to(link::unsubscribe::<B>))
                    .default_service(web::to(link::only_these)),
            )
            .service(page("/metrics").route(web::get().to(metrics::show::<B>)))
            .default_service(web::to(not_found));
    }
}

/// A path that is only read.
fn page(path: &str) -> actix_web::Resource {
    web::resource(path).default_service(web::to(only_get))
}

async fn not_found() -> HttpResponse {
    answer::plain(StatusCode::NOT_FOUND, "There is nothing at this path; the API is at /graphql.")
}

async fn only_get() -> HttpResponse {
    let mut response = answer::plain(StatusCode::METHOD_NOT_ALLOWED, "This path answers GET only.");
    answer::allow(&mut response, "GET");
    response
}
