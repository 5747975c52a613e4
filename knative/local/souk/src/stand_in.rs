//! A program that stands in for something outside the cluster: a payment provider, a mail server.
//!
//! Its contract: `PORT`, `STATE_DIR` and `SHOP_URL` (where the gateway is) in the environment, and a first line on stdout that is one JSON object, whose
//! entries are what the ConfigMap or Secret of its name holds. It is started again when it ends.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use souk_engines::remembered_port;
use souk_engines::secrets::Entries;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::launcher::{Launcher, LeftBehind, terminate};
use crate::log_file;

const ANNOUNCED_WITHIN: Duration = Duration::from_secs(10);
const ANNOUNCEMENT_BYTES: u64 = 64 * 1024;
const STOPPED_WITHIN: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Who ran that long was well: the next pause is the first again.
const WELL_AFTER: Duration = Duration::from_secs(30);

/// What a stand-in said about itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Announced {
    pub(crate) pid: u32,
    pub(crate) entries: Entries,
    pub(crate) restarts: u32,
}

/// A running stand-in.
pub(crate) struct StandIn {
    pub(crate) name: String,
    announced: watch::Receiver<Announced>,
    stop: CancellationToken,
    supervisor: JoinHandle<()>,
}

impl StandIn {
    /// Starts it and waits for its first line.
    pub(crate) async fn start(
        name: String,
        executable: PathBuf,
        data_dir: DataDir,
        shop_url: String,
        launcher: Launcher,
    ) -> Outcome<Self> {
        let program = Program {
            name: name.clone(),
            executable,
            data_dir,
            shop_url,
            launcher,
        };
        let (child, first) = program.run().await.map_err(|why| program.failure(&why))?;
        let (announce, announced) = watch::channel(first);
        let stop = CancellationToken::new();
        let supervisor = tokio::spawn(supervise(program, child, announce, stop.clone()));
        Ok(Self {
            name,
            announced,
            stop,
            supervisor,
        })
    }

    /// What it said last.
    pub(crate) fn announced(&self) -> Announced {
        self.announced.borrow().clone()
    }

    /// What it says from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<Announced> {
        self.announced.clone()
    }

    /// The same, with its name.
    pub(crate) fn watch_named(&self) -> (String, watch::Receiver<Announced>) {
        (self.name.clone(), self.watch())
    }

    /// Stops it within three seconds.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        let _ = self.supervisor.await;
    }
}

struct Program {
    name: String,
    executable: PathBuf,
    data_dir: DataDir,
    shop_url: String,
    launcher: Launcher,
}

impl Program {
    /// Starts the program and reads its first line; what it says later goes to its log.
    async fn run(&self) -> Result<(Child, Announced), String> {
        let log = self.log()?;
        let mut child = self.launch(&log).await?;
        let stdout = child.stdout.take().ok_or("it has no stdout")?;
        match timeout(ANNOUNCED_WITHIN, announcement(stdout, log)).await {
            Ok(Ok(entries)) => {
                let announced = Announced {
                    pid: child.id().unwrap_or_default(),
                    entries,
                    restarts: 0,
                };
                Ok((child, announced))
            }
            Ok(Err(why)) => Err(why),
            Err(_) => Err(format!(
                "it said nothing on stdout within {} s",
                ANNOUNCED_WITHIN.as_secs()
            )),
        }
    }

    async fn launch(&self, log: &File) -> Result<Child, String> {
        let state = self.data_dir.stand_in(&self.name);
        std::fs::create_dir_all(&state).map_err(|error| format!("{}: {error}", state.display()))?;
        let port = remembered_port(&self.data_dir.port_of(&self.name))
            .map_err(|error| error.to_string())?;
        let stderr = log
            .try_clone()
            .await
            .map_err(|error| error.to_string())?
            .into_std()
            .await;
        let mut command = Command::new(&self.executable);
        command
            .env("PORT", port.to_string())
            .env("STATE_DIR", state)
            .env("SHOP_URL", &self.shop_url);
        command.stdout(Stdio::piped()).stderr(stderr);
        self.launcher
            .launch(command)
            .await
            .map_err(|error| error.to_string())
    }

    fn log(&self) -> Result<File, String> {
        let opened = log_file::open(&self.data_dir.log(&self.name));
        opened
            .map(File::from_std)
            .map_err(|error| error.to_string())
    }

    fn failure(&self, why: &str) -> Failure {
        Failure::new(
            format!(
                "the stand-in {} ({}) cannot be used: {why}",
                self.name,
                self.executable.display()
            ),
            format!(
                "Read what it said: {}",
                self.data_dir.log(&self.name).display()
            ),
        )
    }
}

/// The first line as entries; the rest is copied to the log until the program ends.
async fn announcement(stdout: ChildStdout, mut log: File) -> Result<Entries, String> {
    let mut reader = BufReader::new(stdout);
    let mut line = String::new();
    let read = (&mut reader)
        .take(ANNOUNCEMENT_BYTES)
        .read_line(&mut line)
        .await;
    if read.map_err(|error| error.to_string())? == 0 {
        return Err("it ended before it said where it is".to_owned());
    }
    let said: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&line)
        .map_err(|error| format!("its first line is no JSON object: {error}"))?;
    tokio::spawn(async move {
        let _ = tokio::io::copy(&mut reader, &mut log).await;
    });
    Ok(said
        .into_iter()
        .map(|(key, value)| (key, text(value)))
        .collect())
}

fn text(value: serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

async fn supervise(
    program: Program,
    mut child: Child,
    announce: watch::Sender<Announced>,
    stop: CancellationToken,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let started = tokio::time::Instant::now();
        let left_behind = LeftBehind::by(&child);
        tokio::select! {
            () = stop.cancelled() => return terminate(&mut child, STOPPED_WITHIN).await,
            how = child.wait() => tracing::warn!(stand_in = program.name, ?how, "ended; starting it again"),
        }
        drop(left_behind);
        if started.elapsed() > WELL_AFTER {
            pause = FIRST_PAUSE;
        }
        child = loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
            match program.run().await {
                Ok((child, announced)) => {
                    announce.send_modify(|last| {
                        let restarts = last.restarts + 1;
                        *last = Announced {
                            restarts,
                            ..announced
                        };
                    });
                    break child;
                }
                Err(why) => {
                    tracing::error!(stand_in = program.name, why, "cannot be started again")
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    async fn started(script: &str) -> (tempfile::TempDir, Outcome<StandIn>) {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().join("data")));
        data_dir.make().unwrap();
        let executable = folder.path().join("provider");
        std::fs::write(&executable, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&executable, std::fs::Permissions::from_mode(0o755)).unwrap();
        let stand_in = StandIn::start(
            "provider".to_owned(),
            executable,
            data_dir,
            "http://127.0.0.1:9".to_owned(),
            Launcher::start().unwrap(),
        )
        .await;
        (folder, stand_in)
    }

    #[tokio::test]
    async fn the_first_line_says_where_it_is_and_the_rest_is_its_log() {
        let script = r#"echo "{\"url\":\"http://127.0.0.1:$PORT\",\"api-key\":\"k\",\"shop\":\"$SHOP_URL\"}"; echo later; exec sleep 60"#;
        let (folder, stand_in) = started(script).await;
        let stand_in = stand_in.unwrap();
        let entries = stand_in.announced().entries;
        assert!(entries["url"].starts_with("http://127.0.0.1:"));
        assert_eq!(entries["api-key"], "k");
        assert_eq!(entries["shop"], "http://127.0.0.1:9");
        let log = folder.path().join("data/log/provider.log");
        while !std::fs::read_to_string(&log).unwrap().contains("later") {
            tokio::task::yield_now().await;
        }
        stand_in.stop().await;
    }

    #[tokio::test]
    async fn one_that_ends_is_started_again_on_the_same_port() {
        let (_folder, stand_in) = started(r#"echo "{\"port\":$PORT}"; exec sleep 60"#).await;
        let stand_in = stand_in.unwrap();
        let first = stand_in.announced();
        crate::system::send_signal(first.pid, libc::SIGKILL).unwrap();
        let mut announced = stand_in.announced.clone();
        let second = announced
            .wait_for(|now| now.restarts == 1)
            .await
            .unwrap()
            .clone();
        assert_ne!(second.pid, first.pid);
        assert_eq!(second.entries, first.entries);
        stand_in.stop().await;
        assert!(!crate::system::is_alive(second.pid));
    }

    #[tokio::test]
    async fn one_that_says_nothing_useful_is_refused_with_its_log() {
        for (script, why) in [
            ("echo hello; exec sleep 60", "no JSON object"),
            ("exit 3", "it ended"),
        ] {
            let (_folder, stand_in) = started(script).await;
            let said = stand_in.err().unwrap().to_string();
            assert!(
                said.contains(why) && said.contains("provider.log"),
                "{said}"
            );
        }
    }
}
