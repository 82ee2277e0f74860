//! What mutations of key messages and communications take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::communication::communication::{Channel, Purpose};
use tutti_entity::ids::{CommunicationId, InitiativeId, KeyMessageId, OrgUnitId, PersonId};
use tutti_entity::people::person::Tier;

use crate::exchange::inputs::ImportPolicy;
use crate::graphql::scalars::{Date, DateTime, Markdown};

/// A new key message.
#[derive(Clone, Debug, InputObject)]
pub struct KeyMessageCreateInput {
    /// The initiative that it is about; the whole organisation by default.
    pub initiative_id: Option<InitiativeId>,
    /// The message as it is to be understood, one line of 1 to 500 characters.
    pub text: String,
    /// What it is to do.
    pub purpose: Purpose,
    /// How often it is to reach everybody, 1 to 100; 5 by default.
    pub target_exposures: Option<i32>,
}

/// What to change of a key message. What was said with it stays as it was said, and counts.
#[derive(Clone, Debug, InputObject)]
pub struct KeyMessageUpdateInput {
    /// The key message.
    pub id: KeyMessageId,
    /// The initiative that it is about; null for the whole organisation.
    pub initiative_id: MaybeUndefined<InitiativeId>,
    /// The message, one line of 1 to 500 characters; cannot be cleared.
    pub text: MaybeUndefined<String>,
    /// What it is to do; cannot be cleared.
    pub purpose: MaybeUndefined<Purpose>,
    /// How often it is to reach everybody, 1 to 100; cannot be cleared.
    pub target_exposures: MaybeUndefined<i32>,
}

/// Whom a communication is for: when it is sent, the ACTIVE people who work in these units or below them, of these tiers
/// where tiers are named, and these people.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AudienceInput {
    /// The units, with all below them; at most 200. To name every unit at the top, and no tier, is to speak to everyone:
    /// whoever is signed in sees it once it is sent.
    pub org_unit_ids: Option<Vec<OrgUnitId>>,
    /// To which tiers the units are narrowed; to none by default.
    pub tiers: Option<Vec<Tier>>,
    /// People one by one, whatever their unit and tier; at most 500.
    pub person_ids: Option<Vec<PersonId>>,
}

/// A communication that is to be sent.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationPlanInput {
    /// Who says it, somebody ACTIVE; yourself by default. A LEADER names themselves.
    pub sender_id: Option<PersonId>,
    /// On which way.
    pub channel: Channel,
    /// What it is to do; CORRECTION is for `communicationCorrect`.
    pub purpose: Purpose,
    /// What it is about, one line of 1 to 200 characters.
    pub subject: String,
    /// What is said, 1 to 20 000 characters.
    pub body: Markdown,
    /// What a customer or a colleague has lived, which it tells; at most 20 000 characters.
    pub story: Option<Markdown>,
    /// The initiatives that it serves, at most 20; none by default.
    pub initiative_ids: Option<Vec<InitiativeId>>,
    /// The key message that it carries; none by default.
    pub key_message_id: Option<KeyMessageId>,
    /// The day for which it is planned: today or later. Without one it is neither on time nor late.
    pub planned_for: Option<Date>,
    /// Whom it is for; nobody yet by default.
    pub audience: Option<AudienceInput>,
}

/// What to change of a communication that is PLANNED.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationUpdateInput {
    /// The communication.
    pub id: CommunicationId,
    /// Who says it, somebody ACTIVE; cannot be cleared. A LEADER names themselves.
    pub sender_id: MaybeUndefined<PersonId>,
    /// On which way; cannot be cleared.
    pub channel: MaybeUndefined<Channel>,
    /// What it is to do; cannot be cleared. A correction stays one.
    pub purpose: MaybeUndefined<Purpose>,
    /// What it is about, one line of 1 to 200 characters; cannot be cleared.
    pub subject: MaybeUndefined<String>,
    /// What is said, 1 to 20 000 characters; cannot be cleared.
    pub body: MaybeUndefined<Markdown>,
    /// The story that it tells; null clears.
    pub story: MaybeUndefined<Markdown>,
    /// The initiatives that it serves, all of them; null for none.
    pub initiative_ids: MaybeUndefined<Vec<InitiativeId>>,
    /// The key message that it carries; null for none.
    pub key_message_id: MaybeUndefined<KeyMessageId>,
    /// The day for which it is planned: today or later, or the day that it has; null for none.
    pub planned_for: MaybeUndefined<Date>,
    /// Whom it is for, as a whole; null for nobody yet, and for a correction the audience of what it corrects.
    pub audience: MaybeUndefined<AudienceInput>,
}

/// Which communication to send.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationSendInput {
    /// The communication; PLANNED.
    pub id: CommunicationId,
}

/// Which communication to call off.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationCancelInput {
    /// The communication; PLANNED.
    pub id: CommunicationId,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// A correction of a communication that was sent: a new one, to be sent, which points to it.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationCorrectInput {
    /// The communication that it corrects; SENT.
    pub id: CommunicationId,
    /// Who says it; whoever said what it corrects by default. A LEADER names themselves.
    pub sender_id: Option<PersonId>,
    /// On which way; the same by default.
    pub channel: Option<Channel>,
    /// What it is about, one line of 1 to 200 characters; the same by default.
    pub subject: Option<String>,
    /// What is right, 1 to 20 000 characters.
    pub body: Markdown,
    /// What a customer or a colleague has lived, which it tells; none by default.
    pub story: Option<Markdown>,
    /// The day for which it is planned: today or later; none by default.
    pub planned_for: Option<Date>,
    /// Whom it is for; by default the same units, tiers and people, and everybody ACTIVE who was in the audience of what it
    /// corrects.
    pub audience: Option<AudienceInput>,
}

/// Which communication you acknowledge.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationAcknowledgeInput {
    /// The communication; SENT to you.
    pub id: CommunicationId,
}

/// What is known of one receipt. What is left out stays; null takes back what was recorded by mistake.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ReceiptInput {
    /// Whose: somebody of the audience, each once.
    pub person_id: PersonId,
    /// When it was delivered: when they were there, saw it or got it. By default, for what was opened or acknowledged, no
    /// later than that.
    pub delivered_at: MaybeUndefined<DateTime>,
    /// When they opened it.
    pub opened_at: MaybeUndefined<DateTime>,
    /// When they acknowledged it, opened or not. Cannot be changed where they did so themselves.
    pub acknowledged_at: MaybeUndefined<DateTime>,
}

/// Whom a communication reached.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationReceiptsRecordInput {
    /// The communication; SENT.
    pub id: CommunicationId,
    /// What is known of whom, 1 to 1 000 rows.
    pub rows: Vec<ReceiptInput>,
    /// What to do when some of them cannot be written; REJECT_ALL by default.
    pub policy: Option<ImportPolicy>,
}
