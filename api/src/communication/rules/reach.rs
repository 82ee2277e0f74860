//! How far a communication came, and whether it came from whom it should. Pure.

use tutti_entity::communication::communication::{Channel, Purpose};
use tutti_entity::people::person::Tier;

use crate::graphql::Figure;
use crate::graphql::figure::{FigureState, FigureUnit};

/// In a smaller audience, figures would tell of single people to those who may not see its receipts.
pub const SMALLEST: i32 = 5;

const NOT_SENT: &str = "not sent";
const NOBODY_ELSE: &str = "it was for nobody but its sender";
const NOT_RECORDED: &str = "nobody has recorded yet whom it reached";

/// How many receipts a communication has, and how many of them say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// All of them.
    pub audience: i64,
    /// Those that were delivered.
    pub delivered: i64,
    /// Those that were acknowledged.
    pub acknowledged: i64,
    /// Those of anybody but the sender, who has nobody to hear it from.
    pub others: i64,
    /// Those of these to whom it came from whom it should.
    pub preferred: i64,
}

fn suppressed() -> Figure {
    let reason = format!("an audience of fewer than {SMALLEST}");
    Figure {
        value: None,
        unit: FigureUnit::Percent,
        currency: None,
        state: FigureState::Suppressed,
        reason: Some(reason),
    }
}

fn not_recorded() -> Figure {
    Figure { state: FigureState::NoData, reason: Some(NOT_RECORDED.to_owned()), ..suppressed() }
}

impl Reached {
    /// Delivered of the audience, and acknowledged of the audience, in percent. `open` says whether whoever asks may see
    /// the receipts themselves. The mail server alone tells us itself that something came: of any other channel nobody
    /// knows whom it reached before somebody records it.
    #[must_use]
    pub fn shares(self, channel: Channel, sent: bool, open: bool) -> [Figure; 2] {
        let whole = if sent { self.audience } else { 0 };
        if sent && !open && self.audience < i64::from(SMALLEST) {
            return [suppressed(), suppressed()];
        }
        let unknown = sent && self.delivered == 0 && channel != Channel::Email;
        let delivered = if unknown { not_recorded() } else { Figure::share(self.delivered, whole, NOT_SENT) };
        [delivered, Figure::share(self.acknowledged, whole, NOT_SENT)]
    }
}

/// From whom a communication should come, where that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preferred {
    /// From the manager of whoever hears it.
    Manager,
    /// From somebody at the top, the same for all who hear it.
    Leader,
}

/// From whom what serves this purpose should come; none where anybody may say it. People want to hear what a change means
/// for them from their own manager, and why it comes from those who lead.
#[must_use]
pub const fn preferred(purpose: Purpose) -> Option<Preferred> {
    match purpose {
        Purpose::PersonalImpact => Some(Preferred::Manager),
        Purpose::Why => Some(Preferred::Leader),
        Purpose::What
        | Purpose::Progress
        | Purpose::Story
        | Purpose::Recognition
        | Purpose::Answer
        | Purpose::Correction => None,
    }
}

/// The tiers of those who lead.
pub const LEADING: [Tier; 2] = [Tier::Executive, Tier::Leader];

/// The share of the audience, but for the sender, that heard a communication from whom it should, in percent.
#[must_use]
pub fn preferred_sender(purpose: Purpose, reached: Option<Reached>) -> Figure {
    let percent = FigureUnit::Percent;
    match (preferred(purpose), reached) {
        (None, _) => Figure::not_applicable(percent, "anybody may say it"),
        (_, None) => Figure::not_applicable(percent, NOT_SENT),
        (Some(_), Some(reached)) => Figure::share(reached.preferred, reached.others, NOBODY_ELSE),
    }
}

/// That a share is seen by those alone who may see receipts.
#[must_use]
pub fn for_those_who_oversee() -> Figure {
    let reason = "for the sender, the programme office and auditors";
    Figure { reason: Some(reason.to_owned()), ..suppressed() }
}

/// How often a group was reached: per person, to four decimals.
#[must_use]
pub fn average_exposures(exposures: i64, people: i64) -> Figure {
    Figure::ratio(exposures, people, "nobody works there")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sea_orm::Iterable as _;

    fn value(figure: &Figure) -> Option<String> {
        figure.value.map(|value| value.0.to_string())
    }

    #[test]
    fn the_worked_shares() {
        let reached = Reached { audience: 120, delivered: 114, acknowledged: 57, ..Reached::default() };
        let [delivered, acknowledged] = reached.shares(Channel::Email, true, true);
        assert_eq!(value(&delivered).as_deref(), Some("95.0"));
        assert_eq!(value(&acknowledged).as_deref(), Some("47.5"));
        assert_eq!(reached.shares(Channel::TownHall, true, false), [delivered, acknowledged]);
    }

    #[test]
    fn what_nobody_recorded_is_not_known_to_have_reached_nobody() {
        let unheard = Reached { audience: 120, ..Reached::default() };
        let [delivered, acknowledged] = unheard.shares(Channel::Intranet, true, true);
        assert_eq!((delivered.state, delivered.value), (FigureState::NoData, None));
        assert_eq!(value(&acknowledged).as_deref(), Some("0.0"));
        assert_eq!(value(&unheard.shares(Channel::Email, true, true)[0]).as_deref(), Some("0.0"));
    }

    #[test]
    fn of_what_was_not_sent_there_is_no_share() {
        for figure in Reached::default().shares(Channel::Intranet, false, true) {
            assert_eq!((figure.state, figure.value), (FigureState::NotApplicable, None));
        }
    }

    #[test]
    fn a_small_audience_tells_of_nobody() {
        let reached = Reached { audience: 4, delivered: 4, acknowledged: 1, others: 4, preferred: 4 };
        for figure in reached.shares(Channel::Intranet, true, false) {
            assert_eq!((figure.state, figure.value), (FigureState::Suppressed, None));
        }
        assert_eq!(value(&reached.shares(Channel::Intranet, true, true)[1]).as_deref(), Some("25.0"));
    }

    #[test]
    fn what_it_means_comes_from_the_manager_and_why_from_those_who_lead() {
        assert_eq!(preferred(Purpose::PersonalImpact), Some(Preferred::Manager));
        assert_eq!(preferred(Purpose::Why), Some(Preferred::Leader));
        assert_eq!(Purpose::iter().filter(|purpose| preferred(*purpose).is_some()).count(), 2);
        let reached = Reached { audience: 13, others: 12, preferred: 9, ..Reached::default() };
        assert_eq!(value(&preferred_sender(Purpose::PersonalImpact, Some(reached))).as_deref(), Some("75.0"));
        let state = |purpose, reached| preferred_sender(purpose, reached).state;
        assert_eq!(state(Purpose::Story, Some(reached)), FigureState::NotApplicable);
        assert_eq!(state(Purpose::Why, None), FigureState::NotApplicable);
        assert_eq!(for_those_who_oversee().state, FigureState::Suppressed);
    }

    #[test]
    fn exposures_are_a_mean_of_people() {
        assert_eq!(value(&average_exposures(7, 3)).as_deref(), Some("2.3333"));
        assert_eq!(average_exposures(0, 0).state, FigureState::NotApplicable);
    }

    proptest! {
        /// A share is never more than all, and never acknowledged more than delivered where receipts are as they must be.
        #[test]
        fn shares_are_of_the_whole(audience in 1_i64..1_000_000, one in 0_i64..1_000_000, other in 0_i64..1_000_000) {
            let delivered = one % (audience + 1);
            let acknowledged = other % (delivered + 1);
            let reached = Reached { audience, delivered, acknowledged, ..Reached::default() };
            let shares = reached.shares(Channel::Email, true, true);
            let [delivered, acknowledged] = shares.map(|figure| figure.value.unwrap().0);
            prop_assert!(acknowledged <= delivered && delivered <= 100.into());
        }
    }
}
