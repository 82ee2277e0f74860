//! What the demo's communications promise.

use std::collections::BTreeSet;

use sea_orm::Iterable as _;
use tutti_entity::communication::communication::{self, Purpose, State};
use tutti_entity::communication::{key_message, receipt};
use tutti_entity::people::person;

use crate::communication::cadence::rules::Window;
use crate::communication::cadence::store::cadences;
use crate::store::Scope;

/// Some are planned, sent and called off, one corrects another, some came late, and four leaders speak while one says
/// nothing at all.
pub(super) async fn said(scope: &Scope) {
    let all = scope.find::<communication::Entity>().all().await.unwrap();
    for state in State::iter() {
        assert!(all.iter().any(|row| row.state == state), "none is {state:?}");
    }
    for purpose in Purpose::iter() {
        assert!(all.iter().any(|row| row.purpose == purpose), "none is for {purpose:?}");
    }
    let [correction] = &all.iter().filter(|row| row.corrects_id.is_some()).collect::<Vec<_>>()[..] else {
        panic!("one corrects another");
    };
    assert_eq!(correction.purpose, Purpose::Correction);
    assert!(all.iter().filter(|row| row.story.is_some()).count() >= 3);
    assert!(all.iter().any(|row| row.for_everyone) && all.iter().any(|row| row.audience_size == Some(1)));
    assert_eq!(scope.find::<key_message::Entity>().all().await.unwrap().len(), 4);
    // Nothing of what is known of receipts is known of all.
    let receipts = scope.find::<receipt::Entity>().all().await.unwrap();
    for known in [
        receipts.iter().filter(|row| row.delivered_at.is_some()).count(),
        receipts.iter().filter(|row| row.acknowledged_at.is_some()).count(),
        receipts.iter().filter(|row| row.acknowledged_at.is_some() && row.recorded_by_id.is_none()).count(),
    ] {
        assert!((5..receipts.len()).contains(&known), "{known} of {}", receipts.len());
    }
    let today = scope.today();
    let window = Window { from: today - chrono::Days::new(300), to: today + chrono::Days::new(60) };
    let told = cadences(scope, window).await.unwrap();
    let of = |name: &str| told.iter().find(|led| led.leader.name == name).unwrap();
    let speaks: BTreeSet<_> = told
        .iter()
        .filter(|led| led.tally.sent > 0 && led.leader.tier != person::Tier::Manager)
        .map(|led| led.leader.name.as_str())
        .collect();
    let four = ["Annemette Friis", "Charlotte Vestergaard", "Hanne Lyngsø", "Jørgen Hvid"];
    assert_eq!(speaks, BTreeSet::from(four));
    for name in four {
        let tally = &of(name).tally;
        assert!(tally.planned > tally.due, "{name} has nothing ahead: {tally:?}");
    }
    assert!(of("Jørgen Hvid").tally.on_time < of("Jørgen Hvid").tally.due);
    assert!(of("Charlotte Vestergaard").tally.longest_gap(window, today) > Some(150));
    assert_eq!((of("Søren Kjærulff").tally.planned, of("Søren Kjærulff").tally.sent), (0, 0));
}
