//! Communications are planned, changed, corrected by a new one, and called off.

use std::collections::BTreeSet;

use async_graphql::MaybeUndefined;
use tutti_entity::communication::communication::{self, Purpose, State};
use tutti_entity::communication::key_message;
use tutti_entity::ids::{InitiativeId, PersonId};
use tutti_entity::people::{org_unit, person};
use tutti_entity::value::fold;

use super::{changed, initiatives, known, may_send, speaks_for, today};
use crate::communication::inputs::{
    AudienceInput, CommunicationCancelInput, CommunicationCorrectInput, CommunicationPlanInput,
    CommunicationUpdateInput,
};
use crate::communication::rules::audience::Named;
use crate::communication::rules::{self, SUBJECT};
use crate::communication::store;
use crate::graphql::problem::cleared;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::tx::Action;
use crate::store::tx::changes::Change;
use crate::store::{Command, Outcome, Tx};

impl AudienceInput {
    fn named(&self) -> Named {
        let (units, tiers) = (self.org_unit_ids.as_deref(), self.tiers.as_deref());
        let people = self.person_ids.as_deref();
        Named::new(units.unwrap_or_default(), tiers.unwrap_or_default(), people.unwrap_or_default())
    }
}

/// All of whom an audience names are there.
async fn are_there(tx: &Tx<'_>, check: &mut Check, named: &Named) -> Outcome<()> {
    named.check(check);
    let path = |field| ["input", "audience", field];
    known::<org_unit::Entity>(tx, check, named.units.iter().copied(), &path("orgUnitIds")).await?;
    known::<person::Entity>(tx, check, named.people.iter().copied(), &path("personIds")).await?;
    Ok(())
}

/// What an event says of whom a communication is for, and which initiatives it serves, where that changed.
fn lists(before: (&Named, &BTreeSet<InitiativeId>), after: (&Named, &BTreeSet<InitiativeId>)) -> Vec<Change> {
    let all = [
        changed("initiatives", before.1, after.1),
        changed("audience.orgUnits", &before.0.units, &after.0.units),
        changed("audience.people", &before.0.people, &after.0.people),
    ];
    all.into_iter().flatten().collect()
}

/// Who says it: whoever was named, or whoever plans it.
async fn sender(tx: &Tx<'_>, named: Option<PersonId>) -> Outcome<person::Model> {
    let message = "Say who speaks: a key speaks for nobody.";
    let missing = || Problem::new(ProblemCode::Required, "senderId", message);
    let id = named.or_else(|| tx.scope().viewer().related_as()).ok_or_else(missing)?;
    tx.get::<person::Entity>(id, "senderId").await
}

/// Writes a new communication with whom it names and what it serves.
async fn insert(
    tx: &Tx<'_>,
    row: communication::Model,
    named: &Named,
    served: &BTreeSet<InitiativeId>,
    action: Action<'_>,
) -> Outcome<communication::Model> {
    let more = lists((&Named::default(), &BTreeSet::new()), (named, served));
    let row = tx.insert_telling::<communication::Entity>(row, &more, action).await?;
    store::name(tx, row.id, named).await?;
    store::serve(tx, row.id, served).await?;
    Ok(row)
}

impl Command for CommunicationPlanInput {
    type Entity = communication::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communication::Model> {
        let sender = sender(tx, self.sender_id).await?;
        let mut check = Check::default();
        let served: BTreeSet<_> = self.initiative_ids.iter().flatten().copied().collect();
        rules::initiatives(&mut check, served.len());
        let of = initiatives(tx, &mut check, &served).await?;
        speaks_for(tx, &sender, &of, "senderId")?;
        rules::speaks(&mut check, sender.status, "senderId");
        rules::purpose(&mut check, self.purpose, false);
        let subject = check.line("subject", &self.subject, 1..=SUBJECT);
        let body = rules::said(&mut check, "body", &self.body.0);
        let story = check.prose("story", self.story.as_ref().map(|story| &*story.0), rules::BODY);
        let planned_for = self.planned_for.map(|day| day.0);
        rules::planned_for(&mut check, planned_for, today(tx));
        let named = self.audience.as_ref().map(AudienceInput::named).unwrap_or_default();
        are_there(tx, &mut check, &named).await?;
        if let Some(message) = self.key_message_id {
            tx.get::<key_message::Entity>(message, "keyMessageId").await?;
        }
        check.done()?;
        let row = communication::Model {
            id: tx.new_id(),
            version: 1,
            state: State::Planned,
            sender_id: sender.id,
            channel: self.channel,
            purpose: self.purpose,
            subject_folded: fold(&subject),
            subject,
            body,
            story,
            key_message_id: self.key_message_id,
            tiers: named.tiers.clone(),
            as_corrected: false,
            planned_for,
            sent_at: None,
            sent_on: None,
            sender_tier: None,
            audience_size: None,
            for_everyone: false,
            cancelled_on: None,
            corrects_id: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        insert(tx, row, &named, &served, "communication.planned".into()).await
    }
}

/// Whom a communication names after a change, and whether it is also for whoever was in the audience of what it corrects.
fn renamed(
    input: &MaybeUndefined<AudienceInput>,
    row: &communication::Model,
    before: &Named,
    corrected: Named,
) -> (Named, bool) {
    match input {
        MaybeUndefined::Undefined => (before.clone(), row.as_corrected),
        MaybeUndefined::Value(audience) => (audience.named(), false),
        MaybeUndefined::Null => (corrected, row.corrects_id.is_some()),
    }
}

impl Command for CommunicationUpdateInput {
    type Entity = communication::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communication::Model> {
        let before = tx.subject::<communication::Entity>(self.id, "id").await?;
        let served_before = may_send(tx, &before, "id").await?.served;
        rules::open(before.state)?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.sender_id = check.kept("senderId", &self.sender_id, before.sender_id);
        let served: BTreeSet<_> = match &self.initiative_ids {
            MaybeUndefined::Undefined => served_before.clone(),
            MaybeUndefined::Null => BTreeSet::new(),
            MaybeUndefined::Value(ids) => ids.iter().copied().collect(),
        };
        if after.sender_id != before.sender_id || served != served_before {
            rules::initiatives(&mut check, served.len());
            let of = initiatives(tx, &mut check, &served).await?;
            let sender = tx.get::<person::Entity>(after.sender_id, "senderId").await?;
            let field = if served == served_before { "senderId" } else { "initiativeIds" };
            speaks_for(tx, &sender, &of, field)?;
            if after.sender_id != before.sender_id {
                rules::speaks(&mut check, sender.status, "senderId");
            }
        }
        after.channel = check.kept("channel", &self.channel, before.channel);
        after.purpose = check.kept("purpose", &self.purpose, before.purpose);
        rules::purpose(&mut check, after.purpose, before.corrects_id.is_some());
        let subject = check.kept("subject", &self.subject, before.subject.clone());
        after.subject = check.line("subject", &subject, 1..=SUBJECT);
        after.subject_folded = fold(&after.subject);
        let body = check.kept("body", &self.body.clone().map_value(|body| body.0), before.body.clone());
        after.body = rules::said(&mut check, "body", &body);
        let story = cleared(&self.story.clone().map_value(|story| story.0), before.story.clone());
        after.story = check.prose("story", story.as_deref(), rules::BODY);
        after.key_message_id = cleared(&self.key_message_id, before.key_message_id);
        if let Some(message) = after.key_message_id.filter(|_| after.key_message_id != before.key_message_id)
        {
            tx.get::<key_message::Entity>(message, "keyMessageId").await?;
        }
        after.planned_for = cleared(&self.planned_for.map_value(|day| day.0), before.planned_for);
        if after.planned_for != before.planned_for {
            rules::day_stays(&mut check, before.planned_for, today(tx));
            rules::planned_for(&mut check, after.planned_for, today(tx));
        }
        let named_before = store::named(tx, &before).await?;
        let corrected = match (&self.audience, before.corrects_id) {
            (MaybeUndefined::Null, Some(id)) => store::named(tx, &store::held(tx, id).await?).await?,
            _ => Named::default(),
        };
        let (named, as_corrected) = renamed(&self.audience, &before, &named_before, corrected);
        (after.tiers, after.as_corrected) = (named.tiers.clone(), as_corrected);
        if named != named_before {
            are_there(tx, &mut check, &named).await?;
        }
        check.done()?;
        if named != named_before {
            store::name_nobody(tx, before.id).await?;
            store::name(tx, before.id, &named).await?;
        }
        if served != served_before {
            store::serve_none(tx, before.id).await?;
            store::serve(tx, before.id, &served).await?;
        }
        let more = lists((&named_before, &served_before), (&named, &served));
        let action = "communication.updated".into();
        tx.update_telling::<communication::Entity>(&before, after, &more, action).await
    }
}

impl Command for CommunicationCancelInput {
    type Entity = communication::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communication::Model> {
        let before = tx.subject::<communication::Entity>(self.id, "id").await?;
        may_send(tx, &before, "id").await?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), 1000);
        check.done()?;
        rules::goes(before.state, State::Cancelled)?;
        let after =
            communication::Model { state: State::Cancelled, cancelled_on: Some(today(tx)), ..before.clone() };
        let action = Action { name: "communication.cancelled", reason: reason.as_deref() };
        tx.update::<communication::Entity>(&before, after, action).await
    }
}

impl Command for CommunicationCorrectInput {
    type Entity = communication::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communication::Model> {
        let wrong = tx.get::<communication::Entity>(self.id, "id").await?;
        // Whoever may not speak for the one may not correct them either.
        let served = may_send(tx, &wrong, "id").await?.served;
        rules::sent(wrong.state)?;
        let mut check = Check::default();
        let of = initiatives(tx, &mut check, &served).await?;
        let sender = sender(tx, Some(self.sender_id.unwrap_or(wrong.sender_id))).await?;
        speaks_for(tx, &sender, &of, "senderId")?;
        rules::speaks(&mut check, sender.status, "senderId");
        let subject = self.subject.as_deref().unwrap_or(&wrong.subject);
        let subject = check.line("subject", subject, 1..=SUBJECT);
        let body = rules::said(&mut check, "body", &self.body.0);
        let story = check.prose("story", self.story.as_ref().map(|story| &*story.0), rules::BODY);
        let planned_for = self.planned_for.map(|day| day.0);
        rules::planned_for(&mut check, planned_for, today(tx));
        let (named, as_corrected) = match &self.audience {
            Some(audience) => (audience.named(), false),
            None => (store::named(tx, &wrong).await?, true),
        };
        are_there(tx, &mut check, &named).await?;
        check.done()?;
        let row = communication::Model {
            id: tx.new_id(),
            version: 1,
            state: State::Planned,
            sender_id: sender.id,
            channel: self.channel.unwrap_or(wrong.channel),
            purpose: Purpose::Correction,
            subject_folded: fold(&subject),
            subject,
            body,
            story,
            key_message_id: wrong.key_message_id,
            tiers: named.tiers.clone(),
            as_corrected,
            planned_for,
            sent_at: None,
            sent_on: None,
            sender_tier: None,
            audience_size: None,
            for_everyone: false,
            cancelled_on: None,
            corrects_id: Some(wrong.id),
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        insert(tx, row, &named, &served, "communication.correction_planned".into()).await
    }
}
