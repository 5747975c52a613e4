//! `souk audit` in the background: one at a time, and the last report is kept until the next.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use serde_json::{Value, json};
use souk_console::{Answer, Problem};
use tokio::process::Command;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::command::audit;

/// How long the audit waits until nothing moves.
const QUIET_WITHIN_SECONDS: u64 = 30;
/// How long all of it may take.
const DONE_WITHIN: Duration = Duration::from_secs(300);

/// The audit of one shop.
pub(super) struct Audit {
    shop: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Since when one runs.
    running_since: Option<DateTime<Utc>>,
    /// What the last one has said.
    last: Option<Value>,
}

impl Audit {
    /// None has run yet.
    pub(super) fn new(shop: PathBuf) -> Self {
        Self {
            shop,
            state: Arc::default(),
        }
    }

    /// `{"running": true, "started_at"}`, or the last report with `"running": false` and `ended_at`; without `rules` before the
    /// first one.
    pub(super) fn last(&self) -> Value {
        let state = lock(&self.state);
        match (state.running_since, &state.last) {
            (Some(since), _) => json!({ "running": true, "started_at": time(since) }),
            (None, Some(report)) => report.clone(),
            (None, None) => json!({ "running": false }),
        }
    }

    /// Begins one, if none runs.
    pub(super) fn begin(&self, clock: Clock) -> Answer {
        let program = audit::beside().map_err(|failure| {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, failure.to_string())
        })?;
        let now = clock.status().now;
        if self.claim(now) {
            let mut command = Command::new(program);
            command.arg("--data-dir").arg(&self.shop).arg("--json");
            command.args(["--wait", &QUIET_WITHIN_SECONDS.to_string()]);
            let state = Arc::clone(&self.state);
            tokio::spawn(async move {
                let mut report = run(command).await;
                report["ended_at"] = time(clock.status().now).into();
                let mut state = lock(&state);
                state.running_since = None;
                state.last = Some(report);
            });
        }
        Ok(self.last())
    }
}

impl Audit {
    /// Whether this one is to run: no other does.
    fn claim(&self, now: DateTime<Utc>) -> bool {
        let mut state = lock(&self.state);
        let is_free = state.running_since.is_none();
        if is_free {
            state.running_since = Some(now);
        }
        is_free
    }
}

/// A report, also when rules are broken; what cannot be audited is told as `error`.
async fn run(mut command: Command) -> Value {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let mut report = match timeout(DONE_WITHIN, command.output()).await {
        Ok(Ok(output)) => match serde_json::from_slice(&output.stdout) {
            Ok(Value::Object(report)) => Value::Object(report),
            _ => json!({ "error": String::from_utf8_lossy(&output.stderr).trim() }),
        },
        Ok(Err(error)) => json!({ "error": error.to_string() }),
        Err(_) => json!({ "error": format!("not done within {} s", DONE_WITHIN.as_secs()) }),
    };
    report["running"] = false.into();
    report
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(script: &str) -> Value {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command).await
    }

    #[tokio::test]
    async fn books_that_are_wrong_are_a_report_as_well() {
        let report = said(r#"echo '{"is_kept":false,"rules":[]}'; exit 1"#).await;
        assert_eq!(
            report,
            json!({ "is_kept": false, "rules": [], "running": false })
        );
    }

    #[tokio::test]
    async fn an_audit_that_could_not_read_the_stores_says_why() {
        let report = said("echo 'no database answers' >&2; exit 1").await;
        assert_eq!(report["error"], "no database answers");
    }

    #[test]
    fn two_audits_do_not_run_at_once() {
        let audit = Audit::new(PathBuf::new());
        assert!(audit.claim(DateTime::UNIX_EPOCH));
        assert!(!audit.claim(DateTime::UNIX_EPOCH));
        assert_eq!(audit.last()["running"], true);
    }

    #[test]
    fn before_the_first_audit_there_is_no_verdict() {
        assert_eq!(
            Audit::new(PathBuf::new()).last(),
            json!({ "running": false })
        );
    }
}
