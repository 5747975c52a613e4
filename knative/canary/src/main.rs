#![doc = include_str!("../README.md")]
// What it prints is what it is for.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use clap::Parser;

mod cli;
mod judge;
mod kubectl;
mod prometheus;
mod release;
mod rollout;
mod services;
mod smoke;
mod souk;
mod traffic;

use cli::{Cli, Command};
use services::Services;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let services = Services::of(cli.place);
    let done = match &cli.command {
        Command::Hold { services: names } => release::hold(&services, names).await,
        Command::Smoke(smoke) => release::smoke(&services, smoke).await,
        Command::Advance(advance) => release::advance(&services, advance).await,
        Command::Rollback { services: names } => release::roll_back(&services, names).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("canary: {error:#}");
            ExitCode::FAILURE
        }
    }
}
