//! The other side of the comparison: a handler that runs one statement and hands on the JSON that the database
//! made of it. Nobody signs in, nothing is checked.

use std::{convert::Infallible, env, net::TcpListener};

use actix_web::{App, HttpResponse, HttpServer, web};
use futures_util::stream;
use sea_orm::sqlx::{self, PgPool, SqlitePool};
use serde::Deserialize;
use tokio::sync::broadcast;
use tutti::store::Database;
use uuid::Uuid;

use crate::questions::QUESTIONS;

/// What makes this binary the bare server, on the database of this URL.
pub const RUN_AS_BARE: &str = "BENCH_RUN_AS_BARE";

#[derive(Deserialize)]
struct Asked {
    row: Uuid,
}

#[derive(Clone)]
enum Pool {
    Postgres(PgPool),
    Sqlite { reader: SqlitePool, database: Database },
}

/// Serves until it is killed.
pub fn serve(url: &str) {
    actix_web::rt::System::new().block_on(async {
        let database = Database::connect(&crate::server::options(url)).await.unwrap();
        let pool = if url.starts_with("sqlite:") {
            Pool::Sqlite { reader: database.reader().get_sqlite_connection_pool().clone(), database }
        } else {
            Pool::Postgres(database.reader().get_postgres_connection_pool().clone())
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        println!("listening on http://{}/", listener.local_addr().unwrap());
        let (told, _) = broadcast::channel::<web::Bytes>(1024);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(pool.clone()))
                .app_data(web::Data::new(told.clone()))
                .route("/listen", web::get().to(listen))
                .route("/{name}", web::get().to(answer))
        });
        server.workers(workers()).listen(listener).unwrap().run().await.unwrap();
    });
}

fn workers() -> usize {
    env::var("BENCH_WORKERS").unwrap().parse().unwrap()
}

/// Tells whatever was written, as it was answered.
async fn listen(told: web::Data<broadcast::Sender<web::Bytes>>) -> HttpResponse {
    let messages = stream::unfold(told.subscribe(), async |mut told| {
        let message = told.recv().await.unwrap();
        Some((Ok::<_, Infallible>(message), told))
    });
    HttpResponse::Ok().content_type("text/event-stream").streaming(messages)
}

async fn answer(
    pool: web::Data<Pool>,
    told: web::Data<broadcast::Sender<web::Bytes>>,
    name: web::Path<String>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let question = QUESTIONS.iter().find(|question| question.name == *name).unwrap();
    let [postgres, sqlite] = question.bare.unwrap();
    let json: String = match pool.get_ref() {
        Pool::Postgres(pool) => sqlx::query_scalar(postgres).bind(asked.row).fetch_one(pool).await.unwrap(),
        Pool::Sqlite { reader, .. } if !question.writes => {
            sqlx::query_scalar(sqlite).bind(asked.row).fetch_one(reader).await.unwrap()
        }
        Pool::Sqlite { database, .. } => written(database, sqlite, asked.row).await,
    };
    if question.writes {
        // Where nobody listens nobody is told.
        let _ = told.send(format!("event: next\ndata: {json}\n\n").into());
    }
    HttpResponse::Ok().content_type("application/json").body(json)
}

/// On SQLite there is one connection that writes, in a transaction.
async fn written(database: &Database, sql: &str, row: Uuid) -> String {
    use sea_orm::{ConnectionTrait as _, Statement};
    let transaction = database.begin().await.unwrap();
    let statement = Statement::from_sql_and_values(database.backend(), sql, [row.into()]);
    let answered = transaction.query_one_raw(statement).await.unwrap().unwrap();
    transaction.commit().await.unwrap();
    answered.try_get_by_index(0).unwrap()
}
