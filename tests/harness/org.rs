//! The organisation that every test starts with: people by role, units, two portfolios.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::EntityTrait as _;
use tutti::store::{Database, index};
use tutti_entity::accounts::{api_key, session};
use tutti_entity::ids::{ApiKeyId, OrgUnitId, PersonId, PortfolioId, RoleGrantId, SessionId};
use tutti_entity::people::person::{Locale, PersonStatus, Tier};
use tutti_entity::people::role_grant::{Role, Roles};
use tutti_entity::people::{org_unit, person, role_grant};
use tutti_entity::portfolio::portfolio;
use tutti_entity::value::fold;
use uuid::Uuid;

/// When everything in it was entered.
const ENTERED: &str = "2025-03-01T08:00:00Z";

/// Somebody, by the name that tests use, with their role, unit and manager.
pub struct Who(
    pub &'static str,
    &'static str,
    Option<Role>,
    Tier,
    PersonStatus,
    Locale,
    Option<&'static str>,
    Option<&'static str>,
);

use Locale::{Da, En};
use PersonStatus::{Active, Left, OnLeave};
use Tier::{Executive, Frontline, Leader, Manager, Support};

/// Everybody.
#[rustfmt::skip]
pub const PEOPLE: [Who; 12] = [
    Who("leader", "Lene Åkjær", Some(Role::Leader), Executive, Active, Da, Some("Tutti"), None),
    Who("admin", "Ada Admin", Some(Role::Admin), Support, Active, En, Some("Tutti"), Some("leader")),
    Who("pmo", "Per Møller", Some(Role::Pmo), Manager, Active, Da, Some("Tutti"), Some("leader")),
    Who("scoped_pmo", "Sune Øster", Some(Role::Pmo), Manager, Active, Da, Some("Salg"), Some("pmo")),
    Who("owner", "Oda Ærlig", Some(Role::InitiativeOwner), Leader, Active, Da, Some("Service"), Some("leader")),
    Who("other_owner", "oluf aabye", Some(Role::InitiativeOwner), Leader, Active, En, Some("Service"), Some("leader")),
    Who("member", "Mia Member", Some(Role::Member), Frontline, Active, En, Some("Contact centre"), Some("owner")),
    Who("auditor", "Asta Auditor", Some(Role::Auditor), Support, Active, En, None, None),
    Who("finance", "Finn 100%_sikker", Some(Role::Finance), Support, Active, En, Some("Tutti"), Some("leader")),
    Who("nobody", "Nanna Norole", None, Frontline, Active, Da, Some("Contact centre"), Some("owner")),
    Who("away", "Åse Orlov", Some(Role::Member), Frontline, OnLeave, Da, Some("Contact centre"), Some("owner")),
    Who("left", "Leif Left", Some(Role::Pmo), Frontline, Left, En, Some("Contact centre"), Some("owner")),
];

/// The units, each after the one it is part of.
pub const UNITS: [(&str, Option<&str>); 5] = [
    ("Tutti", None),
    ("Salg", Some("Tutti")),
    ("Service", Some("Tutti")),
    ("Contact centre", Some("Service")),
    ("Ældre afdeling", None),
];

/// The portfolios; the programme office of one portfolio only (`scoped_pmo`) has the first.
pub const PORTFOLIOS: [(&str, &str); 2] = [("Harbour", "DKK"), ("Lighthouse", "EUR")];

fn entered() -> DateTime<Utc> {
    ENTERED.parse().unwrap()
}

fn id(kind: u8, number: usize) -> Uuid {
    let mut bytes = [0; 10];
    bytes[0] = kind;
    bytes[9] = u8::try_from(number).unwrap();
    let millis = u64::try_from(entered().timestamp_millis()).unwrap();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

fn place<T>(all: &[T], is: impl Fn(&T) -> bool, name: &str) -> usize {
    all.iter().position(is).unwrap_or_else(|| panic!("{name} is not in the organisation"))
}

/// Somebody, by the name that tests use.
pub fn person(name: &str) -> PersonId {
    PersonId(id(1, place(&PEOPLE, |who| who.0 == name, name)))
}

/// A unit by its name.
pub fn unit(name: &str) -> OrgUnitId {
    OrgUnitId(id(2, place(&UNITS, |unit| unit.0 == name, name)))
}

/// A portfolio by its name.
pub fn portfolio(name: &str) -> PortfolioId {
    PortfolioId(id(3, place(&PORTFOLIOS, |portfolio| portfolio.0 == name, name)))
}

/// The role that somebody was given.
pub fn role(name: &str) -> RoleGrantId {
    RoleGrantId(id(4, place(&PEOPLE, |who| who.0 == name, name)))
}

/// The session in which the administrator is signed in.
pub fn session() -> SessionId {
    SessionId(id(5, 0))
}

/// The key that the administrator has made.
pub fn api_key() -> ApiKeyId {
    ApiKeyId(id(6, 0))
}

/// Fills migrated tables.
pub async fn fill(database: &Database) {
    let at = entered();
    let units = UNITS.map(|(name, parent)| org_unit::Model {
        id: unit(name),
        version: 1,
        name: name.to_owned(),
        name_folded: fold(name),
        parent_id: parent.map(unit),
        created_at: at,
        updated_at: at,
    });
    let people = PEOPLE.map(|Who(key, name, _, tier, status, locale, in_unit, manager)| {
        let email = format!("{key}@tutti.example");
        person::Model {
            id: person(key),
            version: 1,
            name: name.to_owned(),
            name_folded: fold(name),
            email_folded: fold(&email),
            email,
            tier,
            status,
            locale,
            org_unit_id: in_unit.map(unit),
            manager_id: manager.map(person),
            last_sign_in_at: None,
            daily_digest: false,
            created_at: at,
            updated_at: at,
        }
    });
    let portfolios = PORTFOLIOS.map(|(name, currency)| portfolio::Model {
        id: portfolio(name),
        version: 1,
        name: name.to_owned(),
        name_folded: fold(name),
        description: None,
        owner_id: person("leader"),
        currency: currency.parse().unwrap(),
        report_cadence: "P14D".to_owned(),
        archived_at: None,
        created_at: at,
        updated_at: at,
    });
    let grant = |who: &str, held, in_portfolio: Option<&str>| role_grant::Model {
        id: role(who),
        version: 1,
        person_id: person(who),
        role: held,
        portfolio_id: in_portfolio.map(portfolio),
        org_unit_id: None,
        since: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        until: None,
        revoked_at: None,
        created_at: at,
        updated_at: at,
    };
    let grants = PEOPLE.iter().filter_map(|Who(key, _, role, ..)| {
        Some(grant(key, (*role)?, (*key == "scoped_pmo").then_some("Harbour")))
    });
    let open = session::Model {
        id: session(),
        version: 1,
        person_id: person("admin"),
        address: "192.0.2.1".to_owned(),
        last_used_at: at,
        expires_at: at + TimeDelta::days(3650),
        ended_at: None,
        created_at: at,
        updated_at: at,
    };
    let key = api_key::Model {
        id: api_key(),
        version: 1,
        name: "Board".to_owned(),
        name_folded: "board".to_owned(),
        person_id: person("admin"),
        roles: Roles::new(&[]),
        read_only: true,
        hash: "nobody knows".to_owned(),
        expires_on: NaiveDate::from_ymd_opt(2035, 1, 1).unwrap(),
        last_used_at: None,
        revoked_at: None,
        created_at: at,
        updated_at: at,
    };
    let rows = database.begin().await.unwrap();
    org_unit::Entity::insert_many(units.map(fresh)).exec_without_returning(&rows).await.unwrap();
    person::Entity::insert_many(people.map(fresh)).exec_without_returning(&rows).await.unwrap();
    portfolio::Entity::insert_many(portfolios.map(fresh)).exec_without_returning(&rows).await.unwrap();
    role_grant::Entity::insert_many(grants.map(fresh)).exec_without_returning(&rows).await.unwrap();
    let (open, key): (session::ActiveModel, api_key::ActiveModel) = (fresh(open), fresh(key));
    session::Entity::insert(open).exec_without_returning(&rows).await.unwrap();
    api_key::Entity::insert(key).exec_without_returning(&rows).await.unwrap();
    // What was entered past the API is not found yet.
    index::make(&rows).await.unwrap();
    rows.commit().await.unwrap();
}

/// A row to insert: every column is set.
pub fn fresh<A, M>(row: M) -> A
where
    A: sea_orm::ActiveModelTrait,
    M: sea_orm::IntoActiveModel<A>,
{
    let mut active = row.into_active_model();
    for column in <<A::Entity as sea_orm::EntityTrait>::Column as sea_orm::Iterable>::iter() {
        if let Some(value) = active.get(column).into_value() {
            active.set(column, value);
        }
    }
    active
}
