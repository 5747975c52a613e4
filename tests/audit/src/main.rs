//! `audit`: reads a shop's stores and checks its books.

use std::process::ExitCode;

use clap::Parser as _;
use souk_audit::cli::{self, Options};

#[tokio::main]
async fn main() -> ExitCode {
    cli::run(&Options::parse()).await
}
