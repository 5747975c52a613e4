//! The command line.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

use crate::{judge::Limits, rollout::Schedule};

/// Brings a new revision of Knative Services to its customers step by step, and takes it back when it does badly.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Where the Services run.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Who is asked and told about Services.
    #[arg(long, value_enum, default_value_t = Tool::Kubectl, global = true)]
    pub(crate) with: Tool,
    /// The program to call, when it is not in PATH under its own name.
    #[arg(long, global = true)]
    pub(crate) program: Option<String>,
    /// Options for the program, before its own words: --context=shop, or --data-dir=…
    #[arg(long = "pass", global = true, allow_hyphen_values = true)]
    pub(crate) pass: Vec<String>,
    /// Namespace of the Services.
    #[arg(long, default_value = "souk", global = true)]
    pub(crate) namespace: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tool {
    /// A cluster, through kubectl.
    Kubectl,
    /// A shop on one machine, through souk.
    Souk,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Before a release is applied: all requests stay with the present revisions, whatever becomes ready next. The newest
    /// revision can be asked for by the tag "candidate".
    Hold {
        /// The Services; those that do not exist yet are left out.
        #[arg(required = true)]
        services: Vec<String>,
    },
    /// Asks each new revision by its tag whether it is ready.
    Smoke(Smoke),
    /// Gives the new revisions their shares, watches them, and takes all of them back when one does badly.
    Advance(Advance),
    /// Gives everything back to the stable revisions.
    Rollback {
        /// The Services.
        #[arg(required = true)]
        services: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Smoke {
    /// The Services.
    #[arg(required = true)]
    pub(crate) services: Vec<String>,
    /// Where the ingress of cluster-local Services answers, for example a port that is forwarded to it:
    /// kubectl -n kourier-system port-forward service/kourier-internal 8081:80
    #[arg(long)]
    pub(crate) ingress: Url,
    /// The path that is asked for.
    #[arg(long, default_value = "/readyz")]
    pub(crate) path: String,
    /// How long a revision may take to wake, in seconds.
    #[arg(long, value_parser = seconds, default_value = "60")]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct Advance {
    /// The Services.
    #[arg(required = true)]
    pub(crate) services: Vec<String>,
    /// The Prometheus that scrapes them.
    #[arg(long)]
    pub(crate) prometheus: Url,
    /// Shares of the new revisions, in percent, rising.
    #[arg(long, value_delimiter = ',', default_value = "5,25,100", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) steps: Vec<u8>,
    /// How long a share is watched, in seconds.
    #[arg(long, value_parser = seconds, default_value = "300")]
    pub(crate) watch: Duration,
    /// How long it may take until there were enough requests, in seconds.
    #[arg(long, value_parser = seconds, default_value = "1800")]
    pub(crate) patience: Duration,
    /// Time between two looks, in seconds. Not shorter than Prometheus' scrape interval.
    #[arg(long, value_parser = seconds, default_value = "15")]
    pub(crate) every: Duration,
    /// Share of 5xx that a new revision may have above the stable one's, in percent.
    #[arg(long, default_value = "1")]
    pub(crate) max_error_percent: f64,
    /// How many times slower at the 95th percentile than the stable one it may be.
    #[arg(long, default_value = "1.5")]
    pub(crate) max_latency_ratio: f64,
    /// Below this it is never too slow, in milliseconds.
    #[arg(long, default_value = "100")]
    pub(crate) latency_floor_ms: f64,
    /// With fewer requests a new revision is not called good.
    #[arg(long, default_value = "100")]
    pub(crate) min_requests: u32,
}

impl Advance {
    /// Checks what clap cannot.
    pub(crate) fn schedule(&self) -> anyhow::Result<Schedule> {
        let rising = self.steps.windows(2).all(|pair| pair[0] < pair[1]);
        anyhow::ensure!(
            rising && self.steps.last() == Some(&100),
            "--steps must rise and end with 100, for example 5,25,100"
        );
        Ok(Schedule {
            steps: self.steps.clone(),
            watch: self.watch,
            patience: self.patience.max(self.watch),
        })
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            error_rate: self.max_error_percent / 100.0,
            latency_ratio: self.max_latency_ratio,
            latency_floor_seconds: self.latency_floor_ms / 1000.0,
            requests: self.min_requests.into(),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.trim_end_matches('s').parse::<u64>() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("whole seconds, 1 to 86400".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advance(options: &[&str]) -> anyhow::Result<Schedule> {
        let words = [
            "canary",
            "advance",
            "orders",
            "--prometheus",
            "http://p:9090",
        ];
        let cli = Cli::try_parse_from(words.iter().chain(options))?;
        match cli.command {
            Command::Advance(advance) => advance.schedule(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_usual_steps_are_5_25_100() {
        assert_eq!(advance(&[]).unwrap().steps, [5, 25, 100]);
    }

    #[test]
    fn steps_that_fall_or_stop_short_are_refused() {
        for steps in ["25,5,100", "5,25", "5,5,100", "0,100", "101"] {
            assert!(advance(&["--steps", steps]).is_err(), "{steps}");
        }
    }

    #[test]
    fn patience_is_never_shorter_than_the_watch() {
        let schedule = advance(&["--watch", "60", "--patience", "30"]).unwrap();
        assert_eq!(schedule.patience, Duration::from_secs(60));
    }
}
