//! What podman says about a shop's containers, and the kernel about what runs in them.

use std::fs;
use std::path::Path;
use std::process::Command;

use journeys::Shop;
use serde_json::Value;

/// One running container.
pub(crate) struct Container {
    pub(crate) name: String,
    /// Its first process, as it is called outside.
    pub(crate) pid: i32,
    about: Value,
}

/// Those of a data directory, whoever started them.
pub(crate) fn of(data_dir: &Path) -> Vec<Container> {
    let label = format!("label=souk.shop={}", data_dir.display());
    let ids = podman(&["ps", "--quiet", "--filter", &label]);
    ids.lines().filter_map(inspect).collect()
}

/// Those of this function.
pub(crate) fn of_function(shop: &Shop, function: &str) -> Vec<Container> {
    let mut containers = of(shop.local().data_dir());
    containers.retain(|one| one.function() == function);
    containers
}

fn inspect(id: &str) -> Option<Container> {
    // It may have ended since it was listed.
    let about: Value = serde_json::from_str(&podman(&["inspect", id])).ok()?;
    let about = about.get(0)?.clone();
    Some(Container {
        name: about["Name"].as_str()?.to_owned(),
        pid: i32::try_from(about["State"]["Pid"].as_i64()?).ok()?,
        about,
    })
}

fn podman(arguments: &[&str]) -> String {
    let output = Command::new("podman").args(arguments).output();
    let output = output.expect("podman can be started");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Container {
    /// `souk-<run>-<number>-<function>`.
    pub(crate) fn function(&self) -> &str {
        self.name.splitn(4, '-').last().unwrap_or_default()
    }

    pub(crate) fn memory_limit(&self) -> u64 {
        self.about["HostConfig"]["Memory"]
            .as_u64()
            .unwrap_or_default()
    }

    /// A file about its process, such as `status`.
    pub(crate) fn process_file(&self, name: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{name}", self.pid)).unwrap_or_default()
    }

    /// A line of `status`, such as `CapEff`.
    pub(crate) fn status(&self, field: &str) -> String {
        let status = self.process_file("status");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    }

    /// The most memory that it ever had, as the kernel's control group counted it.
    pub(crate) fn peak(&self) -> u64 {
        let groups = self.process_file("cgroup");
        let files = groups.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?);
            match controllers {
                "" => Some(format!("/sys/fs/cgroup{path}/memory.peak")),
                "memory" => Some(format!(
                    "/sys/fs/cgroup/memory{path}/memory.max_usage_in_bytes"
                )),
                _ => None,
            }
        });
        let peaks = files.filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
        peaks.max().unwrap_or_default()
    }
}
