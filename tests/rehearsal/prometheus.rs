//! A real Prometheus that scrapes a shop every second.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use journeys::eventually;
use journeys::shop::Local;
use tempfile::TempDir;

/// It ends with this value.
pub(crate) struct Prometheus {
    /// Where it answers.
    pub(crate) url: String,
    process: Child,
    _folder: TempDir,
}

impl Prometheus {
    /// Started, ready, and with a first look at the shop.
    pub(crate) async fn of(shop: &Local) -> Self {
        let program = std::env::var("SOUK_PROMETHEUS").expect("SOUK_PROMETHEUS names the program");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, scraping(shop)).expect("a file can be written");
        let url = format!("http://127.0.0.1:{}", free_port());
        let process = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().display()))
            .arg(format!("--web.listen-address={}", &url["http://".len()..]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Prometheus can be started");
        let started = Self {
            url,
            process,
            _folder: folder,
        };
        eventually("Prometheus to look at the shop", async || {
            started.sees_the_shop().await
        })
        .await;
        started
    }

    async fn sees_the_shop(&self) -> Result<(), String> {
        let question = format!("{}/api/v1/query?query=up", self.url);
        let answer = reqwest::get(question)
            .await
            .map_err(|error| error.to_string())?;
        let text = answer.text().await.map_err(|error| error.to_string())?;
        match text.contains("\"1\"]") {
            true => Ok(()),
            false => Err(text),
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn scraping(shop: &Local) -> String {
    let metrics = shop.address("metrics");
    let host = metrics
        .trim_start_matches("http://")
        .trim_end_matches("/metrics");
    format!(
        "global: {{ scrape_interval: 1s }}\n\
         scrape_configs: [{{ job_name: souk, static_configs: [{{ targets: ['{host}'] }}] }}]\n"
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}
