//! Who may do what: one table, readable by somebody who does not program.
//!
//! Each root field names the capability that it needs (`@needs(capability: …)`). The gate in front of
//! the roots lets a caller pass who may do it *somewhere*; the command then asks whether they may do
//! it *here* ([`Viewer::may`]).

use tutti_entity::ids::{OrgUnitId, PersonId, PortfolioId};
use tutti_entity::people::role_grant::Role;

use super::{Grant, Viewer};

/// What somebody is to the thing that is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The one who answers for it.
    Owner,
    /// The one who backs it.
    Sponsor,
    /// The one who acknowledges its reports.
    Reviewer,
    /// The person whom it is about.
    Subject,
}

/// Who may do something without any role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Anybody, signed in or not.
    ToAnyone,
    /// Everybody who is signed in.
    ToEveryone,
    /// Nobody.
    ToNobody,
}

/// Declares the capabilities and the table at once, so that neither is without the other.
macro_rules! table {
    ($($capability:ident $name:literal: $meaning:literal
        $open:ident [$($role:ident)*] [$($relation:ident)*] $but:literal;)+) => {
        /// Something that can be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Capability {
            $(#[doc = $meaning] $capability,)+
        }

        /// The table.
        pub const TABLE: &[Allowance] = &[$(Allowance {
            capability: Capability::$capability,
            name: $name,
            meaning: $meaning,
            open: Open::$open,
            roles: &[$(Role::$role),*],
            relations: &[$(Relation::$relation),*],
            but: $but,
        }),+];
    };
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// What can be done.
    pub capability: Capability,
    /// How schema directives spell it.
    pub name: &'static str,
    /// What it means, for the snapshot and for people.
    pub meaning: &'static str,
    /// Who may without any role.
    pub open: Open,
    /// These roles may, in the scope in which they hold the role.
    pub roles: &'static [Role],
    /// Those who are this to the thing may.
    pub relations: &'static [Relation],
    /// What the rules of the feature refuse all the same; empty for nothing.
    pub but: &'static str,
}

table! {
    SignIn "sign-in": "sign in, and stay signed in"
        ToAnyone [] [] "";
    OwnAccount "account.own": "change one's own password, sign out, see one's own sessions, look after one's own calendar"
        ToEveryone [] [] "with a session of one's own, not with a key";
    PeopleRead "people.read": "read people and org units"
        ToEveryone [] [] "";
    PeopleManage "people.manage": "create and change people and org units"
        ToNobody [Admin] [] "";
    RolesManage "roles.manage": "grant and revoke roles"
        ToNobody [Admin] [] "never the last ADMIN; a key makes no ADMIN";
    AccountsManage "accounts.manage": "change addresses, let people set a new password, deactivate people, keys"
        ToNobody [Admin] [] "keys have no role that their maker does not hold, and touch no address, password or key; never the last ADMIN";
    AccountsRead "accounts.read": "see the roles, sessions, keys and sign-ins of somebody"
        ToNobody [Admin Auditor] [Subject] "";
    PortfolioRead "portfolio.read": "read portfolio, initiatives, reports, milestones, risks, actions"
        ToEveryone [] [] "";
    PortfolioManage "portfolio.manage": "create, change and archive portfolios"
        ToNobody [Pmo] [] "";
    InitiativeCreate "initiative.create": "create initiatives"
        ToNobody [Pmo] [] "";
    InitiativeChange "initiative.change": "change, move, reassign and archive initiatives"
        ToNobody [Pmo] [Owner] "";
    InitiativeDecide "initiative.decide": "approve, reject and close initiatives, approve baselines"
        ToNobody [Pmo] [] "";
    MilestoneProgress "milestone.progress": "record how far milestones are, complete and reopen them"
        ToNobody [Pmo] [Owner Subject] "the one who answers for the milestone that one alone";
    RaidManage "raid.manage": "record and change dependencies, risks, assumptions and issues"
        ToNobody [Pmo] [Owner Subject] "the one who looks after a risk, assumption or issue that one alone";
    ActionManage "action.manage": "create and change actions"
        ToNobody [Pmo Leader] [Owner Sponsor Reviewer Subject] "who has an action, or asked for it, that one alone";
    MoneyRead "money.read": "see budgets and costs"
        ToNobody [Pmo Finance Leader Auditor] [Owner Sponsor] "";
    BudgetRecord "budget.record": "record budget lines"
        ToNobody [Finance Pmo] [] "";
    CostRecord "cost.record": "record costs"
        ToNobody [Finance Pmo] [Owner] "";
    ReportPublish "report.publish": "publish a report"
        ToNobody [Pmo] [Owner] "";
    ReportDraftsRead "report.drafts": "see reports that are not out"
        ToNobody [Pmo Auditor] [Owner] "";
    ReportAcknowledge "report.acknowledge": "acknowledge a report"
        ToNobody [] [Reviewer] "never the author";
    CommunicationRead "communication.read": "read communications sent to one or to everyone, and the key messages that they carry"
        ToEveryone [] [] "";
    CommunicationSend "communication.send": "plan and send communications, record whom they reached, look after key messages"
        ToNobody [Pmo Leader] [] "a LEADER for themselves alone";
    CommunicationAcknowledge "communication.acknowledge": "acknowledge communications that were sent to one"
        ToNobody [] [Subject] "";
    CommunicationPlan "communication.plan": "plan and send communications of anyone"
        ToNobody [Pmo] [] "";
    CommunicationOversee "communication.oversee": "see communications that are planned or were sent to others, whom they reached, how leaders communicate"
        ToNobody [Pmo Auditor] [Subject] "a sender their own alone";
    FeedbackRead "feedback.read": "read questions, ideas and concerns on communications that one sees, what one is asked and what one raised"
        ToEveryone [] [] "";
    FeedbackRaise "feedback.raise": "raise questions, ideas and concerns, with one's name or without, and vote for them"
        ToEveryone [] [] "no key of a machine raises anonymously or votes";
    FeedbackAll "feedback.all": "read all questions, ideas and concerns"
        ToNobody [Pmo Auditor] [Subject] "whoever is asked those that one alone";
    FeedbackAnswer "feedback.answer": "answer questions, ideas and concerns, and tell what became of them"
        ToNobody [Pmo] [Subject] "whoever is asked those that one alone";
    TrainingRead "training.read": "read curricula, training sessions, who attended, certificates, change agents, the cascade"
        ToEveryone [] [] "";
    ScoresRead "training.scores": "see the scores of one person in training"
        ToNobody [ChangeLead Trainer Auditor] [Subject] "";
    TrainingLead "training.lead": "look after curricula, change agents, the sessions of every trainer and certificates of every level"
        ToNobody [ChangeLead] [] "";
    TrainingRun "training.run": "schedule and hold training sessions"
        ToNobody [ChangeLead Trainer] [] "a TRAINER their own sessions alone";
    CertificateIssue "certificate.issue": "issue certificates"
        ToNobody [ChangeLead Trainer] [] "a TRAINER none at or above their own level";
    AdoptionAssess "adoption.assess": "answer how far one has come with the change (ADKAR)"
        ToNobody [] [Subject] "";
    AdoptionRead "adoption.read": "see the adoption (ADKAR) answers of one person"
        ToNobody [] [Subject] "";
    AdoptionGroupsRead "adoption.groups": "see the adoption of groups of at least 5"
        ToNobody [ChangeLead Leader Pmo Auditor] [] "";
    MetricsRead "metrics.read": "read KPIs, targets, measurements and which initiatives are to move them"
        ToEveryone [] [] "";
    MetricsManage "metrics.manage": "create and change KPIs, set targets, lock periods"
        ToNobody [MetricsEditor Pmo] [] "";
    MeasurementRecord "measurement.record": "record measurements"
        ToNobody [MetricsEditor Pmo] [] "";
    RestatementApprove "restatement.approve": "approve a restatement"
        ToNobody [MetricsEditor Pmo] [] "another one of them than the requester";
    RewardsRead "rewards.read": "read reward plans, what they pay for and what they pay today"
        ToEveryone [] [] "";
    RewardBuild "reward.build": "build and calculate reward plans"
        ToNobody [RewardAdmin] [] "";
    RewardApprove "reward.approve": "approve reward runs"
        ToNobody [RewardApprover] [] "never a run they calculated, never alone one with a line of their own";
    AwardRead "award.read": "see a person's award"
        ToNobody [RewardAdmin RewardApprover Auditor] [Subject] "";
    AwardTotalsRead "award.totals": "see award totals of groups of at least 5 people"
        ToNobody [RewardAdmin RewardApprover Auditor Leader Pmo] [] "";
    WebhooksManage "webhooks.manage": "look after webhooks"
        ToNobody [Admin] [] "with a session of one's own, not with a key; a webhook is told what a key of whoever made or changed it may see";
    WebhooksRead "webhooks.read": "see webhooks, and what became of telling them"
        ToNobody [Admin Auditor] [] "";
    EventsRead "events.read": "read what happened to things that one sees"
        ToEveryone [] [] "";
}

/// The row whose directive spells this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Allowance> {
    TABLE.iter().find(|row| row.name == name)
}

/// Where something is to be done. An empty place is the organisation as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// In this portfolio.
    pub portfolio: Option<PortfolioId>,
    /// In this org unit.
    pub org_unit: Option<OrgUnitId>,
    /// To a thing that this person answers for.
    pub owner: Option<PersonId>,
    /// To a thing that this person backs.
    pub sponsor: Option<PersonId>,
    /// To a thing whose reports this person acknowledges.
    pub reviewer: Option<PersonId>,
    /// To something about this person.
    pub subject: Option<PersonId>,
}

impl Place {
    /// To something about this person.
    #[must_use]
    pub fn about(person: PersonId) -> Self {
        Self { subject: Some(person), ..Self::default() }
    }

    fn who(&self, relation: Relation) -> Option<PersonId> {
        match relation {
            Relation::Owner => self.owner,
            Relation::Sponsor => self.sponsor,
            Relation::Reviewer => self.reviewer,
            Relation::Subject => self.subject,
        }
    }
}

impl Allowance {
    /// Whether this viewer may do it somewhere, to something.
    #[must_use]
    pub fn somewhere(&self, viewer: &Viewer) -> bool {
        viewer.is_system()
            || self.is_open_to(viewer)
            || (!self.relations.is_empty() && viewer.is_somebody() && viewer.key.is_none())
            || viewer.grants.iter().any(|grant| self.roles.contains(&grant.role))
    }

    fn is_open_to(&self, viewer: &Viewer) -> bool {
        match self.open {
            Open::ToAnyone => true,
            Open::ToEveryone => viewer.is_somebody(),
            Open::ToNobody => false,
        }
    }

    fn here(&self, viewer: &Viewer, place: Place) -> bool {
        let by_role =
            || viewer.grants.iter().any(|grant| self.roles.contains(&grant.role) && grant.covers(place));
        // Who they are is asked last, and only where the place has somebody to be.
        let by_relation = || {
            let mut theirs = self.relations.iter().filter_map(|relation| place.who(*relation)).peekable();
            theirs.peek().is_some() && viewer.related_as().is_some_and(|me| theirs.any(|who| who == me))
        };
        viewer.is_system() || self.is_open_to(viewer) || by_role() || by_relation()
    }
}

impl Viewer {
    /// Whether they may do this here.
    #[must_use]
    pub fn may(&self, capability: Capability, place: Place) -> bool {
        TABLE.iter().any(|row| row.capability == capability && row.here(self, place))
    }

    /// The grants by which they may do this somewhere.
    fn grants_for(&self, capability: Capability) -> impl Iterator<Item = &Grant> {
        let rows = TABLE.iter().filter(move |row| row.capability == capability);
        rows.flat_map(|row| self.grants.iter().filter(|grant| row.roles.contains(&grant.role)))
    }

    /// The org units in which they may do this by a role that is bound to a unit.
    #[must_use]
    pub fn units_where(&self, capability: Capability) -> Vec<OrgUnitId> {
        self.grants_for(capability).flat_map(|grant| grant.units.iter().copied()).collect()
    }

    /// The portfolios in which they may do this by a role that is bound to a portfolio.
    #[must_use]
    pub fn portfolios_where(&self, capability: Capability) -> Vec<PortfolioId> {
        self.grants_for(capability).filter_map(|grant| grant.portfolio).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{NaiveDate, Utc};
    use tutti_entity::ids::ApiKeyId;
    use tutti_entity::people::person;
    use uuid::Uuid;

    fn viewer(role: Role, portfolio: Option<u128>) -> Viewer {
        let at = chrono::DateTime::<Utc>::UNIX_EPOCH;
        let mut viewer = Viewer::of(
            person::Model {
                id: PersonId(Uuid::from_u128(1)),
                version: 1,
                name: String::new(),
                name_folded: String::new(),
                email: String::new(),
                email_folded: String::new(),
                tier: person::Tier::Support,
                status: person::PersonStatus::Active,
                locale: person::Locale::En,
                org_unit_id: None,
                manager_id: None,
                last_sign_in_at: None,
                daily_digest: false,
                created_at: at,
                updated_at: at,
            },
            Vec::new(),
        );
        viewer.grants.push(Grant {
            id: None,
            version: 1,
            role,
            portfolio: portfolio.map(|id| PortfolioId(Uuid::from_u128(id))),
            org_unit: None,
            units: Vec::new(),
            since: NaiveDate::default(),
            until: None,
        });
        viewer
    }

    fn place(portfolio: u128, owner: u128) -> Place {
        Place {
            portfolio: Some(PortfolioId(Uuid::from_u128(portfolio))),
            owner: Some(PersonId(Uuid::from_u128(owner))),
            ..Place::default()
        }
    }

    #[test]
    fn a_role_in_one_portfolio_ends_at_its_border() {
        let pmo = viewer(Role::Pmo, Some(7));
        assert!(pmo.may(Capability::InitiativeCreate, place(7, 2)));
        assert!(!pmo.may(Capability::InitiativeCreate, place(8, 2)));
        assert!(!pmo.may(Capability::PortfolioManage, Place::default()));
        assert!(viewer(Role::Pmo, None).may(Capability::PortfolioManage, Place::default()));
    }

    #[test]
    fn an_owner_changes_what_is_theirs_and_does_not_decide() {
        let owner = viewer(Role::InitiativeOwner, None);
        assert!(owner.may(Capability::InitiativeChange, place(7, 1)));
        assert!(!owner.may(Capability::InitiativeChange, place(7, 2)));
        assert!(!owner.may(Capability::InitiativeDecide, place(7, 1)));
    }

    #[test]
    fn every_capability_has_one_row_and_one_name() {
        for row in TABLE {
            assert_eq!(TABLE.iter().filter(|other| other.capability == row.capability).count(), 1);
            assert_eq!(named(row.name).map(|found| found.capability), Some(row.capability));
            let open = row.open != Open::ToNobody || !row.roles.is_empty() || !row.relations.is_empty();
            assert!(open, "{} is open to nobody", row.name);
        }
    }

    #[test]
    fn a_role_in_a_unit_reaches_the_units_below_it_and_nothing_else() {
        let mut admin = viewer(Role::Admin, None);
        let unit = |number| OrgUnitId(Uuid::from_u128(number));
        admin.grants[0].org_unit = Some(unit(1));
        admin.grants[0].units = vec![unit(1), unit(2)];
        let within = |number| Place { org_unit: Some(unit(number)), ..Place::default() };
        assert!(admin.may(Capability::PeopleManage, within(1)));
        assert!(admin.may(Capability::PeopleManage, within(2)));
        assert!(!admin.may(Capability::PeopleManage, within(3)));
        assert!(!admin.may(Capability::PeopleManage, Place::default()));
        assert_eq!(admin.units_where(Capability::PeopleManage), [unit(1), unit(2)]);
        assert!(admin.units_where(Capability::PortfolioManage).is_empty());
        assert!(admin.portfolios_where(Capability::PeopleManage).is_empty());
    }

    #[test]
    fn a_key_is_related_to_nothing_and_nobody_may_only_sign_in() {
        let mut key = viewer(Role::Member, None);
        assert!(key.may(Capability::AccountsRead, Place::about(PersonId(Uuid::from_u128(1)))));
        key.key = Some(crate::access::viewer::Key {
            id: ApiKeyId(Uuid::from_u128(9)),
            read_only: true,
            last_used_at: None,
        });
        assert!(!key.may(Capability::AccountsRead, Place::about(PersonId(Uuid::from_u128(1)))));
        for row in TABLE {
            let may = Viewer::NOBODY.may(row.capability, place(7, 1));
            assert_eq!(may, row.capability == Capability::SignIn, "{}", row.name);
            assert_eq!(row.somewhere(&Viewer::NOBODY), may, "{}", row.name);
        }
    }
}
