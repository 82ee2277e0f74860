//! Who takes part: they come and go until the plan is closed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tutti_entity::ids::{PersonId, RewardPlanId, TypedId};
use tutti_entity::people::person::{self, PersonStatus};
use tutti_entity::rewards::{participation, reward_group, reward_plan};
use uuid::Uuid;

use super::allowed;
use crate::access::Capability;
use crate::exchange::inputs::ImportPolicy;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::rewards::basis::days;
use crate::rewards::inputs::{ParticipationAddInput, ParticipationEndInput, ParticipationsAddInput};
use crate::rewards::rules::period::Span;
use crate::rewards::rules::roster as rules;
use crate::rewards::store;
use crate::store::tx::{Item, Many, Work};
use crate::store::{Command, Outcome, Tx};

/// The most rows of one call.
const MOST_ROWS: usize = 1_000;

/// What is written to the log.
const ADDED: &str = "participation.added";

/// What rows refer to.
struct Known {
    groups: HashMap<Uuid, reward_group::Model>,
    plans: BTreeMap<RewardPlanId, reward_plan::Model>,
    people: HashMap<Uuid, person::Model>,
    /// Who takes part already, and who was among the rows before.
    taking_part: BTreeMap<(RewardPlanId, PersonId), Vec<participation::Model>>,
}

impl Known {
    async fn of(tx: &Tx<'_>, rows: &[ParticipationAddInput]) -> Outcome<Self> {
        let named: BTreeSet<_> = rows.iter().map(|row| row.group_id).collect();
        let named: Vec<_> = named.into_iter().collect();
        let mut plans = BTreeMap::new();
        // Plans before their groups and in one order for everybody, so that nobody waits in a circle.
        for plan in store::plans_of(tx, &named).await? {
            plans.insert(plan, tx.parent::<reward_plan::Entity>(plan, "groupId").await?);
        }
        let groups = tx.by_ids::<reward_group::Entity>(named.iter().map(|group| group.uuid())).await?;
        let people = tx.by_ids::<person::Entity>(rows.iter().map(|row| row.person_id.uuid())).await?;
        let of_plans: Vec<_> = plans.keys().copied().collect();
        let of_people: BTreeSet<_> = rows.iter().map(|row| row.person_id).collect();
        let of_people: Vec<_> = of_people.into_iter().collect();
        let mut taking_part: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in store::people::of_people(tx, &of_plans, &of_people).await? {
            taking_part.entry((row.plan_id, row.person_id)).or_default().push(row);
        }
        Ok(Self { groups, plans, people, taking_part })
    }

    /// The participation that a row asks for.
    fn checked(
        &mut self,
        tx: &Tx<'_>,
        row: &ParticipationAddInput,
    ) -> Result<participation::Model, Vec<Problem>> {
        let missing = |field, what| {
            vec![Problem::new(ProblemCode::NotFound, field, format!("There is no {what} with this id."))]
        };
        let group = self.groups.get(&row.group_id.uuid());
        let Some((group, plan)) = group.and_then(|group| Some((group, self.plans.get(&group.plan_id)?)))
        else {
            return Err(missing("groupId", "RewardGroup"));
        };
        let Some(person) = self.people.get(&row.person_id.uuid()) else {
            return Err(missing("personId", "Person"));
        };
        let mut check = Check::default();
        if let Err(problem) = rules::open(plan.state, "groupId") {
            check.add(problem);
        }
        let left = person.status == PersonStatus::Left;
        check.that(!left, ProblemCode::Invalid, "personId", "They have left.");
        let span = Span {
            from: row.from.map_or(plan.from_day, |day| day.0),
            to: row.to.map_or(plan.to_day, |day| day.0),
        };
        rules::within(&mut check, span, days(plan));
        let others = self.taking_part.entry((plan.id, row.person_id)).or_default();
        if let Err(problem) = rules::alone(span, others.iter()) {
            check.add(problem);
        }
        check.done()?;
        let row = participation::Model {
            id: tx.new_id(),
            version: 1,
            plan_id: plan.id,
            group_id: group.id,
            person_id: row.person_id,
            from_day: span.from,
            to_day: span.to,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        others.push(row.clone());
        Ok(row)
    }

    async fn count(&self, tx: &Tx<'_>) -> Outcome<()> {
        for plan in self.plans.keys() {
            store::count_roster(tx, *plan).await?;
        }
        Ok(())
    }
}

impl Command for ParticipationAddInput {
    type Entity = participation::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<participation::Model> {
        allowed(tx, Capability::RewardBuild, "groupId")?;
        let mut known = Known::of(tx, std::slice::from_ref(self)).await?;
        let row = known.checked(tx, self)?;
        known.count(tx).await?;
        tx.insert::<participation::Entity>(row, ADDED.into()).await
    }
}

impl Work for ParticipationsAddInput {
    type Reply = Many<participation::Entity>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Many<participation::Entity>> {
        allowed(tx, Capability::RewardBuild, "rows")?;
        if self.rows.is_empty() {
            return Err(Problem::new(ProblemCode::Required, "rows", "There are no rows.").into());
        }
        if self.rows.len() > MOST_ROWS {
            let message = format!("{} rows are too many; a call takes {MOST_ROWS}.", self.rows.len());
            return Err(Problem::new(ProblemCode::LimitExceeded, "rows", message).into());
        }
        let mut known = Known::of(tx, &self.rows).await?;
        let mut items = Vec::with_capacity(self.rows.len());
        for (place, row) in self.rows.iter().enumerate() {
            items.push(match known.checked(tx, row) {
                Ok(row) => Item { row: Some(row), problems: Vec::new() },
                Err(problems) => {
                    let problems = problems.into_iter().map(|problem| problem.in_row(place)).collect();
                    Item { row: None, problems }
                }
            });
        }
        if self.policy == ImportPolicy::RejectAll && items.iter().any(|item| item.row.is_none()) {
            for item in &mut items {
                item.row = None;
            }
            return Ok(Many(items));
        }
        let rows: Vec<_> = items.iter().filter_map(|item| item.row.clone()).collect();
        known.count(tx).await?;
        tx.insert_all::<participation::Entity>(rows, ADDED.into()).await?;
        Ok(Many(items))
    }
}

impl Command for ParticipationEndInput {
    type Entity = participation::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<participation::Model> {
        allowed(tx, Capability::RewardBuild, "id")?;
        // The plan is held before the participation, as by everybody who holds both.
        let plan = store::people::plan_of(tx, self.id).await?.ok_or_else(|| {
            Problem::new(ProblemCode::NotFound, "id", "There is no Participation with this id.")
        })?;
        let plan = tx.parent::<reward_plan::Entity>(plan, "id").await?;
        let before = tx.subject::<participation::Entity>(self.id, "id").await?;
        rules::open(plan.state, "id")?;
        rules::ends(&before, self.to.0)?;
        if before.to_day == self.to.0 {
            return Ok(before);
        }
        store::count_roster(tx, plan.id).await?;
        let after = participation::Model { to_day: self.to.0, ..before.clone() };
        tx.update::<participation::Entity>(&before, after, "participation.ended".into()).await
    }
}
