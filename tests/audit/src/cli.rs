//! The command line of `audit`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::books::{moving, read};
use crate::report::Report;
use crate::rules::check;
use crate::sources::{Provider, Sources, clock_ahead};

/// Reads a shop's stores and checks its books: money, stock, orders, events, letters. Changes nothing.
///
/// Waits until nothing moves, so that what it reads belongs together.
#[derive(Debug, Parser)]
#[command(
    name = "audit",
    version,
    after_help = "\
Exit codes:
  0  every rule is kept
  1  a rule is broken, or the stores could not be read; the output says which and what to type
  2  the command line is wrong"
)]
pub struct Options {
    /// A shop on this machine: everything else is found from here.
    #[arg(long, value_name = "DIR", env = "SOUK_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// How many seconds to wait for quiet.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    wait: Duration,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Print every violation, not only the first ten of each rule.
    #[arg(long)]
    all: bool,
    /// A file of order ids, one a line, that clients were promised: each must be an order.
    #[arg(long, value_name = "FILE")]
    promised: Option<PathBuf>,
    /// A function's database, such as orders=postgres://...; may be repeated.
    #[arg(long = "database", value_name = "FUNCTION=URL", value_parser = named)]
    databases: Vec<(String, String)>,
    /// The provider's address; its key is in PROVIDER_API_KEY.
    #[arg(long, value_name = "URL", requires = "provider_key")]
    provider: Option<String>,
    /// The provider's key.
    #[arg(long, env = "PROVIDER_API_KEY", hide = true, hide_env_values = true)]
    provider_key: Option<String>,
    /// A folder with more mails (`.eml`), where somebody has kept them; may be repeated.
    #[arg(long = "mails", value_name = "DIR")]
    mails: Vec<PathBuf>,
    /// Only say what still moves, and end.
    #[arg(long)]
    moving: bool,
}

/// `60` or `60s`.
fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').unwrap_or(text);
    number
        .parse()
        .map(Duration::from_secs)
        .map_err(|_| format!("`{text}` is no number of seconds"))
}

fn named(text: &str) -> Result<(String, String), String> {
    let (function, url) = text.split_once('=').ok_or("FUNCTION=URL is expected")?;
    Ok((function.to_owned(), url.to_owned()))
}

impl Options {
    fn sources(&self) -> Result<Sources> {
        let mut sources = match &self.data_dir {
            Some(folder) => Sources::of(folder)?,
            None => Sources::default(),
        };
        sources.databases.extend(self.databases.iter().cloned());
        if let (Some(url), Some(key)) = (&self.provider, &self.provider_key) {
            sources.provider = Some(Provider {
                url: url.clone(),
                key: key.clone(),
                journal: None,
            });
        }
        sources.mails.extend(self.mails.iter().cloned());
        sources.http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(sources)
    }
}

/// Does what was asked, prints it, and gives the exit code.
pub async fn run(options: &Options) -> ExitCode {
    // Fails only when a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match audit(options).await {
        Ok(is_kept) => ExitCode::from(u8::from(!is_kept)),
        Err(error) => {
            eprintln!(
                "the books cannot be read: {error:#}\nIs the shop open? souk ps; souk up --detach"
            );
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the report is what was asked for")]
async fn audit(options: &Options) -> Result<bool> {
    let mut sources = options.sources()?;
    if let Some(folder) = &options.data_dir {
        sources.clock_ahead = clock_ahead(folder).await;
    }
    if options.moving {
        let moving = moving(&sources).await?;
        println!("{}", moving.join("\n"));
        return Ok(moving.is_empty());
    }
    let mut books = read(&sources, options.wait).await?;
    if let Some(file) = &options.promised {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let ids = text.split_whitespace().map(str::parse);
        books.promised = ids
            .collect::<Result<_, _>>()
            .with_context(|| file.display().to_string())?;
    }
    let report: Report = check(&books);
    match options.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{}", report.text(if options.all { usize::MAX } else { 10 })),
    }
    Ok(report.is_kept)
}
