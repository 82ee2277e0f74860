//! Hits as callers see them.

use async_graphql::SimpleObject;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tutti_entity::Row;
use tutti_entity::ids::TypedId;
use uuid::Uuid;

use super::rules::{self, Word};
use super::store::Hit;
use crate::access::Visible;
use crate::graphql::Fault;
use crate::node::Node;
use crate::store::Scope;
use crate::store::kinds::{WithTable, with_table};

/// Something that was found.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchHit {
    /// What was found.
    pub node: Node,
    /// What it is called, as it was written; a report, which has no title, by the last day that it speaks of.
    pub title: String,
    /// A piece of its text around the first word that was found, or its beginning where the words are in the title
    /// alone; empty where there is no text. At most 160 characters in one line, `…` where something is left out. It
    /// is as it was written, so that it may look like Markdown or HTML: show it as text.
    pub excerpt: String,
    /// How well it answers: 1 where all words stand in the title, or another name such as the code; 0.75 where they
    /// do with other endings or as beginnings; 0.5 where they all stand somewhere in title and text; 0.25 where they
    /// do with other endings or as beginnings.
    pub score: f64,
}

impl SearchHit {
    /// What is shown of a hit; none where it has just gone.
    pub(super) async fn of(scope: &Scope, hit: Hit, asked: &[Word]) -> Result<Option<Self>, Fault> {
        let Some(reading) = with_table(hit.id.kind, Shown { scope, id: hit.id.uuid, asked }) else {
            return Ok(None);
        };
        let Some((title, excerpt)) = reading.await? else { return Ok(None) };
        let node = Node::load(scope, hit.id).await?;
        Ok(node.map(|node| Self { node, title, excerpt, score: hit.score }))
    }
}

/// Reads the title and the excerpt of a row, together with its siblings.
struct Shown<'a> {
    scope: &'a Scope,
    id: Uuid,
    asked: &'a [Word],
}

impl<'a> WithTable for Shown<'a> {
    type Out = BoxFuture<'a, Result<Option<(String, String)>, Fault>>;

    fn with<E: Row + Visible>(self) -> Self::Out {
        async move {
            let row = self.scope.one::<E>(E::Id::from_uuid(self.id)).await?;
            let text = row.as_ref().and_then(E::text);
            Ok(text.map(|text| (text.title.into_owned(), rules::excerpt(&text.parts, self.asked))))
        }
        .boxed()
    }
}
