//! Who trained whom in a curriculum, generation by generation, and what hangs on whom.
//!
//! Always: nobody has two trainers in a curriculum, everybody stands one generation below theirs, and no circle closes.
//! Nothing of it is kept: it is worked out from sessions and certificates when somebody asks, so that a session that is
//! corrected late or a certificate that is revoked leaves nothing behind that would have to be brought up.

pub mod query;
pub mod rules;
pub mod store;
pub mod types;
