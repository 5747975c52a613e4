//! What a dead letter says about itself. Pure: nothing here waits, stores, or knows what time it is.

mod dead_letter;
mod format;

pub use dead_letter::DeadLetter;
