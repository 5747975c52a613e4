//! Jobs: run to completion once for each version of their template, and again after a failure, as often as they allow.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_plan::model::JobPlan;
use tokio::time::{Instant, sleep, timeout_at};

use crate::data_dir::DataDir;
use crate::environment;
use crate::launcher::{Launcher, LeftBehind};
use crate::log_file;
use crate::operator::Config;
use crate::source::Source;
use crate::terminal::progress;

/// Kubernetes waits 10, 20, 40 s; somebody sits in front of this one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// What a Job without `activeDeadlineSeconds` gets here.
const DEADLINE: Duration = Duration::from_hours(1);
/// Lines of its log shown when a Job failed.
const LINES_SHOWN: usize = 5;
/// How a line begins that somebody can try.
const COMMAND_TO_TRY: &str = "curl ";

/// What running Jobs takes.
pub(crate) struct JobRunner {
    pub(crate) data_dir: DataDir,
    pub(crate) source: Source,
    pub(crate) launcher: Launcher,
    pub(crate) config: Config,
    pub(crate) proxy: String,
}

/// That a Job has run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    template_hash: String,
    finished_at: DateTime<Utc>,
    to_try: Option<String>,
}

impl JobRunner {
    /// Runs those that have not run yet, one after the other. One that fails is told about and left.
    ///
    /// Gives the command that the last of them said to try, now or when it ran.
    pub(crate) async fn run_all(&self, jobs: &[JobPlan]) -> Option<String> {
        let mut to_try = None;
        for job in jobs.iter().filter(|job| !job.suspend) {
            let record = match self.recorded(job) {
                Some(record) => Some(record),
                None => self.run_and_tell(job).await,
            };
            to_try = record.and_then(|record| record.to_try).or(to_try);
        }
        to_try
    }

    fn recorded(&self, job: &JobPlan) -> Option<Record> {
        let record: Record = serde_json::from_slice(&fs::read(self.record_file(job)).ok()?).ok()?;
        (record.template_hash == job.template_hash).then_some(record)
    }

    async fn run_and_tell(&self, job: &JobPlan) -> Option<Record> {
        let name = &job.object.name;
        progress(&format!("Job {name}: running"));
        match self.run(job).await {
            Ok(record) => {
                progress(&format!("Job {name}: done"));
                Some(record)
            }
            Err(why) => {
                let log = self.data_dir.log(name);
                progress(&format!(
                    "Job {name} failed: {why}\n  All it said: {}. The next `up` tries it again.",
                    log.display()
                ));
                None
            }
        }
    }

    async fn run(&self, job: &JobPlan) -> Result<Record, String> {
        let limit = job
            .active_deadline_seconds
            .map_or(DEADLINE, Duration::from_secs);
        let deadline = Instant::now() + limit;
        let mut pause = FIRST_PAUSE;
        for attempts_left in (0..=job.backoff_limit).rev() {
            match timeout_at(deadline, self.attempt(job)).await {
                Ok(Ok(())) => break,
                Ok(Err(why)) if attempts_left == 0 => return Err(why),
                Ok(Err(why)) => tracing::warn!(job = job.object.name, why, "failed; trying again"),
                Err(_) => return Err(format!("it was not done within {} s", limit.as_secs())),
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.remember(job)
            .map_err(|error| format!("it ran, but that cannot be recorded: {error}"))
    }

    async fn attempt(&self, job: &JobPlan) -> Result<(), String> {
        let log_path = self.data_dir.log(&job.object.name);
        let log = log_file::open(&log_path).map_err(|error| error.to_string())?;
        let variables = environment::of(&job.container, &self.config, &self.proxy)?;
        let prepared = self.source.prepare(&job.container, variables, log);
        let prepared = prepared.map_err(|error| error.to_string())?;
        let started = prepared.launch(&self.launcher).await;
        let mut child =
            started.map_err(|error| format!("{}: {error}", job.container.executable))?;
        let _left_behind = LeftBehind::by(&child);
        let status = child.wait().await.map_err(|error| error.to_string())?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{status}\n    {}", last_lines(&log_path)))
        }
    }

    fn remember(&self, job: &JobPlan) -> io::Result<Record> {
        let record = Record {
            template_hash: job.template_hash.clone(),
            finished_at: Utc::now(),
            to_try: command_to_try(&self.data_dir.log(&job.object.name)),
        };
        fs::write(self.record_file(job), serde_json::to_vec_pretty(&record)?)?;
        Ok(record)
    }

    fn record_file(&self, job: &JobPlan) -> PathBuf {
        self.data_dir
            .job_record(&format!("{}.{}", job.object.namespace, job.object.name))
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n    ")
}

fn command_to_try(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    text.lines()
        .rev()
        .find(|line| line.starts_with(COMMAND_TO_TRY))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use souk_plan::model::{ContainerPlan, ObjectName};

    use super::*;
    use crate::executables::Executables;

    /// A Job that is this shell script.
    fn job(script: &str, backoff_limit: u32) -> (tempfile::TempDir, JobRunner, JobPlan) {
        let folder = tempfile::tempdir().unwrap();
        let executable = folder.path().join("fill");
        fs::write(&executable, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().join("data")));
        data_dir.make().unwrap();
        let runner = JobRunner {
            data_dir,
            source: Source::Executables(Executables::new(
                folder.path(),
                folder.path().join("kept"),
            )),
            launcher: Launcher::start().unwrap(),
            config: Config::default(),
            proxy: "http://127.0.0.1:1".to_owned(),
        };
        let job = JobPlan {
            object: ObjectName {
                namespace: "souk".to_owned(),
                name: "fill".to_owned(),
            },
            container: ContainerPlan {
                image: "fill".to_owned(),
                executable: "fill".to_owned(),
                digest: None,
                command: Vec::new(),
                args: Vec::new(),
                env: Vec::new(),
                env_from: Vec::new(),
                memory_limit_bytes: None,
            },
            backoff_limit,
            active_deadline_seconds: Some(60),
            suspend: false,
            template_hash: "1".to_owned(),
        };
        (folder, runner, job)
    }

    fn log(runner: &JobRunner) -> String {
        fs::read_to_string(runner.data_dir.log("fill")).unwrap_or_default()
    }

    #[tokio::test]
    async fn a_job_runs_once_for_each_version_of_its_template() {
        let (_folder, runner, mut job) = job("echo $HTTP_PROXY; echo curl x", 0);
        assert_eq!(
            runner.run_all(std::slice::from_ref(&job)).await.as_deref(),
            Some("curl x")
        );
        assert_eq!(
            runner.run_all(std::slice::from_ref(&job)).await.as_deref(),
            Some("curl x")
        );
        assert_eq!(log(&runner), "http://127.0.0.1:1\ncurl x\n");
        job.template_hash = "2".to_owned();
        runner.run_all(std::slice::from_ref(&job)).await;
        assert_eq!(log(&runner).matches("curl x").count(), 2);
    }

    #[tokio::test]
    async fn one_that_fails_is_tried_again_as_often_as_it_allows() {
        let (_folder, runner, job) = job("echo tried; exit 1", 1);
        assert!(runner.run_all(std::slice::from_ref(&job)).await.is_none());
        assert_eq!(log(&runner).matches("tried").count(), 2);
        assert!(runner.recorded(&job).is_none());
    }

    #[tokio::test]
    async fn what_a_job_leaves_behind_ends_with_it() {
        let (_folder, runner, job) = job("sleep 600 & echo $!", 0);
        runner.run(&job).await.unwrap();
        let left_behind = format!("/proc/{}/cmdline", log(&runner).trim());
        // Who has ended has no command line, even when nobody has asked how yet.
        while fs::read(&left_behind).is_ok_and(|line| !line.is_empty()) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_suspended_job_does_not_run() {
        let (_folder, runner, mut job) = job("echo ran", 0);
        job.suspend = true;
        runner.run_all(&[job]).await;
        assert_eq!(log(&runner), "");
    }
}
