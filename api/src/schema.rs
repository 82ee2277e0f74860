//! The schema: the only list of features.

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema, ValidationMode};

use crate::accounts::{mutation::AccountsMutation, query::AccountsQuery};
use crate::communication::cadence::query::CadenceQuery;
use crate::communication::{mutation::CommunicationMutation, query::CommunicationQuery};
use crate::events::{query::EventsQuery, subscription::EventsSubscription};
use crate::exchange::mutation::ExchangeMutation;
use crate::feedback::{mutation::FeedbackMutation, query::FeedbackQuery};
use crate::graphql::gate::Gate;
use crate::mail::mutation::MailMutation;
use crate::metrics::{mutation::MetricsMutation, query::MetricsQuery};
use crate::node::NodeQuery;
use crate::people::{mutation::PeopleMutation, query::PeopleQuery};
use crate::portfolio::actions::{mutation::ActionMutation, query::ActionQuery};
use crate::portfolio::costs::{mutation::CostMutation, query::CostQuery};
use crate::portfolio::figures::query::FigureQuery;
use crate::portfolio::plan::{mutation::PlanMutation, query::PlanQuery};
use crate::portfolio::raid::{mutation::RaidMutation, query::RaidQuery};
use crate::portfolio::reports::{mutation::ReportMutation, query::ReportQuery};
use crate::portfolio::{
    mutation::PortfolioMutation, query::PortfolioQuery, subscription::PortfolioSubscription,
};
use crate::rewards::{mutation::RewardsMutation, query::RewardsQuery};
use crate::search::query::SearchQuery;
use crate::training::adoption::{mutation::AdoptionMutation, query::AdoptionQuery};
use crate::training::cascade::query::CascadeQuery;
use crate::training::{mutation::TrainingMutation, query::TrainingQuery};
use crate::webhooks::{mutation::WebhooksMutation, query::WebhooksQuery};

/// What can be read. Everything needs somebody who is signed in.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    NodeQuery,
    PeopleQuery,
    AccountsQuery,
    PortfolioQuery,
    PlanQuery,
    CostQuery,
    RaidQuery,
    ActionQuery,
    MetricsQuery,
    EventsQuery,
    FeedbackQuery,
    FigureQuery,
    ReportQuery,
    RewardsQuery,
    SearchQuery,
    TrainingQuery,
    AdoptionQuery,
    CascadeQuery,
    CommunicationQuery,
    CadenceQuery,
    WebhooksQuery,
);

/// What can be done. Each answers its object, what the caller has to mend, and the event of the change. Beside
/// what each says of itself, an update may be refused with NOT_FOUND for an id that is not there for you, with
/// REQUIRED or INVALID for a field, with FORBIDDEN where you may not do it, and with VERSION_CONFLICT; a text
/// or an id that does not read is BAD_USER_INPUT.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    AccountsMutation,
    PeopleMutation,
    PortfolioMutation,
    PlanMutation,
    CostMutation,
    RaidMutation,
    ActionMutation,
    ReportMutation,
    RewardsMutation,
    ExchangeMutation,
    FeedbackMutation,
    MailMutation,
    MetricsMutation,
    TrainingMutation,
    AdoptionMutation,
    CommunicationMutation,
    WebhooksMutation,
);

/// What one can be told of as it happens, over a WebSocket (`graphql-transport-ws`) or a stream of server-sent events
/// (`graphql-sse`, distinct connections). An operation has one of these. Everything needs somebody who is signed in;
/// what one may see is looked at again for each event.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(EventsSubscription, PortfolioSubscription);

/// The schema behind the gate.
pub type TuttiSchema = Schema<Gate<Query>, Gate<Mutation>, Gate<Subscription>>;

/// How deep the engine itself may recurse; the limits before it allow less.
const RECURSION: usize = 64;

/// Builds the schema.
#[must_use]
pub fn build(introspection: bool, validation: ValidationMode) -> TuttiSchema {
    let subscription = Gate::<Subscription>::default();
    let schema = Schema::build(Gate::<Query>::default(), Gate::<Mutation>::default(), subscription)
        .validation_mode(validation)
        .limit_recursive_depth(RECURSION);
    if introspection {
        schema.finish()
    } else {
        schema.disable_introspection().disable_suggestions().finish()
    }
}

/// The schema in the schema definition language, sorted: what `tutti schema` prints and the repository
/// keeps.
#[must_use]
pub fn sdl() -> String {
    let options =
        SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let sdl = build(true, ValidationMode::Strict).sdl_with_options(options);
    let lines: Vec<_> = sdl.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim())
}
