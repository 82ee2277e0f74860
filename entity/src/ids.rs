//! Typed ids: a UUIDv7 in the database, `ini_01jd…` outside.
//!
//! The prefix says what kind of thing is meant, so that the id of a person given where an initiative
//! is wanted is refused with a sentence instead of finding nothing. The rest is the UUID in lower-case
//! Crockford base 32, 26 characters, which sorts as the UUID does: by creation.

use std::{borrow::Cow, fmt, str::FromStr};

use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value, parser::types::Field, registry::Registry,
};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// What every typed id can do.
pub trait TypedId: Copy + Eq + std::hash::Hash + fmt::Debug + Send + Sync + 'static {
    /// The kind of thing it names.
    const KIND: Kind;

    /// The id of this UUID, whatever it names.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID in the database.
    fn uuid(self) -> Uuid;
}

/// Why a text is no id of the wanted kind; the sentence is written for the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadId(String);

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadId {}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 26;

/// The digits of a UUID. An answer holds hundreds of them, so that they are written where they are needed.
fn encode(uuid: Uuid) -> [u8; DIGITS] {
    let bits = uuid.as_u128();
    std::array::from_fn(|place| {
        let index = usize::try_from((bits >> (5 * (DIGITS - 1 - place))) & 31).unwrap_or_default();
        ALPHABET.get(index).copied().unwrap_or_default()
    })
}

fn decode(text: &str) -> Option<Uuid> {
    // 26 digits hold 130 bits: the first one may only use its lower three.
    let fits =
        text.len() == DIGITS && text.as_bytes().first().is_some_and(|first| (b'0'..=b'7').contains(first));
    if !fits {
        return None;
    }
    let mut bits = 0_u128;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        bits = (bits << 5) | u128::try_from(digit).ok()?;
    }
    Some(Uuid::from_u128(bits))
}

/// Shortens what a caller sent before it is quoted back.
fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
}

/// An id of any kind, as `node(id:)` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnyId {
    /// What it names.
    pub kind: Kind,
    /// Its UUID.
    pub uuid: Uuid,
}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl AnyId {
    /// The id as it is written.
    fn text(self) -> String {
        let (prefix, digits) = (self.kind.prefix(), encode(self.uuid));
        let mut text = String::with_capacity(prefix.len() + 1 + DIGITS);
        text.push_str(prefix);
        text.push('_');
        text.push_str(std::str::from_utf8(&digits).unwrap_or_default());
        text
    }
}

impl FromStr for AnyId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let (prefix, rest) =
            text.split_once('_').ok_or_else(|| BadId(format!("{} is not an id.", quoted(text))))?;
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.prefix() == prefix)
            .ok_or_else(|| BadId(format!("{} is not an id: its prefix is unknown.", quoted(text))))?;
        let uuid = decode(rest).ok_or_else(|| {
            BadId(format!("{} is not an id: 26 characters follow the prefix.", quoted(text)))
        })?;
        Ok(Self { kind, uuid })
    }
}

/// Declares every kind of thing that has an id: its type, its kind and its prefix.
macro_rules! id_type {
    ($($(#[$doc:meta])* $kind:ident $name:ident $prefix:literal;)+) => {
        /// The kinds of things that have an id, and that events speak of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $kind,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: [Self; [$($prefix),+].len()] = [$(Self::$kind),+];

            /// What ids of this kind start with, before the underscore.
            #[must_use]
            pub const fn prefix(self) -> &'static str {
                match self { $(Self::$kind => $prefix,)+ }
            }

            /// The name of the GraphQL type.
            #[must_use]
            pub const fn type_name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind),)+ }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
            pub struct $name(pub Uuid);

            impl TypedId for $name {
                const KIND: Kind = Kind::$kind;

                fn from_uuid(uuid: Uuid) -> Self {
                    Self(uuid)
                }

                fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl TryFromU64 for $name {
                fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                    Err(DbErr::ConvertFromU64(stringify!($name)))
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    AnyId { kind: Kind::$kind, uuid: self.0 }.fmt(f)
                }
            }

            impl FromStr for $name {
                type Err = BadId;

                fn from_str(text: &str) -> Result<Self, BadId> {
                    match text.parse::<AnyId>() {
                        Ok(AnyId { kind: Kind::$kind, uuid }) => Ok(Self(uuid)),
                        Ok(other) => Err(BadId(format!(
                            "{} is the id of {} {}; here an id of {} {} belongs, which starts with `{}_`.",
                            quoted(text), article(other.kind.type_name()), other.kind.type_name(),
                            article(stringify!($kind)), stringify!($kind), $prefix,
                        ))),
                        Err(error) => Err(error),
                    }
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    to.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    Cow::<str>::deserialize(from)?.parse().map_err(de::Error::custom)
                }
            }

            impl InputType for $name {
                type RawValueType = Self;

                fn type_name() -> Cow<'static, str> {
                    Cow::Borrowed("ID")
                }

                fn create_type_info(registry: &mut Registry) -> String {
                    <ID as InputType>::create_type_info(registry)
                }

                fn parse(value: Option<Value>) -> InputValueResult<Self> {
                    match value.unwrap_or_default() {
                        Value::String(text) => text.parse().map_err(InputValueError::custom),
                        other => Err(InputValueError::expected_type(other)),
                    }
                }

                fn to_value(&self) -> Value {
                    Value::String(AnyId { kind: Kind::$kind, uuid: self.0 }.text())
                }

                fn as_raw_value(&self) -> Option<&Self> {
                    Some(self)
                }
            }

            impl OutputType for $name {
                fn type_name() -> Cow<'static, str> {
                    Cow::Borrowed("ID")
                }

                fn create_type_info(registry: &mut Registry) -> String {
                    <ID as OutputType>::create_type_info(registry)
                }

                async fn resolve(
                    &self,
                    _: &ContextSelectionSet<'_>,
                    _: &Positioned<Field>,
                ) -> ServerResult<Value> {
                    Ok(Value::String(AnyId { kind: Kind::$kind, uuid: self.0 }.text()))
                }
            }
        )+
    };
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

id_type! {
    /// Somebody of the organisation.
    Person PersonId "per";
    /// A part of the organisation.
    OrgUnit OrgUnitId "org";
    /// A role that somebody holds.
    RoleGrant RoleGrantId "rol";
    /// A portfolio of initiatives.
    Portfolio PortfolioId "pfo";
    /// An initiative.
    Initiative InitiativeId "ini";
    /// A move of a due date.
    DateMove DateMoveId "mov";
    /// A move of an initiative along its statuses.
    StatusMove StatusMoveId "smv";
    /// A milestone of an initiative.
    Milestone MilestoneId "mil";
    /// What a milestone had come to from a day on.
    MilestoneFact MilestoneFactId "mft";
    /// What was agreed of an initiative.
    Baseline BaselineId "bas";
    /// A report on an initiative.
    StatusReport StatusReportId "rep";
    /// That one initiative needs another.
    Dependency DependencyId "dep";
    /// A risk, an assumption or an issue.
    RaidItem RaidItemId "rsk";
    /// Who does what by when.
    ActionItem ActionItemId "act";
    /// A line of the budget of an initiative.
    BudgetLine BudgetLineId "bud";
    /// A cost of an initiative, or the reversal of one.
    CostEntry CostEntryId "cst";
    /// A number that the organisation steers by.
    Kpi KpiId "kpi";
    /// What a KPI is to come to within a time.
    KpiTarget KpiTargetId "kpt";
    /// What was measured of a KPI in a period.
    Measurement MeasurementId "mea";
    /// That an initiative is to move a KPI.
    KpiLink KpiLinkId "kpl";
    /// What people are to hear until it has reached them.
    KeyMessage KeyMessageId "kms";
    /// What a leader says to whom, through which channel.
    Communication CommunicationId "com";
    /// What is taught, and what it takes to have learned it.
    Curriculum CurriculumId "cur";
    /// A session at which somebody teaches a curriculum.
    TrainingSession TrainingSessionId "trs";
    /// That somebody is to attend a session, or did.
    Attendance AttendanceId "att";
    /// That somebody may practise, train or lead a curriculum.
    Certification CertificationId "crt";
    /// Somebody who carries the change into an org unit.
    ChangeAgent ChangeAgentId "agt";
    /// How far somebody has come with a change.
    AdoptionAssessment AdoptionAssessmentId "ada";
    /// What comes back up.
    UpwardFeedback UpwardFeedbackId "upf";
    /// A plan of shared rewards.
    RewardPlan RewardPlanId "rwp";
    /// A group of a plan.
    RewardGroup RewardGroupId "rwg";
    /// That somebody takes part in a plan.
    Participation ParticipationId "ptn";
    /// What a plan pays for one period, or corrects.
    PayoutRun PayoutRunId "run";
    /// What a run pays one person, or takes back.
    PayoutLine PayoutLineId "pay";
    /// Something that happened.
    Event EventId "evt";
    /// A sign-in, from then until it ends.
    Session SessionId "ses";
    /// A key that a machine calls with.
    ApiKey ApiKeyId "key";
    /// The secret address of somebody's calendar of deadlines.
    CalendarFeed CalendarFeedId "cal";
    /// The password of a person; its id is that of the person.
    Password PasswordId "pwd";
    /// An address that is told of events.
    Webhook WebhookId "whk";
    /// That a webhook is to be told of an event, and what became of it.
    WebhookDelivery WebhookDeliveryId "whd";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        for bits in [0, 1, 31, 32, u128::MAX, 0x0193_5c2a_7bde_7f00_8123_4567_89ab_cdef] {
            let id = InitiativeId(Uuid::from_u128(bits));
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(InitiativeId(Uuid::from_u128(u128::MAX)).to_string(), "ini_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn ids_sort_as_their_uuids_do() {
        let texts: Vec<_> = [1_u128, 31, 32, 1 << 64, u128::MAX]
            .map(|bits| PersonId(Uuid::from_u128(bits)).to_string())
            .into();
        assert!(texts.is_sorted());
    }

    #[test]
    fn a_wrong_id_says_what_is_wrong() {
        let person = PersonId(Uuid::from_u128(7)).to_string();
        let error = person.parse::<InitiativeId>().unwrap_err().to_string();
        assert!(error.contains("is the id of a Person") && error.contains("starts with `ini_`"), "{error}");
        for text in [
            "",
            "ini",
            "ini_",
            "ini_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "xyz_00000000000000000000000000",
            "ini_0000000000000000000000000u",
            "INI_00000000000000000000000000",
        ] {
            assert!(text.parse::<InitiativeId>().is_err(), "{text}");
        }
        let long = "x".repeat(5000);
        assert!(long.parse::<InitiativeId>().unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn prefixes_are_unique() {
        let mut prefixes = Kind::ALL.map(Kind::prefix).to_vec();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), Kind::ALL.len());
    }
}
