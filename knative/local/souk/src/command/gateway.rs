//! `souk gateway`: Kong's file in front of a cluster, without Kong.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use souk_gateway::Gateway;
use souk_network::{Ingress, Network};
use souk_plan::Settings;
use souk_plan::model::GatewayPlan;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::GatewayOptions;
use crate::failure::{Failure, Outcome};
use crate::front::{Secrets, serve_admin, serve_status};
use crate::gate::{Followed, Gate};
use crate::repository::Repository;
use crate::terminal::{answer, me, progress};
use crate::{gateway_address, logging};

/// Serves until it is told to end.
pub(crate) fn run(options: &GatewayOptions) -> Outcome {
    logging::start_on_terminal();
    let source = Source::of(options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::new(format!("no runtime: {error}"), ""))?;
    runtime.block_on(serve(options, source))
}

async fn serve(options: &GatewayOptions, source: Source) -> Outcome {
    let mut signals = Signals::listen()
        .map_err(|error| Failure::new(format!("signals cannot be listened for: {error}"), ""))?;
    let (gate, gateway, ingress) = gateway(options, &source)?;
    tokio::select! {
        there = await_upstream(options) => there?,
        () = signals.told_to_end() => return Err(Failure::new("ended before the ingress was there", "")),
    }
    let listener = gateway_address::listen(options.listen, "gateway")?;
    let address = listener.local_addr().unwrap_or(options.listen);
    if let Some(status) = options.status_listen {
        let status = serve_status(status, gateway.clone()).await?;
        progress(&format!("metrics at http://{status}/metrics"));
    }
    match options.admin {
        Some(admin) => {
            let admin = serve_admin(admin, gateway.clone(), &source.config).await?;
            progress(&format!("admin API at http://{admin}: POST /config"));
        }
        None => gate.ask_once(&*ingress).await,
    }
    answer(&format!("http://{address}"));
    progress(&format!(
        "{} in front of {}; Ctrl-C ends it, SIGHUP reads the file again",
        source.config.display(),
        options.upstream.authority()
    ));
    let until_told = signals.reload_until_told_to_end(gate, source);
    let served = gateway.serve(listener, until_told).await;
    served.map_err(|error| Failure::new(format!("the gateway did not end in order: {error}"), ""))
}

/// The gateway in front of the ingress. Where nobody posts configurations, it follows identity's keys itself.
fn gateway(
    options: &GatewayOptions,
    source: &Source,
) -> Outcome<(Gate, Gateway, Arc<dyn Network>)> {
    let ingress: Arc<dyn Network> = Arc::new(Ingress::at(options.upstream.authority().clone()));
    let gate = Gate::open(source.plan()?, None);
    let network: Arc<dyn Network> = match options.admin {
        Some(_) => Arc::clone(&ingress),
        None => Arc::new(Followed {
            network: Arc::clone(&ingress),
            gate: gate.clone(),
        }),
    };
    let gateway = Gateway::new(&gate.plan()?, network).map_err(|all| source.refused(&all))?;
    gate.tell(gateway.clone());
    Ok((gate, gateway, ingress))
}

/// With `--wait` it has to come; without, it may come later.
async fn await_upstream(options: &GatewayOptions) -> Outcome {
    let patience = Duration::from_secs(options.wait);
    match options.upstream.answers_within(patience).await {
        Err(failure) if options.wait == 0 => {
            progress(&format!("{failure}\n  Until then requests get 502."))
        }
        outcome => return outcome,
    }
    Ok(())
}

/// Kong's file, and where the values of its variables come from, in this order: this process's environment, the settings,
/// the Secrets.
struct Source {
    config: PathBuf,
    settings_file: Option<PathBuf>,
    secrets: Secrets,
}

impl Source {
    fn of(options: &GatewayOptions) -> Outcome<Self> {
        let own = || Repository::around_here().map(|checkout| checkout.gateway_config());
        let config = options.config.clone().or_else(own).ok_or_else(|| {
            let remedy = format!(
                "Name the file: {} gateway --upstream <URL> --config <kong.yaml>",
                me()
            );
            Failure::new(
                "the current folder is in no checkout of Souk, so there is no kong.yaml",
                remedy,
            )
        })?;
        let secrets = options.secrets.as_deref().map(Secrets::read).transpose()?;
        Ok(Self {
            config,
            settings_file: options.env_file.clone(),
            secrets: secrets.unwrap_or_default(),
        })
    }

    /// Reads the file and the settings as they are now.
    fn plan(&self) -> Outcome<GatewayPlan> {
        let settings = match &self.settings_file {
            Some(file) => Settings::read(file),
            None => Settings::beside(&self.config),
        };
        let settings = settings.map_err(|mistake| self.refused(&[mistake]))?;
        let plan = souk_plan::load(&[], Some(&self.config), &mut |_, variable| {
            let own = std::env::var(variable).ok();
            let given = settings
                .get(variable)
                .or_else(|| self.secrets.get(variable));
            own.or_else(|| given.map(str::to_owned))
        });
        plan.map(|plan| plan.gateway)
            .map_err(|mistakes| self.refused(&mistakes))
    }

    fn refused(&self, mistakes: &[impl Display]) -> Failure {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Failure::new(
            format!(
                "{} cannot be used:\n  {}",
                self.config.display(),
                lines.join("\n  ")
            ),
            "A variable that is not set comes from this process's environment, --env-file or --secrets.",
        )
    }

    /// A file that is wrong changes nothing.
    fn reload(&self, gate: &Gate) {
        match self.plan().and_then(|plan| gate.declare(plan)) {
            Ok(()) => progress("the file was read again and holds from the next request"),
            Err(failure) => progress(&format!("{failure}\n  Everything stays as it was.")),
        }
    }
}

struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn told_to_end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
        }
    }

    async fn reload_until_told_to_end(mut self, gate: Gate, source: Source) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => break,
                _ = self.terminate.recv() => break,
                _ = self.hangup.recv() => source.reload(&gate),
            }
        }
        progress("no more requests are taken; what is under way may end");
    }
}
