//! Who is calling: a person with the roles they hold today, read anew for every request.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Iterable, QueryResult,
    sea_query::{Condition, Expr, ExprTrait, JoinType, Query, SelectStatement},
};
use tutti_entity::accounts::{api_key, session};
use tutti_entity::ids::{ApiKeyId, OrgUnitId, PersonId, PortfolioId, RoleGrantId, SessionId};
use tutti_entity::people::role_grant::{Role, Roles};
use tutti_entity::people::{person, role_grant};

use super::{Place, units};
use crate::graphql::Fault;

/// One role held today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id; none for a role that the identity provider gives.
    pub id: Option<RoleGrantId>,
    /// Counts its changes, from 1.
    pub version: i32,
    /// The role.
    pub role: Role,
    /// Only in this portfolio.
    pub portfolio: Option<PortfolioId>,
    /// Only in this org unit and below.
    pub org_unit: Option<OrgUnitId>,
    /// That unit and all below it.
    pub units: Vec<OrgUnitId>,
    /// The first day.
    pub since: NaiveDate,
    /// The last day; none while it goes on.
    pub until: Option<NaiveDate>,
}

impl Grant {
    /// Whether it reaches this place: one for the whole organisation reaches everywhere, one for a
    /// portfolio or an org unit holds there alone.
    #[must_use]
    pub fn covers(&self, place: Place) -> bool {
        match (self.portfolio, self.org_unit) {
            (None, None) => true,
            (Some(portfolio), None) => place.portfolio == Some(portfolio),
            (None, Some(_)) => place.org_unit.is_some_and(|unit| self.units.contains(&unit)),
            (Some(_), Some(_)) => false,
        }
    }
}

/// The key with which a machine calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which one.
    pub id: ApiKeyId,
    /// Whether it only reads.
    pub read_only: bool,
    /// When it was last used, as far as that was noted.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Whose rights these are.
#[derive(Clone, Debug)]
enum Who {
    /// The system itself, which no request can be.
    System,
    /// Somebody who is signed in.
    Person(Box<person::Model>),
    /// Somebody who is not signed in.
    Nobody,
}

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Viewer {
    who: Who,
    /// The roles they hold today.
    pub grants: Vec<Grant>,
    /// The session in which they call, if it is one.
    pub session: Option<SessionId>,
    /// The key with which a machine calls for them, if it is one.
    pub key: Option<Key>,
    /// Whether anybody asked who they are, where that is watched.
    asked: Option<Arc<AtomicBool>>,
}

/// What a caller showed, after it was found to be genuine.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// Their id.
    Person(PersonId),
    /// Their id, in a session that must not have ended.
    Session(PersonId, SessionId),
    /// Their address, whatever its case.
    Email(&'a str),
    /// The hash of a key.
    Key(&'a str),
}

impl Viewer {
    /// Somebody who is not signed in.
    pub const NOBODY: Self =
        Self { who: Who::Nobody, grants: Vec::new(), session: None, key: None, asked: None };

    /// The system itself: sets up what has to be there before anybody can sign in.
    #[must_use]
    pub fn system() -> Self {
        Self { who: Who::System, ..Self::NOBODY }
    }

    /// Somebody with these roles.
    #[must_use]
    pub fn of(person: person::Model, grants: Vec<Grant>) -> Self {
        Self { who: Who::Person(Box::new(person)), grants, ..Self::NOBODY }
    }

    /// Whether it is the system itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(self.who, Who::System)
    }

    /// Whether nobody is signed in.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        matches!(self.who, Who::Nobody)
    }

    /// Whether somebody is signed in, whoever it is.
    #[must_use]
    pub fn is_somebody(&self) -> bool {
        matches!(self.who, Who::Person(_))
    }

    /// What they may do wherever it does not matter who they are: two with the same rights are told the same of
    /// everything that does not ask who they are.
    #[must_use]
    pub fn rights(&self) -> String {
        let grant = |grant: &Grant| {
            let mut units = grant.units.clone();
            units.sort_unstable_by_key(|unit| unit.0);
            format!("{:?}", (grant.role, grant.portfolio, grant.org_unit, units))
        };
        let mut grants: Vec<_> = self.grants.iter().map(grant).collect();
        grants.sort_unstable();
        grants.dedup();
        format!("{:?}", (self.is_somebody(), self.key.map(|key| (key.id, key.read_only)), grants))
    }

    /// The same viewer, of whom it is noted whether anybody asks who they are. What was answered without that is
    /// good for all who have the same [`Viewer::rights`].
    #[must_use]
    pub fn watched(&self) -> (Self, Arc<AtomicBool>) {
        let asked = Arc::new(AtomicBool::new(false));
        (Self { asked: Some(Arc::clone(&asked)), ..self.clone() }, asked)
    }

    /// The person who calls.
    #[must_use]
    pub fn person(&self) -> Option<&person::Model> {
        if let Some(asked) = &self.asked {
            asked.store(true, Ordering::Relaxed);
        }
        match &self.who {
            Who::Person(person) => Some(person),
            Who::System | Who::Nobody => None,
        }
    }

    /// The id of the person who calls.
    #[must_use]
    pub fn person_id(&self) -> Option<PersonId> {
        self.person().map(|person| person.id)
    }

    /// Whether they call with a key that only reads.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.key.is_some_and(|key| key.read_only)
    }

    /// Who they are to the things that they own, back or review. A key is nobody to them: it has the
    /// roles that it was given, and nothing that its maker has otherwise.
    #[must_use]
    pub fn related_as(&self) -> Option<PersonId> {
        self.person_id().filter(|_| self.key.is_none())
    }

    /// Gives them these roles everywhere, on the word of the identity provider.
    #[must_use]
    pub fn with_roles(mut self, roles: &[Role], today: NaiveDate) -> Self {
        self.grants.extend(roles.iter().map(|role| Grant {
            id: None,
            version: 1,
            role: *role,
            portfolio: None,
            org_unit: None,
            units: Vec::new(),
            since: today,
            until: None,
        }));
        self
    }

    /// Reads the person and the roles they hold on this day, in one statement; in two where a role is
    /// bound to an org unit. `None` for somebody who is not there or has left, for a session that has ended
    /// and for a key that is not good any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(
        db: &impl ConnectionTrait,
        shown: Shown<'_>,
        today: NaiveDate,
    ) -> Result<Option<Self>, Fault> {
        let rows = db.query_all(&select(shown, today)).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let person = person::Model::from_query_result(first, "")?;
        let mut grants = Vec::with_capacity(rows.len());
        for row in &rows {
            grants.extend(grant(row)?);
        }
        let mut viewer = Self::of(person, grants);
        match shown {
            Shown::Session(_, session) => viewer.session = Some(session),
            Shown::Key(_) => viewer.narrow(first)?,
            Shown::Person(_) | Shown::Email(_) => {}
        }
        if viewer.grants.iter().any(|grant| grant.org_unit.is_some()) {
            let below = units::below(db, viewer.grants.iter().filter_map(|grant| grant.org_unit)).await?;
            for grant in &mut viewer.grants {
                let unit = grant.org_unit;
                grant.units = unit.and_then(|unit| below.get(&unit).cloned()).unwrap_or_default();
            }
        }
        Ok(Some(viewer))
    }

    /// Leaves only the roles that the key has.
    fn narrow(&mut self, row: &QueryResult) -> Result<(), Fault> {
        let roles: Roles = row.try_get("", "key_roles")?;
        self.key = Some(Key {
            id: row.try_get("", "key_id")?,
            read_only: row.try_get("", "key_read_only")?,
            last_used_at: row.try_get("", "key_last_used_at")?,
        });
        self.grants.retain(|grant| roles.as_slice().contains(&grant.role));
        Ok(())
    }
}

/// The person and, in as many rows, the roles that they hold on this day.
fn select(shown: Shown<'_>, today: NaiveDate) -> SelectStatement {
    use role_grant::Column as G;
    let of_person = |column| Expr::col((person::Entity, column));
    let granted = |column| Expr::col((role_grant::Entity, column));
    let held_today = Condition::all()
        .add(granted(G::PersonId).equals((person::Entity, person::Column::Id)))
        .add(granted(G::RevokedAt).is_null())
        .add(granted(G::Since).lte(today))
        .add(granted(G::Until).is_null().or(granted(G::Until).gte(today)));
    let mut select = SelectStatement::new();
    select
        .columns(person::Column::iter().map(|column| (person::Entity, column)))
        .columns([G::Role, G::PortfolioId, G::Since, G::Until].map(|column| (role_grant::Entity, column)))
        .expr_as(granted(G::Id), "grant_id")
        .expr_as(granted(G::Version), "grant_version")
        .expr_as(granted(G::OrgUnitId), "granted_org_unit_id")
        .from(person::Entity)
        .join(JoinType::LeftJoin, role_grant::Entity, held_today)
        .and_where(of_person(person::Column::Status).ne(person::PersonStatus::Left))
        .order_by((role_grant::Entity, G::Id), sea_orm::sea_query::Order::Asc);
    match shown {
        Shown::Person(id) => select.and_where(of_person(person::Column::Id).eq(id)),
        Shown::Email(email) => {
            select.and_where(of_person(person::Column::EmailFolded).eq(tutti_entity::value::fold(email)))
        }
        Shown::Session(person, id) => {
            use session::Column as S;
            let open = Query::select()
                .expr(Expr::val(1))
                .from(session::Entity)
                .and_where(Expr::col(S::Id).eq(id))
                .and_where(Expr::col(S::PersonId).eq(person))
                .and_where(Expr::col(S::EndedAt).is_null())
                .to_owned();
            select.and_where(of_person(person::Column::Id).eq(person)).and_where(Expr::exists(open))
        }
        Shown::Key(hash) => {
            use api_key::Column as K;
            let key = |column| Expr::col((api_key::Entity, column));
            let made = Condition::all().add(key(K::PersonId).equals((person::Entity, person::Column::Id)));
            select
                .join(JoinType::InnerJoin, api_key::Entity, made)
                .expr_as(key(K::Id), "key_id")
                .expr_as(key(K::Roles), "key_roles")
                .expr_as(key(K::ReadOnly), "key_read_only")
                .expr_as(key(K::LastUsedAt), "key_last_used_at")
                .and_where(key(K::Hash).eq(hash))
                .and_where(key(K::RevokedAt).is_null())
                .and_where(key(K::ExpiresOn).gte(today))
        }
    };
    select
}

fn grant(row: &QueryResult) -> Result<Option<Grant>, Fault> {
    let Some(role) = row.try_get("", "role")? else { return Ok(None) };
    Ok(Some(Grant {
        id: row.try_get("", "grant_id")?,
        version: row.try_get("", "grant_version")?,
        role,
        portfolio: row.try_get("", "portfolio_id")?,
        org_unit: row.try_get("", "granted_org_unit_id")?,
        units: Vec::new(),
        since: row.try_get("", "since")?,
        until: row.try_get("", "until")?,
    }))
}
