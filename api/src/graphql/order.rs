//! Orders: several keys, each with a direction and a place for missing values.

use async_graphql::Enum;
use sea_orm::{
    ColumnTrait,
    sea_query::{ColumnType, Condition, Expr, ExprTrait, IntoCondition, NullOrdering, Order, Value},
};

use super::cursor::KeyKind;
use crate::access::Capability;
use crate::store::{
    At,
    find::{always, never},
};

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "OrderDirection")]
pub enum Direction {
    /// Smallest, earliest, A first. The default.
    Asc,
    /// Largest, latest, Z first.
    Desc,
}

/// Where missing values go, whatever the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "NullsOrder")]
pub enum Nulls {
    /// Before all others.
    First,
    /// After all others. The default.
    Last,
}

/// One key that a list is sorted by.
#[derive(Clone, Copy, Debug)]
pub struct SortKey<C> {
    /// The column.
    pub column: C,
    /// Which way.
    pub direction: Direction,
    /// Where missing values go.
    pub nulls: Nulls,
}

/// An input that names keys: what the macro `order!` makes.
pub trait Sorting {
    /// The columns of the entity.
    type Column: ColumnTrait;

    /// The keys it stands for, most significant first.
    fn keys(&self) -> Vec<SortKey<Self::Column>>;

    /// What one has to be allowed in the whole organisation to sort so, where only some may.
    fn guard(&self) -> Option<Capability>;

    /// What it sorts by, as the schema spells it.
    fn name(&self) -> String;
}

fn turned(direction: Direction) -> Direction {
    match direction {
        Direction::Asc => Direction::Desc,
        Direction::Desc => Direction::Asc,
    }
}

impl<C: ColumnTrait> SortKey<C> {
    /// Ascending, missing values last.
    pub fn asc(column: C) -> Self {
        Self { column, direction: Direction::Asc, nulls: Nulls::Last }
    }

    /// The other way round, missing values on the other side: for reading a list backwards.
    #[must_use]
    pub fn reversed(self) -> Self {
        let nulls = match self.nulls {
            Nulls::First => Nulls::Last,
            Nulls::Last => Nulls::First,
        };
        Self { direction: turned(self.direction), nulls, ..self }
    }

    /// What kind of value the column holds.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self.column.def().get_column_type() {
            ColumnType::Integer | ColumnType::BigInteger => KeyKind::Int,
            ColumnType::Date => KeyKind::Date,
            ColumnType::TimestampWithTimeZone | ColumnType::DateTime | ColumnType::Timestamp => {
                KeyKind::Instant
            }
            ColumnType::Uuid => KeyKind::Id,
            _ => KeyKind::Text,
        }
    }

    fn nullable(&self) -> bool {
        self.column.def().is_null()
    }

    /// How a cursor names it.
    #[must_use]
    pub fn signature(&self) -> String {
        let direction = if self.direction == Direction::Desc { "-" } else { "+" };
        let nulls = if self.nullable() && self.nulls == Nulls::First { "!" } else { "" };
        format!("{direction}{}{nulls}", self.column.as_str())
    }

    /// The database's words for the direction, and for missing values where there can be any: an
    /// `ORDER BY` that names them without need cannot use an index backwards.
    #[must_use]
    pub fn order(&self) -> (Order, Option<NullOrdering>) {
        let order = match self.direction {
            Direction::Asc => Order::Asc,
            Direction::Desc => Order::Desc,
        };
        let nulls = match self.nulls {
            Nulls::First => NullOrdering::First,
            Nulls::Last => NullOrdering::Last,
        };
        (order, self.nullable().then_some(nulls))
    }

    /// Rows that stand strictly after this value.
    fn beyond(&self, at: At, value: Option<&Value>) -> Condition {
        let column = || at.col(self.column);
        match (value, self.nulls) {
            (None, Nulls::Last) => never(),
            (None, Nulls::First) => column().is_not_null().into_condition(),
            (Some(value), nulls) => {
                let value = Expr::val(value.clone());
                let further = match self.direction {
                    Direction::Asc => column().gt(value),
                    Direction::Desc => column().lt(value),
                };
                if self.nullable() && nulls == Nulls::Last {
                    Condition::any().add(further).add(column().is_null())
                } else {
                    further.into_condition()
                }
            }
        }
    }

    fn same(&self, at: At, value: Option<&Value>) -> Expr {
        match value {
            None => at.col(self.column).is_null(),
            Some(value) => at.col(self.column).eq(Expr::val(value.clone())),
        }
    }

    /// A bound on the first key alone, which an index can jump to.
    fn not_before(&self, at: At, value: Option<&Value>) -> Condition {
        match value {
            Some(value) if !self.nullable() => {
                let value = Expr::val(value.clone());
                match self.direction {
                    Direction::Asc => at.col(self.column).gte(value).into_condition(),
                    Direction::Desc => at.col(self.column).lte(value).into_condition(),
                }
            }
            _ => always(),
        }
    }
}

/// Rows that stand strictly after these values in the order of these keys.
///
/// Written out as "further in the first key, or the same there and further in the second, …", because
/// keys may go different ways and rows may miss values.
#[must_use]
pub fn after<C: ColumnTrait>(at: At, keys: &[SortKey<C>], values: &[Option<Value>]) -> Condition {
    let mut any = Condition::any();
    let mut same = Condition::all();
    for (key, value) in keys.iter().zip(values) {
        any = any.add(same.clone().add(key.beyond(at, value.as_ref())));
        same = same.add(key.same(at, value.as_ref()));
    }
    let bound =
        keys.iter().zip(values).next().map_or_else(always, |(key, value)| key.not_before(at, value.as_ref()));
    Condition::all().add(bound).add(any)
}

/// Rows that stand at these values or before them.
#[must_use]
pub fn not_after<C: ColumnTrait>(at: At, keys: &[SortKey<C>], values: &[Option<Value>]) -> Condition {
    let reversed: Vec<_> = keys.iter().map(|key| key.reversed()).collect();
    let here = keys
        .iter()
        .zip(values)
        .fold(Condition::all(), |all, (key, value)| all.add(key.same(at, value.as_ref())));
    Condition::any().add(after(at, &reversed, values)).add(here)
}

/// Declares what a list can be sorted by: an enum of fields and the input that names one of them.
///
/// ```text
/// order! {
///     /// Sorts people.
///     PersonOrder, PersonOrderField "What people can be sorted by.", person {
///         /// By name.
///         Name => [NameFolded],
///         /// By when they last signed in; only for those who may read it of everybody.
///         LastSignInAt => [LastSignInAt] for AccountsRead,
///     }
/// }
/// ```
#[macro_export]
macro_rules! order {
    (
        $(#[$doc:meta])*
        $name:ident, $field:ident $about:literal, $entity:ident {
            $($(#[$variant_doc:meta])* $variant:ident => [$($column:ident),+] $(for $guard:ident)?,)+
        }
    ) => {
        #[doc = $about]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
        pub enum $field { $($(#[$variant_doc])* $variant,)+ }

        $(#[$doc])*
        #[derive(Clone, Copy, Debug, async_graphql::InputObject)]
        pub struct $name {
            /// What to sort by.
            pub field: $field,
            /// Which way. ASC by default.
            pub direction: Option<$crate::graphql::order::Direction>,
            /// Where missing values go, whatever the direction. LAST by default.
            pub nulls: Option<$crate::graphql::order::Nulls>,
        }

        impl $crate::graphql::order::Sorting for $name {
            type Column = $entity::Column;

            fn keys(&self) -> Vec<$crate::graphql::order::SortKey<Self::Column>> {
                use $crate::graphql::order::{Direction, Nulls, SortKey};
                let columns: &[Self::Column] = match self.field {
                    $($field::$variant => &[$($entity::Column::$column),+],)+
                };
                let direction = self.direction.unwrap_or(Direction::Asc);
                let nulls = self.nulls.unwrap_or(Nulls::Last);
                columns.iter().map(|column| SortKey { column: *column, direction, nulls }).collect()
            }

            fn guard(&self) -> Option<$crate::access::Capability> {
                match self.field {
                    $($field::$variant => [$($crate::access::Capability::$guard)?].first().copied(),)+
                }
            }

            fn name(&self) -> String {
                async_graphql::InputType::to_value(&self.field).to_string()
            }
        }
    };
}
