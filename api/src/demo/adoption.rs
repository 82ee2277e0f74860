//! What the people of the demo answered about the change, worked out from who works where. Pure.
//!
//! Everybody was asked twelve working days ago, and the contact centre in Aarhus two months ago as well. Most answered.
//! Those at the head of Commercial are three, so that Marketing and Digital is hidden with them, and of Billing four did.

use tutti_entity::training::adoption_assessment::Barrier::{
    self, Ability, Awareness, Desire, Knowledge, NoBarrier, Reinforcement,
};

use super::organisation::{
    AARHUS, BILLING, COMMERCIAL, DIGITAL, FIELD, FINANCE, ODENSE, OFFICE, OPERATIONS, PEOPLE, SALES, TEAMS,
};
use super::people::local_part;
use super::roles::PARTINGS;

/// What the people of a unit answer, one after the other and over again, and how many of them do at most.
const ASKED: [(&str, i32, usize, &[Barrier]); 12] = [
    (AARHUS, -42, 20, &[Knowledge, Knowledge, Awareness, Desire, Ability]),
    (PEOPLE, -12, 9, &[NoBarrier, Reinforcement]),
    (OFFICE, -12, 9, &[NoBarrier, NoBarrier, Ability]),
    (OPERATIONS, -12, 9, &[Reinforcement, NoBarrier, Ability]),
    (AARHUS, -12, 20, &[Ability, Ability, NoBarrier, Knowledge, Reinforcement]),
    (ODENSE, -12, 16, &[Knowledge, Desire, Knowledge, Ability]),
    (FIELD, -12, 14, &[Awareness, Awareness, Desire]),
    (COMMERCIAL, -12, 9, &[Reinforcement, NoBarrier]),
    (SALES, -12, 9, &[Desire, Desire, Awareness, Knowledge]),
    (DIGITAL, -12, 7, &[NoBarrier, Reinforcement, NoBarrier]),
    (FINANCE, -12, 9, &[NoBarrier, Knowledge]),
    (BILLING, -12, 4, &[Desire]),
];

/// What somebody answered: awareness, desire, knowledge, ability and reinforcement.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub day: i32,
    pub who: String,
    pub scores: [i32; 5],
}

/// Everything that was answered.
pub(super) fn answers() -> Vec<Answer> {
    let mut all = Vec::new();
    for (unit, day, most, barriers) in ASKED {
        let there = TEAMS.iter().filter(|team| team.unit == unit).flat_map(|team| team.names);
        let asked = there.map(|name| local_part(name)).filter(|who| stayed(who, day)).take(most);
        for ((number, who), barrier) in (0..).zip(asked).zip(barriers.iter().cycle()) {
            all.push(Answer { day: day + number % 4, who, scores: scores(*barrier, number) });
        }
    }
    all
}

/// Whether somebody was there by this day, and neither went on leave nor left at any time.
fn stayed(who: &str, day: i32) -> bool {
    super::people::entered_on(who) < day && PARTINGS.iter().all(|parting| parting.who != who)
}

/// Answers that come to this barrier: all before it is there, it is not, and what comes after it may be anything.
fn scores(barrier: Barrier, number: i32) -> [i32; 5] {
    let order = [Awareness, Desire, Knowledge, Ability, Reinforcement];
    order.map(|asked| match asked.cmp(&barrier) {
        std::cmp::Ordering::Less => 4 + number % 2,
        std::cmp::Ordering::Equal => 2 + number % 2,
        std::cmp::Ordering::Greater => 1 + number % 5,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::adoption::rules::barriers::barrier;

    #[test]
    fn the_answers_come_to_their_barriers() {
        for wanted in [Awareness, Desire, Knowledge, Ability, Reinforcement, NoBarrier] {
            for number in 0..20 {
                assert_eq!(barrier(scores(wanted, number)), wanted, "{number}");
            }
        }
        assert!(answers().len() > 90, "{}", answers().len());
    }
}
