//! What is found by its words.

pub mod document;
