//! Carries the demo's tables out: every row becomes one command, at its moment, by whoever did it.

mod adoption;
mod communication;
mod feedback;
mod metrics;
mod plan;
mod reports;
mod rewards;
mod training;
mod webhook;
mod worries;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use jiff::tz::TimeZone;
use sea_orm::EntityTrait;
use tutti_entity::ids::{
    ActionItemId, ChangeAgentId, CommunicationId, CostEntryId, CurriculumId, DependencyId, InitiativeId,
    KeyMessageId, KpiId, MeasurementId, MilestoneId, OrgUnitId, PayoutRunId, PersonId, PortfolioId,
    RaidItemId, RewardGroupId, RewardPlanId, StatusReportId, TrainingSessionId,
};
use tutti_entity::people::person::{PersonStatus, Tier};
use tutti_entity::people::role_grant::Role;

use super::adoption::{Answer, answers};
use super::calendar::{desk_time, instant, working_day};
use super::money::{Booking, Entry, KEEPER, bookings};
use super::organisation::{FOUNDERS, TEAMS, UNITS};
use super::people::{FIRST_DAY, address, entered_on, local_part, locale};
use super::plan::{Planned, Work, planned};
use super::portfolios::PORTFOLIOS;
use super::reports::{Reporting, Told, reported};
use super::roles::{GRANTED, PARTINGS};
use super::story::{Deed, Goes, Granted, Initiative, Parting, Portfolio, Turn, Where, Who};
use super::{PASSWORD_HASH, SIGN_INS};
use crate::access::{Shown, Viewer};
use crate::accounts::commands::PasswordSet;
use crate::graphql::Fault;
use crate::graphql::scalars::{CurrencyCode, Date, Duration, Markdown, Money, MoneyInput};
use crate::people::inputs::{
    OrgUnitCreateInput, PersonCreateInput, PersonDeactivateInput, PersonUpdateInput, RoleGrantInput,
};
use crate::portfolio::costs::inputs::{BudgetLineCreateInput, CostEntryRecordInput, CostEntryReverseInput};
use crate::portfolio::inputs::{
    InitiativeArchiveInput, InitiativeCreateInput, InitiativeReassignInput, InitiativeRescheduleInput,
    InitiativeTransitionInput, InitiativeUnarchiveInput, InitiativeUpdateInput, PortfolioCreateInput,
};
use crate::store::tx::{One, Work as Job};
use crate::store::world::Ids;
use crate::store::{Command, Database, Scope, World, WriteOptions};
use communication::Speech;
use training::Lesson;
use worries::Concern;

/// The administrator, who grants the roles.
const ADMIN: Who = "admin";

/// One row of the tables, ready to be carried out.
enum Task {
    OrgUnit { name: &'static str, parent: Option<&'static str> },
    Person { name: &'static str, unit: &'static str, tier: Tier, manager: Option<Who> },
    Password(Who),
    Grant(Granted),
    Parting(&'static Parting),
    Portfolio(&'static Portfolio),
    Initiative(&'static Portfolio, &'static Initiative, &'static Turn),
    Booking(&'static Portfolio, &'static Initiative, Booking),
    Plan(i32, &'static Initiative, Work),
    Concern(Concern),
    Report(&'static Initiative, Told),
    Metrics(super::metrics::Deed),
    Lesson(Lesson),
    Speech(Speech),
    Answer(Answer),
    Rewards(super::rewards::Deed),
}

/// A task, who carries it out (the system where nobody is named; answers name themselves) and when.
struct Step {
    at: DateTime<Utc>,
    by: Option<Who>,
    task: Task,
}

struct Seeder<'a> {
    database: &'a Database,
    world: Arc<World>,
    clock: Arc<AtomicI64>,
    zone: TimeZone,
    today: NaiveDate,
    people: HashMap<String, PersonId>,
    units: HashMap<&'static str, OrgUnitId>,
    portfolios: HashMap<&'static str, PortfolioId>,
    initiatives: HashMap<&'static str, InitiativeId>,
    /// The milestones of each initiative, by their numbers in its plan.
    milestones: HashMap<(&'static str, usize), MilestoneId>,
    /// The last cost of each initiative.
    costs: HashMap<&'static str, CostEntryId>,
    /// The dependencies, by what is needed.
    needs: HashMap<&'static str, DependencyId>,
    /// The risks, assumptions and issues, by title.
    worries: HashMap<&'static str, RaidItemId>,
    /// The actions, by title.
    tasks: HashMap<&'static str, ActionItemId>,
    /// The last report of each initiative.
    reports: HashMap<&'static str, StatusReportId>,
    kpis: HashMap<&'static str, KpiId>,
    /// The last number that somebody wanted to be another.
    asked: Option<MeasurementId>,
    /// The curricula, by name.
    curricula: HashMap<&'static str, CurriculumId>,
    /// The training sessions, by their numbers in the table.
    sessions: HashMap<usize, TrainingSessionId>,
    /// The change agents, by their numbers in the table.
    agents: HashMap<usize, ChangeAgentId>,
    /// The key messages, by what they say.
    messages: HashMap<&'static str, KeyMessageId>,
    /// The communications, by what they are about.
    words: HashMap<&'static str, CommunicationId>,
    reward_plan: Option<RewardPlanId>,
    /// The groups of the plan, in their order.
    groups: Vec<RewardGroupId>,
    /// The last run.
    run: Option<PayoutRunId>,
}

/// Carries everything out, in the order in which it happened.
pub(super) async fn run(
    database: &Database,
    zone: TimeZone,
    code_prefix: String,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let clock = Arc::new(AtomicI64::new(now.timestamp_micros()));
    let hand = Arc::clone(&clock);
    let world = World::new(
        move || DateTime::from_timestamp_micros(hand.load(Ordering::Relaxed)).unwrap_or_default(),
        Ids::counting(),
        zone.clone(),
        code_prefix,
    );
    let mut seeder = Seeder {
        database,
        today: world.day(now),
        world: Arc::new(world),
        clock,
        zone,
        people: HashMap::new(),
        units: HashMap::new(),
        portfolios: HashMap::new(),
        initiatives: HashMap::new(),
        milestones: HashMap::new(),
        costs: HashMap::new(),
        needs: HashMap::new(),
        worries: HashMap::new(),
        tasks: HashMap::new(),
        reports: HashMap::new(),
        kpis: HashMap::new(),
        asked: None,
        curricula: HashMap::new(),
        sessions: HashMap::new(),
        agents: HashMap::new(),
        messages: HashMap::new(),
        words: HashMap::new(),
        reward_plan: None,
        groups: Vec::new(),
        run: None,
    };
    for step in seeder.steps()? {
        seeder.clock.store(step.at.timestamp_micros(), Ordering::Relaxed);
        Box::pin(seeder.carry_out(step)).await?;
    }
    seeder.webhook().await
}

impl Seeder<'_> {
    fn day(&self, offset: i32) -> Result<NaiveDate, String> {
        working_day(self.today, offset).ok_or_else(|| format!("There is no day {offset} from today."))
    }

    fn at(&self, offset: i32, seconds: i32) -> Result<DateTime<Utc>, String> {
        instant(&self.zone, self.day(offset)?, seconds)
            .ok_or_else(|| format!("There is no moment {seconds} s into day {offset}."))
    }

    /// Every row of the tables as a step, oldest first. Where two fall on the same moment the tables'
    /// order holds.
    fn steps(&self) -> Result<Vec<Step>, String> {
        let mut steps = self.organisation()?;
        let mut number = 0;
        let mut some_time = |day| {
            number += 1;
            self.at(day, desk_time(number))
        };
        for granted in GRANTED {
            let at = some_time(granted.day)?;
            steps.push(Step { at, by: Some(ADMIN), task: Task::Grant(*granted) });
        }
        for parting in PARTINGS {
            let at = some_time(parting.day)?;
            steps.push(Step { at, by: Some(ADMIN), task: Task::Parting(parting) });
        }
        for portfolio in PORTFOLIOS.iter().copied() {
            let at = some_time(portfolio.day)?;
            steps.push(Step { at, by: Some("pmo"), task: Task::Portfolio(portfolio) });
            for initiative in portfolio.initiatives {
                for turn in initiative.turns {
                    let at = some_time(turn.day)?;
                    let task = Task::Initiative(portfolio, initiative, turn);
                    steps.push(Step { at, by: Some(turn.by), task });
                }
            }
        }
        let all = PORTFOLIOS.iter().flat_map(|portfolio| {
            portfolio.initiatives.iter().map(move |initiative| (*portfolio, initiative))
        });
        for (number, (portfolio, initiative)) in (1..).zip(all) {
            for booking in bookings(number.into(), portfolio, initiative) {
                let at = some_time(booking.day)?;
                let task = Task::Booking(portfolio, initiative, booking);
                steps.push(Step { at, by: Some(KEEPER), task });
            }
            let plan = planned(number, portfolio, initiative);
            for Reporting { day, by, told } in reported(number, portfolio, initiative, &plan) {
                let at = some_time(day)?;
                steps.push(Step { at, by: Some(by), task: Task::Report(initiative, told) });
            }
            // A plan is written down in one go, from the first milestone to the last.
            let mut written = None;
            for Planned { day, by, work } in plan {
                let at = match (&work, written) {
                    (Work::Plan { .. }, Some(before)) => before + TimeDelta::minutes(3),
                    _ => some_time(day)?,
                };
                if let Work::Plan { .. } = work {
                    written = Some(at);
                }
                steps.push(Step { at, by: Some(by), task: Task::Plan(day, initiative, work) });
            }
        }
        steps.extend(Self::concerns(&mut some_time)?);
        steps.extend(Self::lessons(&mut some_time)?);
        for (day, by, task) in metrics::tasks(self.today).chain(rewards::tasks(self.today)) {
            number += 1;
            let at = instant(&self.zone, day, desk_time(number));
            let at = at.ok_or_else(|| format!("There is no moment on {day}."))?;
            steps.push(Step { at, by: Some(by), task });
        }
        for answer in answers() {
            number += 1;
            let at = self.at(answer.day, desk_time(number))?;
            steps.push(Step { at, by: None, task: Task::Answer(answer) });
        }
        steps.extend(self.speeches(number)?);
        steps.sort_by_key(|step| step.at);
        Ok(steps)
    }

    /// The units and the people. Whoever was there already was entered on one morning, a few seconds
    /// apart: by the system until there is an administrator, by her afterwards.
    fn organisation(&self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        let mut seconds = 9 * 3600;
        let mut next = || {
            seconds += 13;
            seconds
        };
        for (name, parent) in UNITS.iter().copied() {
            let at = self.at(FIRST_DAY, next())?;
            steps.push(Step { at, by: None, task: Task::OrgUnit { name, parent } });
        }
        for (number, team) in TEAMS.iter().enumerate() {
            let by = (number >= FOUNDERS).then_some(ADMIN);
            if number == FOUNDERS {
                let task = Task::Grant(Granted {
                    day: FIRST_DAY,
                    who: ADMIN,
                    role: Role::Admin,
                    place: Where::Everywhere,
                    until: None,
                });
                steps.push(Step { at: self.at(FIRST_DAY, next())?, by: None, task });
            }
            for name in team.names {
                let at = self.at(entered_on(&local_part(name)), next())?;
                let task = Task::Person { name, unit: team.unit, tier: team.tier, manager: team.manager };
                steps.push(Step { at, by, task });
            }
        }
        for (email, ..) in SIGN_INS {
            let who = email.split('@').next().unwrap_or_default();
            let at = self.at(entered_on(who), next())?;
            steps.push(Step { at, by: Some(ADMIN), task: Task::Password(who) });
        }
        Ok(steps)
    }

    /// The request of somebody at this moment, or of the system.
    async fn scope(&self, by: Option<&str>, what: &str) -> Result<Scope, String> {
        let viewer = match by {
            None => Viewer::system(),
            Some(who) => {
                let today = self.world.day(self.world.now());
                let shown = Shown::Person(self.person(who)?);
                let viewer = Viewer::read(self.database.reader(), shown, today).await;
                let viewer = viewer.map_err(|fault| told(what, by, &fault))?;
                viewer.ok_or_else(|| format!("{what}: {who} has left."))?
            }
        };
        Ok(Scope::new(self.database.clone(), Arc::clone(&self.world), viewer))
    }

    /// Carries out one mutation and answers what it does.
    async fn carry<W: Job>(&self, by: Option<&str>, what: &str, work: &W) -> Result<W::Reply, String> {
        let scope = self.scope(by, what).await?;
        let done = scope.carry_out(work, &WriteOptions::default(), String::new).await;
        let done = done.map_err(|fault| told(what, by, &fault))?;
        done.reply.ok_or_else(|| {
            let problems: Vec<_> = done
                .problems
                .iter()
                .map(|problem| {
                    format!("{:?} at {}: {}", problem.code, problem.path.join("."), problem.message)
                })
                .collect();
            format!("{what} by {} was refused: {}", by.unwrap_or("the system"), problems.join(" "))
        })
    }

    /// Writes one command and answers its row.
    async fn write<C: Command>(
        &self,
        by: Option<&str>,
        what: &str,
        command: &C,
    ) -> Result<<C::Entity as EntityTrait>::Model, String> {
        self.carry(by, what, command).await.map(|One(row)| row)
    }

    async fn carry_out(&mut self, Step { by, task, .. }: Step) -> Result<(), String> {
        match task {
            Task::OrgUnit { name, parent } => {
                let parent_id = parent.map(|parent| self.unit(parent)).transpose()?;
                let input = OrgUnitCreateInput { name: name.to_owned(), parent_id };
                let row = self.write(by, "orgUnitCreate", &input).await?;
                self.units.insert(name, row.id);
            }
            Task::Person { name, unit, tier, manager } => {
                let who = local_part(name);
                let input = PersonCreateInput {
                    name: name.to_owned(),
                    email: address(&who),
                    tier,
                    status: None,
                    locale: Some(locale(&who)),
                    org_unit_id: Some(self.unit(unit)?),
                    manager_id: manager.map(|manager| self.person(manager)).transpose()?,
                };
                let row = self.write(by, &format!("personCreate of {name}"), &input).await?;
                self.people.insert(who, row.id);
            }
            Task::Grant(granted) => {
                let (portfolio_id, org_unit_id) = match granted.place {
                    Where::Everywhere => (None, None),
                    Where::Portfolio(name) => (Some(self.portfolio(name)?), None),
                    Where::OrgUnit(name) => (None, Some(self.unit(name)?)),
                };
                let (person_id, role) = (self.person(granted.who)?, granted.role);
                let until = granted.until.map(|day| self.day(day)).transpose()?.map(Date);
                let input = RoleGrantInput { person_id, role, portfolio_id, org_unit_id, since: None, until };
                self.write(by, &format!("roleGrant to {}", granted.who), &input).await?;
            }
            Task::Password(who) => {
                let person = self.person(who)?;
                let set = PasswordSet { person, hash: PASSWORD_HASH, keep: None, reset_hash: None };
                self.write(by, &format!("the password of {who}"), &set).await?;
            }
            Task::Parting(&Parting { who, deed, reason, .. }) => {
                let id = self.person(who)?;
                let reason = Some(reason.to_owned());
                let status = match deed {
                    Goes::OnLeave => PersonStatus::OnLeave,
                    Goes::Back => PersonStatus::Active,
                    Goes::ForGood(successor) => {
                        let reassign_to = successor.map(|who| self.person(who)).transpose()?;
                        let input = PersonDeactivateInput { id, reassign_to, reason };
                        self.write(by, &format!("personDeactivate of {who}"), &input).await?;
                        return Ok(());
                    }
                };
                let status = MaybeUndefined::Value(status);
                let input = PersonUpdateInput { status, reason, ..unchanged_person(id) };
                self.write(by, &format!("personUpdate of {who}"), &input).await?;
            }
            Task::Portfolio(portfolio) => {
                let input = PortfolioCreateInput {
                    name: portfolio.name.to_owned(),
                    description: Some(Markdown(portfolio.description.to_owned())),
                    owner_id: self.person(portfolio.owner)?,
                    currency: currency(portfolio)?,
                    report_cadence: Some(Duration::stored(portfolio.cadence)),
                };
                let row = self.write(by, "portfolioCreate", &input).await?;
                self.portfolios.insert(portfolio.name, row.id);
            }
            Task::Initiative(portfolio, initiative, turn) => {
                self.turn(by, portfolio, initiative, &turn.deed).await?;
            }
            Task::Metrics(deed) => self.number(by, deed).await?,
            Task::Rewards(deed) => self.share(by, deed).await?,
            Task::Booking(portfolio, initiative, booking) => {
                self.book(by, portfolio, initiative, booking).await?;
            }
            Task::Plan(day, initiative, work) => self.plan(by, day, initiative, work).await?,
            Task::Concern(concern) => self.concern(by, concern).await?,
            Task::Report(initiative, told) => self.report(by, initiative, told).await?,
            Task::Lesson(lesson) => self.lesson(by, lesson).await?,
            Task::Speech(speech) => self.speech(by, speech).await?,
            Task::Answer(answer) => self.answer(&answer).await?,
        }
        Ok(())
    }

    async fn turn(
        &mut self,
        by: Option<Who>,
        portfolio: &Portfolio,
        initiative: &'static Initiative,
        deed: &Deed,
    ) -> Result<(), String> {
        let what = |mutation| format!("{mutation} of \"{}\"", initiative.title);
        if matches!(deed, Deed::Propose) {
            let input = self.proposal(portfolio, initiative)?;
            let row = self.write(by, &what("initiativeCreate"), &input).await?;
            self.initiatives.insert(initiative.title, row.id);
            return Ok(());
        }
        let id = self.initiative(initiative.title)?;
        let update = unchanged(id);
        match *deed {
            Deed::Propose => return Ok(()),
            Deed::To(to, reason) => {
                let input = InitiativeTransitionInput { id, to, reason: reason.map(str::to_owned) };
                self.write(by, &what("initiativeTransition"), &input).await?
            }
            Deed::Move { due, reason, note } => {
                let due_on = Date(self.day(due)?);
                let input = InitiativeRescheduleInput { id, due_on, reason, note: note.to_owned() };
                self.write(by, &what("initiativeReschedule"), &input).await?
            }
            Deed::Reassign(who) => {
                let input = InitiativeReassignInput { id, owner_id: self.person(who)? };
                self.write(by, &what("initiativeReassign"), &input).await?
            }
            Deed::Retitle(title) => {
                let title = MaybeUndefined::Value(title.to_owned());
                let input = InitiativeUpdateInput { title, ..update };
                self.write(by, &what("initiativeUpdate"), &input).await?
            }
            Deed::Sponsor(who) => {
                let sponsor_id = MaybeUndefined::Value(self.person(who)?);
                let input = InitiativeUpdateInput { sponsor_id, ..update };
                self.write(by, &what("initiativeUpdate"), &input).await?
            }
            Deed::Reviewer(who) => {
                let reviewer_id = MaybeUndefined::Value(self.person(who)?);
                let input = InitiativeUpdateInput { reviewer_id, ..update };
                self.write(by, &what("initiativeUpdate"), &input).await?
            }
            Deed::Stages(stages) => {
                let value_chain_stages = MaybeUndefined::Value(stages.to_vec());
                let input = InitiativeUpdateInput { value_chain_stages, ..update };
                self.write(by, &what("initiativeUpdate"), &input).await?
            }
            Deed::Archive => {
                self.write(by, &what("initiativeArchive"), &InitiativeArchiveInput { id }).await?
            }
            Deed::Unarchive => {
                self.write(by, &what("initiativeUnarchive"), &InitiativeUnarchiveInput { id }).await?
            }
        };
        Ok(())
    }

    fn proposal(
        &self,
        portfolio: &Portfolio,
        initiative: &Initiative,
    ) -> Result<InitiativeCreateInput, String> {
        Ok(InitiativeCreateInput {
            portfolio_id: self.portfolio(portfolio.name)?,
            title: initiative.title.to_owned(),
            description: Some(Markdown(initiative.description.to_owned())),
            owner_id: self.person(initiative.owner)?,
            sponsor_id: initiative.sponsor.map(|who| self.person(who)).transpose()?,
            reviewer_id: initiative.reviewer.map(|who| self.person(who)).transpose()?,
            starts_on: Date(self.day(initiative.starts)?),
            due_on: Date(self.day(initiative.due)?),
            value_chain_stages: Some(initiative.stages.to_vec()),
        })
    }

    async fn book(
        &mut self,
        by: Option<Who>,
        portfolio: &Portfolio,
        initiative: &'static Initiative,
        Booking { day, entry }: Booking,
    ) -> Result<(), String> {
        let what = |mutation| format!("{mutation} of \"{}\"", initiative.title);
        let initiative_id = self.initiative(initiative.title)?;
        let on = self.day(day)?;
        let currency = currency(portfolio)?;
        let money = |minor| MoneyInput { amount: Money::from_minor(minor, currency).amount, currency };
        match entry {
            Entry::Line { category, minor, by_month, note } => {
                let month = by_month.then(|| on.with_day(1)).flatten().map(Date);
                let (amount, note) = (money(minor), Some(note.to_owned()));
                let input = BudgetLineCreateInput { initiative_id, category, amount, month, note };
                self.write(by, &what("budgetLineCreate"), &input).await?;
            }
            Entry::Cost { category, kind, minor, note } => {
                let (amount, incurred_on, note) = (money(minor), Date(on), Some(note.to_owned()));
                let input = CostEntryRecordInput { initiative_id, category, kind, amount, incurred_on, note };
                let row = self.write(by, &what("costEntryRecord"), &input).await?;
                self.costs.insert(initiative.title, row.id);
            }
            Entry::Reverse(reason) => {
                let id = self.costs.get(initiative.title).copied();
                let id = id.ok_or_else(|| format!("\"{}\" has cost nothing yet.", initiative.title))?;
                let input = CostEntryReverseInput { id, reason: reason.to_owned() };
                self.write(by, &what("costEntryReverse"), &input).await?;
            }
        }
        Ok(())
    }

    fn initiative(&self, title: &str) -> Result<InitiativeId, String> {
        self.initiatives.get(title).copied().ok_or_else(|| format!("\"{title}\" was not proposed yet."))
    }

    fn person(&self, who: &str) -> Result<PersonId, String> {
        self.people.get(who).copied().ok_or_else(|| format!("{who} was not entered yet."))
    }

    fn unit(&self, name: &str) -> Result<OrgUnitId, String> {
        self.units.get(name).copied().ok_or_else(|| format!("{name} was not entered yet."))
    }

    fn portfolio(&self, name: &str) -> Result<PortfolioId, String> {
        self.portfolios.get(name).copied().ok_or_else(|| format!("{name} was not entered yet."))
    }
}

/// What went wrong, of what.
fn told(what: &str, by: Option<&str>, fault: &Fault) -> String {
    format!("{what} by {}: {}", by.unwrap_or("the system"), fault.message)
}

fn currency(portfolio: &Portfolio) -> Result<CurrencyCode, String> {
    let code = portfolio.currency;
    CurrencyCode::from_code(code).ok_or_else(|| format!("{code} is no currency."))
}

/// An update of a person that changes nothing, to start from.
fn unchanged_person(id: PersonId) -> PersonUpdateInput {
    PersonUpdateInput {
        id,
        name: MaybeUndefined::Undefined,
        email: MaybeUndefined::Undefined,
        tier: MaybeUndefined::Undefined,
        status: MaybeUndefined::Undefined,
        locale: MaybeUndefined::Undefined,
        org_unit_id: MaybeUndefined::Undefined,
        manager_id: MaybeUndefined::Undefined,
        reason: None,
    }
}

/// An update that changes nothing, to start from.
fn unchanged(id: InitiativeId) -> InitiativeUpdateInput {
    InitiativeUpdateInput {
        id,
        title: MaybeUndefined::Undefined,
        description: MaybeUndefined::Undefined,
        sponsor_id: MaybeUndefined::Undefined,
        reviewer_id: MaybeUndefined::Undefined,
        starts_on: MaybeUndefined::Undefined,
        value_chain_stages: MaybeUndefined::Undefined,
    }
}
