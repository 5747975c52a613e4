//! Starts the function.

fn main() {}
