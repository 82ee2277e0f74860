//! Each word of the index of the search by itself. A search names the words that begin as one that is asked for, instead of
//! making the database read every document that has any such word.
//!
//! It grows with the documents by itself, whichever release writes them, by their `words`, among which are those of their
//! titles. Words that no document holds any more lead to nothing, and stay until the index is made anew. On PostgreSQL a word
//! may stand in it twice: two who write a new word at the same time do not wait for one another.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Whoever writes meanwhile waits, so that no word comes in between the filling and the triggers. What is known is looked up
/// along the index, whatever the planner believes of a table that has grown since it made its plan, and in the schema in
/// which the tables are made, whatever the `search_path` of the session: a restore of rows alone empties it.
const POSTGRES: [&str; 8] = [
    "LOCK TABLE search_documents IN SHARE ROW EXCLUSIVE MODE",
    "CREATE TABLE search_vocabulary (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), word text COLLATE \"C\" NOT NULL)",
    "INSERT INTO search_vocabulary (word) SELECT DISTINCT lexeme FROM search_documents, unnest(words)",
    "CREATE INDEX ix_search_vocabulary_word ON search_vocabulary (word)",
    "CREATE FUNCTION search_documents_learn() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $learn$ \
     DECLARE met text[] := ARRAY(SELECT DISTINCT lexeme FROM written, unnest(written.words)); BEGIN \
     INSERT INTO search_vocabulary (word) SELECT unnest(met) EXCEPT SELECT word FROM search_vocabulary WHERE word = ANY(met); \
     RETURN NULL; END $learn$",
    "DO $pin$ BEGIN EXECUTE format('ALTER FUNCTION search_documents_learn() SET search_path = %I', current_schema()); \
     END $pin$",
    "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents REFERENCING NEW TABLE AS written \
     FOR EACH STATEMENT EXECUTE FUNCTION search_documents_learn()",
    "CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents REFERENCING NEW TABLE AS written \
     FOR EACH STATEMENT EXECUTE FUNCTION search_documents_learn()",
];

/// Words hold neither spaces nor quotes nor backslashes. Known ones are left out by `NOT IN` and not by `OR IGNORE`, because in a
/// trigger SQLite does with a conflict what the statement says that woke it.
const SQLITE: [&str; 4] = [
    "CREATE TABLE search_vocabulary (word text NOT NULL PRIMARY KEY) WITHOUT ROWID",
    "INSERT INTO search_vocabulary (word) SELECT DISTINCT value FROM search_documents, \
     json_each('[\"' || replace(words, ' ', '\",\"') || '\"]') WHERE value <> ''",
    "CREATE TRIGGER search_documents_learnt AFTER INSERT ON search_documents BEGIN \
     INSERT INTO search_vocabulary (word) \
     SELECT DISTINCT value FROM json_each('[\"' || replace(new.words, ' ', '\",\"') || '\"]') \
     WHERE value NOT IN (SELECT word FROM search_vocabulary) AND value <> ''; END",
    "CREATE TRIGGER search_documents_learnt_more AFTER UPDATE OF words ON search_documents BEGIN \
     INSERT INTO search_vocabulary (word) \
     SELECT DISTINCT value FROM json_each('[\"' || replace(new.words, ' ', '\",\"') || '\"]') \
     WHERE value NOT IN (SELECT word FROM search_vocabulary) AND value <> ''; END",
];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DatabaseBackend::Postgres => &POSTGRES[..],
            _ => &SQLITE[..],
        };
        for sql in statements {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
