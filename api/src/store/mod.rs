//! Connections, reads and the one write envelope.

pub mod meter;
