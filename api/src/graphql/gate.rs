//! The gate in front of the roots: no root field answers that does not say what it needs, and none
//! answers somebody who may not have it anywhere.
//!
//! It wraps the root objects instead of being an extension, because the engine asks extensions about
//! every field of every object, and only root fields have to be asked about.

use std::{borrow::Cow, pin::Pin};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Response, ServerError,
    ServerResult, SubscriptionType, TypeDirective, Value,
    parser::types::{Field, OperationType},
    registry::{MetaField, Registry},
    resolver_utils::resolve_container,
};

use futures_util::stream::{self, Stream};

use super::{Fault, FaultCode};
use crate::access::table::{self, Open};
use crate::store::Scope;

/// What a root field needs. Everybody who is signed in has `…read`; the table of who may do what is in
/// the documentation.
#[TypeDirective(location = "FieldDefinition")]
pub fn needs(capability: String) {}

/// A root object behind the gate.
#[derive(Debug, Default)]
pub struct Gate<T>(pub T);

/// The root field that is asked for, on the root with this name.
fn root_field<'c>(root: &str, ctx: &Context<'c>) -> Option<&'c MetaField> {
    ctx.schema_env.registry.types.get(root)?.field_by_name(&ctx.item.node.name.node)
}

fn check(root: &str, ctx: &Context<'_>) -> Result<(), Fault> {
    let field = ctx.item.node.name.node.as_str();
    let capability = root_field(root, ctx)
        .and_then(|field| field.directive_invocations.iter().find(|directive| directive.name == "needs"))
        .and_then(|directive| directive.args.get("capability"));
    let allowance = match capability {
        Some(Value::String(name)) => table::named(name),
        _ => None,
    };
    let allowance =
        allowance.ok_or_else(|| Fault::internal(format!("`{root}.{field}` does not say what it needs")))?;
    if allowance.open == Open::ToAnyone {
        return Ok(());
    }
    let viewer = Scope::of(ctx)?.viewer();
    if !allowance.somewhere(viewer) {
        return Err(Fault::new(FaultCode::Forbidden, format!("You may not use `{field}`.")));
    }
    let changes = ctx.query_env.operation.node.ty == OperationType::Mutation;
    if changes && viewer.only_reads() {
        return Err(Fault::new(FaultCode::Forbidden, "This key only reads.".to_owned()));
    }
    Ok(())
}

/// The fault of a root field, where the engine tells it.
fn refused(ctx: &Context<'_>, fault: Fault) -> ServerError {
    let error = async_graphql::Error::from(fault).into_server_error(ctx.item.pos);
    ctx.set_error_path(error)
}

impl<T: ObjectType> ContainerType for Gate<T> {
    fn is_empty() -> bool {
        T::is_empty()
    }

    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let root = T::type_name();
        let answer = match check(&root, ctx) {
            Ok(()) => self.0.resolve_field(ctx).await,
            Err(fault) => Err(refused(ctx, fault)),
        };
        let is_nullable = || root_field(&root, ctx).is_some_and(|field| !field.ty.ends_with('!'));
        match answer {
            // The engine would let the error of a nullable root field null its siblings too.
            Err(error) if is_nullable() => {
                ctx.add_error(error);
                Ok(Some(Value::Null))
            }
            answer => answer,
        }
    }
}

impl<T: ObjectType> OutputType for Gate<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<T: ObjectType> ObjectType for Gate<T> {}

impl<T: SubscriptionType> SubscriptionType for Gate<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        match check(&T::type_name(), ctx) {
            Ok(()) => self.0.create_field_stream(ctx),
            Err(fault) => {
                let response = Response::from_errors(vec![refused(ctx, fault)]);
                Some(Box::pin(stream::once(std::future::ready(response))))
            }
        }
    }
}
