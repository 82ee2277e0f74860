//! Columns that nobody asks for are not read.
//!
//! The names of all fields that a document asks for are collected once, whatever they are asked of ([`Named`]). A type
//! whose rows come in numbers says in [`narrow!`](crate::narrow!) which columns each of its fields is made of, and its
//! statements read those of fields that are named, and the few that are always there. What was not read is not there: it
//! answers a fault where something looks at it all the same ([`Needed`]), never a value that is none.

use std::{borrow::Cow, collections::HashSet, future::ready};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
    registry::Registry,
};
use futures_util::future::Either;
use sea_orm::sea_query::Alias;
use sea_orm::{DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryResult, TryGetable};
use tutti_entity::Keyed;

use super::{Fault, Listed, limits::server_error};
use crate::store::Scope;

/// The names of the fields that a document asks for, as Rust spells them.
#[derive(Debug)]
pub struct Named(Option<HashSet<String>>);

impl Named {
    /// Those of this document, of all its operations and fragments. Each part is looked at once, so that it does not
    /// matter how often fragments are spread.
    #[must_use]
    pub fn of(document: &ExecutableDocument) -> Self {
        let mut names = HashSet::new();
        for (_, operation) in document.operations.iter() {
            collect(&operation.node.selection_set.node, &mut names);
        }
        for fragment in document.fragments.values() {
            collect(&fragment.node.selection_set.node, &mut names);
        }
        Self(Some(names))
    }

    /// Every name there is: for who works without a document.
    #[must_use]
    pub fn all() -> Self {
        Self(None)
    }

    fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(name))
    }
}

fn collect(set: &SelectionSet, names: &mut HashSet<String>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                names.insert(in_rust(&field.node.name.node));
                collect(&field.node.selection_set.node, names);
            }
            Selection::InlineFragment(inline) => collect(&inline.node.selection_set.node, names),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// `dueOn` as `due_on`.
fn in_rust(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            spelled.push('_');
        }
        spelled.push(letter.to_ascii_lowercase());
    }
    spelled
}

/// A value whose columns are read where a field that needs it is asked for.
#[derive(Clone, Debug)]
pub struct Needed<T>(Option<T>);

impl<T> Needed<T> {
    /// The value.
    ///
    /// # Errors
    /// An internal fault where its columns were not read: the field that looks at it is missing beside it in `narrow!`.
    pub fn get(&self) -> Result<&T, Fault> {
        self.0.as_ref().ok_or_else(not_read::<T>)
    }

    /// The value of columns that were read, or none.
    #[doc(hidden)]
    pub fn read_if(read: bool, value: impl FnOnce() -> Result<T, DbErr>) -> Result<Self, DbErr> {
        Ok(Self(read.then(value).transpose()?))
    }
}

impl<I: Copy> Needed<Option<I>> {
    /// What the row with this id is shown as, where there is an id and the viewer may see it.
    ///
    /// # Errors
    /// When the database cannot be read, and as in [`Self::get`].
    pub async fn node<T>(&self, ctx: &Context<'_>) -> Result<Option<T>, Fault>
    where
        T: Listed<Entity: Keyed<Id = I>> + Clone,
    {
        match *self.get()? {
            Some(id) => Scope::of(ctx)?.node(id).await,
            None => Ok(None),
        }
    }
}

fn not_read<T>() -> Fault {
    Fault::internal(format!("a {} is looked at whose columns were not read", std::any::type_name::<T>()))
}

impl<T> From<T> for Needed<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T: OutputType> OutputType for Needed<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.as_ref().map_or_else(T::type_name, T::introspection_type_name)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> impl Future<Output = ServerResult<Value>> + Send {
        let value = self.0.as_ref().map(|value| Either::Left(value.resolve(ctx, field)));
        value.unwrap_or_else(|| {
            let error = ServerError { locations: vec![field.pos], ..server_error(not_read::<T>()) };
            Either::Right(ready(Err(ctx.set_error_path(error))))
        })
    }
}

/// One value of a narrow type: the columns that it is made of, and the fields that need it.
#[derive(Debug)]
pub struct Part {
    /// The columns.
    pub columns: &'static [&'static str],
    /// The fields, as Rust spells them.
    pub fields: &'static [&'static str],
}

/// A type that says which columns its fields are made of: what [`narrow!`](crate::narrow!) makes.
pub trait Narrow: Listed {
    /// The columns that are always read.
    const ALWAYS: &'static [&'static str];

    /// What is read where it is needed.
    const PARTS: &'static [Part];

    /// Makes it of a row of which those parts were read for which this is true, in their order.
    ///
    /// # Errors
    /// When a column holds something else than it should.
    fn read(row: &QueryResult, parts: &[bool]) -> Result<Self, DbErr>;
}

/// The columns that are read of the rows of a type.
#[derive(Debug)]
pub struct Columns<T> {
    names: Vec<&'static str>,
    parts: Vec<bool>,
    read: fn(&QueryResult, &[bool]) -> Result<T, DbErr>,
}

impl<T: Listed> Columns<T> {
    /// With all columns.
    #[must_use]
    pub fn all() -> Self {
        let names = <T::Entity as EntityTrait>::Column::iter().map(|column| column.as_str()).collect();
        let read = |row: &QueryResult, _: &[bool]| {
            Ok(T::from(<T::Entity as EntityTrait>::Model::from_query_result(row, "")?))
        };
        Self { names, parts: Vec::new(), read }
    }

    /// With the columns that the named fields are made of.
    #[must_use]
    pub fn needed(named: &Named) -> Self
    where
        T: Narrow,
    {
        let mut narrow = Self { names: T::ALWAYS.to_vec(), parts: Vec::new(), read: T::read };
        for part in T::PARTS {
            let needed = part.fields.iter().any(|field| named.has(field));
            narrow.parts.push(needed);
            for column in part.columns.iter().filter(|_| needed) {
                narrow.also(column);
            }
        }
        narrow
    }

    /// This column as well.
    pub(crate) fn also(&mut self, column: &'static str) {
        if !self.names.contains(&column) {
            self.names.push(column);
        }
    }

    /// Those of the table that goes by this name.
    pub(crate) fn of_table(&self, table: &Alias) -> impl Iterator<Item = (Alias, &'static str)> {
        self.names.iter().map(|name| (Alias::clone(table), *name))
    }

    /// Makes it of a row.
    ///
    /// # Errors
    /// When a column holds something else than it should.
    pub fn of(&self, row: &QueryResult) -> Result<T, DbErr> {
        (self.read)(row, &self.parts)
    }
}

/// A column of a row, with the type that it has in the model.
#[doc(hidden)]
pub fn column<M, T: TryGetable>(row: &QueryResult, name: &str, _: fn(&M) -> &T) -> Result<T, DbErr> {
    row.try_get("", name)
}

/// Declares of which columns a type is made, and with it how it is made of a whole row and of a narrow one.
///
/// A value is read where the field of its name is asked for, or one of those `for` which it is there.
///
/// ```text
/// narrow! {
///     Milestone of milestone {
///         always { id, initiative_id }
///         // Columns as they are.
///         plain {
///             title;
///             status for [slippage];
///         }
///         // Made of columns.
///         made {
///             due_on: (due_on) => Date(due_on), for [slippage];
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! narrow {
    (
        $name:ident of $entity:ident {
            always { $($always:ident),+ $(,)? }
            plain { $($plain:ident $(for [$($plain_field:ident),+])?;)* }
            made { $($made:ident: ($($column:ident),+) => $value:expr $(, for [$($made_field:ident),+])?;)* }
        }
    ) => {
        impl From<$entity::Model> for $name {
            fn from(row: $entity::Model) -> Self {
                $(let $always = row.$always;)+
                $(let $plain = row.$plain.into();)*
                $(let $made = {
                    $(let $column = row.$column;)+
                    $value.into()
                };)*
                Self { $($always,)+ $($plain,)* $($made,)* }
            }
        }

        impl $crate::graphql::needed::Narrow for $name {
            const ALWAYS: &'static [&'static str] = &[$(stringify!($always)),+];

            const PARTS: &'static [$crate::graphql::needed::Part] = &[
                $($crate::graphql::needed::Part {
                    columns: &[stringify!($plain)],
                    fields: &[stringify!($plain) $($(, stringify!($plain_field))+)?],
                },)*
                $($crate::graphql::needed::Part {
                    columns: &[$(stringify!($column)),+],
                    fields: &[stringify!($made) $($(, stringify!($made_field))+)?],
                },)*
            ];

            fn read(row: &sea_orm::QueryResult, parts: &[bool]) -> Result<Self, sea_orm::DbErr> {
                use $crate::graphql::needed::{Needed, column};
                let mut parts = parts.iter().copied();
                let mut next = || parts.next().unwrap_or_default();
                $(let $always = column(row, stringify!($always), |row: &$entity::Model| &row.$always)?;)+
                $(let $plain = Needed::read_if(next(), || {
                    column(row, stringify!($plain), |row: &$entity::Model| &row.$plain)
                })?;)*
                $(let $made = Needed::read_if(next(), || {
                    $(let $column = column(row, stringify!($column), |row: &$entity::Model| &row.$column)?;)+
                    Ok($value)
                })?;)*
                Ok(Self { $($always,)+ $($plain,)* $($made,)* })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn every_name_of_a_document_is_found_and_no_other() {
        let named = Named::of(
            &parse_query(
                "query A { a: initiative { dueOn ...Rest ... on Node { nextStatusReportDueOn } } } \
                 query B { milestones { title } } \
                 fragment Rest on Initiative { owner { email } ...Rest } \
                 fragment Unused on Person { orgUnit { name } }",
            )
            .unwrap(),
        );
        for name in [
            "initiative",
            "due_on",
            "next_status_report_due_on",
            "milestones",
            "title",
            "owner",
            "email",
            "org_unit",
            "name",
        ] {
            assert!(named.has(name), "{name}");
        }
        for name in ["a", "Rest", "rest", "dueOn", "version", "code"] {
            assert!(!named.has(name), "{name}");
        }
        assert!(Named::all().has("code"));
    }

    #[test]
    fn what_was_not_read_is_a_fault_and_no_value() {
        assert_eq!(Needed::from(3).get(), Ok(&3));
        let none = Needed::<Option<i32>>::read_if(false, || Ok(Some(3))).unwrap();
        assert_eq!(none.get().unwrap_err().code, crate::graphql::FaultCode::Internal);
    }
}
