//! How an instance of a function is started here: its program, its environment, its log.

use std::io;

use futures::future::BoxFuture;
use souk_plan::model::ServicePlan;
use tokio::process::Child;

use crate::data_dir::DataDir;
use crate::environment;
use crate::faults::Dead;
use crate::launcher::Launcher;
use crate::log_file;
use crate::operator::Config;
use crate::source::{Prepared, Source};

/// Starts functions.
pub(crate) struct FunctionLauncher {
    source: Source,
    data_dir: DataDir,
    launcher: Launcher,
    config: Config,
    proxy: String,
    dead: Dead,
}

impl FunctionLauncher {
    pub(crate) fn new(
        source: Source,
        data_dir: &DataDir,
        launcher: Launcher,
        config: Config,
        proxy: String,
        dead: Dead,
    ) -> Self {
        Self {
            source,
            data_dir: data_dir.clone(),
            launcher,
            config,
            proxy,
            dead,
        }
    }

    /// The values of ConfigMaps and Secrets are looked up now: a new instance sees what has changed.
    fn prepare(
        &self,
        service: &ServicePlan,
        runtime: Vec<(String, String)>,
    ) -> io::Result<Prepared> {
        let container = &service.container;
        let variables = environment::of(container, &self.config, &self.proxy);
        let mut variables = variables.map_err(io::Error::other)?;
        variables.extend(runtime);
        let log = log_file::open(&self.data_dir.log(&service.object.name))?;
        self.source.prepare(container, variables, log)
    }
}

impl souk_serving::Launcher for FunctionLauncher {
    fn launch(
        &self,
        service: &ServicePlan,
        runtime: Vec<(String, String)>,
    ) -> BoxFuture<'static, io::Result<Child>> {
        let (launcher, dead) = (self.launcher.clone(), self.dead.clone());
        let prepared = self.prepare(service, runtime);
        let name = service.object.name.clone();
        Box::pin(async move {
            alive(&dead, &name)?;
            let child = prepared?.launch(&launcher).await?;
            // It may have been switched off meanwhile; the child goes with the error.
            alive(&dead, &name).map(|()| child)
        })
    }
}

fn alive(dead: &Dead, function: &str) -> io::Result<()> {
    if dead.has(function) {
        return Err(io::Error::other(format!(
            "it is dead on purpose; souk faults function {function} alive ends that"
        )));
    }
    Ok(())
}
