//! Who was granted what, and who went.

use tutti_entity::people::role_grant::Role;

use super::organisation::ODENSE;
use super::portfolios::{BILLS, VOICE};
use super::story::{Goes, Granted, Parting, Where, Who};

const fn granted(day: i32, who: Who, role: Role) -> Granted {
    Granted { day, who, role, place: Where::Everywhere, until: None }
}

/// The roles, in the order in which they were granted. That of the first administrator is not among them:
/// nobody was there to grant it.
pub(super) const GRANTED: &[Granted] = &[
    granted(-194, "pmo", Role::Pmo),
    granted(-194, "leader", Role::Leader),
    granted(-194, "annemette.friis", Role::Leader),
    granted(-194, "soeren.kjaerulff", Role::Leader),
    granted(-194, "charlotte.vestergaard", Role::Leader),
    granted(-194, "lars.thorup", Role::Leader),
    granted(-194, "joergen.hvid", Role::Leader),
    granted(-194, "owner", Role::InitiativeOwner),
    granted(-194, "kirsten.pagh", Role::InitiativeOwner),
    granted(-194, "dorthe.kragelund", Role::InitiativeOwner),
    granted(-194, "torben.ladegaard", Role::InitiativeOwner),
    granted(-194, "agent", Role::ChangeLead),
    granted(-194, "agent", Role::Trainer),
    granted(-194, "frontline", Role::Member),
    granted(-194, "rewards", Role::RewardAdmin),
    granted(-194, "approver", Role::RewardApprover),
    granted(-194, "auditor", Role::Auditor),
    granted(-193, "lene.abildgaard", Role::Finance),
    granted(-193, "marcus.lindqvist", Role::Finance),
    granted(-193, "marie-louise.krogh", Role::MetricsEditor),
    // The interim manager who got the programme office going.
    Granted {
        day: -193,
        who: "willem.de.vries",
        role: Role::Pmo,
        place: Where::Everywhere,
        until: Some(-88),
    },
    Granted {
        day: -188,
        who: "jonas.baek",
        role: Role::Pmo,
        place: Where::Portfolio(BILLS.name),
        until: None,
    },
    Granted {
        day: -140,
        who: "kirsten.pagh",
        role: Role::Trainer,
        place: Where::OrgUnit(ODENSE),
        until: None,
    },
    granted(-87, "tobias.vinther", Role::MetricsEditor),
    Granted {
        day: -29,
        who: "frederik.aagesen",
        role: Role::Pmo,
        place: Where::Portfolio(VOICE.name),
        until: Some(120),
    },
];

const fn parting(day: i32, who: Who, deed: Goes, reason: &'static str) -> Parting {
    Parting { day, who, deed, reason }
}

/// Those who went on leave, came back or left.
pub(super) const PARTINGS: &[Parting] = &[
    parting(-133, "maja.soerensen", Goes::OnLeave, "Parental leave, ten months."),
    parting(-97, "allan.baekgaard", Goes::OnLeave, "Sick leave after an accident on a roof."),
    parting(-88, "willem.de.vries", Goes::ForGood(None), "The interim contract has ended."),
    parting(-58, "allan.baekgaard", Goes::Back, "Back full time."),
    parting(-50, "oliver.brandt", Goes::ForGood(Some("pia.soendergaard")), "Moves back to Hamburg."),
    parting(-38, "caroline.bjerregaard", Goes::OnLeave, "Sabbatical, half a year."),
    parting(-30, "eva.noerregaard", Goes::OnLeave, "Parental leave, eight months."),
    parting(-13, "sidsel.broennum", Goes::OnLeave, "Looks after a relative."),
    parting(-3, "marie-louise.krogh", Goes::OnLeave, "In hospital; back in September at the earliest."),
];
