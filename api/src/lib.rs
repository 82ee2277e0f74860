//! Tutti: a GraphQL API that runs a portfolio of customer-experience initiatives the way a
//! programme office does.

pub mod access;
pub mod config;
pub mod graphql;
pub mod store;
pub mod telemetry;
