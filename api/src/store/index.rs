//! The index of what is found by its words, kept with every change of a row.
//!
//! What the index holds of a row are the words that the row has, because the one write envelope writes both in the
//! same transaction. An entity joins with `found by` in its `row!`. A release that reads words in another way, or finds
//! more kinds, has another [`VERSION`], which counts as a migration: `migrate up` makes the index anew. A process of a
//! release before that still writes then knows nothing of it; when the last of them has stopped, `migrate search` makes
//! the index anew once more.

use std::collections::BTreeSet;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, FromQueryResult, Iterable,
    sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement},
};
use tutti_entity::Row;
use tutti_entity::ids::{Kind, TypedId};
use tutti_entity::search::document;
use uuid::Uuid;

use super::kinds::{WithTable, with_table};
use super::{At, find};
use crate::access::Visible;

/// Of what the index is made: counted up when words are read in another way, or other kinds are found.
pub const VERSION: i32 = 5;

/// The counter that says of what an index is made.
const COUNTER: &str = "search";

/// How many rows one statement writes.
const AT_ONCE: usize = 500;

/// The words of titles and other names.
pub const TITLE_WORDS: &str = "title_words";

/// All words.
pub const WORDS: &str = "words";

/// The table of all words, each by itself in its column `word`: a trigger on the documents fills it.
pub const VOCABULARY: &str = "search_vocabulary";

/// What the index holds of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    kind: Kind,
    id: Uuid,
    within: Option<Uuid>,
    title_words: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Entry {
    /// That of this row; none where rows of its kind are not found.
    #[must_use]
    pub fn of<E: Row>(row: &E::Model) -> Option<Self> {
        let text = E::text(row)?;
        Some(Self {
            kind: E::Id::KIND,
            id: E::id(row).uuid(),
            within: E::within(row),
            title_words: text.words_of_names(),
            words: text.words(),
        })
    }

    /// That of this row where the change has changed it.
    #[must_use]
    pub fn of_changed<E: Row>(before: &E::Model, after: &E::Model) -> Option<Self> {
        let stays = E::text(before) == E::text(after) && E::within(before) == E::within(after);
        if stays { None } else { Self::of::<E>(after) }
    }
}

/// Words as each database takes them.
fn spelled(backend: DatabaseBackend, words: &BTreeSet<String>) -> Expr {
    let words = words.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    if backend == DatabaseBackend::Postgres {
        return Expr::cust_with_values("array_to_tsvector(string_to_array($1, ' '))", [words]);
    }
    words.into()
}

/// Brings the index up to these rows, whether it holds them already or not.
pub(super) async fn keep(
    db: &DatabaseTransaction,
    entries: impl IntoIterator<Item = Entry>,
) -> Result<(), DbErr> {
    let entries: Vec<Entry> = entries.into_iter().collect();
    let backend = db.get_database_backend();
    for some in entries.chunks(AT_ONCE) {
        let mut insert = Query::insert();
        insert
            .into_table(document::Entity)
            .columns(["kind", "subject_id", "within_id", TITLE_WORDS, WORDS])
            .on_conflict(
                OnConflict::column("subject_id").update_columns(["within_id", TITLE_WORDS, WORDS]).to_owned(),
            );
        for entry in some {
            let values = [
                entry.kind.prefix().into(),
                entry.id.into(),
                entry.within.into(),
                spelled(backend, &entry.title_words),
                spelled(backend, &entry.words),
            ];
            insert.values(values).map_err(|error| DbErr::Custom(error.to_string()))?;
        }
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Whether the index is as this release makes it, or a later one does.
pub(super) async fn is_made(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let made =
        Query::select().column("value").from("counters").and_where(Expr::col("name").eq(COUNTER)).to_owned();
    let made = db.query_one(&made).await?.map(|row| row.try_get::<i32>("", "value")).transpose()?;
    Ok(made.is_some_and(|made| made >= VERSION))
}

/// Makes the index where it is not yet made, or made by a release before this one.
pub(super) async fn bring_up(db: &DatabaseTransaction) -> Result<(), DbErr> {
    if is_made(db).await? {
        return Ok(());
    }
    make(db).await?;
    let mut say = Query::insert();
    say.into_table("counters")
        .columns(["name", "value"])
        .values([COUNTER.into(), VERSION.into()])
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .on_conflict(OnConflict::column("name").update_column("value").to_owned());
    db.execute(&say).await.map(drop)
}

/// Makes the index anew from the rows that are there, in the order in which they were made, with a part of them
/// in memory at a time. Until it is done, who changes what is found waits.
///
/// # Errors
/// When the database refuses.
pub async fn make(db: &DatabaseTransaction) -> Result<(), DbErr> {
    if db.get_database_backend() == DatabaseBackend::Postgres {
        // Whoever changes a row meanwhile waits before they write its document: of one that is made and changed while this
        // runs, what was read between would be written over what it has become. SQLite has one writer at a time.
        db.execute_unprepared("LOCK TABLE search_documents IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    db.execute(Query::delete().from_table(document::Entity)).await?;
    db.execute(Query::delete().from_table(VOCABULARY)).await?;
    let mut last = Uuid::nil();
    loop {
        let rows = db.query_all(&following(last)).await?;
        let mut ids: Vec<(String, Uuid)> = Vec::with_capacity(rows.len());
        for row in rows {
            ids.push((row.try_get("", "kind")?, row.try_get("", "id")?));
        }
        let Some((_, end)) = ids.last() else { return Ok(()) };
        last = *end;
        let mut entries = Vec::with_capacity(ids.len());
        for kind in Kind::ALL {
            let of_kind = ids.iter().filter(|(found, _)| found == kind.prefix()).map(|(_, id)| *id);
            let of_kind: Vec<_> = of_kind.collect();
            if let Some(reading) = with_table(kind, Read { db, ids: &of_kind }) {
                entries.extend(reading.await?);
            }
        }
        entries.sort_by_key(|entry| entry.id);
        keep(db, entries).await?;
    }
}

/// The rows that are found and were made after this one: their kinds and ids, by id, which is as they were made. Of each
/// table no more is read than could be among them.
fn following(last: Uuid) -> SelectStatement {
    let most = u64::try_from(AT_ONCE).unwrap_or(u64::MAX);
    let first = |kind| {
        let mut of_kind = with_table(kind, Ids)??;
        of_kind.and_where(Expr::col("id").gt(last)).order_by("id", Order::Asc).limit(most);
        Some(Query::select().columns(["kind", "id"]).from_subquery(of_kind, "first").to_owned())
    };
    let all = find::together(Kind::ALL.into_iter().filter_map(first)).unwrap_or_default();
    Query::select()
        .columns(["kind", "id"])
        .from_subquery(all, "every")
        .order_by("id", Order::Asc)
        .limit(most)
        .to_owned()
}

/// Selects the ids of a table whose rows are found.
struct Ids;

impl WithTable for Ids {
    type Out = Option<SelectStatement>;

    fn with<E: Row + Visible>(self) -> Self::Out {
        let kind = Expr::val(E::Id::KIND.prefix()).cast_as("text");
        let select = || Query::select().expr_as(kind, "kind").column(E::ID).from(E::default()).to_owned();
        E::FOUND.then(select)
    }
}

/// Reads rows of a table for the index, whoever may see them.
struct Read<'a> {
    db: &'a DatabaseTransaction,
    ids: &'a [Uuid],
}

impl<'a> WithTable for Read<'a> {
    type Out = BoxFuture<'a, Result<Vec<Entry>, DbErr>>;

    fn with<E: Row + Visible>(self) -> Self::Out {
        async move {
            if self.ids.is_empty() {
                return Ok(Vec::new());
            }
            let mut select = SelectStatement::new();
            select
                .from_as(E::default(), At::TOP.alias())
                .columns(E::Column::iter().map(|column| (At::TOP.alias(), column)))
                .and_where(find::any_of(self.db.get_database_backend(), At::TOP.col(E::ID), self.ids));
            let rows = self.db.query_all(&select).await?;
            let read = |row| Ok(Entry::of::<E>(&E::Model::from_query_result(row, "")?));
            Ok(rows.iter().map(read).collect::<Result<Vec<_>, DbErr>>()?.into_iter().flatten().collect())
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::IdenStatic;

    use super::*;

    /// What people write in words, as columns are called.
    const WRITTEN: [&str; 22] = [
        "answer",
        "body",
        "description",
        "email",
        "help_needed",
        "hypothesis",
        "message",
        "name",
        "next_steps",
        "note",
        "objectives",
        "place",
        "question",
        "reason",
        "reason_text",
        "response",
        "story",
        "subject",
        "summary",
        "text",
        "title",
        "words",
    ];

    /// Kinds that hold such words and are not found all the same, and why.
    const NOT_FOUND: [(Kind, &str); 10] = [
        (Kind::OrgUnit, "a unit is found by the people in it, and in a tree of a few dozen"),
        (Kind::ApiKey, "keys are looked after by administrators, in a list"),
        (Kind::Webhook, "webhooks are looked after by administrators, in a list"),
        (Kind::BudgetLine, "a note on money is read beside the money"),
        (Kind::CostEntry, "a note on money is read beside the money"),
        (Kind::Dependency, "it is found by the two initiatives that it binds"),
        (Kind::TrainingSession, "it is found by its curriculum, its trainer and its day"),
        (Kind::RewardGroup, "it is read in its plan, and seen by few"),
        (Kind::UpwardFeedback, "the place of an entry in the index tells when an anonymous one was written"),
        (Kind::Baseline, "it says why it was approved, and is read beside the one before"),
    ];

    struct Written;

    impl WithTable for Written {
        type Out = (bool, Vec<&'static str>);

        fn with<E: Row + Visible>(self) -> Self::Out {
            let columns = E::Column::iter().map(|column| IdenStatic::as_str(&column));
            (E::FOUND, columns.filter(|column| WRITTEN.contains(column)).collect())
        }
    }

    #[test]
    fn what_people_write_is_found_or_there_is_a_reason() {
        let mut found = 0;
        for kind in Kind::ALL {
            let Some((is_found, written)) = with_table(kind, Written) else { continue };
            let reason = NOT_FOUND.iter().any(|(exception, _)| *exception == kind);
            assert!(
                is_found != reason || written.is_empty(),
                "{kind:?} has {written:?}: say in its `row!` what it is found by, or here why it is not"
            );
            found += usize::from(is_found);
        }
        assert!(found >= 7, "{found} kinds are found");
    }
}
