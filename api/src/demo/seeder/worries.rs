//! Carries out what is told of dependencies, risks and actions.

use std::sync::Arc;

use async_graphql::MaybeUndefined;
use sea_orm::sea_query::ExprTrait as _;
use tutti_entity::ids::RaidItemId;
use tutti_entity::portfolio::raid_item;

use super::super::worries::{About, Ended, NEEDS, Need, TASKS, Task as ToDo, Turned, WORRIES, Worry};
use super::{PORTFOLIOS, Seeder, Step, Task, Who, currency};
use crate::access::Viewer;
use crate::graphql::scalars::{Date, Decimal, MoneyInput};
use crate::portfolio::actions::inputs::{
    ActionItemCompleteInput, ActionItemCreateInput, ActionItemDropInput,
};
use crate::portfolio::raid::inputs::{
    DependencyAddInput, DependencyRemoveInput, RaidItemCreateInput, RaidItemMaterialiseInput,
    RaidItemUpdateInput,
};
use crate::store::{At, Scope};

/// One thing that is done about what may go wrong.
#[derive(Clone, Copy)]
pub(super) enum Concern {
    Need(&'static Need),
    Removed(&'static Need, &'static str),
    Worry(&'static Worry),
    Turned(&'static Worry, Turned),
    ToDo(&'static ToDo),
    Ended(&'static ToDo, Ended),
}

/// Who says what initiatives need.
const OFFICE: Who = "pmo";

impl Seeder<'_> {
    /// Every row of the tables as a step.
    pub(super) fn concerns(
        some_time: &mut impl FnMut(i32) -> Result<chrono::DateTime<chrono::Utc>, String>,
    ) -> Result<Vec<Step>, String> {
        let mut told: Vec<(i32, Who, Concern)> = Vec::new();
        for need in NEEDS {
            told.push((need.day, OFFICE, Concern::Need(need)));
            told.extend(need.removed.map(|(day, why)| (day, OFFICE, Concern::Removed(need, why))));
        }
        for worry in WORRIES {
            told.push((worry.day, worry.by, Concern::Worry(worry)));
            let turns = worry.turns.iter();
            told.extend(turns.map(|(day, turned)| (*day, worry.owner, Concern::Turned(worry, *turned))));
        }
        for task in TASKS {
            told.push((task.day, task.by, Concern::ToDo(task)));
            told.extend(task.ended.map(|(day, ended)| (day, task.who, Concern::Ended(task, ended))));
        }
        let step =
            |(day, by, concern)| Ok(Step { at: some_time(day)?, by: Some(by), task: Task::Concern(concern) });
        told.into_iter().map(step).collect()
    }

    fn worry(&self, title: &str) -> Result<RaidItemId, String> {
        self.worries.get(title).copied().ok_or_else(|| format!("\"{title}\" was not entered yet."))
    }

    /// The issue that took the place of what has materialised.
    async fn issue_of(&self, item: RaidItemId) -> Result<RaidItemId, String> {
        let scope = Scope::new(self.database.clone(), Arc::clone(&self.world), Viewer::system());
        let came_of = At::TOP.col(raid_item::Column::CameOfId).eq(item);
        let issue = scope.find::<raid_item::Entity>().filter(came_of).one().await;
        let issue = issue.map_err(|fault| fault.message)?;
        issue.map(|issue| issue.id).ok_or_else(|| "What has materialised has no issue.".to_owned())
    }

    pub(super) async fn concern(&mut self, by: Option<Who>, concern: Concern) -> Result<(), String> {
        match concern {
            Concern::Need(need) => {
                let input = DependencyAddInput {
                    giver_id: self.initiative(need.giver)?,
                    taker_id: self.initiative(need.taker)?,
                    needed_on: Date(self.day(need.needed)?),
                    note: Some(need.note.to_owned()),
                };
                let row = self.write(by, &format!("dependencyAdd to \"{}\"", need.taker), &input).await?;
                self.needs.insert(need.note, row.id);
            }
            Concern::Removed(need, why) => {
                let id = self.needs.get(need.note).copied();
                let id = id.ok_or_else(|| format!("\"{}\" was not added yet.", need.note))?;
                let input = DependencyRemoveInput { id, reason: Some(why.to_owned()) };
                self.write(by, &format!("dependencyRemove from \"{}\"", need.taker), &input).await?;
            }
            Concern::Worry(worry) => self.worried(by, worry).await?,
            Concern::Turned(worry, turned) => self.turned(by, worry, turned).await?,
            Concern::ToDo(task) => self.assign(by, task).await?,
            Concern::Ended(task, ended) => {
                let id = self.tasks.get(task.title).copied();
                let id = id.ok_or_else(|| format!("\"{}\" was not asked for yet.", task.title))?;
                let what = format!("the end of \"{}\"", task.title);
                match ended {
                    Ended::Done => self.write(by, &what, &ActionItemCompleteInput { id }).await?,
                    Ended::Dropped(why) => {
                        self.write(by, &what, &ActionItemDropInput { id, reason: why.to_owned() }).await?
                    }
                };
            }
        }
        Ok(())
    }

    async fn worried(&mut self, by: Option<Who>, worry: &'static Worry) -> Result<(), String> {
        let portfolio = PORTFOLIOS
            .iter()
            .find(|portfolio| portfolio.initiatives.iter().any(|initiative| initiative.title == worry.of));
        let portfolio = portfolio.ok_or_else(|| format!("\"{}\" is in no portfolio.", worry.of))?;
        let currency = currency(portfolio)?;
        let input = RaidItemCreateInput {
            initiative_id: self.initiative(worry.of)?,
            kind: worry.kind,
            title: worry.title.to_owned(),
            owner_id: self.person(worry.owner)?,
            probability: Some(worry.probability),
            impact: worry.impact,
            impact_cost: worry.cost.map(|cost| MoneyInput { amount: Decimal(cost.into()), currency }),
            response: worry.response.map(str::to_owned),
            due_on: worry.due.map(|day| self.day(day)).transpose()?.map(Date),
        };
        let row = self.write(by, &format!("raidItemCreate of \"{}\"", worry.title), &input).await?;
        self.worries.insert(worry.title, row.id);
        Ok(())
    }

    async fn turned(&mut self, by: Option<Who>, worry: &'static Worry, turned: Turned) -> Result<(), String> {
        let id = self.worry(worry.title)?;
        match turned {
            Turned::To(status, why) => {
                let input = RaidItemUpdateInput {
                    id,
                    title: MaybeUndefined::Undefined,
                    owner_id: MaybeUndefined::Undefined,
                    probability: MaybeUndefined::Undefined,
                    impact: MaybeUndefined::Undefined,
                    impact_cost: MaybeUndefined::Undefined,
                    response: MaybeUndefined::Undefined,
                    due_on: MaybeUndefined::Undefined,
                    status: MaybeUndefined::Value(status),
                    reason: Some(why.to_owned()),
                };
                self.write(by, &format!("raidItemUpdate of \"{}\"", worry.title), &input).await?;
            }
            Turned::Happened(title, why) => {
                let input = RaidItemMaterialiseInput {
                    id,
                    title: Some(title.to_owned()),
                    owner_id: None,
                    due_on: None,
                    reason: Some(why.to_owned()),
                };
                self.write(by, &format!("raidItemMaterialise of \"{}\"", worry.title), &input).await?;
                let issue = self.issue_of(id).await?;
                self.worries.insert(title, issue);
            }
        }
        Ok(())
    }

    async fn assign(&mut self, by: Option<Who>, task: &'static ToDo) -> Result<(), String> {
        let (initiative_id, raid_item_id) = match task.about {
            About::Worry(title) => (None, Some(self.worry(title)?)),
            About::Initiative(title) => (Some(self.initiative(title)?), None),
            About::Office => (None, None),
        };
        let input = ActionItemCreateInput {
            title: task.title.to_owned(),
            assignee_id: self.person(task.who)?,
            due_on: Date(self.day(task.due)?),
            initiative_id,
            raid_item_id,
            note: None,
        };
        let row = self.write(by, &format!("actionItemCreate of \"{}\"", task.title), &input).await?;
        self.tasks.insert(task.title, row.id);
        Ok(())
    }
}
