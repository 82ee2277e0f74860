//! Who trained whom in a curriculum, how far it reached, and what hangs on whom. Pure: plain values in, a cascade out.

pub mod facts;
pub mod figures;
pub mod lineage;
pub mod tally;
#[cfg(test)]
mod tests;
mod trees;
