//! How a function's process is started here: its executable, its environment, its log.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use futures::future::BoxFuture;
use souk_plan::model::ServicePlan;
use tokio::process::{Child, Command};

use crate::data_dir::DataDir;
use crate::environment;
use crate::launcher::Launcher;
use crate::log_file;
use crate::operator::Config;

/// Starts functions.
pub(crate) struct FunctionLauncher {
    functions: PathBuf,
    data_dir: DataDir,
    launcher: Launcher,
    config: Config,
    proxy: String,
}

impl FunctionLauncher {
    pub(crate) fn new(
        functions: &Path,
        data_dir: &DataDir,
        launcher: Launcher,
        config: Config,
        proxy: String,
    ) -> Self {
        Self {
            functions: functions.to_owned(),
            data_dir: data_dir.clone(),
            launcher,
            config,
            proxy,
        }
    }

    /// The values of ConfigMaps and Secrets are looked up now: a new instance sees what has changed.
    fn command(
        &self,
        service: &ServicePlan,
        runtime: Vec<(String, String)>,
    ) -> io::Result<Command> {
        let container = &service.container;
        let variables = environment::of(container, &self.config, &self.proxy);
        let variables = variables.map_err(io::Error::other)?;
        let log = log_file::open(&self.data_dir.log(&service.object.name))?;
        let mut command = Command::new(self.functions.join(&container.executable));
        command
            .args(environment::arguments(container))
            .env_clear()
            .envs(variables)
            .envs(runtime)
            .stderr(Stdio::from(log.try_clone()?))
            .stdout(Stdio::from(log));
        Ok(command)
    }
}

impl souk_serving::Launcher for FunctionLauncher {
    fn launch(
        &self,
        service: &ServicePlan,
        runtime: Vec<(String, String)>,
    ) -> BoxFuture<'static, io::Result<Child>> {
        let launcher = self.launcher.clone();
        let command = self.command(service, runtime);
        Box::pin(async move { launcher.launch(command?).await })
    }
}
