//! The command line, and the help that is part of the product.

mod audit;
mod clock;
mod dead_letters;
mod doctor;
mod duration;
mod faults;
mod options;
mod platform;
mod revisions;
mod top;
mod trace;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use audit::AuditOptions;
pub(crate) use clock::{ClockAction, ClockOptions};
pub(crate) use dead_letters::{DeadLettersAction, DeadLettersOptions, LetterFilter, Which};
pub(crate) use doctor::DoctorOptions;
pub(crate) use faults::{DeliveriesOptions, FaultsAction, FaultsOptions};
pub(crate) use options::{
    ArchiveOption, EventsOptions, GatewayOptions, JsonOption, LogsOptions, PlanOptions,
    PromoteOptions, SecretsOptions, SendOptions, Sources, UpOptions,
};
pub(crate) use platform::{AddClient, ClientsAction, ClientsOptions, KeysAction, KeysOptions};
pub(crate) use revisions::{ApplyOptions, RevisionsOptions, TrafficOptions};
pub(crate) use top::TopOptions;
pub(crate) use trace::TraceOptions;

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
    /// Let PostgreSQL's replica lead: the primary is ended for good, and a new replica follows in its place.
    #[command(after_help = "\
Nothing that was acknowledged is lost while `souk ps` says synchronous; otherwise it is refused, unless --force is given.
In a closed shop the next `up` begins with the other server.

Example:
  cargo souk up --replica --detach
  cargo souk promote")]
    Promote(PromoteOptions),
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
    /// Show the keys that sign tokens, or make a new one without an outage.
    #[command(after_help = "\
They are the running shop's, asked for through its gateway as the operator of credentials.json.

Example:
  cargo souk keys
  cargo souk keys rotate")]
    Keys(KeysOptions),
    /// Show the clients that get tokens, machines and apps; add one, give it a new secret, shut it off.
    #[command(after_help = "\
They are the running shop's, asked for through its gateway as the operator of credentials.json.

Example:
  cargo souk clients
  cargo souk clients disable erp")]
    Clients(ClientsOptions),
    /// Show the events that no consumer took; send them again to the function that failed, or discard them with a reason.
    #[command(after_help = "\
They are the running shop's, asked for through its gateway as the operator of credentials.json.

Example:
  cargo souk dead-letters
  cargo souk dead-letters redrive --all --destination inventory")]
    DeadLetters(DeadLettersOptions),
    /// Show the shop's time of day, or move it forward; `up --movable-clock` lets it be moved.
    #[command(after_help = "\
Every process of the shop sees the new time at once; sleeps and timeouts stay what they are. A clock that was moved stays
moved when the shop is closed and opened again.

Example:
  cargo souk clock advance 30m   # reservations expire, sweeps run")]
    Clock(ClockOptions),
    /// Let things go wrong on purpose, in a shop that was opened with `up --faults`: deliveries, disk, provider, mails.
    #[command(after_help = "\
Example:
  cargo souk faults deliveries --duplicate 0.1 --delay 500ms
  cargo souk faults off")]
    Faults(FaultsOptions),
    /// Check the shop's books: money, stock, orders, events, letters. Changes nothing; exits 1 when a rule is broken.
    #[command(after_help = "\
Waits until nothing moves, so that what it reads of all stores belongs together.

Example:
  cargo souk audit
  cargo souk audit --json | jq '.rules[] | select(.violations != [])'")]
    Audit(AuditOptions),
    /// Watch the shop in one screen: functions, triggers, rates, the last orders and errors.
    #[command(after_help = "\
Tab goes from list to list, the arrows choose, enter shows a function's log, an order's path or a trace, q quits.

Example:
  cargo souk top
  cargo souk top --once | head -40")]
    Top(TopOptions),
    /// Tell where an order is and why, and show its traces, or one trace, as a waterfall.
    #[command(after_help = "\
Example:
  cargo souk trace 01983a5e-7c1e-7b3a-9d55-0a3f5b1c2d4e
  cargo souk trace --json 0af7651916cd43dd8448eb211c80319c | jq '.traces[0].spans | length'")]
    Trace(TraceOptions),
    /// Look for what goes wrong on a newcomer's machine: ports, PostgreSQL, executables, disk, clock, manifests, data directory.
    #[command(after_help = "\
It changes nothing, works whether a shop is open or not, and says for each thing what to type. Exits 1 when one is to be
mended.

Example:
  cargo souk doctor
  cargo souk doctor --json | jq '.checks[] | select(.verdict != \"ok\")'")]
    Doctor(DoctorOptions),
    /// Run the gateway alone, in front of a cluster: try kong.yaml there, without Kong.
    #[command(after_help = "\
Example:
  kubectl port-forward -n kourier-system svc/kourier-internal 8081:80 &
  kubectl get secrets -n souk -o json | cargo souk gateway --upstream http://127.0.0.1:8081 --secrets -

RUST_LOG=souk_gateway=debug shows every request.")]
    Gateway(GatewayOptions),
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
