//! `tutti user create`: somebody with a role, for the first administrator of a new database.

use std::sync::Arc;

use sea_orm::{ActiveEnum as _, Iterable as _};
use tutti_entity::ids::PersonId;
use tutti_entity::people::person::Tier;
use tutti_entity::people::role_grant::Role;

use super::{IfMissing, block_on, connect, password, say, start_log};
use crate::access::{Shown, Viewer};
use crate::app;
use crate::config::{Config, Flags};
use crate::graphql::Problem;
use crate::people::inputs::{PersonCreateInput, RoleGrantInput};
use crate::store::{Answer, Database, Scope, World, WriteOptions};

/// Reads a role as the schema spells it, whatever its case.
pub fn role(text: &str) -> Result<Role, String> {
    Role::iter().find(|role| role.to_value().eq_ignore_ascii_case(text)).ok_or_else(|| {
        let all: Vec<_> = Role::iter().map(|role| role.to_value()).collect();
        format!("it is one of {}", all.join(", "))
    })
}

/// Enters a person, unless somebody has the address already, and grants them the role.
pub fn create(email: &str, name: &str, role: Role, no_password: bool, flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    start_log(&config)?;
    block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let world = app::world(&config);
        let entered = enter(&database, &world, Newcomer { email, name, no_password }, role).await;
        database.close().await;
        say(&entered?)
    })
}

/// Somebody to enter, unless they are there.
struct Newcomer<'a> {
    email: &'a str,
    name: &'a str,
    no_password: bool,
}

async fn enter(
    database: &Database,
    world: &Arc<World>,
    newcomer: Newcomer<'_>,
    role: Role,
) -> Result<String, String> {
    let email = newcomer.email;
    let known = Viewer::read(database.reader(), Shown::Email(email), world.day(world.now())).await;
    let known = known.map_err(|_| {
        "The database does not answer as it should: has it been migrated? See `tutti migrate status`."
            .to_owned()
    })?;
    let held = known.iter().flat_map(|viewer| &viewer.grants);
    let holds = held.into_iter().any(|grant| {
        grant.role == role && grant.portfolio.is_none() && grant.org_unit.is_none() && grant.until.is_none()
    });
    let role_name = role.to_value();
    if holds {
        return Ok(format!("{email} holds {role_name} already."));
    }
    let scope = Scope::new(database.clone(), Arc::clone(world), Viewer::system());
    let person: PersonId = match known.and_then(|viewer| viewer.person_id()) {
        Some(person) => person,
        None => carry_out(database, world, &scope, &newcomer).await?,
    };
    let grant = RoleGrantInput {
        person_id: person,
        role,
        portfolio_id: None,
        org_unit_id: None,
        since: None,
        until: None,
    };
    let row = scope.write(&grant, &WriteOptions::default(), String::new).await;
    answered(row.map_err(|fault| fault.message)?)?;
    Ok(format!("{email} holds {role_name} now."))
}

/// Enters the person, with the password that somebody types. Whoever is there already keeps theirs.
async fn carry_out(
    database: &Database,
    world: &Arc<World>,
    scope: &Scope,
    &Newcomer { email, name, no_password }: &Newcomer<'_>,
) -> Result<PersonId, String> {
    let password = if no_password { None } else { Some(password::ask()?) };
    if let Some(text) = &password {
        password::check(text, email, name)?;
    }
    let input = PersonCreateInput {
        name: name.to_owned(),
        email: email.to_owned(),
        tier: Tier::Support,
        status: None,
        locale: None,
        org_unit_id: None,
        manager_id: None,
    };
    let answer = scope.write(&input, &WriteOptions::default(), String::new).await;
    let person = answered(answer.map_err(|fault| fault.message)?)?.id;
    if let Some(text) = &password {
        password::set(database, world, email, text).await?;
    }
    Ok(person)
}

pub fn answered<E: sea_orm::EntityTrait>(answer: Answer<E>) -> Result<E::Model, String> {
    let Answer { row, problems, event: _ } = answer;
    row.ok_or_else(|| {
        let told: Vec<_> = problems.iter().map(|Problem { message, .. }| message.as_str()).collect();
        told.join(" ")
    })
}
