//! The only SQL about the cascade: what was taught in a curriculum and who might teach it, in two statements.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait, Order, SelectStatement};
use sea_orm::{ActiveEnum, DatabaseBackend, DbErr, QueryResult};
use tutti_entity::ids::{CurriculumId, PersonId, TypedId};
use tutti_entity::training::attendance::{self, Status};
use tutti_entity::training::certification::{self, Level};
use uuid::Uuid;

use super::rules::facts::{Completed, Facts, Held};
use crate::graphql::Fault;
use crate::graphql::batch::Loader;
use crate::store::{At, Scope, find};
use crate::training::rules::certificate::Span;

/// All that is known of the training of curricula, by curriculum: read once a request, however often it asks.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Known;

impl Loader for Known {
    type Key = CurriculumId;
    type Value = Arc<Facts>;

    async fn load(
        &self,
        scope: &Scope,
        curricula: &[CurriculumId],
    ) -> Result<HashMap<CurriculumId, Arc<Facts>>, Fault> {
        let ids: Vec<Uuid> = curricula.iter().map(|curriculum| curriculum.uuid()).collect();
        let mut known: HashMap<CurriculumId, Facts> = HashMap::new();
        for row in scope.rows(&completed(scope, &ids)).await? {
            let facts = known.entry(row.try_get("", "curriculum_id")?).or_default();
            let held = held(&row, facts)?;
            facts.held.push(held);
        }
        for row in scope.rows(&rights(scope, &ids)).await? {
            let facts = known.entry(row.try_get("", "curriculum_id")?).or_default();
            let holder = facts.enter(row.try_get("", "person_id")?);
            facts.rights.entry(holder).or_default().push(right(&row)?);
        }
        Ok(known.into_iter().map(|(curriculum, facts)| (curriculum, Arc::new(facts))).collect())
    }
}

/// How many digits somebody's id takes where those who completed a session are written one after the other.
const ID: usize = 32;
/// How many their score in basis points takes.
const SCORE: usize = 5;
/// What stands there for no score.
const NO_SCORE: i32 = 99_999;

/// Somebody who completed a session, as [`ID`] and [`SCORE`] digits; all of one session one after the other. A hundred
/// thousand attendances are a few thousand rows so, which is what reading them takes.
fn packed(backend: DatabaseBackend, at: At) -> Expr {
    use attendance::Column as A;
    let parts = [at.col(A::PersonId), at.col(A::PostScoreBp), Expr::val(NO_SCORE)];
    let packed = if backend == DatabaseBackend::Postgres {
        "string_agg(encode(uuid_send($1), 'hex') || lpad(coalesce($2, $3)::text, 5, '0'), '')"
    } else {
        "group_concat(hex(?) || printf('%05d', coalesce(?, ?)), '')"
    };
    Expr::cust_with_exprs(packed, parts)
}

/// The sessions of these curricula that somebody completed, in the order in which they were held.
fn completed(scope: &Scope, curricula: &[Uuid]) -> SelectStatement {
    use attendance::Column as A;
    let at = At::TOP;
    let of_session = [A::CurriculumId, A::HeldOn, A::SessionId, A::TrainerId, A::Lineage];
    let mut select = find::visible_only::<attendance::Entity>(scope.viewer(), at);
    for column in of_session {
        // In the order of the index, so that nothing is sorted.
        select
            .expr(at.col(column))
            .group_by_col((at.alias(), column))
            .order_by((at.alias(), column), Order::Asc);
    }
    select
        .expr_as(packed(scope.backend(), at), "completed")
        .and_where(find::any_of(scope.backend(), at.col(A::CurriculumId), curricula))
        .and_where(at.col(A::Status).eq(Status::Completed.to_value()))
        .and_where(at.col(A::HeldOn).is_not_null());
    select
}

fn held(row: &QueryResult, facts: &mut Facts) -> Result<Held, Fault> {
    let packed: String = row.try_get("", "completed")?;
    let mut completed = Vec::with_capacity(packed.len() / (ID + SCORE));
    for one in packed.as_bytes().chunks(ID + SCORE) {
        let read = unpacked(one);
        let (person, score_bp) =
            read.ok_or_else(|| Fault::internal("somebody who completed a session does not read"))?;
        completed.push(Completed { person: facts.enter(person), score_bp });
    }
    Ok(Held {
        id: row.try_get("", "session_id")?,
        trainer: facts.enter(row.try_get("", "trainer_id")?),
        on: row.try_get("", "held_on")?,
        lineage: row.try_get("", "lineage")?,
        completed,
    })
}

fn unpacked(one: &[u8]) -> Option<(PersonId, Option<i32>)> {
    let (id, score) = one.split_at_checked(ID)?;
    let person = PersonId(Uuid::try_parse_ascii(id).ok()?);
    let score_bp: i32 = std::str::from_utf8(score).ok()?.parse().ok()?;
    Some((person, Some(score_bp).filter(|score| *score != NO_SCORE)))
}

/// The certificates of these curricula that let somebody train.
fn rights(scope: &Scope, curricula: &[Uuid]) -> SelectStatement {
    use certification::Column as C;
    let at = At::TOP;
    let mut select = find::visible_only::<certification::Entity>(scope.viewer(), at);
    for column in
        [C::CurriculumId, C::PersonId, C::Level, C::IssuedOn, C::ExpiresOn, C::RevokedOn, C::ReplacedOn]
    {
        select.expr(at.col(column));
    }
    let levels = [Level::Trainer, Level::Master].map(|level| level.to_value());
    select
        .and_where(find::any_of(scope.backend(), at.col(C::CurriculumId), curricula))
        .and_where(at.col(C::Level).is_in(levels));
    select
}

fn right(row: &QueryResult) -> Result<Span, DbErr> {
    Ok(Span {
        level: row.try_get("", "level")?,
        issued_on: row.try_get("", "issued_on")?,
        expires_on: row.try_get("", "expires_on")?,
        revoked_on: row.try_get("", "revoked_on")?,
        replaced_on: row.try_get("", "replaced_on")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_completed_a_session_reads_as_it_was_written() {
        let person = PersonId(Uuid::from_u128(0x0193_1234_5678_7abc_8def_0123_4567_89ab));
        for (score, score_bp) in
            [("07200", Some(7200)), ("99999", None), ("00000", Some(0)), ("10000", Some(10_000))]
        {
            let written = format!("{:X}{score}", person.uuid().simple());
            assert_eq!(unpacked(written.as_bytes()), Some((person, score_bp)));
        }
        for broken in
            ["", "0193", "019312345678 abc8def0123456789ab07200", "019312345678 abc8def0123456789ab"]
        {
            assert_eq!(unpacked(broken.as_bytes()), None);
        }
    }
}
