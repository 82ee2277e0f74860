//! What the write envelope has to know of a row that people change.

use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::ids::TypedId;
use crate::text::Text;

/// The two columns that every change moves on.
#[derive(Debug)]
pub struct Stamp<'row> {
    /// Counts the changes, from 1.
    pub version: &'row mut i32,
    /// When the last change happened.
    pub updated_at: &'row mut DateTime<Utc>,
}

/// An entity whose rows have a typed id.
pub trait Keyed: EntityTrait<Model: Clone + Send + Sync> {
    /// Its typed id.
    type Id: TypedId + DeserializeOwned;

    /// The id column.
    const ID: Self::Column;

    /// The id of this row.
    fn id(row: &Self::Model) -> Self::Id;
}

/// An entity with a version: created, changed, and named by events.
///
/// The row serialises to the fields that events report (names and ids as the schema spells them), and
/// reads back from it, so that the first answer under an idempotency key can be given again.
pub trait Row:
    Keyed<Model: PartialEq + Serialize + DeserializeOwned + IntoActiveModel<Self::ActiveModel>>
{
    /// The version column.
    const VERSION: Self::Column;

    /// The column of the moment of the last change.
    const UPDATED_AT: Self::Column;

    /// What every change moves on.
    fn stamp(row: &mut Self::Model) -> Stamp<'_>;

    /// The initiative that the row is or is a part of: what happens to it happened there. None for what
    /// stands by itself.
    fn within(row: &Self::Model) -> Option<Uuid>;

    /// Whether its rows are found by their words.
    const FOUND: bool = false;

    /// What a row is found by; none where rows are not found.
    #[must_use]
    fn text(_: &Self::Model) -> Option<Text<'_>> {
        None
    }
}

/// What every entity with an id needs beside its columns. No relations: conditions on other tables are
/// written where they are used.
macro_rules! keyed {
    ($id:ident) => {
        /// None.
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        impl crate::row::Keyed for Entity {
            type Id = $id;

            const ID: Column = Column::Id;

            fn id(row: &Model) -> $id {
                row.id
            }
        }
    };
}

/// The same for an entity that people change: one that stands by itself, or that is a part of an initiative
/// whose id is in this column. With `found by` its rows are found by their words: that is all it takes.
macro_rules! row {
    ($id:ident $(, found by |$found:ident| $text:expr)?) => {
        crate::row::row!($id, |_row| None $(, found by |$found| $text)?);
    };
    ($id:ident, within $column:ident $(, found by |$found:ident| $text:expr)?) => {
        crate::row::row!($id, |row| Some(row.$column.0) $(, found by |$found| $text)?);
    };
    ($id:ident, within maybe $column:ident $(, found by |$found:ident| $text:expr)?) => {
        crate::row::row!($id, |row| row.$column.map(|id| id.0) $(, found by |$found| $text)?);
    };
    ($id:ident, |$row:ident| $within:expr $(, found by |$found:ident| $text:expr)?) => {
        crate::row::keyed!($id);

        impl crate::row::Row for Entity {
            const VERSION: Column = Column::Version;

            const UPDATED_AT: Column = Column::UpdatedAt;

            fn stamp(row: &mut Model) -> crate::row::Stamp<'_> {
                crate::row::Stamp { version: &mut row.version, updated_at: &mut row.updated_at }
            }

            fn within($row: &Model) -> Option<uuid::Uuid> {
                $within
            }

            $(
                const FOUND: bool = true;

                fn text($found: &Model) -> Option<crate::text::Text<'_>> {
                    Some($text)
                }
            )?
        }
    };
}

pub(crate) use {keyed, row};
