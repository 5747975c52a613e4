#![doc = include_str!("../README.md")]

mod apply;
mod backup;
mod cargo_build;
mod cli;
mod clock;
mod cluster;
mod command;
mod console;
mod container;
mod control;
mod credentials;
mod data_dir;
mod engine;
mod environment;
mod executables;
mod failure;
mod faults;
mod front;
mod function;
mod gate;
mod gateway_address;
mod job;
mod launcher;
mod left_behind;
mod log_file;
mod logging;
mod memory;
mod metrics;
mod operator;
mod planning;
mod platform;
mod programs;
mod remembered;
mod repository;
mod shop;
mod source;
mod stand_in;
mod stop;
mod summary;
mod system;
mod terminal;
mod version;
mod view;
mod watched;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::clock::Preload;
use crate::command::{
    clients, detach, down, events, gateway, keys, logs, plan, ps, revisions, secrets, send,
    traffic, up,
};
use crate::data_dir::DataDir;
use crate::failure::Outcome;

/// Does what the command line says.
#[must_use]
pub fn run() -> ExitCode {
    // First of all: the environment is changed while there is one thread.
    let preload = Preload::taken();
    match obey(Cli::parse(), preload) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::complain(&failure);
            failure.exit.into()
        }
    }
}

fn obey(cli: Cli, preload: Option<Preload>) -> Outcome {
    let data_dir = DataDir::chosen(cli.data_dir);
    match cli.command {
        Command::Up(options) if options.detach => detach::start(&data_dir),
        Command::Up(options) => up::run(&options, &data_dir, preload),
        Command::Down => down::stop(&data_dir),
        Command::Plan(options) => plan::print(&options),
        Command::Secrets(options) => secrets::write(&options, &data_dir),
        Command::Backup(options) => command::backup::write(&options, &data_dir),
        Command::Restore(options) => command::restore::read(&options, &data_dir),
        Command::Promote(options) => command::promote::run(&options, &data_dir),
        Command::Apply(options) => command::apply::print(&options, &data_dir),
        Command::Traffic(options) => traffic::set(&options, &data_dir),
        Command::Revisions(options) => revisions::print(&options, &data_dir),
        Command::Ps(options) => ps::print(&options, &data_dir),
        Command::Logs(options) => logs::print(&options, &data_dir),
        Command::Events(options) => events::print(&options, &data_dir),
        Command::Send(options) => send::event(&options, &data_dir),
        Command::Keys(options) => keys::run(&options, &data_dir),
        Command::Clients(options) => clients::run(&options, &data_dir),
        Command::DeadLetters(options) => command::dead_letters::run(&options, &data_dir),
        Command::Clock(options) => command::clock::run(&options, &data_dir),
        Command::Faults(options) => command::faults::run(&options, &data_dir),
        Command::Top(options) => command::top::run(&options, &data_dir),
        Command::Trace(options) => command::trace::print(&options, &data_dir),
        Command::Doctor(options) => command::doctor::run(&options, &data_dir),
        Command::Audit(options) => command::audit::run(&options, &data_dir),
        Command::Gateway(options) => gateway::run(&options),
    }
}
