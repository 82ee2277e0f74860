//! Who is calling: a person with the roles they hold today, read anew for every request.

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, FromQueryResult, Iterable,
    sea_query::{Condition, Expr, ExprTrait, JoinType, SelectStatement},
};
use tutti_entity::ids::{OrgUnitId, PersonId, PortfolioId};
use tutti_entity::people::{person, role_grant};

use crate::graphql::Fault;

/// One role held today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: role_grant::Role,
    /// Only in this portfolio.
    pub portfolio: Option<PortfolioId>,
    /// Only in this org unit and below.
    pub org_unit: Option<OrgUnitId>,
    /// The first day.
    pub since: NaiveDate,
    /// The last day; none while it goes on.
    pub until: Option<NaiveDate>,
}

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The person; none for the system itself, which no request can be.
    pub person: Option<person::Model>,
    /// The roles they hold today.
    pub grants: Vec<Grant>,
}

impl Viewer {
    /// The system itself: sets up what has to be there before anybody can sign in.
    #[must_use]
    pub fn system() -> Self {
        Self { person: None, grants: Vec::new() }
    }

    /// The id of the person who calls.
    #[must_use]
    pub fn person_id(&self) -> Option<PersonId> {
        self.person.as_ref().map(|person| person.id)
    }

    /// Reads the person and the roles they hold on this day, in one statement. `None` for somebody
    /// who is not there or has left.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(
        db: &impl ConnectionTrait,
        person: PersonId,
        today: NaiveDate,
    ) -> Result<Option<Self>, Fault> {
        Self::find(db, Expr::col((person::Entity, person::Column::Id)).eq(person), today).await
    }

    /// The same by address, whatever its case: for commands that know no ids.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn by_email(
        db: &impl ConnectionTrait,
        email: &str,
        today: NaiveDate,
    ) -> Result<Option<Self>, Fault> {
        let folded = tutti_entity::value::fold(email);
        Self::find(db, Expr::col((person::Entity, person::Column::EmailFolded)).eq(folded), today).await
    }

    async fn find(db: &impl ConnectionTrait, who: Expr, today: NaiveDate) -> Result<Option<Self>, Fault> {
        let grant = |column| Expr::col((role_grant::Entity, column));
        let today_held = Condition::all()
            .add(grant(role_grant::Column::PersonId).equals((person::Entity, person::Column::Id)))
            .add(grant(role_grant::Column::Since).lte(today))
            .add(grant(role_grant::Column::Until).is_null().or(grant(role_grant::Column::Until).gte(today)));
        let mut select = SelectStatement::new();
        for column in person::Column::iter() {
            select.column((person::Entity, column));
        }
        let select = select
            .columns([
                (role_grant::Entity, role_grant::Column::Role),
                (role_grant::Entity, role_grant::Column::PortfolioId),
                (role_grant::Entity, role_grant::Column::Since),
                (role_grant::Entity, role_grant::Column::Until),
            ])
            .expr_as(grant(role_grant::Column::OrgUnitId), "granted_org_unit_id")
            .from(person::Entity)
            .join(JoinType::LeftJoin, role_grant::Entity, today_held)
            .and_where(who)
            .and_where(Expr::col((person::Entity, person::Column::Status)).ne(person::PersonStatus::Left))
            .to_owned();
        let rows = db.query_all(&select).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let person = person::Model::from_query_result(first, "")?;
        let mut grants = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(role) = row.try_get("", "role")? {
                grants.push(Grant {
                    role,
                    portfolio: row.try_get("", "portfolio_id")?,
                    org_unit: row.try_get("", "granted_org_unit_id")?,
                    since: row.try_get("", "since")?,
                    until: row.try_get("", "until")?,
                });
            }
        }
        Ok(Some(Self { person: Some(person), grants }))
    }
}
