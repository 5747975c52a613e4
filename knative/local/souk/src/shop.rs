//! The running shop: its parts are started in the order in which they need each other, and stopped in the opposite one.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::{join_all, try_join_all};
use serde_json::{Value, json};
use souk_console::Telemetry;
use souk_engines::{Progress, SecretStore};
use souk_network::Spans;
use souk_plan::model::Plan;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::apply::Applier;
use crate::cli::UpOptions;
use crate::clock::{self, Time};
use crate::console::{self, COLLECTOR, Console};
use crate::container::Containers;
use crate::credentials::Credentials;
use crate::data_dir::DataDir;
use crate::engine::{Engines, Wanted};
use crate::executables::Executables;
use crate::failure::{Failure, Outcome};
use crate::faults::{Faults, StandIns};
use crate::front::PublicUrl;
use crate::gate::Gate;
use crate::job::JobRunner;
use crate::launcher::Launcher;
use crate::metrics::FunctionMetrics;
use crate::operator::{Config, Needs, database_password};
use crate::programs::{self, Programs};
use crate::source::Source;
use crate::stand_in::StandIn;
use crate::stop::Stop;
use crate::summary;
use crate::view::View;
use crate::watched::Watched;
use crate::wiring::{Parts, Wiring};
use crate::{cargo_build, control, gateway_address, planning, terminal};

/// Closing is bounded as a whole, whatever its parts do.
const CLOSED_WITHIN: Duration = Duration::from_secs(15);
/// How long new revisions are waited for. Meanwhile the ones before them answer.
const READY_WITHIN: Duration = Duration::from_secs(15);

/// An open shop and how to use it.
pub(crate) struct Opened {
    pub(crate) shop: Shop,
    pub(crate) summary: String,
}

/// Everything that has to be stopped.
#[derive(Default)]
pub(crate) struct Shop {
    telemetry: Option<Telemetry>,
    wiring: Option<Wiring>,
    stand_ins: Vec<StandIn>,
    engines: Option<Engines>,
}

/// Opens the shop; what was started before something failed is stopped again.
pub(crate) async fn open(
    options: &UpOptions,
    data_dir: &DataDir,
    stop: &Stop,
    time: Time,
) -> Outcome<Opened> {
    let opening = Opening::prepare(options, data_dir, time).await?;
    let mut shop = Shop::default();
    match opening.furnish(&mut shop, stop).await {
        Ok(summary) => Ok(Opened { shop, summary }),
        Err(failure) => {
            shop.close().await;
            Err(failure)
        }
    }
}

impl Shop {
    /// Stops everything, from the outside in.
    pub(crate) async fn close(mut self) {
        let closing = async {
            if let Some(wiring) = self.wiring.take() {
                wiring.stop().await;
            }
            join_all(self.stand_ins.drain(..).map(StandIn::stop)).await;
            if let Some(engines) = self.engines.take() {
                engines.stop().await;
            }
            if let Some(telemetry) = self.telemetry.take() {
                telemetry.flush().await;
            }
        };
        if timeout(CLOSED_WITHIN, closing).await.is_err() {
            tracing::warn!(
                "not everything ended within {} s; the kernel ends the rest",
                CLOSED_WITHIN.as_secs()
            );
        }
    }
}

/// Containers have a guard of their own.
fn launcher(options: &UpOptions) -> Outcome<Launcher> {
    let launcher = match options.images {
        Some(_) => Launcher::start(),
        None => Launcher::start().and_then(Launcher::guarded),
    };
    launcher.map_err(|error| Failure::new(format!("processes cannot be started: {error}"), ""))
}

/// What is known before anything is started.
struct Opening<'a> {
    options: &'a UpOptions,
    data_dir: &'a DataDir,
    started: Instant,
    gateway: TcpListener,
    console: Console,
    store: SecretStore,
    plan: Arc<Plan>,
    programs: Programs,
    source: Source,
    launcher: Launcher,
    time: Time,
}

impl<'a> Opening<'a> {
    /// Everything that can be wrong without a process having been started is found here.
    async fn prepare(options: &'a UpOptions, data_dir: &'a DataDir, time: Time) -> Outcome<Self> {
        let started = Instant::now();
        let gateway = gateway_address::listen(options.listen, "up")?;
        let console = Console::listen(options.console, data_dir)?;
        let store = SecretStore::open(&data_dir.secrets())?;
        let plan = planning::load(&options.sources, &store)?;
        let buildable = match programs::to_build_in(options) {
            Some(repository) => cargo_build::programs(repository.root()).await?,
            None => BTreeSet::new(),
        };
        let programs = Programs::of(&plan, options, buildable)?;
        let source = match &options.images {
            Some(images) => {
                Source::Images(Arc::new(Containers::open(images, data_dir, &plan).await?))
            }
            None => {
                let kept = data_dir.executables();
                Source::Executables(Executables::new(programs.folder(), kept))
            }
        };
        let launcher = launcher(options)?.preloading(time.preload.clone());
        Ok(Self {
            options,
            data_dir,
            started,
            gateway,
            console,
            store,
            plan: Arc::new(plan),
            programs,
            source,
            launcher,
            time,
        })
    }

    async fn furnish(self, shop: &mut Shop, stop: &Stop) -> Outcome<String> {
        let needs = Needs::of(&self.plan.needs, &|name| self.programs.is_stand_in(name));
        let names = needs.stand_ins();
        if programs::to_build_in(self.options).is_none() {
            self.programs.check(&self.programs.wanted(&names))?;
        }
        let (built, engines) = tokio::join!(self.build(&names), self.start_engines(&needs));
        let mut addresses = shop.engines.insert(engines?).addresses.clone();
        addresses.public_url = Some(self.public_url()?);
        let sends = !self.options.no_telemetry;
        addresses.collector = sends.then(|| COLLECTOR.to_owned());
        built?;
        shop.stand_ins = self.start_stand_ins(&names).await?;
        let said = shop
            .stand_ins
            .iter()
            .map(|one| (one.name.clone(), one.watch()))
            .collect();
        let config = Config::new(
            &self.plan.config,
            needs.provide(&self.store, &addresses)?,
            said,
        );

        let gateway = self
            .gateway
            .try_clone()
            .map_err(|error| Failure::new(format!("the gateway: {error}"), ""))?;
        let (telemetry, spans) = self.telemetry(shop)?;
        let gate = Gate::open(self.plan.gateway.clone(), Some(self.data_dir.gate()));
        let wiring = Wiring::start(Parts {
            plan: &self.plan,
            config: config.clone(),
            source: self.source.clone(),
            data_dir: self.data_dir,
            launcher: self.launcher.clone(),
            listener: gateway,
            gate: gate.clone(),
            spans,
            telemetry: telemetry.clone(),
        })
        .await?;
        let wiring = &*shop.wiring.insert(wiring);
        let engines = shop
            .engines
            .as_ref()
            .map(Engines::watch)
            .unwrap_or_default();
        let faults = Arc::new(self.faults(&shop.stand_ins, wiring));
        let view = View::new(
            wiring.handles(),
            engines,
            shop.stand_ins.iter().map(StandIn::watch_named).collect(),
            self.time.clock.clone(),
            Arc::clone(&faults),
        );
        let jobs = Arc::new(self.job_runner(config.clone(), &wiring.proxy()));
        let applier = Applier {
            options: self.options.clone(),
            data_dir: self.data_dir.clone(),
            gateway: self.gateway_url()?,
            source: self.source.clone(),
            config: config.clone(),
            engines: addresses,
            stand_ins: names,
            handles: wiring.handles(),
            gate,
            jobs: Arc::clone(&jobs),
            plan: Mutex::new(Arc::clone(&self.plan)),
        };
        let (view, applier) = (Arc::new(view), Arc::new(applier));
        let watched = Watched::new(Arc::clone(&view), Arc::clone(&applier));
        control::server::serve(self.data_dir, view, applier, stop.clone())
            .map_err(|error| self.no_control(&error))?;
        let about = console::about(self.gateway_url()?, self.data_dir);
        self.console
            .serve(about, Arc::new(watched), telemetry.clone())?;
        let addresses = self.addresses(wiring, faults, telemetry)?;
        let credentials = self.write_down(&needs, &config, &addresses)?;
        for sentence in wiring.handles().not_ready(READY_WITHIN).await {
            terminal::progress(&sentence);
        }
        let to_try = jobs.run_all(&self.plan.jobs).await;
        Ok(self.summary(&credentials, &shop.stand_ins, to_try.as_deref()))
    }

    /// The history, which is written to its end when the shop closes.
    fn telemetry(&self, shop: &mut Shop) -> Outcome<(Telemetry, Spans)> {
        let sends = !self.options.no_telemetry;
        let clock = self.time.clock.clone();
        let (telemetry, spans) = console::telemetry(self.data_dir, clock, sends)?;
        shop.telemetry = Some(telemetry.clone());
        Ok((telemetry, spans))
    }

    async fn build(&self, stand_ins: &[String]) -> Outcome {
        let wanted = self.programs.wanted(stand_ins);
        if let Some(repository) = programs::to_build_in(self.options) {
            cargo_build::build(&repository, &self.programs.buildable_of(&wanted)).await?;
        }
        self.programs.check(&wanted)?;
        match self.time.preload {
            Some(_) => clock::check_programs(self.programs.folder(), &wanted),
            None => Ok(()),
        }
    }

    async fn start_engines(&self, needs: &Needs<'_>) -> Outcome<Engines> {
        let password = |name: String| {
            Ok((
                name.clone(),
                database_password(&self.store, &self.plan.needs, &name)?,
            ))
        };
        let wanted = Wanted {
            databases: needs
                .databases()
                .into_iter()
                .map(password)
                .collect::<Outcome<_>>()?,
            dynamodb: needs.dynamodb(),
            postgres_bin: self.options.postgres_bin.clone(),
            replica: self.options.replica,
        };
        Engines::start(
            &wanted,
            self.data_dir,
            &self.store,
            &Progress::new(terminal::progress),
        )
        .await
    }

    async fn start_stand_ins(&self, names: &[String]) -> Outcome<Vec<StandIn>> {
        let shop_url = self.gateway_url()?;
        let start = |name: &String| {
            let executable = self.programs.folder().join(name);
            StandIn::start(
                name.clone(),
                executable,
                self.data_dir.clone(),
                shop_url.clone(),
                self.launcher.clone(),
            )
        };
        try_join_all(names.iter().map(start)).await
    }

    /// Where everything answers; the metrics do from now on.
    fn addresses(
        &self,
        wiring: &Wiring,
        faults: Arc<Faults>,
        telemetry: Telemetry,
    ) -> Outcome<Value> {
        let sends = !self.options.no_telemetry;
        let functions =
            sends.then(|| -> FunctionMetrics { Arc::new(move || telemetry.function_metrics()) });
        Ok(json!({
            "gateway": self.gateway_url()?,
            "control": self.data_dir.socket(),
            "proxy": wiring.proxy(),
            "metrics": wiring.serve_metrics(self.data_dir, faults, functions)?,
            "console": self.console.url(),
        }))
    }

    /// Writes the files that tell others where the shop is and who may use it.
    fn write_down(
        &self,
        needs: &Needs<'_>,
        config: &Config,
        addresses: &Value,
    ) -> Outcome<Credentials> {
        let text = format!("{addresses:#}\n");
        std::fs::write(self.data_dir.addresses(), text)
            .map_err(|error| self.cannot_write(&error))?;
        let credentials = Credentials::gather(
            self.gateway_url()?,
            &needs.accounts(),
            &needs.clients(&self.plan),
            config,
        );
        credentials
            .write(&self.data_dir.credentials())
            .map_err(|error| self.cannot_write(&error))?;
        Ok(credentials)
    }

    fn gateway_url(&self) -> Outcome<String> {
        let address = self.gateway.local_addr();
        let address = address.map_err(|error| self.cannot_write(&error))?;
        Ok(format!("http://{address}"))
    }

    /// What was asked for, else where the gateway listens.
    fn public_url(&self) -> Outcome<String> {
        let address = self.gateway.local_addr();
        let address = address.map_err(|error| self.cannot_write(&error))?;
        let asked = self.options.public_url.clone();
        Ok(asked
            .unwrap_or_else(|| PublicUrl::of_gateway(address))
            .to_string())
    }

    fn job_runner(&self, config: Config, proxy: &str) -> JobRunner {
        JobRunner {
            data_dir: self.data_dir.clone(),
            source: self.source.clone(),
            launcher: self.launcher.clone(),
            config,
            proxy: proxy.to_owned(),
        }
    }

    fn faults(&self, stand_ins: &[StandIn], wiring: &Wiring) -> Faults {
        let stand_ins = stand_ins.iter().map(StandIn::watch_named).collect();
        Faults::new(
            self.options.faults,
            wiring.handles(),
            StandIns::new(stand_ins),
        )
    }

    fn summary(
        &self,
        credentials: &Credentials,
        stand_ins: &[StandIn],
        to_try: Option<&str>,
    ) -> String {
        let page =
            |one: &StandIn| Some((one.name.clone(), one.announced().entries.remove("page")?));
        summary::text(&summary::Opened {
            gateway: &self.plan.gateway,
            credentials,
            pages: &stand_ins.iter().filter_map(page).collect::<Vec<_>>(),
            console: &self.console.to_open(),
            to_try,
            seconds: self.started.elapsed().as_secs_f64(),
            moved_seconds: self.time.clock.status().moved_seconds,
            faults: self.options.faults,
        })
    }

    fn no_control(&self, error: &std::io::Error) -> Failure {
        let socket = self.data_dir.socket();
        Failure::new(
            format!(
                "the control socket {} cannot be made: {error}",
                socket.display()
            ),
            "Paths of sockets are short (about 100 letters): name a shorter --data-dir <dir>",
        )
    }

    fn cannot_write(&self, error: &std::io::Error) -> Failure {
        Failure::new(
            format!(
                "{} cannot be written to: {error}",
                self.data_dir.path().display()
            ),
            "Check who owns that folder and whether the disk is full.",
        )
    }
}
