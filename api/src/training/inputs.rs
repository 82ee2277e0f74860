//! What mutations of training take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{
    AttendanceId, CertificationId, ChangeAgentId, CurriculumId, InitiativeId, OrgUnitId, PersonId,
    TrainingSessionId,
};
use tutti_entity::training::certification::Level;
use tutti_entity::training::change_agent::State;

use crate::graphql::scalars::{Date, Duration, Markdown, Percent};

/// A new curriculum.
#[derive(Clone, Debug, InputObject)]
pub struct CurriculumCreateInput {
    /// What it is called, 1 to 200 characters; no other has this name, whatever its case.
    pub name: String,
    /// What one can do after it, at most 20 000 characters.
    pub objectives: Option<Markdown>,
    /// How long a certificate of it holds: days, weeks, months or years, such as `P12M`; for good by default.
    pub validity: Option<Duration>,
    /// How many minutes of a session one has to be there, 1 to 10 080.
    pub min_minutes: i32,
    /// The score after a session that is enough, 0 to 100.
    pub pass_mark: Percent,
    /// How soon somebody who was trained has to train others, as the validity; nobody has to by default.
    pub practice_within: Option<Duration>,
}

/// What to change of a curriculum. Certificates that were issued and attendances that were recorded stay as they are.
#[derive(Clone, Debug, InputObject)]
pub struct CurriculumUpdateInput {
    /// The curriculum.
    pub id: CurriculumId,
    /// What it is called; cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// What one can do after it; null clears.
    pub objectives: MaybeUndefined<Markdown>,
    /// How long a certificate that is issued from now on holds; null for good.
    pub validity: MaybeUndefined<Duration>,
    /// How many minutes one has to be there, 1 to 10 080; cannot be cleared.
    pub min_minutes: MaybeUndefined<i32>,
    /// The score that is enough, 0 to 100; cannot be cleared.
    pub pass_mark: MaybeUndefined<Percent>,
    /// How soon somebody who is trained from now on has to train others; null where nobody has to.
    pub practice_within: MaybeUndefined<Duration>,
}

/// A session that is to be held.
#[derive(Clone, Debug, InputObject)]
pub struct TrainingSessionScheduleInput {
    /// What is taught.
    pub curriculum_id: CurriculumId,
    /// Who teaches it: somebody ACTIVE, whether certified or not. A TRAINER names themselves.
    pub trainer_id: PersonId,
    /// Who helps: at most 20 ACTIVE people; nobody by default.
    pub co_trainer_ids: Option<Vec<PersonId>>,
    /// The initiative for which it is held; for none by default.
    pub initiative_id: Option<InitiativeId>,
    /// The day for which it is planned.
    pub scheduled_on: Date,
    /// Where it is held, at most 200 characters.
    pub place: Option<String>,
}

/// What to change of a session that is SCHEDULED.
#[derive(Clone, Debug, InputObject)]
pub struct TrainingSessionUpdateInput {
    /// The session.
    pub id: TrainingSessionId,
    /// Who teaches it; cannot be cleared. A TRAINER names themselves.
    pub trainer_id: MaybeUndefined<PersonId>,
    /// Who helps, all of them; null for nobody.
    pub co_trainer_ids: MaybeUndefined<Vec<PersonId>>,
    /// The initiative for which it is held; null for none.
    pub initiative_id: MaybeUndefined<InitiativeId>,
    /// The day for which it is planned; cannot be cleared.
    pub scheduled_on: MaybeUndefined<Date>,
    /// Where it is held, at most 200 characters; null clears.
    pub place: MaybeUndefined<String>,
}

/// What became of somebody at a session.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AttendanceInput {
    /// Who: neither the trainer nor somebody who helps.
    pub person_id: PersonId,
    /// How many minutes they were there, 0 to 10 080; 0 for ABSENT.
    pub minutes: i32,
    /// Their score before, 0 to 100; none by default.
    pub pre_score: Option<Percent>,
    /// Their score after, 0 to 100; none by default, and none for somebody who was not there.
    pub post_score: Option<Percent>,
}

/// That a session was held, and who attended.
#[derive(Clone, Debug, InputObject)]
pub struct TrainingSessionHoldInput {
    /// The session; SCHEDULED.
    pub id: TrainingSessionId,
    /// The day on which it was held: today or before.
    pub held_on: Date,
    /// Who attended, each once, enrolled before or not; at most 1 000. Whoever was enrolled and is not among them is
    /// ABSENT.
    pub attendances: Vec<AttendanceInput>,
}

/// What to correct of a session that was HELD. Its lineage is reckoned anew.
#[derive(Clone, Debug, InputObject)]
pub struct TrainingSessionCorrectInput {
    /// The session; HELD.
    pub id: TrainingSessionId,
    /// Who taught it, if somebody else; cannot be cleared.
    pub trainer_id: MaybeUndefined<PersonId>,
    /// Who helped, all of them; null for nobody.
    pub co_trainer_ids: MaybeUndefined<Vec<PersonId>>,
    /// The day on which it was held, if another: today or before; cannot be cleared.
    pub held_on: MaybeUndefined<Date>,
    /// Why, 1 to 1 000 characters; kept in the log.
    pub reason: String,
}

/// Which session to call off.
#[derive(Clone, Debug, InputObject)]
pub struct TrainingSessionCancelInput {
    /// The session; SCHEDULED.
    pub id: TrainingSessionId,
    /// Why, 1 to 1 000 characters; kept in the log.
    pub reason: String,
}

/// Who is to attend a session.
#[derive(Clone, Debug, InputObject)]
pub struct AttendanceEnrolInput {
    /// The session; SCHEDULED.
    pub session_id: TrainingSessionId,
    /// Who: somebody who has not left, not enrolled yet, neither its trainer nor somebody who helps.
    pub person_id: PersonId,
}

/// What became of somebody at a session that was HELD, recorded late or corrected.
#[derive(Clone, Debug, InputObject)]
pub struct AttendanceRecordInput {
    /// The session; HELD.
    pub session_id: TrainingSessionId,
    /// Who: neither the trainer nor somebody who helps.
    pub person_id: PersonId,
    /// How many minutes they were there, 0 to 10 080; 0 for ABSENT.
    pub minutes: i32,
    /// Their score before, 0 to 100; none by default.
    pub pre_score: Option<Percent>,
    /// Their score after, 0 to 100; none by default, and none for somebody who was not there.
    pub post_score: Option<Percent>,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// A new certificate.
#[derive(Clone, Debug, InputObject)]
pub struct CertificationIssueInput {
    /// Whose it is: somebody who has not left.
    pub person_id: PersonId,
    /// Of what.
    pub curriculum_id: CurriculumId,
    /// Of which level. A TRAINER issues those below their own alone.
    pub level: Level,
    /// The first day on which it holds: today by default, or a day before; after that of the one whose place it takes.
    pub issued_on: Option<Date>,
    /// For what it is issued: a COMPLETED attendance of theirs of this curriculum; for none by default.
    pub basis_id: Option<AttendanceId>,
}

/// Which certificate to take back.
#[derive(Clone, Debug, InputObject)]
pub struct CertificationRevokeInput {
    /// The certificate.
    pub id: CertificationId,
    /// The first day on which it does not hold: today by default, or a day before on which it held. Sessions that its
    /// holder gave from then on create no lineage any more.
    pub revoked_on: Option<Date>,
    /// Why, 1 to 1 000 characters.
    pub reason: String,
}

/// A new change agent.
#[derive(Clone, Debug, InputObject)]
pub struct ChangeAgentNominateInput {
    /// Who: somebody who has not left, and is not an agent for this unit.
    pub person_id: PersonId,
    /// The unit into which they carry the change.
    pub org_unit_id: OrgUnitId,
    /// How much of their time is for it: more than 0, at most 100.
    pub capacity: Percent,
    /// Whether their manager agreed; not yet by default.
    pub manager_agreed: Option<bool>,
}

/// What to change of a change agent.
#[derive(Clone, Debug, InputObject)]
pub struct ChangeAgentUpdateInput {
    /// The agent.
    pub id: ChangeAgentId,
    /// How much of their time is for it: more than 0, at most 100; cannot be cleared.
    pub capacity: MaybeUndefined<Percent>,
    /// Whether their manager agreed; cannot be cleared. An ACTIVE agent has the agreement.
    pub manager_agreed: MaybeUndefined<bool>,
    /// Where they stand; cannot be cleared. From NOMINATED to ACTIVE or ALUMNI, from ACTIVE to PAUSED or ALUMNI, from
    /// PAUSED to ACTIVE or ALUMNI, from ALUMNI to NOMINATED.
    pub state: MaybeUndefined<State>,
}
