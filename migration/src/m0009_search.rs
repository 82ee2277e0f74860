//! The index of what is found by its words: FTS5 on SQLite, `tsvector` with GIN on PostgreSQL.
//!
//! The words come ready: each once, folded, a space between them. Neither database splits, folds or stems a text
//! by rules of its own, so that both find the same. Rows that are there already get their words when all
//! migrations are done: the code that reads words is not history.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

use crate::columns::{Columns, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Its place among all documents: what was made later comes later, also in the order of FTS5.
fn place(backend: DatabaseBackend) -> ColumnDef {
    let kind = match backend {
        DatabaseBackend::Postgres => "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        _ => "integer PRIMARY KEY",
    };
    ColumnDef::new("place").custom(kind).to_owned()
}

/// The words of a document.
fn words(backend: DatabaseBackend, name: &'static str) -> ColumnDef {
    let kind = match backend {
        DatabaseBackend::Postgres => "tsvector NOT NULL",
        _ => "text NOT NULL",
    };
    ColumnDef::new(name).custom(kind).to_owned()
}

const POSTGRES: [&str; 2] = [
    "CREATE INDEX ix_search_documents_title_words ON search_documents USING gin (title_words)",
    "CREATE INDEX ix_search_documents_words ON search_documents USING gin (words)",
];

/// The words stand in `search_documents`, and FTS5 keeps where they are. Its tokenizer `ascii` splits at spaces alone,
/// as the words hold no other character of ASCII but letters and digits.
const SQLITE: [&str; 4] = [
    "CREATE VIRTUAL TABLE search_words USING fts5(title_words, words, content='search_documents', \
     content_rowid='place', tokenize='ascii', detail=column, columnsize=0)",
    "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN \
     INSERT INTO search_words (rowid, title_words, words) VALUES (new.place, new.title_words, new.words); END",
    "CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN \
     INSERT INTO search_words (search_words, rowid, title_words, words) \
     VALUES ('delete', old.place, old.title_words, old.words); END",
    "CREATE TRIGGER search_documents_changed AFTER UPDATE OF title_words, words ON search_documents BEGIN \
     INSERT INTO search_words (search_words, rowid, title_words, words) \
     VALUES ('delete', old.place, old.title_words, old.words); \
     INSERT INTO search_words (rowid, title_words, words) VALUES (new.place, new.title_words, new.words); END",
];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let backend = manager.get_database_backend();
        manager
            .create_table(
                Table::create()
                    .table("search_documents")
                    .col(place(backend))
                    .col(columns.text("kind"))
                    .col(columns.uuid("subject_id"))
                    .col(columns.uuid_or_null("within_id"))
                    .col(words(backend, "title_words"))
                    .col(words(backend, "words"))
                    .to_owned(),
            )
            .await?;
        unique(manager, "search_documents", &["subject_id"]).await?;
        index(manager, "search_documents", &["within_id"]).await?;
        let statements = match backend {
            DatabaseBackend::Postgres => &POSTGRES[..],
            _ => &SQLITE[..],
        };
        for sql in statements {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
