//! The only SQL about people and org units.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use sea_orm::sea_query::{
    CommonTableExpression, Condition, Expr, ExprTrait, Func, JoinType, Query, SelectStatement, UnionType,
};
use sea_orm::{DbErr, QueryResult};
use tutti_entity::Keyed;
use tutti_entity::accounts::{api_key, password, session};
use tutti_entity::exchange::calendar_feed;
use tutti_entity::ids::{OrgUnitId, PersonId, TypedId};
use tutti_entity::people::role_grant::Role;
use tutti_entity::people::{org_unit, person, role_grant};
use uuid::Uuid;

use super::rules::{DIGEST_BEGUN, DIGEST_ENDED, Link};
use crate::access::visible::{Visible, about_people, everyone};
use crate::access::{Capability, Viewer};
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Outcome, Scope, Tx, find};

impl Visible for person::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }

    /// Whether somebody wants the digest is their own affair.
    fn told(viewer: &Viewer, at: At, action: &Expr) -> Condition {
        let theirs = about_people(viewer, Capability::AccountsRead, &at.col(person::Column::Id));
        if theirs.is_empty() {
            return everyone();
        }
        Condition::any().add(theirs).add(action.clone().is_not_in([DIGEST_BEGUN, DIGEST_ENDED]))
    }
}

impl Visible for org_unit::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for role_grant::Entity {
    /// Those of the people of whom the viewer may see accounts, and those that hold where they may.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        const SEE: Capability = Capability::AccountsRead;
        let theirs = about_people(viewer, SEE, &at.col(role_grant::Column::PersonId));
        if theirs.is_empty() {
            return everyone();
        }
        let mut any = Condition::any().add(theirs);
        let (portfolios, units) = (viewer.portfolios_where(SEE), viewer.units_where(SEE));
        if !portfolios.is_empty() {
            any = any.add(at.col(role_grant::Column::PortfolioId).is_in(portfolios));
        }
        if !units.is_empty() {
            any = any.add(at.col(role_grant::Column::OrgUnitId).is_in(units));
        }
        any
    }
}

/// Whether somebody has this address already, whatever its case.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_taken(tx: &Tx<'_>, email_folded: &str) -> Outcome<bool> {
    let mut select = SelectStatement::new();
    select
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(Expr::col(person::Column::EmailFolded).eq(email_folded));
    Ok(!tx.rows(&select).await?.is_empty())
}

/// This person or unit and all that it hangs on, by the column that says on what, whoever may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn above<E: Keyed>(
    tx: &Tx<'_>,
    from: E::Id,
    name: E::Column,
    up: E::Column,
) -> Outcome<BTreeMap<Uuid, Link>> {
    let at = At::TOP;
    let mut rows = SelectStatement::new();
    rows.from_as(E::default(), at.alias())
        .expr_as(at.col(E::ID), "id")
        .expr_as(at.col(name), "name")
        .expr_as(at.col(up), "up");
    let mut first = rows.clone();
    first.and_where(at.col(E::ID).eq(from.uuid()));
    let next = rows.join(JoinType::InnerJoin, "above", at.col(E::ID).equals(("above", "up"))).to_owned();
    // Distinct, so that it ends even where they ran in a circle.
    first.union(UnionType::Distinct, next);
    let chain = CommonTableExpression::new()
        .query(first)
        .columns(["id", "name", "up"])
        .table_name("above")
        .to_owned();
    let mut all = SelectStatement::new();
    all.columns(["id", "name", "up"])
        .from("above")
        .with_cte(Query::with().recursive(true).cte(chain).to_owned());
    let rows = tx.rows(&all).await?;
    let link = |row: &QueryResult| {
        Ok::<_, DbErr>((
            row.try_get("", "id")?,
            Link { name: row.try_get("", "name")?, up: row.try_get("", "up")? },
        ))
    };
    Ok(rows.iter().map(link).collect::<Result<_, _>>()?)
}

/// The addresses of a person's calendar that are good.
#[must_use]
pub fn calendars_of(person: PersonId) -> Condition {
    let col = |column: calendar_feed::Column| At::TOP.col(column);
    Condition::all()
        .add(col(calendar_feed::Column::PersonId).eq(person))
        .add(col(calendar_feed::Column::RevokedAt).is_null())
}

/// The roles of a person that hold today or later.
#[must_use]
pub fn roles_of(person: PersonId, today: NaiveDate) -> Condition {
    use role_grant::Column as G;
    let until = || At::TOP.col(G::Until);
    Condition::all()
        .add(At::TOP.col(G::PersonId).eq(person))
        .add(At::TOP.col(G::RevokedAt).is_null())
        .add(until().is_null().or(until().gte(today)))
}

/// The sessions of a person that have not ended.
#[must_use]
pub fn sessions_of(person: PersonId) -> Condition {
    let col = |column: session::Column| At::TOP.col(column);
    Condition::all()
        .add(col(session::Column::PersonId).eq(person))
        .add(col(session::Column::EndedAt).is_null())
}

/// The keys of a person that were not revoked.
#[must_use]
pub fn keys_of(person: PersonId) -> Condition {
    let col = |column: api_key::Column| At::TOP.col(column);
    Condition::all()
        .add(col(api_key::Column::PersonId).eq(person))
        .add(col(api_key::Column::RevokedAt).is_null())
}

/// The password of a person, and the secret with which they could set one.
#[must_use]
pub fn password_of(person: PersonId) -> Condition {
    Condition::all().add(At::TOP.col(password::Column::Id).eq(person.uuid()))
}

/// Those who report to somebody and have not left.
#[must_use]
pub fn reports_of(manager: PersonId) -> Condition {
    let col = |column: person::Column| At::TOP.col(column);
    Condition::all()
        .add(col(person::Column::ManagerId).eq(manager))
        .add(col(person::Column::Status).ne(person::PersonStatus::Left))
}

/// Whether somebody else than this person is administrator of the whole organisation for good: has not
/// left, and holds ADMIN everywhere, today and without an end.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_other_administrator(tx: &Tx<'_>, than: PersonId) -> Outcome<bool> {
    use role_grant::Column as G;
    let col = |column: G| Expr::col((role_grant::Entity, column));
    let of_person = |column: person::Column| Expr::col((person::Entity, column));
    let mut select = SelectStatement::new();
    select
        .expr(col(G::Id))
        .from(role_grant::Entity)
        .join(
            JoinType::InnerJoin,
            person::Entity,
            col(G::PersonId).equals((person::Entity, person::Column::Id)),
        )
        .and_where(of_person(person::Column::Status).ne(person::PersonStatus::Left))
        .and_where(col(G::Role).eq(Role::Admin))
        .and_where(col(G::PersonId).ne(than))
        .and_where(col(G::PortfolioId).is_null())
        .and_where(col(G::OrgUnitId).is_null())
        .and_where(col(G::RevokedAt).is_null())
        .and_where(col(G::Until).is_null())
        .and_where(col(G::Since).lte(tx.scope().today()))
        .limit(1);
    Ok(!tx.rows(&select).await?.is_empty())
}

/// The units directly below others.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Children;

impl Loader for Children {
    type Key = OrgUnitId;
    type Value = Vec<org_unit::Model>;

    async fn load(
        &self,
        scope: &Scope,
        parents: &[OrgUnitId],
    ) -> Result<HashMap<OrgUnitId, Vec<org_unit::Model>>, Fault> {
        let parents: Vec<Uuid> = parents.iter().map(|parent| parent.uuid()).collect();
        let rows = scope
            .find::<org_unit::Entity>()
            .any_of(org_unit::Column::ParentId, &parents)
            .order_by(org_unit::Column::NameFolded)
            .order_by(org_unit::Column::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.parent_id))
    }
}

/// How many people who have not left work in a unit or below it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Headcount;

impl Loader for Headcount {
    type Key = OrgUnitId;
    type Value = i64;

    async fn load(&self, scope: &Scope, units: &[OrgUnitId]) -> Result<HashMap<OrgUnitId, i64>, Fault> {
        let units: Vec<Uuid> = units.iter().map(|unit| unit.uuid()).collect();
        let at = At::TOP;
        let mut roots = find::visible_only::<org_unit::Entity>(scope.viewer(), at);
        roots
            .expr_as(at.col(org_unit::Column::Id), "root")
            .expr_as(at.col(org_unit::Column::Id), "id")
            .and_where(find::any_of(scope.backend(), at.col(org_unit::Column::Id), &units));
        let mut below = find::visible_only::<org_unit::Entity>(scope.viewer(), at);
        below.column(("below", "root")).expr(at.col(org_unit::Column::Id)).join(
            JoinType::InnerJoin,
            "below",
            at.col(org_unit::Column::ParentId).equals(("below", "id")),
        );
        // Distinct, so that it ends even where units ran in a circle.
        roots.union(UnionType::Distinct, below);
        let tree =
            CommonTableExpression::new().query(roots).columns(["root", "id"]).table_name("below").to_owned();
        let mut counted = find::visible_only::<person::Entity>(scope.viewer(), at);
        counted
            .column(("below", "root"))
            .expr_as(Func::count(at.col(person::Column::Id)), "headcount")
            .join(JoinType::InnerJoin, "below", at.col(person::Column::OrgUnitId).equals(("below", "id")))
            .and_where(at.col(person::Column::Status).ne(person::PersonStatus::Left))
            .group_by_col(("below", "root"));
        let with = Query::with().recursive(true).cte(tree).to_owned();
        let rows = scope.rows(&counted.with(with)).await?;
        rows.iter().map(|row| Ok((row.try_get("", "root")?, row.try_get("", "headcount")?))).collect()
    }
}
