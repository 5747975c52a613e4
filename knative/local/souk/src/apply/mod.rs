//! `souk apply`: the manifests as they are now, in the shop that runs. What is wrong is refused as a whole.

mod difference;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use souk_broker::Broker;
use souk_engines::SecretStore;
use souk_gateway::Gateway;
use souk_network::Outside;
use souk_plan::model::{Plan, ServicePlan};
use tokio::sync::Mutex;

use crate::cli::UpOptions;
use crate::credentials::Credentials;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::gate::Gate;
use crate::job::JobRunner;
use crate::operator::{Config, Engines, Made, Needs};
use crate::programs::{self, Programs};
use crate::source::Source;
use crate::terminal::me;
use crate::wiring::Handles;
use crate::{cargo_build, planning};

/// How long new revisions are waited for.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// What the running shop was opened with, and what it can be changed by.
pub(crate) struct Applier {
    pub(crate) options: UpOptions,
    pub(crate) data_dir: DataDir,
    pub(crate) gateway: String,
    pub(crate) source: Source,
    pub(crate) config: Config,
    pub(crate) engines: Engines,
    pub(crate) stand_ins: Vec<String>,
    pub(crate) handles: Handles,
    pub(crate) gate: Gate,
    pub(crate) jobs: Arc<JobRunner>,
    /// The plan that runs. One change at a time.
    pub(crate) plan: Mutex<Arc<Plan>>,
}

/// What an apply did.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Applied {
    /// A line for each object, as kubectl says it.
    pub(crate) lines: Vec<String>,
    /// Sentences on what is not yet as the manifests want it.
    pub(crate) not_ready: Vec<String>,
}

/// A plan that nothing speaks against, and what it takes.
struct Checked {
    plan: Arc<Plan>,
    services: Vec<ServicePlan>,
    made: Made,
}

impl Applier {
    /// Reads the manifests, and makes the shop what they say.
    pub(crate) async fn apply(&self, build: bool) -> Outcome<Applied> {
        let mut running = self.plan.lock().await;
        let checked = self.check(&running, build).await?;
        let mut lines = self.change(&checked).await?;
        lines.extend(difference::of(&running, &checked.plan));
        let plan = Arc::clone(&checked.plan);
        *running = checked.plan;
        drop(running);
        let jobs = Arc::clone(&self.jobs);
        tokio::spawn(async move { jobs.run_all(&plan.jobs).await });
        let not_ready = self.handles.not_ready(READY_WITHIN).await;
        Ok(Applied { lines, not_ready })
    }

    /// Everything that can be wrong is found here, before anything is changed.
    async fn check(&self, running: &Plan, build: bool) -> Outcome<Checked> {
        let store = SecretStore::open(&self.data_dir.secrets())?;
        let plan = planning::load(&self.options.sources, &store)?;
        let gateway = Gateway::new(&plan.gateway, Arc::new(Outside::default()));
        gateway.map_err(|mistakes| planning::refused(&mistakes))?;
        self.gate.check(&plan.gateway)?;
        Broker::check(&plan.ping_sources).map_err(|mistake| planning::refused(&[mistake]))?;
        if plan.brokers != running.brokers {
            return Err(only_when_opening("a Broker and its partitions"));
        }
        let programs = self.build(&plan, build).await?;
        let needs = Needs::of(&plan.needs, &|name| programs.is_stand_in(name));
        self.check_surroundings(&needs)?;
        let made = needs.provide(&store, &self.engines)?;
        let services = self.source.pinned(&plan.services).await?;
        let mistakes = self.handles.serving().mistakes(&services);
        if !mistakes.is_empty() {
            return Err(planning::refused(&mistakes));
        }
        Ok(Checked {
            plan: Arc::new(plan),
            services,
            made,
        })
    }

    async fn build(&self, plan: &Plan, build: bool) -> Outcome<Programs> {
        let repository = programs::to_build_in(&self.options).filter(|_| build);
        let buildable = match &repository {
            Some(repository) => cargo_build::programs(repository.root()).await?,
            None => BTreeSet::new(),
        };
        let programs = Programs::of(plan, &self.options, buildable)?;
        let wanted = programs.wanted(&self.stand_ins);
        if let Some(repository) = repository {
            cargo_build::build(&repository, &programs.buildable_of(&wanted)).await?;
        }
        programs.check(&wanted)?;
        Ok(programs)
    }

    /// Databases and stand-ins are started once, in the order in which they need each other.
    fn check_surroundings(&self, needs: &Needs<'_>) -> Outcome {
        let has_database = |name: &String| self.engines.databases.contains_key(name);
        if let Some(name) = needs.databases().iter().find(|name| !has_database(name)) {
            return Err(only_when_opening(&format!("the database `{name}`")));
        }
        if needs.dynamodb() && self.engines.dynamodb.is_none() {
            return Err(only_when_opening("DynamoDB"));
        }
        let stand_ins = needs.stand_ins();
        match stand_ins.iter().find(|name| !self.stand_ins.contains(name)) {
            Some(name) => Err(only_when_opening(&format!("the stand-in `{name}`"))),
            None => Ok(()),
        }
    }

    async fn change(&self, checked: &Checked) -> Outcome<Vec<String>> {
        let Checked {
            plan,
            services,
            made,
        } = checked;
        self.config.replace(&plan.config, made.clone());
        let changes = self.handles.serving().apply(services);
        let broker = self.handles.broker();
        let changed = broker.change(&plan.triggers, &plan.ping_sources).await;
        changed.map_err(|error| Failure::new(format!("the triggers: {error}"), ""))?;
        self.gate.declare(plan.gateway.clone())?;
        self.write_credentials(plan)?;
        Ok(changes
            .iter()
            .map(|(object, change)| difference::of_service(object, change))
            .collect())
    }

    /// There may be other accounts and clients than before.
    fn write_credentials(&self, plan: &Plan) -> Outcome {
        let needs = Needs::of(&plan.needs, &|name| {
            self.stand_ins.iter().any(|one| one == name)
        });
        let credentials = Credentials::gather(
            self.gateway.clone(),
            &needs.accounts(),
            &needs.clients(plan),
            &self.config,
        );
        let file = self.data_dir.credentials();
        credentials
            .write(&file)
            .map_err(|error| Failure::new(format!("{}: {error}", file.display()), ""))
    }
}

fn only_when_opening(what: &str) -> Failure {
    Failure::new(
        format!("{what} can be added or changed only when the shop is opened; nothing was changed"),
        format!(
            "Close it and open it again, all data are kept: {0} down && {0} up",
            me()
        ),
    )
}
