//! Database errors in our words: none of the database's own text leaves the house.

use sea_orm::{
    DbErr, RuntimeErr, SqlErr,
    sqlx::{Error as SqlxError, error::DatabaseError},
};

use crate::graphql::{Fault, FaultCode};

fn driver(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn code(error: &DbErr) -> Option<String> {
    match driver(error)? {
        SqlxError::Database(error) => DatabaseError::code(error.as_ref()).map(Into::into),
        _ => None,
    }
}

/// Whether the same transaction may succeed when it is tried again: PostgreSQL could not serialise it
/// or broke a deadlock, or another process held SQLite's lock for too long.
#[must_use]
pub fn worth_a_retry(error: &DbErr) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01" | "5" | "517"))
}

/// Whether the database refused because two rows would be the same, or one would refer to nothing.
#[must_use]
pub fn constraint(error: &DbErr) -> Option<SqlErr> {
    error.sql_err()
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        let unreachable = matches!(
            driver(&error),
            Some(SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::Io(_))
        ) || matches!(error, DbErr::ConnectionAcquire(_));
        // PostgreSQL cancelled the statement, or SQLite was interrupted.
        let cancelled = matches!(code(&error).as_deref(), Some("57014" | "9"));
        if unreachable {
            tracing::warn!(cause = ?error, "the database cannot be reached");
            Self::new(FaultCode::Unavailable, "The database cannot be reached. Try again in a moment.")
        } else if cancelled {
            Self::new(FaultCode::Timeout, "The request took longer than it may and was cancelled.")
        } else {
            Self::internal(error)
        }
    }
}
