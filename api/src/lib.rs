//! Tutti: a GraphQL API that runs a portfolio of customer-experience initiatives the way a
//! programme office does.

pub mod access;
pub mod accounts;
pub mod app;
pub mod cli;
pub mod communication;
pub mod config;
pub mod demo;
pub mod events;
pub mod exchange;
pub mod feedback;
pub mod graphql;
pub mod http;
pub mod live;
pub mod mail;
pub mod metrics;
pub mod node;
pub mod people;
pub mod portfolio;
pub mod reminders;
pub mod rewards;
pub mod schema;
pub mod search;
pub mod store;
pub mod telemetry;
pub mod training;
pub mod webhooks;
pub mod wording;
pub mod work;
