//! Tutti: a GraphQL API that runs a portfolio of customer-experience initiatives the way a
//! programme office does.

pub mod graphql;
pub mod http;
pub mod store;
