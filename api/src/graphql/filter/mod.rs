//! Filters: typed comparators that become one condition, and relations that become `EXISTS`.
//!
//! The algebra is two-valued, unlike SQL's: a comparison with a missing value is false, `neq` and
//! `notIn` are exactly the opposite of `eq` and `in`, and `not` gives exactly the rows that its filter
//! leaves out. An empty `and` holds for every row, an empty `or` for none. An explicit null as the
//! value of a comparator is refused, because it could mean two things; `isNull` says it.
//!
//! A condition on a related table holds only for rows that the viewer may see, so that no filter tells
//! of rows that are not there for them. A field that only some may read is [`Guarded`], so that no filter
//! tells of its values either.

mod compare;
mod leaf;

use std::{borrow::Cow, cell::Cell};

use async_graphql::{InputObject, InputType, TypeName};
use chrono::{NaiveDate, Utc};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, IntoCondition},
};
use tutti_entity::ids::Kind;

use super::{Fault, FaultCode};
use crate::access::{Capability, Place, Viewer, Visible};
use crate::store::{
    At, Scope,
    find::{self, never},
};

pub use compare::{
    BooleanFilter, Choice, ChoicesFilter, CurrencyCodeFilter, DateFilter, DateRange, DateTimeFilter,
    DateTimeRange, EnumFilter, IdFilter, IntFilter, StringFilter,
};

/// At most this many comparisons in one filter: each is a bound value or more of the statement.
const MOST_COMPARISONS: u32 = 200;
/// At most this many values in all lists of one filter together: databases bound the values of a statement.
const MOST_VALUES_IN_ALL: usize = 5_000;
/// At most this many relations inside each other.
const DEEPEST_RELATION: u8 = 3;

/// What filters have to know of the request.
#[derive(Debug)]
pub struct Asked<'s> {
    viewer: &'s Viewer,
    now: chrono::DateTime<Utc>,
    today: NaiveDate,
    comparisons: Cell<u32>,
    relations: Cell<u32>,
    values: Cell<usize>,
    field: Cell<&'static str>,
}

/// A filter with more comparisons than this, or with any relation, can keep a database busy.
const FEW_COMPARISONS: u32 = 5;

impl<'s> Asked<'s> {
    /// For this request.
    #[must_use]
    pub fn new(scope: &'s Scope) -> Self {
        Self {
            viewer: scope.viewer(),
            now: scope.now(),
            today: scope.today(),
            comparisons: Cell::new(0),
            relations: Cell::new(0),
            values: Cell::new(0),
            field: Cell::new(""),
        }
    }

    /// The same, asked about this field of the filter, as Rust spells it.
    #[must_use]
    pub fn about(&self, field: &'static str) -> &Self {
        self.field.set(field);
        self
    }

    fn count(&self) -> Result<(), Fault> {
        let comparisons = self.comparisons.get() + 1;
        self.comparisons.set(comparisons);
        if comparisons > MOST_COMPARISONS {
            return Err(Fault::bad_input(format!("A filter takes at most {MOST_COMPARISONS} comparisons.")));
        }
        Ok(())
    }
}

impl Asked<'_> {
    /// Whether the filter that was read can keep a database busy.
    #[must_use]
    pub fn is_heavy(&self) -> bool {
        self.relations.get() > 0 || self.comparisons.get() > FEW_COMPARISONS
    }

    fn deeper(&self, at: At) -> Result<At, Fault> {
        self.relations.set(self.relations.get() + 1);
        let inner = at.inner();
        if inner.depth() > DEEPEST_RELATION {
            let message = format!("A filter goes through at most {DEEPEST_RELATION} relations.");
            return Err(Fault::bad_input(message));
        }
        Ok(inner)
    }

    fn count_values(&self, more: usize) -> Result<(), Fault> {
        let values = self.values.get().saturating_add(more);
        self.values.set(values);
        if values > MOST_VALUES_IN_ALL {
            let message = format!("The lists of a filter take at most {MOST_VALUES_IN_ALL} values together.");
            return Err(Fault::bad_input(message));
        }
        Ok(())
    }
}

/// A filter on an entity: what the macro `filter!` makes.
pub trait Filter: InputType {
    /// The entity it is about.
    type Entity: Visible;

    /// The condition on the rows of the table that goes by the name `at`.
    ///
    /// # Errors
    /// BAD_USER_INPUT for values that cannot be meant, and for more than is allowed.
    fn condition(&self, asked: &Asked<'_>, at: At) -> Result<Condition, Fault>;
}

/// A comparator or a relation, and what it is about.
pub trait Test<T> {
    /// The condition on the rows of the table that goes by the name `at`.
    ///
    /// # Errors
    /// As [`Filter::condition`].
    fn test(&self, target: T, asked: &Asked<'_>, at: At) -> Result<Condition, Fault>;
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Col<C>(pub C);
/// A column of text with the column that holds it folded; the same twice where it only holds lower case.
#[derive(Clone, Copy, Debug)]
pub struct Text<C>(pub C, pub C);
/// A column of ids of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Id<C>(pub C, pub Kind);
/// A column of ids of any kind with the column that holds the prefix of the kind.
#[derive(Clone, Copy, Debug)]
pub struct AnyKind<C>(pub C, pub C);
/// A column of this table that holds the id of a row of the other.
#[derive(Clone, Copy, Debug)]
pub struct One<C>(pub C);
/// A column of the other table that holds the id of this row.
#[derive(Clone, Copy, Debug)]
pub struct Many<C>(pub C);

/// Something that only those may filter by who may do this in the whole organisation, because it is read
/// only by them.
#[derive(Clone, Copy, Debug)]
pub struct Guarded<T>(pub Capability, pub T);

/// Something that holds of a row or not, as a store works it out: a condition on the rows of the table that goes
/// by the name that it is given, true or false and never unknown.
#[derive(Clone, Copy, Debug)]
pub struct When(pub fn(&Viewer, At) -> Condition);

/// The same for what holds on the day of the request or does not.
#[derive(Clone, Copy, Debug)]
pub struct Today(pub fn(&Viewer, NaiveDate, At) -> Condition);

/// A value of an enum that no column holds: an expression over the table that goes by the name that it is given, as of
/// the day of the request, never without a value.
#[derive(Clone, Copy, Debug)]
pub struct AsOfToday(pub fn(NaiveDate, At) -> Expr);

/// A name as the schema spells it.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at_checked(1).unwrap_or_default();
        name + &initial.to_uppercase() + rest
    })
}

impl<T, C: Test<T>> Test<Guarded<T>> for C {
    fn test(
        &self,
        Guarded(capability, target): Guarded<T>,
        asked: &Asked<'_>,
        at: At,
    ) -> Result<Condition, Fault> {
        if !asked.viewer.may(capability, Place::default()) {
            let message = format!("You may not filter by `{}`.", camel(asked.field.get()));
            return Err(Fault::new(FaultCode::Forbidden, message));
        }
        self.test(target, asked, at)
    }
}

/// Asks about the rows of a list.
#[derive(Clone, Debug, InputObject)]
#[graphql(name_type)]
pub struct ListFilter<F: Filter> {
    /// At least one of them is so.
    pub some: Option<Box<F>>,
    /// All of them are so; an empty list is.
    pub every: Option<Box<F>>,
    /// Not one of them is so.
    pub none: Option<Box<F>>,
}

impl<F: Filter> TypeName for ListFilter<F> {
    fn type_name() -> Cow<'static, str> {
        let of = F::type_name();
        Cow::Owned(format!("{}ListFilter", of.strip_suffix("Filter").unwrap_or(&of)))
    }
}

fn exists<E: Visible>(asked: &Asked<'_>, inner: At, link: Expr, condition: Condition) -> Expr {
    let mut select = find::visible_only::<E>(asked.viewer, inner);
    select.expr(Expr::val(1)).and_where(link).cond_where(condition);
    Expr::exists(select)
}

impl<F, C> Test<Many<C>> for ListFilter<F>
where
    F: Filter,
    C: ColumnTrait,
{
    fn test(&self, Many(column): Many<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let inner = asked.deeper(at)?;
        let rows = |condition| {
            asked.count()?;
            let link = inner.col(column).equals((at.alias(), "id"));
            Ok::<_, Fault>(exists::<F::Entity>(asked, inner, link, condition))
        };
        let mut all = Condition::all();
        if let Some(some) = &self.some {
            all = all.add(rows(some.condition(asked, inner)?)?);
        }
        if let Some(every) = &self.every {
            all = all.add(rows(whole(every.condition(asked, inner)?).not())?.not());
        }
        if let Some(none) = &self.none {
            all = all.add(rows(none.condition(asked, inner)?)?.not());
        }
        Ok(all)
    }
}

impl<F: Filter, C: ColumnTrait> Test<One<C>> for Box<F> {
    fn test(&self, One(column): One<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let inner = asked.deeper(at)?;
        asked.count()?;
        let link = Expr::col((inner.alias(), "id")).equals((at.alias(), column));
        let condition = self.condition(asked, inner)?;
        Ok(exists::<F::Entity>(asked, inner, link, condition).into_condition())
    }
}

/// The three connectives that every filter has.
///
/// # Errors
/// As [`Filter::condition`].
pub fn connect<F: Filter>(
    all: Condition,
    asked: &Asked<'_>,
    at: At,
    (and, or, not): (Option<&Vec<F>>, Option<&Vec<F>>, Option<&F>),
) -> Result<Condition, Fault> {
    let mut all = all;
    for filter in and.into_iter().flatten() {
        asked.count()?;
        all = all.add(filter.condition(asked, at)?);
    }
    if let Some(or) = or {
        if or.is_empty() {
            asked.count()?;
        }
        let mut any = Condition::any().add(never());
        for filter in or {
            asked.count()?;
            any = any.add(whole(filter.condition(asked, at)?));
        }
        all = all.add(any);
    }
    if let Some(not) = not {
        asked.count()?;
        all = all.add(whole(not.condition(asked, at)?).not());
    }
    Ok(all)
}

/// A condition without parts holds for every row, also when it is turned round.
fn whole(condition: Condition) -> Condition {
    if condition.is_empty() { Expr::val(1).eq(1).into_condition() } else { condition }
}

/// Declares a filter: its fields, what they compare with, and the three connectives.
///
/// ```text
/// filter! {
///     /// Which people.
///     PersonFilter for person {
///         /// By id.
///         id: IdFilter = Id(Column::Id, Kind::Person),
///         /// By name.
///         name: StringFilter = Text(Column::Name, Column::NameFolded),
///         /// By the person they report to.
///         manager: Box<PersonFilter> = One(Column::ManagerId),
///         /// By when they last signed in.
///         last_sign_in_at: DateTimeFilter = Guarded(Capability::AccountsRead, Col(Column::LastSignInAt)),
///     }
/// }
/// ```
#[macro_export]
macro_rules! filter {
    (
        $(#[$doc:meta])*
        $name:ident for $entity:ident {
            $($(#[$field_doc:meta])* $field:ident: $comparator:ty = $target:expr,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, async_graphql::InputObject)]
        pub struct $name {
            // On the heap, because few of them are given: in place, the arguments of a list would take kilobytes, and so
            // would whatever waits for a field beside it, of which a page has thousands.
            $($(#[$field_doc])* pub $field: Option<Box<$comparator>>,)+
            /// All of these hold; an empty list always does.
            pub and: Option<Vec<$name>>,
            /// At least one of these holds; an empty list never does.
            pub or: Option<Vec<$name>>,
            /// This does not hold.
            pub not: Option<Box<$name>>,
        }

        impl $crate::graphql::filter::Filter for $name {
            type Entity = $entity::Entity;

            fn condition(
                &self,
                asked: &$crate::graphql::filter::Asked<'_>,
                at: $crate::store::At,
            ) -> Result<sea_orm::sea_query::Condition, $crate::graphql::Fault> {
                use $crate::graphql::filter::{Test as _, connect};
                let mut all = sea_orm::sea_query::Condition::all();
                $(
                    if let Some(comparator) = &self.$field {
                        all = all.add((**comparator).test($target, asked.about(stringify!($field)), at)?);
                    }
                )+
                connect(all, asked, at, (self.and.as_ref(), self.or.as_ref(), self.not.as_deref()))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::camel;

    #[test]
    fn fields_are_told_as_the_schema_spells_them() {
        for (rust, schema) in [("last_sign_in_at", "lastSignInAt"), ("status", "status"), ("", "")] {
            assert_eq!(camel(rust), schema);
        }
    }
}
