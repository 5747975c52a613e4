//! What a function's process started itself.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use souk_plan::model::ServicePlan;
use souk_serving::{Launcher, Serving};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::plan::plan;

/// A script that starts a server and does not pass on what it is told.
struct Script {
    diary: PathBuf,
}

impl Launcher for Script {
    fn launch(
        &self,
        _: &ServicePlan,
        _: Vec<(String, String)>,
    ) -> BoxFuture<'static, io::Result<Child>> {
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 600 & echo $! > $DIARY; wait"])
            .env("DIARY", &self.diary)
            .process_group(0)
            .kill_on_drop(true);
        Box::pin(async move { command.spawn() })
    }
}

#[tokio::test]
async fn what_a_process_started_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let diary = folder.path().join("diary");
    let mut service = plan();
    service.scale.min = 1;
    let script = Script {
        diary: diary.clone(),
    };
    let serving = Serving::start(&[service], Arc::new(script));
    let started = loop {
        match fs::read_to_string(&diary) {
            Ok(pid) if pid.ends_with('\n') => break pid,
            _ => sleep(Duration::from_millis(5)).await,
        }
    };
    serving.stop().await;
    // Who has ended has no command line, even when nobody has asked how yet.
    let command_line = format!("/proc/{}/cmdline", started.trim());
    while fs::read(&command_line).is_ok_and(|line| !line.is_empty()) {
        sleep(Duration::from_millis(5)).await;
    }
}
