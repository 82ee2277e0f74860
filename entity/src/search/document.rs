//! A row of another table as it is found: what it is, and its place among all that is found.
//!
//! Its words are in the table as well, spelled as each database searches them; no row reads them back.

use sea_orm::entity::prelude::*;

use crate::ids::InitiativeId;

/// One thing that is found by its words.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_documents")]
pub struct Model {
    /// Its place: what was made later comes later.
    #[sea_orm(primary_key)]
    pub place: i64,
    /// What kind of thing it is: the prefix of its id.
    pub kind: String,
    /// Which one.
    pub subject_id: Uuid,
    /// The initiative that it is or is a part of.
    pub within_id: Option<InitiativeId>,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
