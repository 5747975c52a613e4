//! Settings of the process, from its environment.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// How often identity is asked: a client that is shut off is shut off at the gate this much later at most.
const POLL_SECONDS: u64 = 10;
/// How long a pod that begins waits for identity.
const WAIT_SECONDS: u64 = 120;

/// What the process is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `GATE_KEYS_SOURCE_URL`: identity's state.
    pub source_url: Url,
    /// `GATE_KEYS_CONFIG_FILE`: `kong.yaml` as decK has rendered it.
    pub config_file: PathBuf,
    /// `GATE_KEYS_MERGED_FILE`: what Kong reads when it starts; `.json`.
    pub merged_file: PathBuf,
    /// `GATE_KEYS_ADMIN_URL`: the pod's own Kong.
    pub admin_url: Url,
    /// `GATE_KEYS_POLL_SECONDS`, 10 unless said.
    pub poll: Duration,
    /// `GATE_KEYS_WAIT_SECONDS`, 120 unless said: how long `--once` waits for identity.
    pub wait: Duration,
}

/// Every mistake at once, one a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Reads them. `variable` gives the value of a variable by its name.
    ///
    /// # Errors
    ///
    /// What is missing or cannot be meant.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut wrong = Vec::new();
        let source_url = url(&variable, "GATE_KEYS_SOURCE_URL", &mut wrong);
        let config_file = file(&variable, "GATE_KEYS_CONFIG_FILE", &mut wrong);
        let merged_file = file(&variable, "GATE_KEYS_MERGED_FILE", &mut wrong);
        let admin_url = url(&variable, "GATE_KEYS_ADMIN_URL", &mut wrong);
        let poll = seconds(
            &variable,
            "GATE_KEYS_POLL_SECONDS",
            POLL_SECONDS,
            &mut wrong,
        );
        let wait = seconds(
            &variable,
            "GATE_KEYS_WAIT_SECONDS",
            WAIT_SECONDS,
            &mut wrong,
        );
        if merged_file
            .as_ref()
            .is_some_and(|path| path.extension().is_none_or(|end| end != "json"))
        {
            wrong.push("GATE_KEYS_MERGED_FILE must end in .json".to_owned());
        }
        match (source_url, config_file, merged_file, admin_url) {
            (Some(source_url), Some(config_file), Some(merged_file), Some(admin_url))
                if wrong.is_empty() =>
            {
                Ok(Self {
                    source_url,
                    config_file,
                    merged_file,
                    admin_url,
                    poll,
                    wait,
                })
            }
            _ => Err(SettingsError(wrong)),
        }
    }
}

fn url(
    variable: &impl Fn(&str) -> Option<String>,
    name: &str,
    wrong: &mut Vec<String>,
) -> Option<Url> {
    let read = variable(name).and_then(|text| Url::parse(&text).ok());
    let read = read.filter(|url| url.scheme() == "http" && url.has_host());
    if read.is_none() {
        wrong.push(format!("{name} must be an http:// address"));
    }
    read
}

fn file(
    variable: &impl Fn(&str) -> Option<String>,
    name: &str,
    wrong: &mut Vec<String>,
) -> Option<PathBuf> {
    let read = variable(name).filter(|path| !path.is_empty());
    if read.is_none() {
        wrong.push(format!("{name} must be the path of a file"));
    }
    read.map(PathBuf::from)
}

fn seconds(
    variable: &impl Fn(&str) -> Option<String>,
    name: &str,
    otherwise: u64,
    wrong: &mut Vec<String>,
) -> Duration {
    let read = match variable(name) {
        None => Some(otherwise),
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| (1..=3600).contains(seconds)),
    };
    if read.is_none() {
        wrong.push(format!(
            "{name} must be a number of seconds between 1 and 3600"
        ));
    }
    Duration::from_secs(read.unwrap_or(otherwise))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Option<String> {
        let value = match name {
            "GATE_KEYS_SOURCE_URL" => "http://identity.souk.svc.cluster.local/v1/identity/gate",
            "GATE_KEYS_CONFIG_FILE" => "/kong_dbless/kong.yml",
            "GATE_KEYS_MERGED_FILE" => "/gate/kong.json",
            "GATE_KEYS_ADMIN_URL" => "http://127.0.0.1:8001",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn what_is_not_said_has_a_value() {
        let settings = Settings::read(variables).unwrap();
        assert_eq!(settings.poll, Duration::from_secs(10));
        assert_eq!(settings.wait, Duration::from_secs(120));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let SettingsError(wrong) = Settings::read(|name| match name {
            "GATE_KEYS_SOURCE_URL" => Some("identity".to_owned()),
            "GATE_KEYS_MERGED_FILE" => Some("/gate/kong.yml".to_owned()),
            "GATE_KEYS_POLL_SECONDS" => Some("0".to_owned()),
            _ => None,
        })
        .unwrap_err();
        assert_eq!(wrong.len(), 5, "{wrong:?}");
    }
}
