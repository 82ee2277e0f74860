//! Root fields that change people, org units and roles.

use async_graphql::{Context, Object};

use super::inputs::{
    OrgUnitCreateInput, OrgUnitUpdateInput, PersonCreateInput, PersonDeactivateInput, PersonReactivateInput,
    PersonUpdateInput, RoleGrantInput, RoleRevokeInput,
};
use super::types::{OrgUnitPayload, PersonPayload, RolePayload};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of people.
#[derive(Debug, Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Enters a person, in a unit that you look after. INVALID for an address that cannot be one and for a
    /// manager who has left, CONFLICT for an address that somebody has, NOT_FOUND for a unit or manager that is
    /// not there.
    #[graphql(directive = needs::apply("people.manage".to_owned()))]
    async fn person_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: PersonCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PersonPayload<PersonCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a person of a unit that you look after, and where they move, to one too. INVALID for an address
    /// that cannot be one, for LEFT, for somebody who has left and gets another status, and for a manager who
    /// has left; CONFLICT for an address that somebody has, and for a manager who reports to them, which says
    /// through whom.
    #[graphql(directive = needs::apply("people.manage".to_owned()))]
    async fn person_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person and what changes.")] input: PersonUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PersonPayload<PersonUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Somebody leaves: their status is LEFT, they cannot sign in any more, their sessions end, their roles and
    /// keys are taken back, and those who report to them report to their manager. With `reassignTo` their open
    /// work goes to somebody else, each thing with an event of its own; without, `person { openWork }` lists it
    /// until it does, also by a second call. INVALID for one who is not ACTIVE or is the same person; CONFLICT
    /// for the last ADMIN.
    #[graphql(directive = needs::apply("accounts.manage".to_owned()))]
    async fn person_deactivate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who leaves, and who takes over.")] input: PersonDeactivateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PersonPayload<PersonDeactivateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Somebody who had left comes back: ACTIVE, in their unit, reporting to their manager or, where that one
    /// has left, to the next one up. They have neither roles nor keys until they get new ones. CONFLICT for
    /// somebody who has not left.
    #[graphql(directive = needs::apply("accounts.manage".to_owned()))]
    async fn person_reactivate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who comes back.")] input: PersonReactivateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PersonPayload<PersonReactivateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Enters an org unit, below a unit that you look after. NOT_FOUND for a parent that is not there.
    #[graphql(directive = needs::apply("people.manage".to_owned()))]
    async fn org_unit_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit.")] input: OrgUnitCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<OrgUnitPayload<OrgUnitCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes an org unit that is below a unit you look after, and where it moves, to below one too. NOT_FOUND
    /// for a parent that is not there; CONFLICT for one that is part of the unit, which says through which.
    #[graphql(directive = needs::apply("people.manage".to_owned()))]
    async fn org_unit_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit and what changes.")] input: OrgUnitUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<OrgUnitPayload<OrgUnitUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Gives somebody a role, where you may give roles yourself: nobody grants wider than they hold. It holds
    /// from the next request on. INVALID for both a portfolio and a unit, for an end before the beginning and
    /// for somebody who has left; CONFLICT where they hold the role in the same place on one of the days.
    #[graphql(directive = needs::apply("roles.manage".to_owned()))]
    async fn role_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who gets what, where and from when.")] input: RoleGrantInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RolePayload<RoleGrantInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Takes a role back, from the next request on. The grant stays, with `revokedAt`. CONFLICT for that of the
    /// last ADMIN: somebody else has to hold it for the whole organisation, today and without an end.
    #[graphql(directive = needs::apply("roles.manage".to_owned()))]
    async fn role_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant, and why.")] input: RoleRevokeInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RolePayload<RoleRevokeInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
