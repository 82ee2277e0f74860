//! A new initiative before it is written: what entering one and importing many check alike.

use chrono::NaiveDate;
use tutti_entity::ids::{PersonId, PortfolioId};
use tutti_entity::people::person;
use tutti_entity::portfolio::initiative::{self, Stages, Status, ValueChainStage};
use tutti_entity::portfolio::{portfolio, status_move};
use tutti_entity::value::fold;

use super::{commands::today, rules};
use crate::access::{Capability, Place};
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::{Outcome, Tx};

/// The longest description, in characters.
pub(super) const DESCRIPTION: usize = 20_000;

/// How an input calls what a new initiative refers to.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The portfolio.
    pub portfolio: &'static str,
    /// The owner.
    pub owner: &'static str,
    /// The sponsor.
    pub sponsor: &'static str,
    /// The reviewer.
    pub reviewer: &'static str,
}

impl Names {
    /// As where each is given by its id.
    pub const IDS: Self =
        Self { portfolio: "portfolioId", owner: "ownerId", sponsor: "sponsorId", reviewer: "reviewerId" };
}

/// A new initiative as somebody asks for it, with those who are to take it on. What was not found is told by
/// whoever looked for it, and left out here.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// What it is called.
    pub title: &'a str,
    /// What it is about.
    pub description: Option<&'a str>,
    /// Who answers for it.
    pub owner: Option<&'a person::Model>,
    /// Who wants it and pays for it.
    pub sponsor: Option<&'a person::Model>,
    /// Who acknowledges its reports.
    pub reviewer: Option<&'a person::Model>,
    /// The first day of work.
    pub starts_on: NaiveDate,
    /// The day it is to be finished.
    pub due_on: NaiveDate,
    /// Where in the value chain it works.
    pub stages: &'a [ValueChainStage],
}

/// A new initiative that was checked.
#[derive(Clone, Debug)]
pub struct Proposal {
    title: String,
    description: Option<String>,
    portfolio: PortfolioId,
    owner: PersonId,
    sponsor: Option<PersonId>,
    reviewer: Option<PersonId>,
    starts_on: NaiveDate,
    due_on: NaiveDate,
    stages: Stages,
}

impl Draft<'_> {
    /// The proposal for a portfolio, where everything was found and nothing has to be mended.
    ///
    /// # Errors
    /// With everything that has to be mended, what `check` holds already included.
    pub fn propose(
        &self,
        mut check: Check,
        portfolio: Option<&portfolio::Model>,
        names: Names,
    ) -> Result<Proposal, Vec<Problem>> {
        let title = check.line("title", self.title, 1..=200);
        let description = check.prose("description", self.description, DESCRIPTION);
        rules::dates(&mut check, self.starts_on, self.due_on, "dueOn");
        if let Some(owner) = self.owner {
            rules::reviewer(&mut check, owner.id, self.reviewer.map(|person| person.id), names.reviewer);
        }
        for (person, field) in
            [(self.owner, names.owner), (self.sponsor, names.sponsor), (self.reviewer, names.reviewer)]
        {
            if let Some(person) = person {
                rules::at_work(&mut check, person.status, field);
            }
        }
        check.done()?;
        let missing = |field| vec![Problem::new(ProblemCode::NotFound, field, "It is not there.")];
        Ok(Proposal {
            title,
            description,
            portfolio: portfolio.ok_or_else(|| missing(names.portfolio))?.id,
            owner: self.owner.ok_or_else(|| missing(names.owner))?.id,
            sponsor: self.sponsor.map(|person| person.id),
            reviewer: self.reviewer.map(|person| person.id),
            starts_on: self.starts_on,
            due_on: self.due_on,
            stages: Stages::new(self.stages),
        })
    }
}

impl Proposal {
    /// The initiative with this number.
    #[must_use]
    pub fn row(self, tx: &Tx<'_>, code_number: i32) -> initiative::Model {
        let code = format!("{}-{code_number}", tx.scope().world().code_prefix);
        initiative::Model {
            id: tx.new_id(),
            version: 1,
            code_folded: fold(&code),
            code,
            code_number,
            title_folded: fold(&self.title),
            title: self.title,
            description: self.description,
            portfolio_id: self.portfolio,
            owner_id: self.owner,
            sponsor_id: self.sponsor,
            reviewer_id: self.reviewer,
            status: Status::Proposed,
            status_before_hold: None,
            starts_on: self.starts_on,
            due_on: self.due_on,
            completed_on: None,
            reports_from: None,
            next_report_due_on: None,
            value_chain_stages: self.stages,
            archived_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        }
    }
}

/// What is counted up for the codes of initiatives.
pub const COUNTER: &str = "initiative";

/// The first step of an initiative that was just entered, kept so that a past day can be told as it stood.
#[must_use]
pub fn first_step(tx: &Tx<'_>, row: &initiative::Model) -> status_move::Model {
    status_move::Model {
        id: tx.new_id(),
        initiative_id: row.id,
        from_status: None,
        to_status: row.status,
        on_day: today(tx),
        at: tx.now(),
    }
}

/// Refuses a portfolio in which the viewer may not enter initiatives, or that was put away.
///
/// # Errors
/// FORBIDDEN or CONFLICT at this field.
pub fn open_for_entry(tx: &Tx<'_>, portfolio: &portfolio::Model, field: &str) -> Outcome<()> {
    let place = Place { portfolio: Some(portfolio.id), ..Place::default() };
    tx.require(Capability::InitiativeCreate, place, field)?;
    in_use(portfolio, field)?;
    Ok(())
}

/// Refuses a portfolio that was put away.
///
/// # Errors
/// CONFLICT at this field.
pub(super) fn in_use(row: &portfolio::Model, field: &str) -> Result<(), Problem> {
    if row.archived_at.is_none() {
        return Ok(());
    }
    let message = "The portfolio is archived. Unarchive it first.";
    Err(Problem::new(ProblemCode::Conflict, field, message))
}
