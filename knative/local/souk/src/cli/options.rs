//! What can be said to each command.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::front::{PublicUrl, Upstream};

/// Where the plan comes from.
#[derive(Debug, Clone, Args)]
pub(crate) struct Sources {
    /// A folder of manifests; may be repeated [default: knative/base and eventing/base of the checkout].
    #[arg(long, value_name = "DIR")]
    pub(crate) manifests: Vec<PathBuf>,
    /// Kong's declarative configuration [default: gateway-config/kong.yaml of the checkout].
    #[arg(long, value_name = "FILE")]
    pub(crate) gateway_config: Option<PathBuf>,
}

/// Options of `up`.
#[derive(Debug, Clone, Args)]
pub(crate) struct UpOptions {
    /// Stay in the background; return when the shop is open.
    #[arg(long)]
    pub(crate) detach: bool,
    /// Where the gateway listens; port 0 takes a free one and writes it to addresses.json.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
    /// Where the console listens: the page that shows the shop. One that other machines can reach asks for a token
    /// [default: 127.0.0.1:8002, or a free port when that one is taken].
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) console: Option<SocketAddr>,
    /// Let functions send no traces and metrics, and the runtime make no spans: to measure what they cost.
    #[arg(long)]
    pub(crate) no_telemetry: bool,
    /// The gateway's address as clients know it, when something stands in front of it: who signs tokens is called so
    /// [default: where the gateway listens].
    #[arg(long, value_name = "URL", env = "SOUK_PUBLIC_URL")]
    pub(crate) public_url: Option<PublicUrl>,
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// The folder with the functions' executables, each named like the last segment of its image
    /// [default: beside souk itself].
    #[arg(long, value_name = "DIR")]
    pub(crate) functions: Option<PathBuf>,
    /// Run functions and Jobs from the images in this folder, each in a container of podman; .ci/build-images makes them.
    #[arg(long, value_name = "DIR", env = "SOUK_IMAGES")]
    pub(crate) images: Option<PathBuf>,
    /// Use the PostgreSQL (15 or newer) in this folder instead of fetching one.
    #[arg(long, value_name = "DIR")]
    pub(crate) postgres_bin: Option<PathBuf>,
    /// Let a second PostgreSQL follow the first: lists are read in it, and `souk promote` lets it lead.
    #[arg(long)]
    pub(crate) replica: bool,
    /// Close the shop when this process ends.
    #[arg(long, value_name = "PID")]
    pub(crate) while_pid: Option<u32>,
    /// Run the executables as they are, without asking cargo.
    #[arg(long)]
    pub(crate) no_build: bool,
    /// Let the clock be moved forward (`souk clock`). Linux; not with --images.
    #[arg(long, conflicts_with = "images")]
    pub(crate) movable_clock: bool,
    /// Let things go wrong on purpose (`souk faults`): for tests, never for a shop that takes money.
    #[arg(long)]
    pub(crate) faults: bool,
    /// This process is the background half of `up --detach`.
    #[arg(long, hide = true, conflicts_with = "detach")]
    pub(crate) in_background: bool,
}

/// Options of `gateway`.
#[derive(Debug, Args)]
pub(crate) struct GatewayOptions {
    /// The cluster's ingress, as http://host:port. It is asked for every service by its name in Host.
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: Upstream,
    /// Kong's declarative configuration [default: gateway-config/kong.yaml of the checkout].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the gateway listens; port 0 takes a free one. The address is printed.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
    /// Where /metrics answers, as on Kong's status port [default: nowhere].
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) status_listen: Option<SocketAddr>,
    /// Where Kong's admin API answers: POST /config takes another configuration, as gate-keys posts it. The keys are its
    /// business then, not asked for here [default: nowhere].
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) admin: Option<SocketAddr>,
    /// Settings of kong.yaml as NAME=value lines; variables of the environment win
    /// [default: environments/local.env beside kong.yaml].
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// The cluster's Secrets, for variables called DECK_<SECRET>_<KEY>: a folder with <secret>/<key> files, or what
    /// `kubectl get secrets -o json` prints; - reads stdin.
    #[arg(long, value_name = "FOLDER|FILE")]
    pub(crate) secrets: Option<PathBuf>,
    /// How long to wait for the ingress to take connections; 0 starts without it.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) wait: u64,
}

/// Options of `backup` and `restore`.
#[derive(Debug, Args)]
pub(crate) struct ArchiveOption {
    /// The file that holds the shop: a compressed tar archive.
    pub(crate) file: PathBuf,
}

/// Options of `promote`.
#[derive(Debug, Args)]
pub(crate) struct PromoteOptions {
    /// Even if the replica may lack orders that customers were told were taken; the old primary's files are set aside then.
    #[arg(long)]
    pub(crate) force: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `secrets`.
#[derive(Debug, Args)]
pub(crate) struct SecretsOptions {
    /// Where the functions reach PostgreSQL; each has a role and a database of its own there.
    #[arg(long, value_name = "URL")]
    pub(crate) postgres_url: String,
    /// Make the roles and databases, as this administrator from here (else run databases.sql).
    #[arg(long, value_name = "URL")]
    pub(crate) create_databases: Option<String>,
    /// Where mails are sent.
    #[arg(
        long,
        value_name = "URL",
        default_value = "smtp://mail-server.souk.svc.cluster.local:25"
    )]
    pub(crate) mail_url: String,
    /// Where the gateway answers, for credentials.json.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000")]
    pub(crate) gateway: String,
    /// The folder to write to; what was made is kept there as well [default: cluster in the data directory].
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// Make this Secret anew, such as client-erp; may be repeated.
    #[arg(long, value_name = "SECRET")]
    pub(crate) renew: Vec<String>,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

/// Whether to print JSON.
#[derive(Debug, Args)]
pub(crate) struct JsonOption {
    /// As JSON; the form is stable and documented in knative/local/souk/README.md.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `logs`.
#[derive(Debug, Args)]
pub(crate) struct LogsOptions {
    /// Of a function, a stand-in or a Job, or `souk` or `postgres`.
    #[arg(value_name = "NAME")]
    pub(crate) function: String,
    /// Go on with what is said from now on.
    #[arg(short, long)]
    pub(crate) follow: bool,
}

/// Options of `events`.
#[derive(Debug, Args)]
pub(crate) struct EventsOptions {
    /// Go on with what comes from now on.
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `send`.
#[derive(Debug, Args)]
pub(crate) struct SendOptions {
    /// A CloudEvent in the JSON format (structured mode); `-` reads stdin.
    pub(crate) file: PathBuf,
}
