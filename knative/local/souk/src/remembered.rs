//! Services as they were when the shop was last open: their revisions and traffic, one file for each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use souk_plan::model::ObjectName;
use souk_serving::{Ledger, ServiceRecord};

use crate::failure::{Failure, Outcome};
use crate::source::Source;

/// Of the files' form.
const VERSION: u32 = 1;

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct Form<T> {
    version: u32,
    service: T,
}

/// The folder with the files, and the executables that they name.
pub(crate) struct Remembered {
    folder: PathBuf,
    source: Source,
    /// What each Service's revisions run.
    used: Mutex<BTreeMap<ObjectName, BTreeSet<String>>>,
}

impl Remembered {
    /// Reads them all. What no revision runs any more is forgotten.
    pub(crate) fn read(folder: PathBuf, source: Source) -> Outcome<(Self, Vec<ServiceRecord>)> {
        let mut services = Vec::new();
        let files = fs::read_dir(&folder).into_iter().flatten().flatten();
        for file in files.map(|entry| entry.path()) {
            if file.extension().is_some_and(|ending| ending == "json") {
                services.extend(usable(read(&file)?, &|digest| source.has(digest)));
            }
        }
        let used: BTreeMap<_, _> = services
            .iter()
            .map(|service| (service.object.clone(), digests(service)))
            .collect();
        source.keep_only(&used.values().flatten().cloned().collect());
        let remembered = Self {
            folder,
            source,
            used: Mutex::new(used),
        };
        Ok((remembered, services))
    }

    fn file(&self, service: &ObjectName) -> PathBuf {
        let ObjectName { namespace, name } = service;
        self.folder.join(format!("{namespace}.{name}.json"))
    }

    /// What a Service runs from now on. What nobody runs any more is forgotten.
    fn note(&self, service: &ObjectName, runs: BTreeSet<String>) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let ran = used.insert(service.clone(), runs).unwrap_or_default();
        let runs: BTreeSet<String> = used.values().flatten().cloned().collect();
        self.source
            .forget(&ran.difference(&runs).cloned().collect());
    }
}

impl Ledger for Remembered {
    fn write(&self, service: &ServiceRecord) -> io::Result<()> {
        let file = self.file(&service.object);
        let form = Form {
            version: VERSION,
            service,
        };
        // Half a file must not be taken for all of it.
        let half = file.with_extension("half");
        fs::write(&half, serde_json::to_vec_pretty(&form)?)?;
        fs::rename(half, file)?;
        self.note(&service.object, digests(service));
        Ok(())
    }

    fn forget(&self, service: &ObjectName) -> io::Result<()> {
        self.note(service, BTreeSet::new());
        fs::remove_file(self.file(service))
    }
}

/// Without revisions whose executables are gone, as they are after a restore. A Service whose requests go to such a revision
/// begins with its first one again.
fn usable(mut service: ServiceRecord, has: &dyn Fn(&str) -> bool) -> Option<ServiceRecord> {
    let runs = |digest: &Option<String>| digest.as_deref().is_none_or(has);
    service
        .revisions
        .retain(|one| runs(&one.plan.container.digest));
    let there = |name: &String| {
        let mut revisions = service.revisions.iter();
        revisions.any(|one| one.plan.revision == *name)
    };
    let complete = there(&service.latest_created)
        && there(&service.latest_ready)
        && service.assigned.iter().all(|one| there(&one.revision));
    if !complete {
        let function = &service.object.name;
        tracing::warn!(
            function,
            "its revisions are forgotten: what they ran is not there any more"
        );
    }
    complete.then_some(service)
}

fn digests(service: &ServiceRecord) -> BTreeSet<String> {
    let revisions = service.revisions.iter();
    let digests = revisions.filter_map(|one| one.plan.container.digest.clone());
    digests.collect()
}

fn read(file: &Path) -> Outcome<ServiceRecord> {
    let unusable = |what: String| {
        Failure::new(
            format!("{}: {what}", file.display()),
            "It holds a Service's revisions and traffic. Use the souk that wrote it, or move it away: the Service then begins \
             with its first revision again.",
        )
    };
    let text = fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let form: Form<serde_json::Value> =
        serde_json::from_slice(&text).map_err(|error| unusable(error.to_string()))?;
    if form.version != VERSION {
        let version = form.version;
        return Err(unusable(format!(
            "this souk does not know its form {version}"
        )));
    }
    serde_json::from_value(form.service).map_err(|error| unusable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executables::Executables;

    fn record(digests: &[&str]) -> ServiceRecord {
        let template = |digest: &str| {
            serde_json::json!({
                "created_at": "2026-01-01T00:00:00Z", "readiness": "ready", "inactive_since": null,
                "plan": {
                    "object": {"namespace": "souk", "name": "orders"}, "revision": "orders-00001", "named": false,
                    "template_hash": "1", "no_gc": false, "traffic": null, "container_port": 8080,
                    "container": {
                        "image": "orders", "executable": "orders", "digest": digest, "command": [], "args": [], "env": [],
                        "env_from": [], "memory_limit_bytes": null
                    },
                    "container_concurrency": 0, "timeout_seconds": 60, "response_start_timeout_seconds": null,
                    "idle_timeout_seconds": null, "at": "",
                    "scale": {
                        "min": 0, "max": 0, "initial": 1, "activation": 1, "metric": "Concurrency", "target": 100.0,
                        "utilization": 0.7, "stable_window_seconds": 60, "panic_window_percentage": 10.0,
                        "panic_threshold_percentage": 200.0, "scale_down_delay_seconds": 0, "pod_retention_seconds": 0
                    },
                    "readiness": {
                        "action": "TcpSocket", "period_seconds": 0, "timeout_seconds": 1, "success_threshold": 1,
                        "failure_threshold": 3, "initial_delay_seconds": 0
                    },
                },
            })
        };
        let revisions: Vec<_> = digests.iter().map(|digest| template(digest)).collect();
        serde_json::from_value(serde_json::json!({
            "object": {"namespace": "souk", "name": "orders"}, "generation": 1, "revisions": revisions,
            "latest_created": "orders-00001", "latest_ready": "orders-00001", "traffic": [], "traffic_written": false,
            "assigned": [], "held_back": null,
        }))
        .unwrap()
    }

    fn folders() -> (tempfile::TempDir, Executables) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["services", "built"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let executables =
            Executables::new(&folder.path().join("built"), folder.path().join("kept"));
        (folder, executables)
    }

    fn open(
        folder: &tempfile::TempDir,
        executables: &Executables,
    ) -> Outcome<(Remembered, Vec<ServiceRecord>)> {
        let source = Source::Executables(executables.clone());
        Remembered::read(folder.path().join("services"), source)
    }

    #[test]
    fn a_service_is_as_it_was_written() {
        let (folder, executables) = folders();
        let (remembered, none) = open(&folder, &executables).unwrap();
        assert!(none.is_empty());
        fs::write(folder.path().join("built/orders"), "code").unwrap();
        let digest = executables.pin("orders").unwrap();
        remembered.write(&record(&[&digest])).unwrap();
        let (remembered, found) = open(&folder, &executables).unwrap();
        assert_eq!(found, [record(&[&digest])]);
        remembered.forget(&found[0].object).unwrap();
        assert!(open(&folder, &executables).unwrap().1.is_empty());
    }

    #[test]
    fn a_service_whose_executables_are_gone_begins_again() {
        let (folder, executables) = folders();
        let (remembered, _) = open(&folder, &executables).unwrap();
        remembered.write(&record(&["sha256:1"])).unwrap();
        assert!(open(&folder, &executables).unwrap().1.is_empty());
    }

    #[test]
    fn an_executable_goes_with_the_last_revision_that_runs_it() {
        let (folder, executables) = folders();
        let (remembered, _) = open(&folder, &executables).unwrap();
        fs::write(folder.path().join("built/orders"), "old").unwrap();
        let digest = executables.pin("orders").unwrap();
        remembered.write(&record(&[&digest])).unwrap();
        let kept = || fs::read_dir(folder.path().join("kept")).unwrap().count();
        assert_eq!(kept(), 1);
        remembered.write(&record(&["sha256:2"])).unwrap();
        assert_eq!(kept(), 0);
    }

    #[test]
    fn a_form_that_is_not_known_is_refused_with_the_files_name() {
        let (folder, executables) = folders();
        let file = folder.path().join("services/souk.orders.json");
        fs::write(file, r#"{"version":2,"service":{}}"#).unwrap();
        let said = open(&folder, &executables).err().unwrap().to_string();
        assert!(
            said.contains("souk.orders.json") && said.contains("its form 2"),
            "{said}"
        );
    }
}
