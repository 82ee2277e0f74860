//! What the demo's people raise: each state is there, some wait for too long, and the anonymous ones have no author.

use tutti_entity::events::event;
use tutti_entity::feedback::upward_feedback::{self, FeedbackState};

use crate::demo::feedback::RAISED;
use crate::store::Scope;

/// The events of which somebody has to be known: nobody learns who votes.
pub(super) fn signed(events: &[event::Model]) -> Vec<&event::Model> {
    let (votes, signed): (Vec<_>, Vec<_>) =
        events.iter().partition(|event| event.action == "upward_feedback.voted");
    assert!(
        !votes.is_empty() && votes.iter().all(|vote| vote.actor_id.is_none() && vote.request_id.is_none())
    );
    signed
}

pub(super) async fn raised(scope: &Scope) {
    let rows = scope.find::<upward_feedback::Entity>().all().await.unwrap();
    assert_eq!(rows.len(), RAISED.len());
    let in_state = |state| rows.iter().filter(|row| row.state == state).count();
    let states =
        [FeedbackState::Open, FeedbackState::Answered, FeedbackState::Acted, FeedbackState::Declined];
    assert_eq!(states.map(in_state), [7, 1, 3, 1]);
    let late = rows.iter().filter(|row| row.state == FeedbackState::Open && row.due_on < scope.today());
    assert_eq!(late.count(), 4);
    let anonymous: Vec<_> = rows.iter().filter(|row| row.from_id.is_none()).collect();
    assert_eq!(anonymous.len(), RAISED.iter().filter(|raised| raised.anonymous).count());
    for row in anonymous {
        assert_eq!(row.id.0.get_version_num(), 4);
        assert_eq!(scope.world().start_of(row.raised_on), Some(row.created_at));
        assert_eq!(row.untold_on, Some(row.raised_on));
    }
    assert!(rows.iter().filter(|row| row.votes > 0).all(|row| row.communication_id.is_some()));
}
