//! Values that rows share: folded text and small sets.

use unicode_normalization::UnicodeNormalization;

/// Declares a small set of the values of an enum: each once, in the order in which the enum has them.
///
/// Kept as text with a comma before and after each value, so that one pattern finds a value.
macro_rules! set_of {
    ($(#[$doc:meta])* $name:ident of $item:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, DeriveValueType, serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(value_type = "String")]
        #[serde(transparent)]
        pub struct $name(Vec<$item>);

        impl $name {
            /// These values in their order, doubles dropped.
            #[must_use]
            pub fn new(items: &[$item]) -> Self {
                Self($item::iter().filter(|item| items.contains(item)).collect())
            }

            /// The values in their order.
            #[must_use]
            pub fn as_slice(&self) -> &[$item] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(",")?;
                self.0.iter().try_for_each(|item| write!(f, "{},", item.to_value()))
            }
        }

        impl std::str::FromStr for $name {
            type Err = DbErr;

            fn from_str(text: &str) -> Result<Self, DbErr> {
                text.split(',')
                    .filter(|part| !part.is_empty())
                    .map(|part| $item::try_from_value(&part.to_owned()))
                    .collect::<Result<_, _>>()
                    .map(Self)
            }
        }
    };
}

pub(crate) use set_of;

/// Text with one spelling for each letter (NFKC), whatever way it was typed.
#[must_use]
pub fn normal(text: &str) -> String {
    text.nfkc().collect()
}

/// Text as it is compared where case is ignored: lower case, one spelling for each letter (NFKC).
///
/// Composed rather than decomposed, so that `å` stays a letter of its own and is not found by `a`.
/// SQLite folds only ASCII, so we fold when writing and keep the result in a column.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danish_letters_fold_whatever_way_they_are_typed() {
        assert_eq!(fold("ÆBLEGRØD PÅ FAD"), "æblegrød på fad");
        assert_eq!(fold("A\u{30a}SE"), fold("Åse"));
        assert!(!fold("Åse").contains('a'));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["İstanbul", "ﬁn", "ΑΣ", "Straße", "Ǆ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
