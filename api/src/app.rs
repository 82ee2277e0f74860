//! The house put together: what a process needs to answer requests.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request, Response, Value as GraphqlValue};
use tutti_entity::ids::PersonId;
use uuid::Uuid;

use crate::access::Viewer;
use crate::access::token::Keys;
use crate::config::{Config, Database as Where};
use crate::graphql::limits::{Limits, SchemaIndex, server_error};
use crate::graphql::{Fault, FaultCode};
use crate::http::{Backend, HttpSettings};
use crate::schema::{self, TuttiSchema};
use crate::store::{Database, Scope, World, database, world::Ids};

/// What answers requests.
pub struct App {
    schema: TuttiSchema,
    index: SchemaIndex,
    database: Database,
    world: Arc<World>,
    keys: Keys,
}

impl App {
    /// Puts the house together.
    ///
    /// # Errors
    /// When the schema does not read back, which a test excludes.
    pub fn new(
        database: Database,
        world: Arc<World>,
        keys: Keys,
        introspection: bool,
    ) -> Result<Self, String> {
        let index = SchemaIndex::from_sdl(&schema::sdl())
            .map_err(|error| format!("The schema does not read back: {error}"))?;
        Ok(Self { schema: schema::build(introspection), index, database, world, keys })
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

    /// A token for somebody, whatever they may do.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn mint(&self, person: PersonId, ttl: Duration) -> Result<String, Fault> {
        let now = self.world.now();
        self.keys.mint(&person.to_string(), None, now, ttl, self.world.new_id(now))
    }
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
    Arc::new(World::new(World::machine_clock, Ids::random(), zone, prefix))
}

/// The keys of access tokens that the configuration names; the signing key is made when it is missing.
///
/// # Errors
/// A sentence, when one of them cannot be used.
pub fn keys(config: &Config) -> Result<Keys, String> {
    Keys::load_or_create(&config.signing_key_path())?.with_verifying(&config.verifying_key_files)
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
        cors_origins: config.cors_origins.clone(),
        graphiql: config.graphiql,
        graphiql_assets_url: config.graphiql_assets_url.clone(),
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

    async fn authenticate(&self, authorization: Option<&str>) -> Result<Option<Viewer>, Fault> {
        let Some(header) = authorization else { return Ok(None) };
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Fault::unauthenticated());
        }
        let now = self.world.now();
        let claims = self.keys.verify(token.trim(), now)?;
        let person: PersonId = claims.sub.parse().map_err(|_| Fault::unauthenticated())?;
        let viewer = Viewer::read(self.database.reader(), person, self.world.day(now)).await?;
        viewer.map(Some).ok_or_else(Fault::unauthenticated)
    }

    async fn execute(&self, request: Request, viewer: Option<Viewer>) -> Response {
        if request.variables.values().any(holds_nul)
            || request.query.contains('\0')
            || request.query.contains("\\u0000")
        {
            let fault = Fault::bad_input("Text cannot hold U+0000: not every database keeps it.");
            return Response::from_errors(vec![server_error(fault)]);
        }
        match viewer {
            Some(viewer) => {
                let scope = Scope::new(self.database.clone(), Arc::clone(&self.world), viewer);
                self.schema.execute(request.data(scope)).await
            }
            None => self.schema.execute(request).await,
        }
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

    fn index(&self) -> &SchemaIndex {
        &self.index
    }

    fn jwks(&self) -> String {
        self.keys.jwks()
    }

    fn gauges(&self) -> Vec<(&'static str, &'static str, f64)> {
        let (open, idle) = self.database.connections();
        let idle = u32::try_from(idle).unwrap_or(u32::MAX);
        vec![
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
