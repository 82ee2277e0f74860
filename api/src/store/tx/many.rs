//! Many rows at once, and the log of what changed of them: one event a row, and a number of statements
//! that does not grow with them.

use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;

use sea_orm::{
    ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult, IdenStatic, IntoActiveModel, Iterable,
    sea_query::{CaseStatement, Condition, Expr, ExprTrait, LockType, Order, Query, SelectStatement, Value},
};
use tutti_entity::Row;
use tutti_entity::events::event::{self, Column as C};
use tutti_entity::ids::{EventId, Kind, TypedId};
use uuid::Uuid;

use super::changes::Change;
use super::{Action, Outcome, Tx, changed, changes, every_column};
use crate::access::Visible;
use crate::graphql::Fault;
use crate::store::index::{self, Entry};
use crate::store::{At, find};

/// How many rows one statement writes.
const ROWS_AT_ONCE: usize = 500;
/// Rows that get so many different values are written together, each its own.
const GROUPS_APART: usize = 8;
/// How many of them one statement writes.
const EACH_AT_ONCE: usize = 200;
/// How many values one statement has: SQLite takes 32 766, PostgreSQL 65 535.
const VALUES_AT_ONCE: usize = 30_000;

/// What an event tells: of what, within what, and which fields changed.
pub(super) struct Told {
    kind: Kind,
    id: Uuid,
    within: Option<Uuid>,
    changes: String,
}

impl Told {
    pub(super) fn of<E: Row>(row: &E::Model, changes: String) -> Self {
        Self { kind: E::Id::KIND, id: E::id(row).uuid(), within: E::within(row), changes }
    }
}

/// What is known of a row that was not read, and what is told of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its id.
    pub id: Uuid,
    /// The initiative of which it is a part.
    pub within: Option<Uuid>,
    /// What is told.
    pub changes: Vec<Change>,
}

/// The new values of some columns, and the rows that get them.
type Group<C> = (Vec<(C, Value)>, Vec<Uuid>);

/// One row, and its new values.
type OwnValues<'g, C> = (Uuid, &'g [(C, Value)]);

fn same<C: IdenStatic>(one: &[(C, Value)], other: &[(C, Value)]) -> bool {
    let equal = |((column, value), (same, other)): (&(C, Value), &(C, Value))| {
        column.as_str() == same.as_str() && value == other
    };
    one.len() == other.len() && one.iter().zip(other).all(equal)
}

impl Tx<'_> {
    /// The rows for which this holds, as far as the viewer may see them, by id. Nobody changes them until
    /// the end. The condition speaks of the table by the name [`At::TOP`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_all<E: Row + Visible>(&self, condition: Condition) -> Outcome<Vec<E::Model>> {
        let mut rows = self.locked::<E>(condition, LockType::NoKeyUpdate).await?;
        let last = rows.iter_mut().map(|row| *E::stamp(row).updated_at).max();
        self.not_before(last.map_or(self.now(), |last| Ord::max(last, self.now())));
        Ok(rows)
    }

    /// The same for rows whoever may see them: for what has to happen to all of them because of something else that the
    /// viewer may do, such as letting somebody go.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_all_there_are<E: Row>(&self, condition: Condition) -> Outcome<Vec<E::Model>> {
        let mut rows = self.lock_rows::<E>(find::all::<E>(), condition, LockType::NoKeyUpdate).await?;
        let last = rows.iter_mut().map(|row| *E::stamp(row).updated_at).max();
        self.not_before(last.map_or(self.now(), |last| Ord::max(last, self.now())));
        Ok(rows)
    }

    /// The same for rows that new ones refer to, which may be held so by others as well.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn get_all<E: Row + Visible>(&self, condition: Condition) -> Outcome<Vec<E::Model>> {
        self.locked::<E>(condition, LockType::Share).await
    }

    /// The rows with these ids that the viewer sees, by id; an id may come twice. Nobody changes them until the end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn by_ids<E: Row + Visible>(
        &self,
        ids: impl Iterator<Item = Uuid>,
    ) -> Outcome<HashMap<Uuid, E::Model>> {
        let ids: Vec<_> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        let those = find::any_of(self.scope.backend(), At::TOP.col(E::ID), &ids);
        let rows = self.get_all::<E>(Condition::all().add(those)).await?;
        Ok(rows.into_iter().map(|row| (E::id(&row).uuid(), row)).collect())
    }

    async fn locked<E: Row + Visible>(&self, condition: Condition, lock: LockType) -> Outcome<Vec<E::Model>> {
        self.lock_rows::<E>(find::visible::<E>(self.scope.viewer()), condition, lock).await
    }

    async fn lock_rows<E: Row>(
        &self,
        mut select: SelectStatement,
        condition: Condition,
        lock: LockType,
    ) -> Outcome<Vec<E::Model>> {
        select.cond_where(condition).order_by((At::TOP.alias(), E::ID), Order::Asc);
        if self.scope.backend() == DatabaseBackend::Postgres {
            select.lock(lock);
        }
        let rows = self.db.query_all(&select).await?;
        Ok(rows.iter().map(|row| E::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// Writes new rows, and one event for each.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_all<E: Row>(&self, rows: Vec<E::Model>, action: Action<'_>) -> Outcome<Vec<E::Model>>
    where
        E::ActiveModel: Send,
    {
        let mut told = Vec::with_capacity(rows.len());
        for row in &rows {
            let changes = changes::between(None, row).map_err(Fault::internal)?;
            told.push(Told::of::<E>(row, changes));
        }
        self.append_all::<E>(rows.clone()).await?;
        index::keep(&self.db, rows.iter().filter_map(Entry::of::<E>)).await?;
        self.record(&told, action).await?;
        Ok(rows)
    }

    /// Writes rows that are facts of their own and are reported by the events of others.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where many rows are inserted")]
    pub async fn append_all<E: EntityTrait>(&self, rows: Vec<E::Model>) -> Outcome<()>
    where
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        let at_once = (VALUES_AT_ONCE / E::Column::iter().count().max(1)).clamp(1, ROWS_AT_ONCE);
        let mut rows = rows.into_iter().map(every_column::<E>).peekable();
        while rows.peek().is_some() {
            let some: Vec<_> = rows.by_ref().take(at_once).collect();
            E::insert_many(some).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Writes what changed of rows that [`Tx::hold_all`] holds, counts their versions up, and writes one
    /// event for each that changed. Rows that get the same values are written together; where there are many groups of
    /// them a statement writes some hundred rows, each its own values.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn update_all<E: Row>(
        &self,
        rows: Vec<E::Model>,
        change: impl Fn(&mut E::Model) + Send,
        action: Action<'_>,
    ) -> Outcome<()> {
        let mut groups: Vec<Group<E::Column>> = Vec::new();
        let mut told = Vec::new();
        let mut entries = Vec::new();
        for before in rows {
            let mut after = before.clone();
            change(&mut after);
            let values = changed::<E>(&before, &after);
            if values.is_empty() {
                continue;
            }
            let id = E::id(&before).uuid();
            let changes = changes::between(Some(&before), &after).map_err(Fault::internal)?;
            told.push(Told::of::<E>(&after, changes));
            entries.extend(Entry::of_changed::<E>(&before, &after));
            match groups.iter_mut().find(|(known, _)| same(known, &values)) {
                Some((_, ids)) => ids.push(id),
                None => groups.push((values, vec![id])),
            }
        }
        if groups.len() > GROUPS_APART {
            self.update_each::<E>(groups).await?;
        } else {
            for (values, ids) in groups {
                self.update_group::<E>(values, &ids).await?;
            }
        }
        index::keep(&self.db, entries).await?;
        self.record(&told, action).await
    }

    async fn update_group<E: Row>(&self, values: Vec<(E::Column, Value)>, ids: &[Uuid]) -> Outcome<()> {
        let mut update = Query::update();
        update
            .table(E::default())
            .values(values.into_iter().map(|(column, value)| (column, Expr::val(value))))
            .value(E::VERSION, Expr::col(E::VERSION).add(1))
            .value(E::UPDATED_AT, self.now())
            .and_where(find::any_of(self.scope.backend(), Expr::col(E::ID), ids));
        let written = self.db.execute(&update).await?.rows_affected();
        if written == u64::try_from(ids.len()).unwrap_or(u64::MAX) {
            return Ok(());
        }
        Err(Fault::internal(format!("{written} of {} held rows were written", ids.len())).into())
    }

    /// Writes to each row its own values: a column is what the row gets, and stays what it was where the row gets none.
    async fn update_each<E: Row>(&self, groups: Vec<Group<E::Column>>) -> Outcome<()> {
        let rows: Vec<OwnValues<'_, E::Column>> = groups
            .iter()
            .flat_map(|(values, ids)| ids.iter().map(move |id| (*id, values.as_slice())))
            .collect();
        for some in rows.chunks(EACH_AT_ONCE) {
            let mut update = Query::update();
            update
                .table(E::default())
                .value(E::VERSION, Expr::col(E::VERSION).add(1))
                .value(E::UPDATED_AT, self.now());
            for column in E::Column::iter() {
                let mut case = CaseStatement::new();
                let mut changes = false;
                for (id, values) in some {
                    if let Some((_, value)) = values.iter().find(|(one, _)| one.as_str() == column.as_str()) {
                        case = case.case(Expr::col(E::ID).eq(*id), Expr::val(value.clone()));
                        changes = true;
                    }
                }
                if changes {
                    update.value(column, case.finally(Expr::col(column)));
                }
            }
            let ids: Vec<Uuid> = some.iter().map(|(id, _)| *id).collect();
            update.and_where(find::any_of(self.scope.backend(), Expr::col(E::ID), &ids));
            let written = self.db.execute(&update).await?.rows_affected();
            if written != u64::try_from(ids.len()).unwrap_or(u64::MAX) {
                let message = format!("{written} of {} held rows were written", ids.len());
                return Err(Fault::internal(message).into());
            }
        }
        Ok(())
    }

    /// Writes what happened to these subjects, one event each. The last is what the mutation answers with.
    pub(super) async fn record(&self, told: &[Told], action: Action<'_>) -> Outcome<()> {
        if let Some(last) = self.log(told, action).await? {
            *self.event.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        }
        Ok(())
    }

    /// Writes that a change came to something that is worth an event of its own, though no row says it: that a
    /// cost took the initiative over its budget. It is seen by whoever sees the subject.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note<E: Row>(&self, row: &E::Model, changes: &[Change], action: Action<'_>) -> Outcome<()> {
        let changes = serde_json::to_string(changes).map_err(Fault::internal)?;
        self.log(&[Told::of::<E>(row, changes)], action).await?;
        Ok(())
    }

    /// The same of many rows, each with what it has to tell.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_all<E: Row>(
        &self,
        rows: &[E::Model],
        changes: impl Fn(&E::Model) -> Vec<Change> + Send,
        action: Action<'_>,
    ) -> Outcome<()> {
        let mut told = Vec::with_capacity(rows.len());
        for row in rows {
            let changes = serde_json::to_string(&changes(row)).map_err(Fault::internal)?;
            told.push(Told::of::<E>(row, changes));
        }
        self.log(&told, action).await?;
        Ok(())
    }

    /// The same of rows of this kind that a statement found, and that were not read for it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_known(&self, kind: Kind, known: &[Known], action: Action<'_>) -> Outcome<()> {
        let mut told = Vec::with_capacity(known.len());
        for row in known {
            let changes = serde_json::to_string(&row.changes).map_err(Fault::internal)?;
            told.push(Told { kind, id: row.id, within: row.within, changes });
        }
        self.log(&told, action).await?;
        Ok(())
    }

    /// Writes what was done to something that belongs to a row and has no events of its own: that somebody acknowledged
    /// it. The row stays as it is; the mutation answers with the event.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tell<E: Row>(&self, row: &E::Model, changes: &[Change], action: Action<'_>) -> Outcome<()> {
        let changes = serde_json::to_string(changes).map_err(Fault::internal)?;
        self.record(&[Told::of::<E>(row, changes)], action).await
    }

    async fn log(&self, told: &[Told], action: Action<'_>) -> Outcome<Option<event::Model>> {
        let mut last = None;
        let told = if self.trace.is_none() { &[] } else { told };
        for some in told.chunks(ROWS_AT_ONCE) {
            let mut insert = Query::insert();
            insert
                .into_table(event::Entity)
                .columns([
                    C::Id,
                    C::At,
                    C::ActorId,
                    C::ApiKeyId,
                    C::Action,
                    C::SubjectKind,
                    C::SubjectId,
                    C::WithinId,
                    C::Changes,
                    C::Reason,
                    C::RequestId,
                ])
                .returning(Query::returning().columns(C::iter()));
            for told in some {
                insert.values(self.event_of(told, action)).map_err(Fault::internal)?;
            }
            let rows = self.db.query_all(&insert).await?;
            let row = rows.last().ok_or_else(|| Fault::internal("the log answered nothing"))?;
            last = Some(event::Model::from_query_result(row, "")?);
        }
        Ok(last)
    }

    fn event_of(&self, told: &Told, action: Action<'_>) -> [Expr; 11] {
        let viewer = self.scope.viewer();
        let signed = !self.trace.is_unsigned();
        let id: EventId = self.new_id();
        [
            id.into(),
            self.now().into(),
            viewer.person_id().filter(|_| signed).into(),
            viewer.key.map(|key| key.id).filter(|_| signed).into(),
            action.name.into(),
            told.kind.prefix().into(),
            told.id.into(),
            told.within.into(),
            told.changes.as_str().into(),
            action.reason.map(str::to_owned).into(),
            signed.then(|| self.scope.request_id().to_owned()).into(),
        ]
    }
}
