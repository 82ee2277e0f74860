//! Who sees which communications, receipts and key messages.
//!
//! Whoever may oversee a communication (the programme office, auditors, its sender) sees it from its plan on, and who
//! was reached. Once it is sent it is also seen by its audience, and by everybody where it was for everyone. Nobody else
//! sees anything of it: not in lists, not by id, not by the initiatives that it serves, not in the log, not by search.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, SelectStatement};
use tutti_entity::communication::{
    audience_person, audience_unit, communication, key_message, receipt, served_initiative,
};
use tutti_entity::portfolio::initiative;

use crate::access::visible::{Visible, about_people, everyone};
use crate::access::{Capability, Place, Viewer};
use crate::store::{At, find::never};

const OVERSEE: Capability = Capability::CommunicationOversee;

/// What is told of a communication to whoever sees it; all else that happens to it is for those who oversee it.
pub const SENT: &str = "communication.sent";

fn exists(mut rows: SelectStatement) -> Expr {
    Expr::exists(rows.expr(Expr::val(1)).to_owned())
}

/// The condition of the communications, in the table that goes by the name `at`, that the viewer oversees: all of them
/// where they may in the whole organisation; else those that they send themselves, those of senders in their units, and
/// those that serve an initiative of their portfolios.
#[must_use]
pub fn oversees(viewer: &Viewer, at: At) -> Condition {
    use communication::Column as C;
    let by_sender = about_people(viewer, OVERSEE, &at.col(C::SenderId));
    let portfolios = viewer.portfolios_where(OVERSEE);
    if by_sender.is_empty() || portfolios.is_empty() {
        return by_sender;
    }
    let (served, of) = (at.inner(), at.inner().inner());
    let is_of =
        of.col(initiative::Column::Id).equals((served.alias(), served_initiative::Column::InitiativeId));
    let mut rows = SelectStatement::new();
    rows.from_as(served_initiative::Entity, served.alias())
        .join_as(JoinType::InnerJoin, initiative::Entity, of.alias(), is_of)
        .and_where(served.col(served_initiative::Column::CommunicationId).equals((at.alias(), C::Id)))
        .and_where(of.col(initiative::Column::PortfolioId).is_in(portfolios));
    Condition::any().add(by_sender).add(exists(rows))
}

/// Whether the viewer oversees every communication of the organisation.
#[must_use]
pub fn oversees_all(viewer: &Viewer) -> bool {
    viewer.may(OVERSEE, Place::default())
}

/// The condition of the communications that were sent to the viewer.
#[must_use]
pub fn mine(viewer: &Viewer, at: At) -> Condition {
    let Some(me) = viewer.related_as() else { return never() };
    let inner = at.inner();
    let mut rows = SelectStatement::new();
    rows.from_as(receipt::Entity, inner.alias())
        .and_where(inner.col(receipt::Column::PersonId).eq(me))
        .and_where(
            inner.col(receipt::Column::CommunicationId).equals((at.alias(), communication::Column::Id)),
        );
    Condition::all().add(exists(rows))
}

/// The condition of the communications that wait for the viewer to acknowledge them.
#[must_use]
pub fn awaits(viewer: &Viewer, at: At) -> Condition {
    let Some(me) = viewer.related_as() else { return never() };
    let inner = at.inner();
    let mut rows = SelectStatement::new();
    rows.from_as(receipt::Entity, inner.alias())
        .and_where(inner.col(receipt::Column::PersonId).eq(me))
        .and_where(inner.col(receipt::Column::AcknowledgedAt).is_null())
        .and_where(
            inner.col(receipt::Column::CommunicationId).equals((at.alias(), communication::Column::Id)),
        );
    Condition::all().add(exists(rows))
}

/// The condition of the communications that tell a story.
#[must_use]
pub fn tells_story(_: &Viewer, at: At) -> Condition {
    Condition::all().add(at.col(communication::Column::Story).is_not_null())
}

impl Visible for communication::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let overseen = oversees(viewer, at);
        if overseen.is_empty() {
            return everyone();
        }
        Condition::any().add(at.col(communication::Column::ForEveryone)).add(overseen).add(mine(viewer, at))
    }

    /// What was planned and changed before a communication was sent, and who acknowledged it, is for those who oversee
    /// it.
    fn told(viewer: &Viewer, at: At, action: &Expr) -> Condition {
        let overseen = oversees(viewer, at);
        if overseen.is_empty() {
            return everyone();
        }
        let sent = Condition::all().add(action.clone().eq(SENT)).add(Self::visible(viewer, at));
        Condition::any().add(overseen).add(sent)
    }
}

/// The condition of rows that belong to a communication, whose id is in this column of the table that goes by the name
/// `at`: those of communications for which this holds.
fn of_those(at: At, column: Expr, condition: impl FnOnce(At) -> Condition) -> Condition {
    let inner = at.inner();
    let condition = condition(inner);
    if condition.is_empty() {
        return everyone();
    }
    let mut rows = SelectStatement::new();
    rows.from_as(communication::Entity, inner.alias())
        .and_where(inner.col(communication::Column::Id).eq(column))
        .cond_where(condition);
    Condition::all().add(exists(rows))
}

/// The same, and the rows about the viewer themselves.
fn of_overseen_or_me(viewer: &Viewer, at: At, column: Expr, person: &Expr) -> Condition {
    let overseen = of_those(at, column, |inner| oversees(viewer, inner));
    match viewer.related_as() {
        Some(me) if !overseen.is_empty() => Condition::any().add(person.clone().eq(me)).add(overseen),
        _ => overseen,
    }
}

impl Visible for receipt::Entity {
    /// One's own; and all of the communications that one oversees.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let person = at.col(receipt::Column::PersonId);
        of_overseen_or_me(viewer, at, at.col(receipt::Column::CommunicationId), &person)
    }
}

impl Visible for audience_person::Entity {
    /// Oneself; and everybody who is named in communications that one oversees.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let person = at.col(audience_person::Column::PersonId);
        of_overseen_or_me(viewer, at, at.col(audience_person::Column::CommunicationId), &person)
    }
}

impl Visible for audience_unit::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let of = at.col(audience_unit::Column::CommunicationId);
        of_those(at, of, |inner| communication::Entity::visible(viewer, inner))
    }
}

impl Visible for served_initiative::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let of = at.col(served_initiative::Column::CommunicationId);
        of_those(at, of, |inner| communication::Entity::visible(viewer, inner))
    }
}

/// Whether the viewer plans or oversees communications anywhere, and so has to know what there is to say.
#[must_use]
pub fn plans(viewer: &Viewer) -> bool {
    [Capability::CommunicationSend, OVERSEE].into_iter().any(|capability| {
        viewer.may(capability, Place::default())
            || !viewer.portfolios_where(capability).is_empty()
            || !viewer.units_where(capability).is_empty()
    })
}

impl Visible for key_message::Entity {
    /// All of them for whoever plans or oversees communications; for anybody else those that reached their eyes.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        if plans(viewer) {
            return everyone();
        }
        let inner = at.inner();
        let mut rows = SelectStatement::new();
        rows.from_as(communication::Entity, inner.alias())
            .and_where(
                inner.col(communication::Column::KeyMessageId).equals((at.alias(), key_message::Column::Id)),
            )
            .cond_where(communication::Entity::visible(viewer, inner));
        Condition::all().add(exists(rows))
    }

    /// What became of a message before it was said is for those who plan.
    fn told(viewer: &Viewer, _: At, _action: &Expr) -> Condition {
        if plans(viewer) { everyone() } else { never() }
    }
}
