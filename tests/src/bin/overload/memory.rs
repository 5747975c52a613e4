//! The memory of each process of a shop, watched while it is loaded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use journeys::process::status_kib;
use journeys::shop::Local;
use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_secs(2);

/// The most that each part of the shop had at any look, in KiB of all its processes together.
pub(crate) type Most = BTreeMap<String, u64>;

/// Looks at processes again and again, until it is asked.
pub(crate) struct Watch {
    most: Arc<Mutex<Most>>,
    looking: JoinHandle<()>,
}

impl Watch {
    /// Begins to look at these processes, by the names of the parts that they belong to.
    pub(crate) fn begin(processes: Vec<(String, i32)>) -> Self {
        let most = Arc::new(Mutex::new(Most::new()));
        let noted = Arc::clone(&most);
        let looking = tokio::spawn(async move {
            loop {
                note(&noted, resident(&processes));
                tokio::time::sleep(EVERY).await;
            }
        });
        Self { most, looking }
    }

    /// Ends, and says what was seen.
    pub(crate) fn end(self) -> Most {
        self.looking.abort();
        let mut most = self.most.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *most)
    }
}

fn note(most: &Mutex<Most>, now: Most) {
    let mut most = most.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, kib) in now {
        let before = most.entry(name).or_default();
        *before = kib.max(*before);
    }
}

/// The processes of `souk`, the functions that are awake, the engines and the stand-ins.
pub(crate) fn processes(local: &Local) -> Vec<(String, i32)> {
    let ps = local.ps();
    let mut all = vec![("souk".to_owned(), local.pid())];
    all.extend(local.running_functions());
    let others = ["engines", "stand_ins"]
        .iter()
        .flat_map(|key| ps[*key].as_array());
    for one in others.flatten() {
        if let Some(pid) = one["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok()) {
            all.push((one["name"].as_str().unwrap_or("unknown").to_owned(), pid));
        }
    }
    all
}

/// What each part has now, in KiB.
pub(crate) fn resident(processes: &[(String, i32)]) -> Most {
    let mut all = Most::new();
    for (name, pid) in processes {
        *all.entry(name.clone()).or_default() += status_kib(*pid, "VmRSS:");
    }
    all
}
