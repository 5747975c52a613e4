//! The command line, and the help that is part of the product.

mod revisions;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::front::Upstream;

pub(crate) use revisions::{ApplyOptions, RevisionsOptions, TrafficOptions};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; stderr says what happened and what to type
  2  the command line is wrong
  3  no shop is running in this data directory
  4  a shop is already running in this data directory

A first look:
  cargo souk up --detach
  curl http://127.0.0.1:8000/v1/products?limit=3
  cargo souk ps
  cargo souk down";

/// A shop on this machine, run from the manifests that go to production.
///
/// Reads Knative Services, Triggers, PingSources, Jobs and Kong's kong.yaml, and runs them here: each function as a child
/// process while it is needed, a durable broker, a gateway, PostgreSQL and DynamoDB. No Docker, no cluster, no second
/// configuration.
#[derive(Debug, Parser)]
#[command(name = "souk", version, after_long_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Where the shop keeps everything [default: .souk in the checkout].
    #[arg(long, global = true, value_name = "DIR", env = "SOUK_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build what is needed, open the shop, print how to use it.
    #[command(after_help = "\
Example:
  cargo souk up --detach && curl http://127.0.0.1:8000/v1/products?limit=3")]
    Up(UpOptions),
    /// Close the shop: finish what is under way, stop every process, keep all data.
    #[command(after_help = "\
Example:
  cargo souk down            # says what it did; nothing running is no error")]
    Down,
    /// Show what the manifests come to, or which field in which line is not supported.
    #[command(after_help = "\
Example:
  cargo souk plan --json | jq '.triggers[].object.name'")]
    Plan(PlanOptions),
    /// Make the credentials of a shop in a cluster: the Secret of knative/overlays/bare, databases, variables for decK.
    #[command(after_help = "\
Example:
  cargo souk secrets --postgres-url postgres://postgres.stores.svc.cluster.local:5432
  cp .souk/cluster/secrets.yaml knative/overlays/bare/values/secrets.yaml")]
    Secrets(SecretsOptions),
    /// Write the whole shop into one file: databases, items, events and secrets, of one instant. It may go on running.
    #[command(after_help = "\
Example:
  cargo souk backup shop.tar.gz     # keep it safe: whoever has it has the shop's keys")]
    Backup(ArchiveOption),
    /// Make a shop of such a file, in a data directory that holds none.
    #[command(after_help = "\
Example:
  cargo souk --data-dir /srv/shop restore shop.tar.gz && cargo souk --data-dir /srv/shop up --detach")]
    Restore(ArchiveOption),
    /// Read the manifests again in the running shop: changed functions become new revisions, routes and triggers change.
    #[command(after_help = "\
What is wrong is refused as a whole, with file and line, and nothing is changed. A new revision gets requests when it is
ready; one that does not come up gets none.

Example:
  cargo souk traffic orders orders-00001=100    # a canary: hold requests where they are
  cargo souk apply                              # orders-00002 is made and tried
  cargo souk traffic orders orders-00001=95 @latest=5")]
    Apply(ApplyOptions),
    /// Choose which revisions get a function's requests; without choices, show which do.
    #[command(after_help = "\
What is set stays, also when the shop is closed and opened again, until the manifest itself has `spec.traffic`.

Example:
  cargo souk traffic orders orders-00001=95 @latest=5 --tag smoke=@latest
  curl -x $(jq -r .proxy .souk/addresses.json) http://smoke-orders.souk.svc.cluster.local/readyz")]
    Traffic(TrafficOptions),
    /// Show the revisions of a function, or of all: ready or not, traffic, tags, instances, what they run.
    #[command(after_help = "\
Example:
  cargo souk revisions orders")]
    Revisions(RevisionsOptions),
    /// Show functions, stand-ins, engines and triggers of the running shop.
    #[command(after_help = "\
Example:
  cargo souk ps --json | jq '.functions[] | {name, instances: (.instances | length)}'")]
    Ps(JsonOption),
    /// Print what a function, a stand-in or a Job said; works on a closed shop as well.
    #[command(after_help = "\
Example:
  cargo souk logs -f orders")]
    Logs(LogsOptions),
    /// Print the last 200 events that the broker took, newest last.
    #[command(after_help = "\
Example:
  cargo souk events --follow   # then place an order and watch it walk through the house")]
    Events(EventsOptions),
    /// Send a CloudEvent from a JSON file to the broker, and print its answer.
    #[command(after_help = r#"Example:
  echo '{"specversion":"1.0","id":"1","source":"/me","type":"demo","data":{}}' | cargo souk send -"#)]
    Send(SendOptions),
    /// Run the gateway alone, in front of a cluster: try kong.yaml there, without Kong.
    #[command(after_help = "\
Example:
  kubectl port-forward -n kourier-system svc/kourier-internal 8081:80 &
  kubectl get secrets -n souk -o json | cargo souk gateway --upstream http://127.0.0.1:8081 --secrets -

RUST_LOG=souk_gateway=debug shows every request.")]
    Gateway(GatewayOptions),
}

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
    /// Close the shop when this process ends.
    #[arg(long, value_name = "PID")]
    pub(crate) while_pid: Option<u32>,
    /// Run the executables as they are, without asking cargo.
    #[arg(long)]
    pub(crate) no_build: bool,
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
    /// Make this Secret anew, such as publisher-erp; may be repeated.
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn up_listens_on_port_8000_of_this_machine_unless_told_otherwise() {
        let Command::Up(options) = parse("souk up").unwrap().command else {
            panic!("no up")
        };
        assert_eq!(options.listen.to_string(), "127.0.0.1:8000");
        let Command::Up(options) = parse("souk up --listen 127.0.0.1:0").unwrap().command else {
            panic!("no up")
        };
        assert_eq!(options.listen.port(), 0);
    }

    #[test]
    fn the_data_directory_may_stand_before_or_after_the_command() {
        for line in ["souk --data-dir /x ps", "souk ps --data-dir /x"] {
            assert_eq!(parse(line).unwrap().data_dir, Some(PathBuf::from("/x")));
        }
    }

    #[test]
    fn folders_of_manifests_add_up() {
        let line = "souk up --manifests a --manifests b --gateway-config k.yaml --functions bin";
        let Command::Up(options) = parse(line).unwrap().command else {
            panic!("no up")
        };
        assert_eq!(
            options.sources.manifests,
            [PathBuf::from("a"), PathBuf::from("b")]
        );
    }

    #[test]
    fn traffic_is_written_as_revisions_with_percentages_and_tags_with_revisions() {
        let line = "souk traffic orders orders-00001=95 @latest=5 --tag smoke=@latest --untag old";
        let Command::Traffic(options) = parse(line).unwrap().command else {
            panic!("no traffic")
        };
        let percents = [("orders-00001".to_owned(), 95), ("@latest".to_owned(), 5)];
        assert_eq!(options.percents, percents);
        assert_eq!(options.tags, [("smoke".to_owned(), "@latest".to_owned())]);
        assert_eq!(options.untag, ["old"]);
        for wrong in ["orders-00001", "orders-00001=101", "orders-00001=x", "=5"] {
            assert!(
                parse(&format!("souk traffic orders {wrong}")).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                help.contains("Example:"),
                "{} has no example",
                command.get_name()
            );
        }
    }

    #[test]
    fn a_misspelt_option_is_refused_with_a_suggestion() {
        let error = parse("souk up --detatch").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownArgument);
        assert!(error.to_string().contains("--detach"), "{error}");
    }
}
