//! What every mutation takes and answers.

use async_graphql::{Context, InputType};
use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use tutti_entity::Row;

use super::Fault;
use crate::access::Visible;
use crate::store::tx::{Done, Many, Work};
use crate::store::{Answer, Answers, Command, Scope, WriteOptions};

/// The name of a mutation's payload: that of its input with `Payload` for `Input`.
#[must_use]
pub fn payload_name<I: InputType>() -> String {
    let input = I::type_name();
    format!("{}Payload", input.strip_suffix("Input").unwrap_or(&input))
}

/// Carries out the mutation of the field that is resolved.
///
/// # Errors
/// Faults; what the caller can mend is in the answer.
pub async fn run<C: Command>(
    ctx: &Context<'_>,
    command: &C,
    options: Option<WriteOptions>,
) -> Result<Answer<C::Entity>, Fault> {
    let options = options.unwrap_or_default();
    Scope::of(ctx)?.write(command, &options, || fingerprint(ctx)).await
}

/// The same for a mutation of many rows.
///
/// # Errors
/// Faults; what the caller can mend is in the answer.
pub async fn run_many<W, E>(
    ctx: &Context<'_>,
    work: &W,
    options: Option<WriteOptions>,
) -> Result<Answers<E>, Fault>
where
    W: Work<Reply = Many<E>>,
    E: Row + Visible,
{
    Ok(carry_out(ctx, work, options).await?.into())
}

/// The same for work that answers something of its own.
///
/// # Errors
/// Faults; what the caller can mend is in the answer.
pub async fn carry_out<W: Work>(
    ctx: &Context<'_>,
    work: &W,
    options: Option<WriteOptions>,
) -> Result<Done<W::Reply>, Fault> {
    let options = options.unwrap_or_default();
    Scope::of(ctx)?.carry_out(work, &options, || fingerprint(ctx)).await
}

/// Stands for the mutation and its input: equal inputs have equal fingerprints, however they were
/// written and whichever variables carried them.
fn fingerprint(ctx: &Context<'_>) -> String {
    let mut parts = vec![ctx.item.node.name.node.to_string()];
    if let Ok(arguments) = ctx.field().arguments() {
        let mut inputs: Vec<_> = arguments
            .into_iter()
            .filter(|(name, _)| name != "options")
            .map(|(name, value)| (name.to_string(), sorted(value.into_json().unwrap_or_default())))
            .collect();
        inputs.sort_by(|(one, _), (other, _)| one.cmp(other));
        parts.extend(inputs.into_iter().map(|(name, value)| format!("{name}={value}")));
    }
    STANDARD_NO_PAD.encode(digest::digest(&digest::SHA256, parts.join("\n").as_bytes()))
}

/// The same JSON with the fields of its objects in order.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            serde_json::Value::Object(fields.into_iter().collect())
        }
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// Declares the payloads of the mutations that answer with one noun: generic over the input, from
/// which each takes its name.
#[macro_export]
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$noun_doc:meta])* $noun:ident: $object:ty = $entity:ident }) => {
        $(#[$doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        #[graphql(name_type)]
        pub struct $name<I: async_graphql::InputType + 'static> {
            $(#[$noun_doc])*
            pub $noun: Option<$object>,
            /// What you have to mend. Where there is anything in it nothing was written.
            pub user_errors: Vec<$crate::graphql::Problem>,
            /// What the log says of the change; null where nothing changed. A dry run shows the event that
            /// would have been written.
            pub event: Option<$crate::events::types::Event>,
            #[graphql(skip)]
            input: std::marker::PhantomData<fn(I)>,
        }

        impl<I: async_graphql::InputType + 'static> async_graphql::TypeName for $name<I> {
            fn type_name() -> std::borrow::Cow<'static, str> {
                $crate::graphql::payload::payload_name::<I>().into()
            }
        }

        impl<I: async_graphql::InputType + 'static> From<$crate::store::Answer<$entity::Entity>> for $name<I> {
            fn from(answer: $crate::store::Answer<$entity::Entity>) -> Self {
                Self {
                    $noun: answer.row.map(Into::into),
                    user_errors: answer.problems,
                    event: answer.event.map(Into::into),
                    input: std::marker::PhantomData,
                }
            }
        }
    };
}

/// Declares the payload of a mutation of many rows, and the result of each row.
#[macro_export]
macro_rules! payload_of_many {
    (
        $(#[$doc:meta])* $name:ident of
        $(#[$result_doc:meta])* $result:ident {
            $(#[$noun_doc:meta])* $noun:ident: $object:ty = $entity:ident
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $name {
            /// What became of each row, in their order; empty where the call was refused as a whole.
            pub results: Vec<$result>,
            /// What you have to mend. Where there is anything in it nothing was written: what is wrong with the
            /// call, or with its rows, all of which are told.
            pub user_errors: Vec<$crate::graphql::Problem>,
            /// The last of the events that the log has of it; each row that was written has events of its own.
            /// Null where none was. A dry run shows the event that would have been written.
            pub event: Option<$crate::events::types::Event>,
        }

        $(#[$result_doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $result {
            /// Which of the rows that you sent, counted from 0 as in the paths of errors.
            pub row: i32,
            $(#[$noun_doc])*
            pub $noun: Option<$object>,
            /// What you have to mend of this row. Where there is anything in it the row was not written.
            pub user_errors: Vec<$crate::graphql::Problem>,
        }

        impl From<$crate::store::Answers<$entity::Entity>> for $name {
            fn from(answers: $crate::store::Answers<$entity::Entity>) -> Self {
                let results = (0..).zip(answers.results).map(|(row, item)| $result {
                    row,
                    $noun: item.row.map(Into::into),
                    user_errors: item.problems,
                });
                Self {
                    results: results.collect(),
                    user_errors: answers.problems,
                    event: answers.event.map(Into::into),
                }
            }
        }
    };
}
