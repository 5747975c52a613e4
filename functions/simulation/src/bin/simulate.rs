//! Runs many schedules, on all cores, until one breaks a rule or all are done.

use std::{
    io::Write as _,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use clap::Parser;
use souk_simulation::{Broken, Schedule, Seen};

/// The saga of the shop under schedules made by chance: events late, twice and in any order, crashes, a provider that is away,
/// people who change their minds.
#[derive(Debug, Parser)]
struct Options {
    /// How many.
    #[arg(long, default_value_t = 100_000)]
    schedules: u64,
    /// Another seed, other schedules; the same seed, the same ones for ever.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first of them, to run one again: `--first 4711 --schedules 1`.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Runs what stands in this file instead, as `tests/kept` has it.
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Goes on after a broken rule, and shows the first of each kind.
    #[arg(long)]
    keep_going: bool,
}

/// What all threads add up.
#[derive(Default)]
struct Sums {
    done: AtomicU64,
    steps: AtomicU64,
    sent: AtomicU64,
    cancelled: AtomicU64,
    oversold: AtomicU64,
    refused: AtomicU64,
    broken: AtomicU64,
    stop: AtomicBool,
    found: Mutex<Vec<(u64, Schedule, Broken)>>,
    seen: Mutex<Seen>,
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    if let Some(file) = &options.replay {
        return replay(file);
    }
    let (sums, begun) = (Sums::default(), Instant::now());
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn({
                    let (options, sums) = (&options, &sums);
                    move || work(options, sums, worker, threads)
                })
            })
            .collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            thread::sleep(Duration::from_millis(100));
            let done = sums.done.load(Ordering::Relaxed);
            let _ = write!(std::io::stderr(), "\r{done} of {} ", options.schedules);
        }
    });
    report(&options, &sums, begun.elapsed())
}

fn work(options: &Options, sums: &Sums, worker: u64, threads: u64) {
    let last = options.first + options.schedules;
    let mut number = options.first + worker;
    let mut seen = Seen::default();
    while number < last && !sums.stop.load(Ordering::Relaxed) {
        let (schedule, outcome) = Schedule::by_chance(options.seed, number);
        match outcome {
            Ok(outcome) => {
                seen = seen.and(outcome.seen);
                sums.steps.fetch_add(outcome.steps, Ordering::Relaxed);
                sums.sent.fetch_add(outcome.sent, Ordering::Relaxed);
                sums.cancelled
                    .fetch_add(outcome.cancelled, Ordering::Relaxed);
                sums.oversold.fetch_add(outcome.oversold, Ordering::Relaxed);
                sums.refused.fetch_add(outcome.refused, Ordering::Relaxed);
            }
            Err(broken) => {
                sums.broken.fetch_add(1, Ordering::Relaxed);
                sums.stop.store(!options.keep_going, Ordering::Relaxed);
                let mut found = sums.found.lock().unwrap_or_else(PoisonError::into_inner);
                let kind = |broken: &Broken| broken.to_string().replace(char::is_numeric, "");
                if found.iter().all(|(.., known)| kind(known) != kind(&broken)) {
                    found.push((number, schedule, broken));
                }
            }
        }
        sums.done.fetch_add(1, Ordering::Relaxed);
        number += threads;
    }
    let mut all = sums.seen.lock().unwrap_or_else(PoisonError::into_inner);
    *all = all.and(seen);
}

fn report(options: &Options, sums: &Sums, took: Duration) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let number = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
    writeln!(
        out,
        "\r{} schedules of seed {} in {:.0} s, {} steps: {} orders sent, {} cancelled, {} parcels to be counted, {} captures \
         refused, {} schedules with a broken rule",
        number(&sums.done),
        options.seed,
        took.as_secs_f64(),
        number(&sums.steps),
        number(&sums.sent),
        number(&sums.cancelled),
        number(&sums.oversold),
        number(&sums.refused),
        number(&sums.broken),
    )?;
    let seen = *sums.seen.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(
        out,
        "Pairs of the orders' table that did not happen: {:?}",
        seen.missing()
    )?;
    let found = sums.found.lock().unwrap_or_else(PoisonError::into_inner);
    for (schedule, whole, broken) in found.iter() {
        let shrunk = whole.clone().shrunk();
        let left = shrunk.run().err().unwrap_or_else(|| broken.clone());
        writeln!(
            out,
            "\n# schedule {schedule} of seed {}: {broken}\n# shrunk: {left}",
            options.seed
        )?;
        writeln!(out, "{shrunk}")?;
    }
    Ok(match found.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn replay(file: &PathBuf) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let schedule: Schedule = text.parse()?;
    let mut out = std::io::stdout().lock();
    match schedule.run() {
        Ok(outcome) => {
            writeln!(out, "all rules hold: {outcome:?}")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            writeln!(out, "broken: {broken}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}
