//! How much the caller may still ask for, as they see it.

use async_graphql::{Context, SimpleObject};

use super::Fault;
use super::scalars::DateTime;
use crate::access::bucket::Level;
use crate::store::Scope;

/// How much may still be asked for, in points: a query costs about one for each field of each row, and at
/// least one for each 64 bytes of the request. Beyond it a request is answered with THROTTLED and the
/// seconds to wait. Each process of the server counts for itself.
#[derive(Debug, SimpleObject)]
pub struct RateLimit {
    /// The points of a minute, which may be spent at once; 2147483647 when nothing is limited.
    pub limit: i32,
    /// The points that are left after this request.
    pub remaining: i32,
    /// When all of them will be there again if nothing more is asked for.
    pub reset_at: DateTime,
}

impl RateLimit {
    /// That of the request that a resolver works for, whose [`Level`] is in its data unless nothing is
    /// limited.
    ///
    /// # Errors
    /// UNAUTHENTICATED when nobody is signed in.
    pub fn of(ctx: &Context<'_>) -> Result<Self, Fault> {
        let now = Scope::of(ctx)?.now();
        let unlimited = Level { limit: u64::MAX, remaining: u64::MAX, reset_at: now };
        let level = ctx.data_opt::<Level>().copied().unwrap_or(unlimited);
        let points = |number| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(Self {
            limit: points(level.limit),
            remaining: points(level.remaining),
            reset_at: DateTime(level.reset_at.max(now)),
        })
    }
}
