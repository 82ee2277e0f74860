//! Carries out what the leaders of the demo say, and records whom it reached.

use async_graphql::MaybeUndefined;
use sea_orm::sea_query::ExprTrait as _;
use tutti_entity::communication::{communication, receipt};
use tutti_entity::ids::{CommunicationId, InitiativeId, OrgUnitId, PersonId};

use super::{Seeder, Step, Task};
use crate::communication::inputs::{
    AudienceInput, CommunicationAcknowledgeInput, CommunicationCancelInput, CommunicationCorrectInput,
    CommunicationPlanInput, CommunicationReceiptsRecordInput, CommunicationSendInput, KeyMessageCreateInput,
    ReceiptInput,
};
use crate::demo::calendar::desk_time;
use crate::demo::communication::{Became, HOUSE, MESSAGES, OFFICE, WORDS, Word};
use crate::demo::feedback::{Deed, deeds};
use crate::demo::story::Who;
use crate::graphql::scalars::{Date, DateTime as Moment, Markdown};
use crate::store::At;

/// One thing that was done about what leaders say.
#[derive(Clone, Copy)]
pub(super) enum Speech {
    Message(usize),
    Plan(&'static Word),
    Send(&'static Word),
    CallOff(&'static Word, &'static str),
    /// So many of a hundred heard it, and so many signed for it.
    Record(&'static Word, i32, i32),
    Read(&'static Word),
    /// What came back up on it.
    Rise(Deed),
}

impl Seeder<'_> {
    /// All of it, each on its day; so many other things were done before.
    pub(super) fn speeches(&self, before: usize) -> Result<Vec<Step>, String> {
        let mut told: Vec<(i32, Who, Speech)> =
            (0..MESSAGES.len()).map(|number| (HOUSE, OFFICE, Speech::Message(number))).collect();
        for word in WORDS {
            let (planned_on, by) = word.planned_on();
            told.push((planned_on, by, Speech::Plan(word)));
            match word.became {
                Became::Ahead => {}
                Became::Off(day, why) => told.push((day, by, Speech::CallOff(word, why))),
                Became::Said(day, heard, signed) => {
                    told.push((day, by, Speech::Send(word)));
                    told.push((day + 1, OFFICE, Speech::Record(word, heard, signed)));
                    let read = word.read_by.iter();
                    told.extend(read.map(|who| (day + 2, *who, Speech::Read(word))));
                }
            }
        }
        told.extend(deeds().map(|(day, by, deed)| (day, by, Speech::Rise(deed))));
        let step = |(number, (day, by, speech))| {
            let at = self.at(day, desk_time(number))?;
            Ok(Step { at, by: Some(by), task: Task::Speech(speech) })
        };
        (before + 1..).zip(told).map(step).collect()
    }

    pub(super) async fn speech(&mut self, by: Option<Who>, speech: Speech) -> Result<(), String> {
        match speech {
            Speech::Message(number) => self.message(by, number).await,
            Speech::Plan(word) => self.announce(by, word).await,
            Speech::Send(word) => {
                let input = CommunicationSendInput { id: self.said(word.subject)? };
                self.write(by, &what("communicationSend", word), &input).await.map(drop)
            }
            Speech::CallOff(word, why) => {
                let input =
                    CommunicationCancelInput { id: self.said(word.subject)?, reason: Some(why.to_owned()) };
                self.write(by, &what("communicationCancel", word), &input).await.map(drop)
            }
            Speech::Rise(deed) => self.rise(by, deed).await,
            Speech::Record(word, heard, signed) => self.record(by, word, heard, signed).await,
            Speech::Read(word) => {
                let input = CommunicationAcknowledgeInput { id: self.said(word.subject)? };
                self.write(by, &what("communicationAcknowledge", word), &input).await.map(drop)
            }
        }
    }

    async fn message(&mut self, by: Option<Who>, number: usize) -> Result<(), String> {
        let Some((text, purpose, initiative, target)) = MESSAGES.get(number).copied() else { return Ok(()) };
        let input = KeyMessageCreateInput {
            initiative_id: initiative.map(|title| self.initiative(title)).transpose()?,
            text: text.to_owned(),
            purpose,
            target_exposures: target,
        };
        let row = self.write(by, &format!("keyMessageCreate of \"{text}\""), &input).await?;
        self.messages.insert(text, row.id);
        Ok(())
    }

    async fn announce(&mut self, by: Option<Who>, word: &'static Word) -> Result<(), String> {
        let planned_for = word.planned.map(|day| self.day(day)).transpose()?.map(Date);
        let story = word.story.map(|story| Markdown(story.to_owned()));
        if let Some(wrong) = word.corrects {
            let input = CommunicationCorrectInput {
                id: self.said(wrong)?,
                sender_id: None,
                channel: Some(word.channel),
                subject: Some(word.subject.to_owned()),
                body: Markdown(word.body.to_owned()),
                story,
                planned_for,
                audience: None,
            };
            let row = self.write(by, &what("communicationCorrect", word), &input).await?;
            self.words.insert(word.subject, row.id);
            return Ok(());
        }
        let units: Vec<OrgUnitId> =
            word.units.iter().map(|unit| self.unit(unit)).collect::<Result<_, _>>()?;
        let people: Vec<PersonId> =
            word.people.iter().map(|who| self.person(who)).collect::<Result<_, _>>()?;
        let initiatives: Vec<InitiativeId> =
            word.initiatives.iter().map(|title| self.initiative(title)).collect::<Result<_, _>>()?;
        let message = word.message.map(|text| {
            self.messages.get(text).copied().ok_or_else(|| format!("\"{text}\" was not entered yet."))
        });
        let input = CommunicationPlanInput {
            sender_id: Some(self.person(word.sender)?),
            channel: word.channel,
            purpose: word.purpose,
            subject: word.subject.to_owned(),
            body: Markdown(word.body.to_owned()),
            story,
            initiative_ids: Some(initiatives),
            key_message_id: message.transpose()?,
            planned_for,
            audience: Some(AudienceInput {
                org_unit_ids: Some(units),
                tiers: Some(word.tiers.to_vec()),
                person_ids: Some(people),
            }),
        };
        let row = self.write(by, &what("communicationPlan", word), &input).await?;
        self.words.insert(word.subject, row.id);
        Ok(())
    }

    /// Records that so many of a hundred heard it, and that so many of a hundred signed for it.
    async fn record(&self, by: Option<Who>, word: &Word, heard: i32, signed: i32) -> Result<(), String> {
        let id = self.said(word.subject)?;
        let name = what("communicationReceiptsRecord", word);
        let scope = self.scope(by, &name).await?;
        let receipts = scope
            .find::<receipt::Entity>()
            .filter(At::TOP.col(receipt::Column::CommunicationId).eq(id))
            .order_by(receipt::Column::PersonId)
            .all()
            .await
            .map_err(|fault| fault.message)?;
        let sent = scope.one::<communication::Entity>(id).await.map_err(|fault| fault.message)?;
        let sent_at = sent.and_then(|row| row.sent_at).ok_or("It was not sent yet.")?;
        let at = MaybeUndefined::Value(Moment(sent_at));
        let mut rows = Vec::new();
        for (number, receipt) in (0..).zip(&receipts) {
            let place = (number * 37 + heard * 11) % 100;
            if place < heard {
                rows.push(ReceiptInput {
                    person_id: receipt.person_id,
                    delivered_at: at,
                    opened_at: MaybeUndefined::Undefined,
                    acknowledged_at: if place < signed { at } else { MaybeUndefined::Undefined },
                });
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let input = CommunicationReceiptsRecordInput { id, rows, policy: None };
        self.carry(by, &name, &input).await.map(drop)
    }

    pub(super) fn said(&self, subject: &str) -> Result<CommunicationId, String> {
        self.words.get(subject).copied().ok_or_else(|| format!("\"{subject}\" was not planned yet."))
    }
}

fn what(mutation: &str, word: &Word) -> String {
    format!("{mutation} of \"{}\"", word.subject)
}
