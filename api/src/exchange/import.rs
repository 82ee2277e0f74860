//! Many rows at once: what a file is read into, and new initiatives.
//!
//! All that the rows refer to is read before anything is written, so that a row that is refused has written
//! nothing and the others need no savepoint.

use std::collections::{BTreeSet, HashMap};

use tutti_entity::ids::{PersonId, PortfolioId};
use tutti_entity::people::person;
use tutti_entity::portfolio::cost_entry::CostCategory;
use tutti_entity::portfolio::{budget_line, budget_move, initiative, portfolio, status_move};
use tutti_entity::value::{CurrencyCode, fold};

use super::inputs::{ImportPolicy, InitiativeImportRow, InitiativesImportInput};
use super::sheet::Imported;
use super::store;
use crate::access::{Capability, Place};
use crate::graphql::scalars::MoneyInput;
use crate::graphql::{Check, Fault, Problem, ProblemCode};
use crate::portfolio::costs;
use crate::portfolio::draft::{self, Draft, Names, Proposal};
use crate::store::tx::{Item, Many, Work};
use crate::store::{Outcome, Refusal, Tx};

/// The most rows of one call.
pub const MOST_ROWS: usize = 1_000;

/// As rows spell what they refer to.
const NAMES: Names =
    Names { portfolio: "portfolio", owner: "owner", sponsor: "sponsor", reviewer: "reviewer" };

/// A row that can be written.
#[derive(Debug)]
pub struct Checked {
    proposal: Proposal,
    budget: Option<(i64, CurrencyCode)>,
}

/// What a file is read into, so many rows at a time, in one transaction.
pub trait Import: Send {
    /// A row of the file.
    type Row: Imported;
    /// A row that can be written.
    type Checked: Send;

    /// What one row makes, and several.
    const NOUN: [&'static str; 2];

    /// Checks rows against the rules, and against those before.
    ///
    /// # Errors
    /// Only what is not about a row.
    fn check(
        &mut self,
        tx: &Tx<'_>,
        rows: &[Self::Row],
    ) -> impl Future<Output = Outcome<Vec<Result<Self::Checked, Vec<Problem>>>>> + Send;

    /// Writes rows that were checked.
    ///
    /// # Errors
    /// When the database refuses.
    fn write(
        &mut self,
        tx: &Tx<'_>,
        checked: Vec<Self::Checked>,
    ) -> impl Future<Output = Outcome<Written>> + Send;
}

/// What was written of some rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many rows.
    pub rows: usize,
    /// How many were there already, and say the same.
    pub known: usize,
    /// The first code that they got, and the last; none where they get none.
    pub codes: Option<(String, String)>,
}

/// New initiatives as they come in.
#[derive(Clone, Debug, Default)]
pub struct Initiatives;

impl Import for Initiatives {
    type Row = InitiativeImportRow;
    type Checked = Checked;

    const NOUN: [&'static str; 2] = ["initiative", "initiatives"];

    async fn check(
        &mut self,
        tx: &Tx<'_>,
        rows: &[InitiativeImportRow],
    ) -> Outcome<Vec<Result<Checked, Vec<Problem>>>> {
        check(tx, rows).await
    }

    async fn write(&mut self, tx: &Tx<'_>, checked: Vec<Checked>) -> Outcome<Written> {
        let rows = write(tx, checked).await?;
        let codes =
            rows.first().zip(rows.last()).map(|(first, last)| (first.code.clone(), last.code.clone()));
        Ok(Written { rows: rows.len(), known: 0, codes })
    }
}

/// What the rows refer to.
struct Known {
    people: HashMap<PersonId, person::Model>,
    by_address: HashMap<String, PersonId>,
    portfolios: HashMap<PortfolioId, portfolio::Model>,
    by_name: HashMap<String, Vec<PortfolioId>>,
}

/// The ids and the folded names among these texts.
pub(super) fn sorted<'a, I: std::str::FromStr + Ord>(
    texts: impl Iterator<Item = &'a str>,
) -> (Vec<I>, Vec<String>) {
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    for text in texts {
        match text.trim().parse() {
            Ok(id) => drop(ids.insert(id)),
            Err(_) => drop(names.insert(fold(text.trim()))),
        }
    }
    (ids.into_iter().collect(), names.into_iter().collect())
}

impl Known {
    async fn of(tx: &Tx<'_>, rows: &[InitiativeImportRow]) -> Outcome<Self> {
        let people = rows.iter().flat_map(|row| {
            [Some(row.owner.as_str()), row.sponsor.as_deref(), row.reviewer.as_deref()].into_iter().flatten()
        });
        let (ids, addresses) = sorted(people);
        let people = tx.get_all::<person::Entity>(store::people(tx, &ids, &addresses)).await?;
        let (ids, names) = sorted(rows.iter().map(|row| row.portfolio.as_str()));
        let portfolios = tx.get_all::<portfolio::Entity>(store::portfolios(tx, &ids, &names)).await?;
        let mut by_name: HashMap<String, Vec<PortfolioId>> = HashMap::new();
        for row in &portfolios {
            by_name.entry(row.name_folded.clone()).or_default().push(row.id);
        }
        Ok(Self {
            by_address: people.iter().map(|row| (row.email_folded.clone(), row.id)).collect(),
            people: people.into_iter().map(|row| (row.id, row)).collect(),
            by_name,
            portfolios: portfolios.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    /// Somebody by their address or id.
    fn person(&self, check: &mut Check, told: &str, field: &str) -> Option<&person::Model> {
        let told = told.trim();
        let id = told.parse().ok().or_else(|| self.by_address.get(&fold(told)).copied());
        let found = id.and_then(|id| self.people.get(&id));
        if told.is_empty() {
            check.that(false, ProblemCode::Required, field, &format!("`{field}` may not be empty."));
        } else if found.is_none() {
            let message = "There is nobody with this address or id.";
            check.that(false, ProblemCode::NotFound, field, message);
        }
        found
    }

    /// A portfolio by its name or id. Of several with the same name the one that is in use.
    fn portfolio(&self, check: &mut Check, told: &str) -> Option<&portfolio::Model> {
        let (told, field) = (told.trim(), NAMES.portfolio);
        let named = || {
            let ids = self.by_name.get(&fold(told)).into_iter().flatten();
            ids.filter_map(|id| self.portfolios.get(id)).collect()
        };
        let found: Vec<_> = match told.parse() {
            Ok(id) => self.portfolios.get(&id).into_iter().collect(),
            Err(_) => named(),
        };
        let in_use: Vec<_> = found.iter().copied().filter(|row| row.archived_at.is_none()).collect();
        match (in_use.as_slice(), found.first()) {
            ([one], _) => return Some(one),
            ([], Some(archived)) => return Some(archived),
            ([], None) if told.is_empty() => {
                let message = format!("`{field}` may not be empty.");
                check.that(false, ProblemCode::Required, field, &message);
            }
            ([], None) => {
                let message = "There is no portfolio with this name or id.";
                check.that(false, ProblemCode::NotFound, field, message);
            }
            (several, _) => {
                let message = format!("{} portfolios have this name; give the id of one.", several.len());
                check.that(false, ProblemCode::Invalid, field, &message);
            }
        }
        None
    }
}

/// The problems of a refusal; what is nothing of the caller's goes on.
fn problems(outcome: Outcome<()>, check: &mut Check) -> Outcome<()> {
    match outcome {
        Err(Refusal::Problems(problems)) => problems.into_iter().for_each(|problem| check.add(problem)),
        other => return other,
    }
    Ok(())
}

/// The amount of the budget in minor units.
fn budget(
    tx: &Tx<'_>,
    check: &mut Check,
    row: &InitiativeImportRow,
    portfolio: &portfolio::Model,
) -> Outcome<Option<(i64, CurrencyCode)>> {
    const FIELD: &str = "budget";
    if row.currency.is_some_and(|told| told != portfolio.currency) {
        let message = format!("Amounts of this portfolio are in {}.", portfolio.currency);
        check.that(false, ProblemCode::Invalid, "currency", &message);
        return Ok(None);
    }
    let (Some(amount), currency) = (row.budget, portfolio.currency) else { return Ok(None) };
    let place = Place { portfolio: Some(portfolio.id), ..Place::default() };
    problems(tx.require(Capability::BudgetRecord, place, FIELD), check)?;
    let money = MoneyInput { amount, currency: row.currency.unwrap_or(currency) };
    match costs::rules::budget(&money, currency) {
        Ok(minor) => Ok(Some((minor, currency))),
        Err(problem) => {
            check.add(Problem::new(problem.code, FIELD, problem.message));
            Ok(None)
        }
    }
}

/// Checks rows against the rules, each by itself.
///
/// # Errors
/// Only what is not about a row.
pub async fn check(tx: &Tx<'_>, rows: &[InitiativeImportRow]) -> Outcome<Vec<Result<Checked, Vec<Problem>>>> {
    let known = Known::of(tx, rows).await?;
    let mut checked = Vec::with_capacity(rows.len());
    for row in rows {
        let mut check = Check::default();
        let portfolio = known.portfolio(&mut check, &row.portfolio);
        let mut amount = None;
        if let Some(portfolio) = portfolio {
            problems(draft::open_for_entry(tx, portfolio, NAMES.portfolio), &mut check)?;
            amount = budget(tx, &mut check, row, portfolio)?;
        }
        let mut somebody = |told: Option<&str>, field| {
            let told = told.filter(|told| !told.trim().is_empty())?;
            known.person(&mut check, told, field)
        };
        let sponsor = somebody(row.sponsor.as_deref(), NAMES.sponsor);
        let reviewer = somebody(row.reviewer.as_deref(), NAMES.reviewer);
        let draft = Draft {
            title: &row.title,
            description: row.description.as_ref().map(|text| &*text.0),
            owner: known.person(&mut check, &row.owner, NAMES.owner),
            sponsor,
            reviewer,
            starts_on: row.starts_on.0,
            due_on: row.due_on.0,
            stages: row.value_chain_stages.as_deref().unwrap_or_default(),
        };
        let proposal = draft.propose(check, portfolio, NAMES);
        checked.push(proposal.map(|proposal| Checked { proposal, budget: amount }));
    }
    Ok(checked)
}

/// Writes rows that were checked, with consecutive codes in their order.
///
/// # Errors
/// When the database refuses.
pub async fn write(tx: &Tx<'_>, checked: Vec<Checked>) -> Outcome<Vec<initiative::Model>> {
    if checked.is_empty() {
        return Ok(Vec::new());
    }
    let count = i32::try_from(checked.len()).map_err(Fault::internal)?;
    let first = tx.count_up_by(draft::COUNTER, count).await?.saturating_sub(count).saturating_add(1);
    let (mut rows, mut lines) = (Vec::with_capacity(checked.len()), Vec::new());
    for (number, Checked { proposal, budget }) in (first..).zip(checked) {
        let row = proposal.row(tx, number);
        lines.extend(budget.map(|(amount_minor, currency)| line(tx, &row, amount_minor, currency)));
        rows.push(row);
    }
    let steps = rows.iter().map(|row| draft::first_step(tx, row)).collect();
    let moves = lines.iter().map(|line| costs::commands::move_of(line, line.amount_minor)).collect();
    let rows = tx.insert_all::<initiative::Entity>(rows, "initiative.created".into()).await?;
    tx.append_all::<status_move::Entity>(steps).await?;
    tx.insert_all::<budget_line::Entity>(lines, "budget_line.created".into()).await?;
    tx.append_all::<budget_move::Entity>(moves).await?;
    Ok(rows)
}

/// The budget of a row.
fn line(
    tx: &Tx<'_>,
    initiative: &initiative::Model,
    amount_minor: i64,
    currency: CurrencyCode,
) -> budget_line::Model {
    budget_line::Model {
        id: tx.new_id(),
        version: 1,
        initiative_id: initiative.id,
        category: CostCategory::Other,
        amount_minor,
        currency,
        month: None,
        note: None,
        removed_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

impl Work for InitiativesImportInput {
    type Reply = Many<initiative::Entity>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Many<initiative::Entity>> {
        if self.rows.is_empty() {
            return Err(Problem::new(ProblemCode::Required, "rows", "There are no rows.").into());
        }
        if self.rows.len() > MOST_ROWS {
            let message = format!("{} rows are too many; a call takes {MOST_ROWS}.", self.rows.len());
            return Err(Problem::new(ProblemCode::LimitExceeded, "rows", message).into());
        }
        let (mut good, mut results) = (Vec::new(), Vec::with_capacity(self.rows.len()));
        for (row, checked) in check(tx, &self.rows).await?.into_iter().enumerate() {
            let problems = match checked {
                Ok(checked) => {
                    good.push(checked);
                    Vec::new()
                }
                Err(problems) => problems.into_iter().map(|problem| problem.in_row(row)).collect(),
            };
            results.push(Item { row: None, problems });
        }
        if self.policy == ImportPolicy::RejectAll && good.len() < results.len() {
            return Ok(Many(results));
        }
        let written = write(tx, good).await?;
        let unrefused = results.iter_mut().filter(|item| item.problems.is_empty());
        for (item, row) in unrefused.zip(written) {
            item.row = Some(row);
        }
        Ok(Many(results))
    }
}
