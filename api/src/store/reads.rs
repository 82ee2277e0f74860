//! Where a select runs: on the readers, or inside a transaction that has to see what it wrote.

use sea_orm::{DbErr, QueryResult, sea_query::SelectStatement};

use super::{Refusal, Scope, Tx};
use crate::graphql::Fault;

/// Something that rows are read through. A store whose selects are asked by queries and by commands alike takes
/// either.
pub trait Reads: Sync {
    /// What goes wrong.
    type Error: From<DbErr> + From<Fault> + Send;

    /// For whom, when, with which database.
    fn scope(&self) -> &Scope;

    /// Runs a select that a store built.
    fn read(
        &self,
        select: &SelectStatement,
    ) -> impl Future<Output = Result<Vec<QueryResult>, Self::Error>> + Send;
}

impl Reads for Scope {
    type Error = Fault;

    fn scope(&self) -> &Scope {
        self
    }

    async fn read(&self, select: &SelectStatement) -> Result<Vec<QueryResult>, Fault> {
        self.rows(select).await
    }
}

impl Reads for Tx<'_> {
    type Error = Refusal;

    fn scope(&self) -> &Scope {
        Self::scope(self)
    }

    async fn read(&self, select: &SelectStatement) -> Result<Vec<QueryResult>, Refusal> {
        self.rows(select).await
    }
}
