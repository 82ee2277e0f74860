//! The only SQL of the figures: how initiatives stand, in a constant number of statements however many they are.

mod attention;
mod now;
mod then;
mod unweighted;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoCondition, SelectStatement};
use sea_orm::{ActiveEnum, DbErr, Iterable, QueryResult};
use tutti_entity::ids::{InitiativeId, PersonId, PortfolioId, TypedId};
use tutti_entity::portfolio::cost_entry::{self, CostKind};
use tutti_entity::portfolio::initiative::{self, Status};
use uuid::Uuid;

use super::rules::facts::{Moment, Standing};
use crate::access::{Capability, Place, Visible};
use crate::graphql::Fault;
use crate::graphql::batch::Loader;
use crate::portfolio::costs::store::sum;
use crate::portfolio::rules;
use crate::store::{At, Reads, Scope, find};

pub use attention::attention;
pub use unweighted::Unweighted;

/// Of which initiatives something is asked.
#[derive(Clone, Debug)]
pub enum Which {
    /// These.
    These(Vec<Uuid>),
    /// All of these portfolios.
    OfPortfolios(Vec<Uuid>),
    /// All in use that have not ended, of this portfolio or of all.
    Open(Option<PortfolioId>),
}

impl Which {
    /// The condition on initiatives themselves, where their table goes by this name.
    fn initiatives(&self, scope: &Scope, at: At) -> Condition {
        let one_of = |column, ids| find::any_of(scope.backend(), at.col(column), ids).into_condition();
        match self {
            Self::These(ids) => one_of(initiative::Column::Id, ids),
            Self::OfPortfolios(ids) => one_of(initiative::Column::PortfolioId, ids),
            Self::Open(portfolio) => {
                let open = Status::iter().filter(|status| !rules::is_final(*status));
                let open = at.col(initiative::Column::Status).is_in(open.map(|status| status.to_value()));
                let in_use = at.col(initiative::Column::ArchivedAt).is_null();
                let within = portfolio.map(|id| at.col(initiative::Column::PortfolioId).eq(id));
                Condition::all().add(open).add(in_use).add_option(within)
            }
        }
    }

    /// The condition on rows that belong to an initiative, whose id this is, in the table that goes by this name.
    fn parts(&self, scope: &Scope, at: At, id: Expr) -> Expr {
        if let Self::These(ids) = self {
            return find::any_of(scope.backend(), id, ids);
        }
        let inner = at.inner();
        let mut theirs = find::visible_only::<initiative::Entity>(scope.viewer(), inner);
        theirs.expr(inner.col(initiative::Column::Id)).cond_where(self.initiatives(scope, inner));
        id.in_subquery(theirs)
    }
}

/// An initiative and how it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood {
    /// The initiative.
    pub id: InitiativeId,
    /// Where something is done that is done to it: its portfolio and its people of today.
    pub place: Place,
    /// Who answers for it today.
    pub owner_id: PersonId,
    /// How it stood.
    pub standing: Standing,
}

impl Stood {
    /// Whether its money is seen by the viewer of this scope.
    #[must_use]
    pub fn shows_money(&self, scope: &Scope) -> bool {
        scope.may(Capability::MoneyRead, self.place)
    }
}

/// The moment of a day, as this request sees it: a past day by what was known when it was over, today and days to
/// come by what is known now.
#[must_use]
pub fn moment(scope: &Scope, as_of: Option<NaiveDate>) -> Moment {
    let as_of = as_of.unwrap_or(scope.today());
    Moment { as_of, known_before: scope.known_before(as_of) }
}

/// How initiatives stood at a moment; without those that had not been entered yet.
///
/// # Errors
/// When the database cannot be read.
pub async fn standings<R: Reads>(reads: &R, which: &Which, moment: Moment) -> Result<Vec<Stood>, R::Error> {
    match moment.known_before {
        None => now::standings(reads, which, moment).await,
        Some(_) => then::standings(reads, which, moment).await,
    }
}

/// How one initiative stands today, inside the transaction.
///
/// # Errors
/// When the database cannot be read.
pub async fn standing<R: Reads>(
    reads: &R,
    initiative: InitiativeId,
    today: NaiveDate,
) -> Result<Option<Standing>, R::Error> {
    let moment = Moment { as_of: today, known_before: None };
    let stood = standings(reads, &Which::These(vec![initiative.uuid()]), moment).await?;
    Ok(stood.into_iter().next().map(|stood| stood.standing))
}

/// Who and where the initiative of this row is.
fn place(row: &QueryResult) -> Result<(InitiativeId, Place, PersonId), DbErr> {
    let owner_id: PersonId = row.try_get("", "owner_id")?;
    let place = Place {
        portfolio: Some(row.try_get("", "portfolio_id")?),
        owner: Some(owner_id),
        sponsor: row.try_get("", "sponsor_id")?,
        reviewer: row.try_get("", "reviewer_id")?,
        ..Place::default()
    };
    Ok((row.try_get("", "id")?, place, owner_id))
}

/// The columns that [`place`] reads, and these.
fn initiatives(
    scope: &Scope,
    which: &Which,
    columns: impl IntoIterator<Item = initiative::Column>,
) -> SelectStatement {
    use initiative::Column as I;
    let at = At::TOP;
    let mut select = find::visible_only::<initiative::Entity>(scope.viewer(), at);
    for column in [I::Id, I::PortfolioId, I::OwnerId, I::SponsorId, I::ReviewerId].into_iter().chain(columns)
    {
        select.expr(at.col(column));
    }
    select.cond_where(which.initiatives(scope, at));
    select
}

/// The visible rows of a table that belong to these initiatives.
fn parts<E: Visible>(scope: &Scope, which: &Which, initiative_id: E::Column) -> SelectStatement {
    let at = At::TOP;
    let mut select = find::visible_only::<E>(scope.viewer(), at);
    select.expr(at.col(initiative_id)).and_where(which.parts(scope, at, at.col(initiative_id)));
    select
}

/// Collects what rows say under the initiative that they belong to, in their order.
fn gathered<T>(
    rows: &[QueryResult],
    read: impl Fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<HashMap<InitiativeId, Vec<T>>, DbErr> {
    let mut of: HashMap<InitiativeId, Vec<T>> = HashMap::new();
    for row in rows {
        of.entry(row.try_get("", "initiative_id")?).or_default().push(read(row)?);
    }
    Ok(of)
}

/// What initiatives had spent by a moment, in minor units.
///
/// This reads past who may see costs, and is the only place that does: how an initiative goes is told to everyone,
/// and takes the sum. The sum itself, and every figure from which it could be worked out, is kept from whom
/// may not see the money by who asks: `Stood::shows_money`, `Reason::without_money`.
async fn spent<R: Reads>(
    reads: &R,
    which: &Which,
    moment: Moment,
) -> Result<HashMap<InitiativeId, i64>, R::Error> {
    use cost_entry::Column as C;
    let (scope, at) = (reads.scope(), At::TOP);
    let mut select = SelectStatement::new();
    select
        .from_as(cost_entry::Entity, at.alias())
        .expr(at.col(C::InitiativeId))
        .expr_as(sum(at.col(C::AmountMinor)), "spent")
        .and_where(which.parts(scope, at, at.col(C::InitiativeId)))
        .and_where(at.col(C::Kind).eq(CostKind::Actual.to_value()))
        .and_where(at.col(C::IncurredOn).lte(moment.as_of))
        .and_where_option(moment.known_before.map(|end| at.col(C::RecordedAt).lt(end)))
        .group_by_col((at.alias(), C::InitiativeId));
    let rows = reads.read(&select).await?;
    let sums = rows.iter().map(|row| Ok((row.try_get("", "initiative_id")?, row.try_get("", "spent")?)));
    Ok(sums.collect::<Result<_, DbErr>>()?)
}

/// How initiatives stood at a moment, by initiative.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Standings(pub Moment);

impl Loader for Standings {
    type Key = InitiativeId;
    type Value = Arc<Stood>;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Arc<Stood>>, Fault> {
        let which = Which::These(initiatives.iter().map(|initiative| initiative.uuid()).collect());
        let stood = standings(scope, &which, self.0).await?;
        Ok(stood.into_iter().map(|stood| (stood.id, Arc::new(stood))).collect())
    }
}

/// How the initiatives of portfolios stood at a moment, by portfolio.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PortfolioStandings(pub Moment);

impl Loader for PortfolioStandings {
    type Key = PortfolioId;
    type Value = Arc<Vec<Stood>>;

    async fn load(
        &self,
        scope: &Scope,
        portfolios: &[PortfolioId],
    ) -> Result<HashMap<PortfolioId, Arc<Vec<Stood>>>, Fault> {
        let which = Which::OfPortfolios(portfolios.iter().map(|portfolio| portfolio.uuid()).collect());
        let mut of: HashMap<PortfolioId, Vec<Stood>> = HashMap::new();
        for stood in standings(scope, &which, self.0).await? {
            if let Some(portfolio) = stood.place.portfolio {
                of.entry(portfolio).or_default().push(stood);
            }
        }
        Ok(of.into_iter().map(|(portfolio, stood)| (portfolio, Arc::new(stood))).collect())
    }
}
