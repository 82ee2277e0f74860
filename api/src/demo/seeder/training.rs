//! Carries out what is told of curricula, sessions, certificates and change agents.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Utc};
use tutti_entity::training::change_agent;

use super::{Seeder, Step, Task};
use crate::demo::story::Who;
use crate::demo::training::{
    AGENTS, Agent, CERTIFIED, CURRICULA, Came, Certified, Curriculum, LEAD, SESSIONS, Session, Went,
};
use crate::graphql::scalars::{Date, Duration, Markdown, Percent};
use crate::training::inputs::{
    AttendanceEnrolInput, AttendanceInput, CertificationIssueInput, ChangeAgentNominateInput,
    ChangeAgentUpdateInput, CurriculumCreateInput, TrainingSessionCancelInput, TrainingSessionHoldInput,
    TrainingSessionScheduleInput,
};

/// One thing that was done about training.
#[derive(Clone, Copy)]
pub(super) enum Lesson {
    Curriculum(&'static Curriculum),
    Certificate(&'static Certified),
    Schedule(usize, &'static Session),
    Enrol(usize, Who),
    Hold(usize, &'static Session, &'static [Came]),
    CallOff(usize, &'static str),
    Nominate(usize, &'static Agent),
    Agent(usize, change_agent::State),
}

/// So many percent.
fn percent(whole: i32) -> Percent {
    Percent::from_basis_points(whole.saturating_mul(100))
}

impl Seeder<'_> {
    /// All of it, each on its day.
    pub(super) fn lessons(
        some_time: &mut impl FnMut(i32) -> Result<DateTime<Utc>, String>,
    ) -> Result<Vec<Step>, String> {
        let mut told: Vec<(i32, Option<Who>, Lesson)> = Vec::new();
        for curriculum in CURRICULA {
            told.push((curriculum.day, Some(LEAD), Lesson::Curriculum(curriculum)));
        }
        for certified in CERTIFIED {
            told.push((certified.day, certified.by, Lesson::Certificate(certified)));
        }
        for (number, session) in SESSIONS.iter().enumerate() {
            let scheduled = session.scheduled();
            told.push((scheduled, Some(LEAD), Lesson::Schedule(number, session)));
            let enrolled = session.enrolled.iter();
            told.extend(enrolled.map(|who| (scheduled + 1, Some(LEAD), Lesson::Enrol(number, who))));
            match session.went {
                Went::Ahead => {}
                Went::Held(came) => {
                    told.push((session.on, Some(LEAD), Lesson::Hold(number, session, came)));
                }
                Went::Off(why) => told.push((session.on - 2, Some(LEAD), Lesson::CallOff(number, why))),
            }
        }
        for (number, agent) in AGENTS.iter().enumerate() {
            told.push((agent.day, Some(LEAD), Lesson::Nominate(number, agent)));
            let went = agent.went.iter();
            told.extend(went.map(|(day, state)| (*day, Some(LEAD), Lesson::Agent(number, *state))));
        }
        let step = |(day, by, lesson)| Ok(Step { at: some_time(day)?, by, task: Task::Lesson(lesson) });
        told.into_iter().map(step).collect()
    }

    pub(super) async fn lesson(&mut self, by: Option<Who>, lesson: Lesson) -> Result<(), String> {
        let none = || "It is not there yet.".to_owned();
        match lesson {
            Lesson::Curriculum(curriculum) => {
                let input = CurriculumCreateInput {
                    name: curriculum.name.to_owned(),
                    objectives: Some(Markdown(curriculum.objectives.to_owned())),
                    validity: curriculum.validity.map(Duration::stored),
                    min_minutes: curriculum.minutes,
                    pass_mark: percent(curriculum.pass),
                    practice_within: curriculum.practice.map(Duration::stored),
                };
                let row = self.write(by, "curriculumCreate", &input).await?;
                self.curricula.insert(curriculum.name, row.id);
            }
            Lesson::Certificate(certified) => {
                let input = CertificationIssueInput {
                    person_id: self.person(certified.who)?,
                    curriculum_id: self.curricula.get(certified.of).copied().ok_or_else(none)?,
                    level: certified.level,
                    issued_on: None,
                    basis_id: None,
                };
                self.write(by, &format!("certificationIssue to {}", certified.who), &input).await?;
            }
            Lesson::Schedule(number, session) => {
                let helps = session.helps.iter().map(|who| self.person(who));
                let input = TrainingSessionScheduleInput {
                    curriculum_id: self.curricula.get(session.of).copied().ok_or_else(none)?,
                    trainer_id: self.person(session.trainer)?,
                    co_trainer_ids: Some(helps.collect::<Result<_, _>>()?),
                    initiative_id: session.initiative.map(|title| self.initiative(title)).transpose()?,
                    scheduled_on: Date(self.day(session.on)?),
                    place: Some(session.place.to_owned()),
                };
                let what = format!("trainingSessionSchedule with {}", session.trainer);
                let row = self.write(by, &what, &input).await?;
                self.sessions.insert(number, row.id);
            }
            Lesson::Enrol(number, who) => {
                let session_id = self.sessions.get(&number).copied().ok_or_else(none)?;
                let input = AttendanceEnrolInput { session_id, person_id: self.person(who)? };
                self.write(by, &format!("attendanceEnrol of {who}"), &input).await?;
            }
            Lesson::Hold(number, session, came) => {
                let attendance = |&Came(who, minutes, pre, post): &Came| {
                    let person_id = self.person(who)?;
                    let (pre_score, post_score) = (pre.map(percent), post.map(percent));
                    Ok(AttendanceInput { person_id, minutes, pre_score, post_score })
                };
                let input = TrainingSessionHoldInput {
                    id: self.sessions.get(&number).copied().ok_or_else(none)?,
                    held_on: Date(self.day(session.on)?),
                    attendances: came.iter().map(attendance).collect::<Result<_, String>>()?,
                };
                self.write(by, &format!("trainingSessionHold by {}", session.trainer), &input).await?;
            }
            Lesson::CallOff(number, why) => {
                let id = self.sessions.get(&number).copied().ok_or_else(none)?;
                let input = TrainingSessionCancelInput { id, reason: why.to_owned() };
                self.write(by, "trainingSessionCancel", &input).await?;
            }
            Lesson::Nominate(number, agent) => {
                let input = ChangeAgentNominateInput {
                    person_id: self.person(agent.who)?,
                    org_unit_id: self.unit(agent.unit)?,
                    capacity: percent(agent.capacity),
                    manager_agreed: Some(agent.agreed),
                };
                let row = self.write(by, &format!("changeAgentNominate of {}", agent.who), &input).await?;
                self.agents.insert(number, row.id);
            }
            Lesson::Agent(number, state) => {
                let input = ChangeAgentUpdateInput {
                    id: self.agents.get(&number).copied().ok_or_else(none)?,
                    capacity: MaybeUndefined::Undefined,
                    manager_agreed: MaybeUndefined::Undefined,
                    state: MaybeUndefined::Value(state),
                };
                self.write(by, "changeAgentUpdate", &input).await?;
            }
        }
        Ok(())
    }
}
