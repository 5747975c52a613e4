//! What a shop that was started here can be made to suffer, and how it is looked at afterwards: clock, faults, processes, books.

use std::path::PathBuf;
use std::process::Command;

use reqwest::Method;
use serde_json::Value;

use crate::process::souk;
use crate::shop::{Local, Shop};

impl Shop {
    /// Moves the shop's clock forward, by `30m` or `25h`. The shop was started with `--movable-clock`.
    ///
    /// # Panics
    ///
    /// When it cannot be moved.
    pub fn clock_advance(&self, by: &str) {
        let output = self.local().souk(&["clock", "advance", by]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "souk clock advance {by}: {said}");
    }

    /// Switches faults on and off, such as `{"deliveries":{"duplicate":0.1,"delay_ms":500,"seed":1}}`; null is normal, and what is left
    /// out stays as it is. The shop was started with `--faults`. Gives what is switched now.
    ///
    /// # Panics
    ///
    /// When the shop refuses.
    pub async fn faults(&self, faults: Value) -> Value {
        let (status, said) = self
            .local()
            .control(Method::PUT, "/faults", Some(&faults))
            .await
            .expect("the shop answers");
        assert_eq!(status, 200, "{faults}: {said}");
        serde_json::from_str(&said).expect("faults are JSON")
    }

    /// Checks the shop's books once nothing moves any more, at most a minute later.
    ///
    /// # Panics
    ///
    /// When a rule is broken, with what the audit says.
    pub fn audit(&self) {
        let (is_kept, said) = self.audited(&["--wait", "60"]);
        assert!(is_kept, "{said}");
        eprintln!("{said}");
    }

    /// Whether every rule is kept, and what the audit says; `arguments` are its own.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    #[must_use]
    pub fn audited(&self, arguments: &[&str]) -> (bool, String) {
        let mut audit = Command::new(audit());
        audit
            .arg("--data-dir")
            .arg(self.local().data_dir())
            .args(arguments);
        let output = audit.output().expect("audit can be started");
        let said = [&output.stdout[..], &output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// What became of each rule, as `audit --json` reports it.
    ///
    /// # Panics
    ///
    /// When the audit gives no report, as when a store cannot be read.
    #[must_use]
    pub fn audit_rules(&self, arguments: &[&str]) -> Vec<Value> {
        let (_, said) = self.audited(&[&["--json"], arguments].concat());
        let report: Value =
            serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        let rules = report["rules"].as_array();
        rules.unwrap_or_else(|| panic!("no rules: {said}")).clone()
    }

    /// The names of the rules that are broken.
    ///
    /// # Panics
    ///
    /// When the audit gives no report.
    #[must_use]
    pub fn broken_rules(&self, arguments: &[&str]) -> Vec<String> {
        let rules = self.audit_rules(arguments);
        let broken = rules.iter().filter(|rule| {
            rule["violations"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        });
        broken
            .filter_map(|rule| rule["rule"].as_str().map(str::to_owned))
            .collect()
    }
}

impl Local {
    /// Asks the control socket; status and body, or nothing when nobody answers there.
    pub async fn control(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, String)> {
        let client = reqwest::Client::builder().unix_socket(self.data_dir().join("souk.sock"));
        let client = client
            .timeout(std::time::Duration::from_secs(20))
            .build()
            .ok()?;
        let mut request = client.request(method, format!("http://souk{path}"));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// The process of an engine (`postgresql`) or a stand-in (`payment-provider`, `mail-server`), if it runs.
    #[must_use]
    pub fn process_of(&self, name: &str) -> Option<i32> {
        let ps = self.ps_if_there()?;
        let all = ["engines", "stand_ins"]
            .into_iter()
            .flat_map(|kind| ps[kind].as_array().cloned().unwrap_or_default());
        let mut named = all.filter(|one| one["name"] == name);
        i32::try_from(named.next()?["pid"].as_i64()?).ok()
    }

    /// The processes of functions by name; nobody while the shop does not answer.
    #[must_use]
    pub fn running_functions(&self) -> Vec<(String, i32)> {
        let ps = self.ps_if_there().unwrap_or_default();
        let mut running = Vec::new();
        for function in ps["functions"].as_array().into_iter().flatten() {
            let name = function["name"].as_str().unwrap_or_default();
            for instance in function["instances"].as_array().into_iter().flatten() {
                if let Some(pid) = instance["pid"]
                    .as_i64()
                    .and_then(|pid| i32::try_from(pid).ok())
                {
                    running.push((name.to_owned(), pid));
                }
            }
        }
        running
    }
}

/// The executable `audit`, beside `souk`.
fn audit() -> PathBuf {
    souk().with_file_name("audit")
}
