//! What `podman run` is told: pure, so that it can be read in one place what a container may do.

use std::path::Path;

use souk_plan::model::ContainerPlan;

use crate::system;

/// Processes and threads of one container.
const PIDS: &str = "256";
/// Open files of one container, and processes of its user on this machine: plenty.
const FILES_AND_PROCESSES: u64 = 4096;
/// Variables that podman itself reads, or that start with these. Their values go by argument; nobody keeps secrets in them.
const PODMANS: [&str; 9] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "USER",
    "XDG_",
    "DBUS_",
    "CONTAINER",
    "PODMAN_",
    "STORAGE_",
];

/// Labels by which containers are found again.
pub(super) const SHOP: &str = "souk.shop";
pub(super) const RUN: &str = "souk.run";

/// What every container gets.
pub(super) struct Limits(Vec<String>);

/// One container.
pub(super) struct Container<'a> {
    pub(super) name: &'a str,
    pub(super) image: &'a str,
    pub(super) plan: &'a ContainerPlan,
    pub(super) pid_file: &'a Path,
}

impl Limits {
    /// As PodSecurity `restricted` and the manifests' security contexts have it; the network is this machine's, since functions are
    /// reached at 127.0.0.1 and reach the others by the proxy there.
    pub(super) fn here(shop: &str, run: &str) -> Self {
        let mut limits = words(&[
            "--rm",
            "--pull=never",
            "--network=host",
            "--http-proxy=false",
            "--read-only",
            // podman would mount folders to write to; a cluster does not.
            "--read-only-tmpfs=false",
            "--cap-drop=all",
            "--security-opt=no-new-privileges",
        ]);
        limits.push(format!("--pids-limit={PIDS}"));
        limits.push(format!("--label={SHOP}={shop}"));
        limits.push(format!("--label={RUN}={run}"));
        // podman asks for more than some systems let anybody have.
        for (name, most) in system::most_files_and_processes() {
            let most = most.min(FILES_AND_PROCESSES);
            limits.push(format!("--ulimit={name}={most}:{most}"));
        }
        Self(limits)
    }

    /// A container that is never started.
    pub(super) fn create(&self, name: &str, image: &str) -> Vec<String> {
        let mut arguments = words(&["create", "--name", name, "--log-driver=none"]);
        arguments.extend_from_slice(&self.0);
        arguments.push(image.to_owned());
        arguments
    }
}

impl Container<'_> {
    /// All arguments; the values of variables stay out of them where they can.
    pub(super) fn run(&self, limits: &Limits, variables: &[(String, String)]) -> Vec<String> {
        // Output goes where that of `podman run` goes, without a detour.
        let mut arguments = words(&["run", "--name", self.name, "--log-driver=passthrough"]);
        arguments.extend_from_slice(&limits.0);
        arguments.push(format!("--pidfile={}", self.pid_file.display()));
        if let Some(bytes) = self.plan.memory_limit_bytes {
            // A cluster's nodes do not swap.
            arguments.push(format!("--memory={bytes}b"));
            arguments.push(format!("--memory-swap={bytes}b"));
        }
        for (name, value) in variables {
            arguments.push(match is_podmans(name) {
                true => format!("--env={name}={value}"),
                false => format!("--env={name}"),
            });
        }
        if !self.plan.command.is_empty() {
            let words = serde_json::Value::from(self.plan.command.clone());
            arguments.push(format!("--entrypoint={words}"));
        }
        arguments.push(self.image.to_owned());
        arguments.extend_from_slice(&self.plan.args);
        arguments
    }
}

/// Whether podman would take the variable for its own.
pub(super) fn is_podmans(variable: &str) -> bool {
    PODMANS.iter().any(|name| variable.starts_with(name))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> ContainerPlan {
        ContainerPlan {
            image: "registry.example.com/souk/orders".to_owned(),
            executable: "orders".to_owned(),
            digest: None,
            command: Vec::new(),
            args: vec!["migrate".to_owned()],
            env: Vec::new(),
            env_from: Vec::new(),
            memory_limit_bytes: Some(1024),
        }
    }

    fn run(plan: &ContainerPlan, variables: &[(&str, &str)]) -> Vec<String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables: Vec<_> = variables.iter().map(owned).collect();
        let container = Container {
            name: "one",
            image: "abc",
            plan,
            pid_file: Path::new("/x/one.pid"),
        };
        container.run(&Limits::here("/shop", "1"), &variables)
    }

    #[test]
    fn a_container_may_write_nothing_and_has_the_memory_of_its_manifest() {
        let arguments = run(&plan(), &[]);
        for word in [
            "--read-only",
            "--read-only-tmpfs=false",
            "--cap-drop=all",
            "--memory=1024b",
        ] {
            assert!(arguments.iter().any(|argument| argument == word), "{word}");
        }
        assert_eq!(arguments[arguments.len() - 2..], ["abc", "migrate"]);
    }

    #[test]
    fn secrets_are_no_arguments() {
        let variables = [("DATABASE_URL", "postgres://secret"), ("HOME", "/")];
        let arguments = run(&plan(), &variables);
        assert!(arguments.contains(&"--env=DATABASE_URL".to_owned()));
        assert!(!arguments.iter().any(|argument| argument.contains("secret")));
        // podman would look for its own files there.
        assert!(arguments.contains(&"--env=HOME=/".to_owned()) && is_podmans("HOME"));
    }

    #[test]
    fn a_command_takes_the_place_of_the_entry_point() {
        let mut plan = plan();
        plan.command = vec!["/function".to_owned(), "a \"b\"".to_owned()];
        let arguments = run(&plan, &[]);
        let entry = arguments
            .iter()
            .find(|word| word.starts_with("--entrypoint"));
        assert_eq!(
            entry.map(String::as_str),
            Some(r#"--entrypoint=["/function","a \"b\""]"#)
        );
    }
}
