//! A real Prometheus that scrapes a shop every second, and judges by rules if it is given any.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::shop::Local;
use crate::{Client, eventually};

/// It ends with this value.
pub struct Prometheus {
    /// Where it answers.
    pub url: String,
    process: Child,
    _folder: TempDir,
}

impl Prometheus {
    /// Started, ready, and with a first look at the shop.
    ///
    /// # Panics
    ///
    /// When `SOUK_PROMETHEUS` does not name the program, or it does not start.
    pub async fn of(shop: &Local) -> Self {
        Self::with_rules(shop, &[]).await
    }

    /// The same, judging by these files of rules every second.
    ///
    /// # Panics
    ///
    /// When `SOUK_PROMETHEUS` does not name the program, or it does not start.
    pub async fn with_rules(shop: &Local, rules: &[PathBuf]) -> Self {
        let program = std::env::var("SOUK_PROMETHEUS").expect("SOUK_PROMETHEUS names the program");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, configuration(shop, rules)).expect("a file can be written");
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
            let up = started.ask("/api/v1/query?query=sum(up)").await?;
            match up["result"][0]["value"][1].as_str() {
                Some("2") => Ok(()),
                _ => Err(up.to_string()),
            }
        })
        .await;
        started
    }

    /// The alerts that are pending or firing now.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn alerts(&self) -> Result<BTreeSet<String>, String> {
        let data = self.ask("/api/v1/alerts").await?;
        let alerts = data["alerts"].as_array().into_iter().flatten();
        let names = alerts.filter_map(|alert| alert["labels"]["alertname"].as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// The rules that it cannot judge by, and why.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn broken_rules(&self) -> Result<Vec<String>, String> {
        let data = self.ask("/api/v1/rules").await?;
        let groups = data["groups"].as_array().into_iter().flatten();
        let rules = groups.flat_map(|group| group["rules"].as_array().into_iter().flatten());
        let broken = rules.filter(|rule| rule["health"] == "err");
        Ok(broken.map(ToString::to_string).collect())
    }

    async fn ask(&self, path: &str) -> Result<Value, String> {
        let client = Client::elsewhere(&self.url);
        let answer = client.request(Method::GET, path).send().await;
        let answer = answer.map_err(|error| error.to_string())?;
        let text = answer.text().await.map_err(|error| error.to_string())?;
        let answer: Value =
            serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        Ok(answer["data"].clone())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Two targets at one port: the platform and the functions have a metric of one name.
fn configuration(shop: &Local, rules: &[PathBuf]) -> String {
    let metrics = shop.address("metrics");
    let host = metrics
        .trim_start_matches("http://")
        .trim_end_matches("/metrics");
    let mut text = "global: { scrape_interval: 1s, evaluation_interval: 1s }\n".to_owned();
    let files: Vec<String> = rules.iter().map(|file| quoted(file)).collect();
    let _ = writeln!(text, "rule_files: [{}]\nscrape_configs:", files.join(", "));
    for (job, path) in [("souk", "/metrics"), ("functions", "/metrics/functions")] {
        let _ = writeln!(
            text,
            "  - {{ job_name: {job}, metrics_path: {path}, static_configs: [{{ targets: ['{host}'] }}] }}"
        );
    }
    text
}

fn quoted(file: &Path) -> String {
    format!("'{}'", file.display())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}
