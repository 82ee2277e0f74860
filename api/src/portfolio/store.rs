//! The only SQL about portfolios and initiatives.

use std::collections::HashMap;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, SelectStatement};
use sea_orm::{ActiveEnum, Iterable};
use tutti_entity::ids::{InitiativeId, PersonId, PortfolioId, TypedId};
use tutti_entity::portfolio::{action_item, cadence_move, date_move, initiative, portfolio, raid_item};
use tutti_entity::value::fold;
use uuid::Uuid;

use super::{actions, raid, reports, rules};
use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Outcome, Scope, Tx, find};

impl Visible for portfolio::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for initiative::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for date_move::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for cadence_move::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// The initiative with this code, whatever its case.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_code(scope: &Scope, code: &str) -> Result<Option<initiative::Model>, Fault> {
    let code = At::TOP.col(initiative::Column::CodeFolded).eq(fold(code));
    scope.find::<initiative::Entity>().filter(code).one().await
}

/// Whether the portfolio has any initiative, seen by the caller or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_initiatives(tx: &Tx<'_>, portfolio: PortfolioId) -> Outcome<bool> {
    Ok(!tx.rows(&of_portfolio(portfolio)).await?.is_empty())
}

/// Whether the portfolio has an initiative in one of these statuses.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_initiatives_in(
    tx: &Tx<'_>,
    portfolio: PortfolioId,
    statuses: &[initiative::Status],
) -> Outcome<bool> {
    let mut select = of_portfolio(portfolio);
    let statuses = statuses.iter().map(ActiveEnum::to_value);
    select.and_where(Expr::col(initiative::Column::Status).is_in(statuses));
    Ok(!tx.rows(&select).await?.is_empty())
}

fn of_portfolio(portfolio: PortfolioId) -> SelectStatement {
    let mut select = SelectStatement::new();
    select
        .column(initiative::Column::Id)
        .from(initiative::Entity)
        .and_where(Expr::col(initiative::Column::PortfolioId).eq(portfolio))
        .limit(1);
    select
}

/// The initiatives of this portfolio that report.
#[must_use]
pub fn reporting_in(portfolio: PortfolioId) -> Condition {
    let statuses = initiative::Status::iter().filter(|status| reports::rules::reports(*status));
    Condition::all()
        .add(At::TOP.col(initiative::Column::PortfolioId).eq(portfolio))
        .add(At::TOP.col(initiative::Column::Status).is_in(statuses.map(|status| status.to_value())))
}

/// The portfolios that this person owns and that are in use.
#[must_use]
pub fn open_portfolios_of(person: PersonId) -> Condition {
    Condition::all().add(At::TOP.col(portfolio::Column::OwnerId).eq(person)).add(in_use())
}

/// The initiatives that this person owns, sponsors or reviews and that have not ended.
#[must_use]
pub fn open_initiatives_of(person: PersonId) -> Condition {
    let part = PARTS.into_iter().fold(Condition::any(), |any, part| any.add(At::TOP.col(part).eq(person)));
    Condition::all().add(part).add(has_not_ended())
}

/// As what somebody can be part of an initiative.
const PARTS: [initiative::Column; 3] =
    [initiative::Column::OwnerId, initiative::Column::SponsorId, initiative::Column::ReviewerId];

fn in_use() -> Expr {
    At::TOP.col(portfolio::Column::ArchivedAt).is_null()
}

fn has_not_ended() -> Expr {
    let open = initiative::Status::iter().filter(|status| !rules::is_final(*status));
    At::TOP.col(initiative::Column::Status).is_in(open.map(|status| status.to_value()))
}

/// What people have open: portfolios in use that they own, initiatives that have not ended in which they have a
/// part, the risks, assumptions and issues that they look after, and the actions that they have to do.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OpenWork;

/// What one person has open.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// Portfolios, by name.
    pub portfolios: Vec<portfolio::Model>,
    /// Initiatives, by due date.
    pub initiatives: Vec<initiative::Model>,
    /// Risks, assumptions and issues, by due date; those without one last.
    pub raid_items: Vec<raid_item::Model>,
    /// Actions, by due date.
    pub actions: Vec<action_item::Model>,
}

impl Loader for OpenWork {
    type Key = PersonId;
    type Value = Work;

    async fn load(&self, scope: &Scope, people: &[PersonId]) -> Result<HashMap<PersonId, Work>, Fault> {
        let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
        let portfolios = scope
            .find::<portfolio::Entity>()
            .any_of(portfolio::Column::OwnerId, &ids)
            .filter(in_use())
            .order_by(portfolio::Column::NameFolded)
            .order_by(portfolio::Column::Id)
            .all()
            .await?;
        let theirs = |part| find::any_of(scope.backend(), At::TOP.col(part), &ids);
        let initiatives = scope
            .find::<initiative::Entity>()
            .filter(PARTS.into_iter().fold(Condition::any(), |any, part| any.add(theirs(part))))
            .filter(has_not_ended())
            .order_by(initiative::Column::DueOn)
            .order_by(initiative::Column::Id)
            .all()
            .await?;
        let raid_items = scope
            .find::<raid_item::Entity>()
            .any_of(raid_item::Column::OwnerId, &ids)
            .filter(raid::store::open())
            .order_by(raid_item::Column::DueOn)
            .order_by(raid_item::Column::Id)
            .all()
            .await?;
        let actions = scope
            .find::<action_item::Entity>()
            .any_of(action_item::Column::AssigneeId, &ids)
            .filter(actions::store::open())
            .order_by(action_item::Column::DueOn)
            .order_by(action_item::Column::Id)
            .all()
            .await?;
        let mut of_person: HashMap<PersonId, Work> = HashMap::new();
        for row in raid_items {
            of_person.entry(row.owner_id).or_default().raid_items.push(row);
        }
        for row in actions {
            of_person.entry(row.assignee_id).or_default().actions.push(row);
        }
        for row in portfolios {
            of_person.entry(row.owner_id).or_default().portfolios.push(row);
        }
        for row in initiatives {
            for person in people {
                if [Some(row.owner_id), row.sponsor_id, row.reviewer_id].contains(&Some(*person)) {
                    of_person.entry(*person).or_default().initiatives.push(row.clone());
                }
            }
        }
        Ok(of_person)
    }
}

/// The moves of the due dates of initiatives, oldest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DateMoves;

impl Loader for DateMoves {
    type Key = InitiativeId;
    type Value = Vec<date_move::Model>;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Vec<date_move::Model>>, Fault> {
        let ids: Vec<Uuid> = initiatives.iter().map(|initiative| initiative.uuid()).collect();
        let rows = scope
            .find::<date_move::Entity>()
            .any_of(date_move::Column::InitiativeId, &ids)
            .filter(At::TOP.col(date_move::Column::MilestoneId).is_null())
            .order_by(date_move::Column::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.initiative_id))
    }
}
