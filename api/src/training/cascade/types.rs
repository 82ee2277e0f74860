//! The cascade as callers see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{CurriculumId, PersonId, TrainingSessionId};
use tutti_entity::training::{curriculum, training_session};

use super::rules::facts::{Facts, Number};
use super::rules::figures::{estimate, fidelity, growth};
use super::rules::lineage::Link;
use super::rules::tally;
use super::store::Known;
use crate::graphql::page::LONGEST_PAGE;
use crate::graphql::{Fault, Figure};
use crate::people::types::Person;
use crate::store::Scope;
use crate::training::types::{Curriculum, TrainingSession};

/// How many persons one can ask the cascade to be told without.
const MOST_GONE: usize = 50;

/// Who trained whom in a curriculum, generation by generation; masters are generation 0.
///
/// A person's trainer is the one of the first session that they completed, by the day on which it was held, and whose
/// trainer held a certificate as TRAINER or MASTER on that day; later sessions refresh. Who held a MASTER certificate on the
/// day of a session is not trained by it, and a session with somebody whom one trained oneself, or who stands anywhere
/// below, makes them nobody's trainer: no circle ever closes. It is worked out from the sessions and certificates as they
/// stand now, so that it is right as soon as one is corrected.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Cascade {
    /// How many people are generation 0: trained somebody and were trained by nobody.
    pub masters: i32,
    /// How many people were trained, each counted once: the reach of the generations together. Generation 0 is not among
    /// them.
    pub reach: i32,
    /// How many times a session was completed, each time counted, also at sessions that create no lineage.
    pub attendances: i32,
    /// How many people, themselves not counted, would not have been reached without those who are left out by `without`:
    /// 0 where nobody is.
    pub hanging: i32,
    /// The generations that were reached, from 1.
    pub generations: Vec<Generation>,
    #[graphql(skip)]
    curriculum_id: CurriculumId,
    #[graphql(skip)]
    facts: Arc<Facts>,
    #[graphql(skip)]
    worked_out: Arc<tally::Cascade>,
}

/// The people who are equally far from a master: generation 1 was trained by generation 0.
#[derive(Clone, Debug, SimpleObject)]
pub struct Generation {
    /// Its number, from 1.
    pub number: i32,
    /// How many people it has, each counted once.
    pub reach: i32,
    /// How many sessions of the curriculum these people completed together, each time counted, also later ones that
    /// refreshed.
    pub attendances: i32,
    /// How many of them held a session themselves that creates lineage and that somebody completed.
    pub active_trainers: i32,
    /// How many of them hold a certificate as TRAINER or MASTER today.
    pub certified_trainers: i32,
    /// Its reach over that of the generation before, to four decimals; NOT_APPLICABLE for the first.
    pub growth: Figure,
    /// How much of what was taught arrives: the mean of the scores after the sessions at which its people were trained over
    /// that of the first generation, where both have at least 5 scores; else the estimate 0.75 to the power of its number.
    /// To four decimals; NOT_APPLICABLE where the first generation scored nothing.
    pub fidelity: Figure,
    /// Whether `fidelity` is the estimate. With `without` it always is: the difference to the whole would tell the score
    /// of one person.
    pub fidelity_is_estimate: bool,
}

/// That somebody was trained by somebody.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CascadeLink {
    /// The generation of the one who was trained, from 1.
    pub generation: i32,
    #[graphql(skip)]
    trainer: PersonId,
    #[graphql(skip)]
    trainee: PersonId,
    #[graphql(skip)]
    session: TrainingSessionId,
}

fn told(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

impl Cascade {
    /// The cascade of a curriculum without these persons.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        curriculum: CurriculumId,
        without: Vec<PersonId>,
    ) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        if without.len() > MOST_GONE {
            return Err(Fault::bad_input(format!("`without` takes at most {MOST_GONE} people.")));
        }
        let Some(_) = scope.one::<curriculum::Entity>(curriculum).await? else {
            return Err(Fault::bad_input("There is no curriculum with this id."));
        };
        let facts = scope.load(&Known, curriculum).await?.unwrap_or_default();
        let cascade = if without.is_empty() {
            tally::Cascade::whole(&facts, scope.today())
        } else {
            // Those of whom nothing is known leave nothing behind.
            let gone = without.iter().filter_map(|person| facts.number(*person)).collect();
            tally::Cascade::without(&facts, &gone, scope.today())
        };
        Ok(Self::new(curriculum, facts, cascade))
    }

    fn new(curriculum_id: CurriculumId, facts: Arc<Facts>, cascade: tally::Cascade) -> Self {
        let tally = &cascade.tally;
        let first = tally.generations.get(&1).map(|first| first.scores).unwrap_or_default();
        let mut before = None;
        let mut generations = Vec::with_capacity(tally.generations.len());
        for (number, of) in &tally.generations {
            let arrives = match cascade.hanging {
                None => fidelity(*number, of.scores, first),
                Some(_) => estimate(*number),
            };
            generations.push(Generation {
                number: told(*number),
                reach: told(of.reach),
                attendances: told(of.attendances),
                active_trainers: told(of.active_trainers),
                certified_trainers: told(of.certified_trainers),
                growth: growth(of.reach, before),
                fidelity: arrives.figure,
                fidelity_is_estimate: arrives.is_estimate,
            });
            before = Some(of.reach);
        }
        Self {
            masters: told(tally.masters),
            reach: told(tally.reach),
            attendances: told(tally.attendances),
            hanging: cascade.hanging.map_or(0, told),
            generations,
            curriculum_id,
            facts,
            worked_out: Arc::new(cascade),
        }
    }
}

impl Cascade {
    /// Where somebody who was trained comes in the list.
    fn place(&self, trainee: Number) -> Option<Place> {
        let member = self.worked_out.lineage.member(trainee)?;
        Some((member.generation, member.link?.order, self.facts.person(trainee)?))
    }
}

/// Where a link comes in the list: by generation, then by session in the order in which they were held.
type Place = (u32, usize, PersonId);

#[ComplexObject]
impl Cascade {
    /// The curriculum.
    async fn curriculum(&self, ctx: &Context<'_>) -> Result<Curriculum, Fault> {
        Ok(Scope::of(ctx)?.the::<curriculum::Entity>(self.curriculum_id).await?.into())
    }

    /// Who was trained by whom: by generation, then by the day of the session. BAD_USER_INPUT where `after` is no trainee
    /// of this list.
    async fn trainees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only whom this person trained: `per_…`; everybody by default.")] trainer_id: Option<
            PersonId,
        >,
        #[graphql(desc = "Only those of this generation, from 1; of all by default.")] generation: Option<
            i32,
        >,
        #[graphql(desc = "At most so many: 0 to 200, 200 by default.")] first: Option<i32>,
        #[graphql(desc = "Only those that come after this trainee, the last of the page before: `per_…`.")]
        after: Option<PersonId>,
    ) -> Result<Vec<CascadeLink>, Fault> {
        let scope = Scope::of(ctx)?;
        let most = first.map_or(Ok(LONGEST_PAGE), u32::try_from).ok().filter(|first| *first <= LONGEST_PAGE);
        let most = most.ok_or_else(|| Fault::bad_input(format!("`first` is 0 to {LONGEST_PAGE}.")))?;
        let after = after.map(|last| {
            let place = self.facts.number(last).and_then(|number| self.place(number));
            place.ok_or_else(|| Fault::bad_input("`after` is a person whom nobody trained in this cascade."))
        });
        let after = after.transpose()?;
        let generation = generation.map(|number| u32::try_from(number).unwrap_or_default());
        let trainer = trainer_id.map(|trainer| self.facts.number(trainer));
        let wanted = self.worked_out.lineage.links().filter(|(_, number, link)| {
            trainer.is_none_or(|trainer| trainer == Some(link.trainer))
                && generation.is_none_or(|generation| generation == *number)
        });
        let places = wanted.filter_map(|(trainee, _, link)| Some((self.place(trainee)?, link)));
        let mut links: Vec<(Place, &Link)> =
            places.filter(|(place, _)| after.is_none_or(|after| *place > after)).collect();
        let most = usize::try_from(most).unwrap_or_default();
        if most < links.len() {
            links.select_nth_unstable_by_key(most, |(place, _)| *place);
            links.truncate(most);
        }
        links.sort_unstable_by_key(|(place, _)| *place);
        scope.produce(links.len())?;
        let link = |((generation, order, trainee), link): &(Place, &Link)| {
            let session = self.facts.held.get(*order).map(|held| held.id)?;
            let trainer = self.facts.person(link.trainer)?;
            Some(CascadeLink { generation: told(*generation), trainer, trainee: *trainee, session })
        };
        Ok(links.iter().filter_map(link).collect())
    }
}

#[ComplexObject]
impl CascadeLink {
    /// Who trained.
    async fn trainer(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.trainer).await
    }

    /// Who was trained.
    async fn trainee(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.trainee).await
    }

    /// The session at which it was.
    async fn session(&self, ctx: &Context<'_>) -> Result<TrainingSession, Fault> {
        Ok(Scope::of(ctx)?.the::<training_session::Entity>(self.session).await?.into())
    }
}
