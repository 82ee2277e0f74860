//! A communication: what a leader says to whom, through which channel.
//!
//! Once it is SENT it never changes. What it kept of its audience, of its sender and of its day when it was sent stays
//! as well.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DeriveValueType, Iterable, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::ids::{CommunicationId, KeyMessageId, PersonId};
use crate::people::person::Tier;
use crate::text::Text;
use crate::value::choice;

choice! {
    /// Where a communication stands. SENT and CANCELLED are final.
    State as "CommunicationState" {
        /// To be sent.
        Planned,
        /// Sent: its audience is known, and it never changes again.
        Sent,
        /// Called off.
        Cancelled,
    }
}

choice! {
    /// The way on which a communication reaches people.
    Channel {
        /// A mail to each of them.
        Email,
        /// A page of the intranet.
        Intranet,
        /// A meeting of a team.
        TeamMeeting,
        /// A talk between two.
        OneToOne,
        /// A film.
        Video,
        /// A newsletter that is not sent from here.
        Newsletter,
        /// A meeting of many.
        TownHall,
        /// A visit where people work.
        SiteVisit,
        /// A message in a chat.
        Chat,
    }
}

choice! {
    /// What a communication or a key message is to do.
    Purpose as "MessagePurpose" {
        /// Say why things change.
        Why,
        /// Say what changes.
        What,
        /// Say what it means for whoever hears it.
        PersonalImpact,
        /// Say how far it has come.
        Progress,
        /// Tell what a customer or a colleague has lived.
        Story,
        /// Say thank you.
        Recognition,
        /// Answer what was asked.
        Answer,
        /// Set right what was said.
        Correction,
    }
}

crate::value::set_of! {
    /// The tiers to which an audience is narrowed; none of them for every tier.
    Tiers of Tier
}

/// One communication.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "communications")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CommunicationId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Where it stands.
    pub state: State,
    /// Who says it.
    #[serde(rename = "sender")]
    pub sender_id: PersonId,
    /// On which way.
    pub channel: Channel,
    /// What it is to do.
    pub purpose: Purpose,
    /// What it is about, in one line.
    pub subject: String,
    /// The subject, folded, for filters and orders.
    pub subject_folded: String,
    /// What is said.
    pub body: String,
    /// What a customer or a colleague has lived, which it tells.
    pub story: Option<String>,
    /// The key message that it carries.
    #[serde(rename = "keyMessage")]
    pub key_message_id: Option<KeyMessageId>,
    /// To which tiers the named units are narrowed.
    #[serde(rename = "audience.tiers")]
    pub tiers: Tiers,
    /// Whether it is also for everybody whom the communication reached or should have reached that it corrects.
    #[serde(rename = "audience.asCorrected")]
    pub as_corrected: bool,
    /// The day for which it is planned; none where no day was named.
    pub planned_for: Option<NaiveDate>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The day on which it was sent.
    #[serde(rename = "_sentOn")]
    pub sent_on: Option<NaiveDate>,
    /// Where its sender stood when it was sent.
    #[serde(rename = "_senderTier")]
    pub sender_tier: Option<Tier>,
    /// How many people it was for when it was sent.
    #[serde(rename = "audience.size")]
    pub audience_size: Option<i32>,
    /// Whether it was for everybody when it was sent: every unit at the top was named, and no tier.
    #[serde(rename = "audience.isEveryone")]
    pub for_everyone: bool,
    /// The day on which it was called off.
    #[serde(rename = "_cancelledOn")]
    pub cancelled_on: Option<NaiveDate>,
    /// The communication that it corrects.
    #[serde(rename = "corrects")]
    pub corrects_id: Option<CommunicationId>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    CommunicationId,
    |_row| None,
    found by |row| Text::called(&row.subject).saying(row.body.as_str()).saying(row.story.as_deref())
);
