//! Root fields that read key messages and communications.

use async_graphql::{Context, Object};

use super::types::{
    Communication, CommunicationFilter, CommunicationOrder, KeyMessage, KeyMessageFilter, KeyMessageOrder,
};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about what leaders say.
#[derive(Debug, Default)]
pub struct CommunicationQuery;

#[Object]
impl CommunicationQuery {
    /// The communications that you see: those that were sent to you or to everyone, and those that you oversee.
    #[graphql(directive = needs::apply("communication.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn communications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<CommunicationFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<CommunicationOrder>,
        >,
    ) -> Result<Connection<Communication>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The key messages that you see: all of them where you plan or oversee communications, and else those that a
    /// communication carries that you see.
    #[graphql(directive = needs::apply("communication.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn key_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<KeyMessageFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<KeyMessageOrder>,
        >,
    ) -> Result<Connection<KeyMessage>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }
}
