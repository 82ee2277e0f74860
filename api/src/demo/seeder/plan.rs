//! Carries out what was done to the plans of the demo's initiatives.

use async_graphql::MaybeUndefined;
use tutti_entity::ids::MilestoneId;

use super::Seeder;
use crate::demo::plan::Work;
use crate::demo::story::{Initiative, Who};
use crate::graphql::scalars::{Date, Percent};
use crate::portfolio::plan::inputs::{
    BaselineApproveInput, MilestoneCancelInput, MilestoneCompleteInput, MilestoneCreateInput,
    MilestoneMoveInput, MilestoneProgressInput, MilestoneReopenInput, MilestoneStartInput,
    MilestoneUpdateInput,
};

impl Seeder<'_> {
    pub(super) async fn plan(
        &mut self,
        by: Option<Who>,
        on: i32,
        initiative: &'static Initiative,
        work: Work,
    ) -> Result<(), String> {
        let what = |mutation| format!("{mutation} of \"{}\"", initiative.title);
        let initiative_id = self.initiative(initiative.title)?;
        let id = |number| self.milestone(initiative, number);
        let earlier = |ago| if ago > 0 { self.day(on - ago).map(Date).map(Some) } else { Ok(None) };
        match work {
            Work::Plan { number, title, owner, weight, rule, due } => {
                let input = MilestoneCreateInput {
                    initiative_id,
                    title: title.to_owned(),
                    owner_id: Some(self.person(owner)?),
                    weight: Some(Percent::from_basis_points(weight)),
                    credit_rule: Some(rule),
                    due_on: Date(self.day(due)?),
                };
                let row = self.write(by, &what("milestoneCreate"), &input).await?;
                self.milestones.insert((initiative.title, number), row.id);
                return Ok(());
            }
            Work::Agree(reason) => {
                let input = BaselineApproveInput { initiative_id, reason: reason.to_owned() };
                self.write(by, &what("baselineApprove"), &input).await?;
                return Ok(());
            }
            Work::Move { number, due, reason, note } => {
                let (id, due_on) = (id(number)?, Date(self.day(due)?));
                let input = MilestoneMoveInput { id, due_on, reason, note: note.to_owned() };
                self.write(by, &what("milestoneMove"), &input).await?
            }
            Work::Start(number) => {
                let input = MilestoneStartInput { id: id(number)?, on: None };
                self.write(by, &what("milestoneStart"), &input).await?
            }
            Work::Progress { number, percent, ago } => {
                let input = MilestoneProgressInput {
                    id: id(number)?,
                    percent_complete: Percent::from_basis_points(percent * 100),
                    effective_on: earlier(ago)?,
                    reason: None,
                };
                self.write(by, &what("milestoneProgress"), &input).await?
            }
            Work::Complete { number, ago } => {
                let input = MilestoneCompleteInput { id: id(number)?, on: earlier(ago)? };
                self.write(by, &what("milestoneComplete"), &input).await?
            }
            Work::Reopen(number, reason) => {
                let input = MilestoneReopenInput { id: id(number)?, reason: reason.to_owned() };
                self.write(by, &what("milestoneReopen"), &input).await?
            }
            Work::Cancel(number, reason) => {
                let input = MilestoneCancelInput { id: id(number)?, reason: reason.to_owned() };
                self.write(by, &what("milestoneCancel"), &input).await?
            }
            Work::GiveTo(number, who) => {
                let input = MilestoneUpdateInput {
                    id: id(number)?,
                    title: MaybeUndefined::Undefined,
                    owner_id: MaybeUndefined::Value(self.person(who)?),
                    weight: MaybeUndefined::Undefined,
                    credit_rule: MaybeUndefined::Undefined,
                };
                self.write(by, &what("milestoneUpdate"), &input).await?
            }
        };
        Ok(())
    }

    fn milestone(&self, initiative: &Initiative, number: usize) -> Result<MilestoneId, String> {
        let id = self.milestones.get(&(initiative.title, number)).copied();
        id.ok_or_else(|| format!("\"{}\" has no milestone {number} yet.", initiative.title))
    }
}
