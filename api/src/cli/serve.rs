//! `tutti serve`: from the configuration to a server that stops gracefully.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
};

use actix_web::dev::ServerHandle;
use tokio::sync::watch;

use super::{Demo, IfMissing, block_on, connect, failed, load, migrations, say, start_log};
use crate::accounts::doorkeeper::Doorkeeper;
use crate::app::{self, App};
use crate::config::{Config, Database as Where, Flags};
use crate::demo::{self, State};
use crate::events::seals;
use crate::http;
use crate::live::Live;
use crate::mail::link::Links;
use crate::mail::settings::Settings;
use crate::mail::worker::Worker;
use crate::reminders::{Daily, keep_reminding};
use crate::store::{Database, World};
use crate::webhooks;

/// Serves until a signal.
pub fn serve(demo: Option<Demo>, migrate: bool, flags: Flags) -> Result<(), String> {
    let config = load(flags, demo.is_some())?;
    start_log(&config)?;
    if demo.is_some() && !config.listen.ip().is_loopback() {
        return Err(format!(
            "Anybody on this machine can have a token of the demo organisation, so it is served here alone: `listen` is `{}`; it takes \
             an address such as 127.0.0.1:8000.",
            config.listen
        ));
    }
    if demo == Some(Demo::Fresh) {
        forget(&config)?;
    }
    block_on(run(&config, demo, migrate))
}

async fn run(config: &Config, demo: Option<Demo>, migrate: bool) -> Result<(), String> {
    let door = app::doorkeeper(config)?;
    let database = connect(config, IfMissing::Make).await?;
    let served = serve_on(config, demo, migrate, door, &database).await;
    // The pool has to be closed before the runtime ends.
    database.close().await;
    served
}

async fn serve_on(
    config: &Config,
    demo: Option<Demo>,
    migrate: bool,
    door: Doorkeeper,
    database: &Database,
) -> Result<(), String> {
    let mail = Settings::of(config)?;
    bring_up(config, migrate, database).await?;
    let taken = database.take_over_log().await.map_err(|error| failed(&error))?;
    if taken > 0 {
        tracing::info!(events = taken, "a log that was written in another PostgreSQL is taken over");
    }
    if demo.is_some() {
        furnish(config, database).await?;
    }
    let world = app::world(config);
    let sealer = (database.clone(), Arc::clone(&world));
    let settings = app::http_settings(config);
    let app = App::new(database.clone(), world, door, app::rate_limits(config), config.introspection)?;
    let calls = webhooks::settings::Settings::of(config, settings.limits.clone())?;
    let app = Arc::new(app.telling(app::live_settings(&settings)).calling(calls));
    let office = Arc::clone(app.office());
    let taken =
        |error| format!("Cannot listen on {}: {error}. Is another `tutti serve` running?", config.listen);
    let (world, links) = (Arc::clone(app.world()), app.links().map_err(|fault| fault.message)?);
    let listener = TcpListener::bind(config.listen).map_err(taken)?;
    let address = listener.local_addr().map_err(taken)?;
    let live = Arc::clone(app.live());
    let server =
        http::serve(listener, app, settings).map_err(|error| format!("The server cannot start: {error}."))?;
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let telling = actix_web::rt::spawn(Arc::clone(&live).run());
    let (stop, stopping) = watch::channel(false);
    let until = stopping.clone();
    let calling = actix_web::rt::spawn(async move { webhooks::worker::keep_telling(&office, until).await });
    let sealing = actix_web::rt::spawn(async move {
        let (database, world) = sealer;
        seals::keep_sealing(&database, &world, stopping).await;
    });
    if demo.is_some() {
        welcome(address)?;
    }
    say(&format!("listening on http://{address}/graphql"))?;
    tracing::info!(%address, "listening");
    let daily =
        Daily { database: database.clone(), world: Arc::clone(&world), digest_hour: config.digest_hour };
    let reminding = actix_web::rt::spawn(keep_reminding(daily, stop.subscribe()));
    let worker = deliver(mail, database, world, links);
    let outcome = supervise(running, &handle, &live).await;
    // What listens on a connection of its own has to end before the runtime does.
    live.close();
    stop.send_replace(true);
    let ended = [
        ("telling of changes", telling.await),
        ("sealing the log", sealing.await),
        ("reminding of what is due", reminding.await),
        ("telling webhooks", calling.await),
    ];
    for (what, ended) in ended {
        if ended.is_err() {
            tracing::error!(what, "ended in a panic");
        }
    }
    if let Some(worker) = worker {
        worker.stop(config.shutdown_grace).await;
    }
    outcome?
        .map_err(|error| format!("The server ended in a panic: {error}."))?
        .map_err(|error| format!("The server ended: {error}."))
}

/// Sends mails in the background, or says once that none are sent.
fn deliver(mail: Option<Settings>, database: &Database, world: Arc<World>, links: Links) -> Option<Worker> {
    let Some(settings) = mail else {
        tracing::info!(
            "no mail server is configured (`mail_server`): communications by EMAIL wait and are not delivered"
        );
        return None;
    };
    tracing::info!(server = settings.server, port = settings.port, "mails are sent");
    Some(Worker::start(database.clone(), world, settings, links))
}

type Running = actix_web::rt::task::JoinHandle<std::io::Result<()>>;

/// Waits until the server ends by itself or a signal asks it to: then it stops accepting and lets what
/// runs finish. A second signal does not wait for that.
async fn supervise(
    mut running: Running,
    handle: &ServerHandle,
    live: &Live,
) -> Result<Result<std::io::Result<()>, actix_web::rt::task::JoinError>, String> {
    let unheard = |error| format!("Signals cannot be listened to: {error}.");
    tokio::select! {
        ended = &mut running => return Ok(ended),
        asked = signalled() => asked.map_err(unheard)?,
    }
    tracing::info!("stopping");
    // Connections that stay would be waited for.
    live.close();
    let stopping = handle.stop(true);
    tokio::select! {
        () = stopping => {}
        asked = signalled() => {
            asked.map_err(unheard)?;
            tracing::info!("stopping at once");
            handle.stop(false).await;
        }
    }
    Ok(running.await)
}

/// An SQLite file belongs to this process and is brought up to date; a PostgreSQL database may be in use
/// by the release before, so somebody has to say so.
async fn bring_up(config: &Config, migrate: bool, database: &Database) -> Result<(), String> {
    let (_, pending) = migrations(database).await?;
    if pending.is_empty() {
        return Ok(());
    }
    if migrate || matches!(config.database_url, Where::Sqlite { .. }) {
        return database.migrate().await.map_err(|error| failed(&error));
    }
    Err(format!(
        "The database is behind this release by {} migrations. Run `tutti migrate up`, or start with `--migrate`.",
        pending.len()
    ))
}

/// Puts the demo organisation into an empty database, or finds it there.
async fn furnish(config: &Config, database: &Database) -> Result<(), String> {
    match demo::state(database).await.map_err(|fault| fault.message)? {
        State::Complete => Ok(()),
        State::Empty => {
            let now = World::machine_clock();
            demo::seed(database, config.time_zone.clone(), config.code_prefix.clone(), now).await
        }
        State::HalfDone => Err("The demo organisation was interrupted while it was made. Start with \
                                `--demo=fresh` to make it anew."
            .to_owned()),
        State::Foreign => {
            Err("The database holds data already, and the demo organisation is never mixed into it."
                .to_owned())
        }
    }
}

/// Deletes the file of the demo organisation, and nothing else.
fn forget(config: &Config) -> Result<(), String> {
    let Where::Sqlite { path } = &config.database_url else {
        return Err(
            "`--demo=fresh` deletes an SQLite file; an empty PostgreSQL database you have to make yourself."
                .into(),
        );
    };
    if !path.exists() {
        return Ok(());
    }
    block_on(async {
        let database = connect(config, IfMissing::Refuse).await?;
        let mine = is_demo_or_empty(&database).await;
        database.close().await;
        if mine? {
            return Ok(());
        }
        Err(format!("`{}` holds data that is no demo organisation; it is not deleted.", path.display()))
    })?;
    for suffix in ["", "-wal", "-shm"] {
        remove(&format!("{}{suffix}", path.display()))?;
    }
    Ok(())
}

/// Whether nothing would be lost with this file. One that cannot be read is somebody's until shown otherwise.
async fn is_demo_or_empty(database: &Database) -> Result<bool, String> {
    let (applied, _) = migrations(database).await?;
    if applied.is_empty() {
        return Ok(true);
    }
    let state = demo::state(database).await.map_err(|fault| fault.message)?;
    Ok(!matches!(state, State::Foreign))
}

fn remove(path: &str) -> Result<(), String> {
    if !Path::new(path).exists() {
        return Ok(());
    }
    std::fs::remove_file(path).map_err(|error| format!("`{path}` cannot be deleted: {error}."))
}

/// What a newcomer needs next.
fn welcome(address: SocketAddr) -> Result<(), String> {
    say("The demo organisation is ready. Sign-ins:")?;
    for (email, roles, look_at) in demo::SIGN_INS {
        say(&format!("  {email:<26} {roles:<24} {look_at}"))?;
    }
    say(&format!("All of them have the password `{}`.", demo::PASSWORD))?;
    // As it was called: through cargo there is no `tutti` on the path.
    let tutti = std::env::args().next().unwrap_or_else(|| "tutti".to_owned());
    say(&format!(
        "A token, in another terminal:\n  TOKEN=$({tutti} token --demo --email pmo@tutti.example | tail -n 1)\nA first query:\n  \
         curl -s http://{address}/graphql -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d \
         '{{\"query\":\"{{ portfolios {{ nodes {{ name }} }} }}\"}}'"
    ))
}

/// Waits for SIGTERM or Ctrl-C.
#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
