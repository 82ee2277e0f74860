//! Who is calling.

pub mod token;
