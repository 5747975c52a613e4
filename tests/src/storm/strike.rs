//! Strikes the shop.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::counts::Counts;
use super::schedule::{Blow, Strike, Victim};
use crate::process::{freeze, kill, signal_if_there, thaw};
use crate::shop::Local;

/// How often faults are switched before nobody is said to answer.
const TRIES: usize = 20;

/// A shop that is struck.
pub(crate) struct Target<'a> {
    pub(crate) local: &'a Local,
    pub(crate) counts: &'a Counts,
    /// What deliveries suffer all the time.
    pub(crate) deliveries: Value,
}

impl Target<'_> {
    /// Strikes once. What lasts has ended when this returns.
    pub(crate) async fn strike(&self, strike: &Strike) {
        match strike.blow {
            Blow::Kill(Victim::Runtime) => self.kill_runtime().await,
            Blow::Kill(victim) => {
                let Some((name, pid)) = self.find(victim) else {
                    return self.counts.struck("nobody was there");
                };
                // PostgreSQL's children notice that their parent is gone, and end.
                match kill(pid) {
                    true => self.counts.struck(&format!("kill {name}")),
                    false => self.counts.struck("nobody was there"),
                }
            }
            Blow::Freeze(victim, milliseconds) => self.freeze(victim, milliseconds).await,
            Blow::DiskFull(milliseconds) => {
                self.fault(
                    json!({ "broker_disk": "full" }),
                    json!({ "broker_disk": "ok" }),
                    milliseconds,
                )
                .await;
            }
            Blow::ProviderMode(mode, milliseconds) => {
                self.fault(
                    json!({ "provider": mode }),
                    json!({ "provider": "normal" }),
                    milliseconds,
                )
                .await;
            }
            Blow::MailsFail(milliseconds) => {
                self.fault(
                    json!({ "mails": "fail" }),
                    json!({ "mails": "normal" }),
                    milliseconds,
                )
                .await;
            }
        }
    }

    fn find(&self, victim: Victim) -> Option<(String, i32)> {
        let named = |name: &str| Some((name.to_owned(), self.local.process_of(name)?));
        match victim {
            Victim::Function(number) => {
                let mut running = self.local.running_functions();
                running.sort();
                let at = usize::try_from(number).ok()? % running.len().max(1);
                running.into_iter().nth(at)
            }
            Victim::Postgres => named("postgresql"),
            Victim::Provider => named("payment-provider"),
            Victim::Mails => named("mail-server"),
            Victim::Runtime => Some(("souk".to_owned(), self.local.pid())),
        }
    }

    async fn freeze(&self, victim: Victim, milliseconds: u64) {
        let Some((name, pid)) = self.find(victim) else {
            return self.counts.struck("nobody was there");
        };
        // The runtime's children go on: only it stands still.
        let is_frozen = match victim {
            Victim::Runtime => signal_if_there(pid, libc::SIGSTOP),
            _ => freeze(pid),
        };
        if is_frozen {
            self.counts.struck(&format!("freeze {name}"));
        }
        sleep(Duration::from_millis(milliseconds)).await;
        match victim {
            Victim::Runtime => drop(signal_if_there(pid, libc::SIGCONT)),
            _ => drop(thaw(pid)),
        }
    }

    /// Kills `souk` and opens the shop again, as somebody's supervisor would.
    async fn kill_runtime(&self) {
        if kill(self.local.pid()) {
            self.counts.struck("kill souk");
        }
        self.local.open_again().await;
        self.begin().await;
    }

    /// Faults that last through the whole storm; a runtime that is started again knows nothing of them.
    pub(crate) async fn begin(&self) {
        self.switch(&json!({ "deliveries": self.deliveries })).await;
    }

    /// Ends every fault.
    pub(crate) async fn end(&self) {
        let normal =
            json!({ "deliveries": null, "broker_disk": null, "provider": null, "mails": null });
        self.switch(&normal).await;
    }

    async fn fault(&self, on: Value, off: Value, milliseconds: u64) {
        if self.switch(&on).await {
            self.counts.struck(&format!("fault {on}"));
        }
        sleep(Duration::from_millis(milliseconds)).await;
        self.switch(&off).await;
    }

    /// A stand-in that was just killed cannot be switched: it is normal when it comes back.
    async fn switch(&self, faults: &Value) -> bool {
        for _ in 0..TRIES {
            match self
                .local
                .control(Method::PUT, "/faults", Some(faults))
                .await
            {
                Some((200, _)) => return true,
                Some((409, said)) => {
                    eprintln!("faults {faults}: {said}");
                    return false;
                }
                _ => sleep(Duration::from_millis(200)).await,
            }
        }
        eprintln!("faults {faults}: nobody answered");
        false
    }
}
