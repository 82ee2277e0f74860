//! The history of the tables: append-only, one file a feature, never the entities of today.

use sea_orm_migration::prelude::MigrationTrait;

pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

mod columns;
mod m0001_events;
mod m0002_people;
mod m0003_portfolio;
mod m0004_access;
mod m0005_accounts;
mod m0007_costs;
mod m0008_programme;
mod m0009_search;
mod m0010_metrics;
mod m0011_rewards;
mod m0012_training;
mod m0013_communication;
mod m0014_feedback;
mod m0015_mail;
mod m0016_log;
mod m0017_webhook;
mod m0018_reminder;
mod m0019_agreed;
mod m0020_vocabulary;

/// Every migration in order.
#[derive(Debug)]
pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_events::Migration),
            Box::new(m0002_people::Migration),
            Box::new(m0003_portfolio::Migration),
            Box::new(m0004_access::Migration),
            Box::new(m0005_accounts::Migration),
            Box::new(m0007_costs::Migration),
            Box::new(m0008_programme::Migration),
            Box::new(m0009_search::Migration),
            Box::new(m0010_metrics::Migration),
            Box::new(m0012_training::Migration),
            Box::new(m0011_rewards::Migration),
            Box::new(m0013_communication::Migration),
            Box::new(m0014_feedback::Migration),
            Box::new(m0015_mail::Migration),
            Box::new(m0016_log::Migration),
            Box::new(m0017_webhook::Migration),
            Box::new(m0018_reminder::Migration),
            Box::new(m0019_agreed::Migration),
            Box::new(m0020_vocabulary::Migration),
        ]
    }
}
