//! The process itself: against an identity and a Kong that keep what they were asked.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod stand_ins;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use stand_ins::{Identity, Kong, state};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Longer than anything here takes.
const SOON: Duration = Duration::from_secs(20);

/// A pod's files and the process in it.
struct Pod {
    folder: TempDir,
    source: String,
    admin: String,
}

impl Pod {
    fn new(source: &str, admin: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../kong.yaml");
        std::fs::copy(config, folder.path().join("kong.yml")).unwrap();
        Self {
            folder,
            source: source.to_owned(),
            admin: admin.to_owned(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gate-keys"));
        command
            .args(arguments)
            .env("GATE_KEYS_SOURCE_URL", &self.source)
            .env("GATE_KEYS_CONFIG_FILE", self.folder.path().join("kong.yml"))
            .env("GATE_KEYS_MERGED_FILE", self.merged_file())
            .env("GATE_KEYS_ADMIN_URL", &self.admin)
            .env("GATE_KEYS_POLL_SECONDS", "1")
            .env("GATE_KEYS_WAIT_SECONDS", "5")
            .stdout(Stdio::null())
            .kill_on_drop(true);
        command
    }

    fn merged_file(&self) -> std::path::PathBuf {
        self.folder.path().join("kong.json")
    }

    /// `gate-keys --once`: whether it ended well.
    async fn once(&self) -> bool {
        let ended = timeout(SOON, self.command(&["--once"]).status()).await;
        ended.expect("--once ends").unwrap().success()
    }

    fn follow(&self) -> Child {
        self.command(&[]).spawn().unwrap()
    }
}

fn keys_of(merged: &str, consumer: &str) -> Vec<String> {
    let merged: Value = serde_json::from_str(merged).unwrap();
    let consumers = merged["consumers"].as_array().unwrap();
    let Some(one) = consumers.iter().find(|one| one["username"] == consumer) else {
        return Vec::new();
    };
    let secrets = one["jwt_secrets"].as_array().unwrap();
    secrets
        .iter()
        .map(|secret| secret["key"].as_str().unwrap().to_owned())
        .collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn the_first_file_has_the_keys_that_identity_has() {
    let identity = Identity::start(state(&["k1"], &["erp"])).await;
    let pod = Pod::new(&identity.url, "http://127.0.0.1:9");
    assert!(pod.once().await);
    let merged = read(&pod.merged_file());
    assert_eq!(keys_of(&merged, "customers"), ["k1.customers"]);
    assert_eq!(keys_of(&merged, "erp"), ["k1.erp"]);
}

#[tokio::test]
async fn kong_does_not_start_while_identity_is_there_and_tells_nothing() {
    let identity = Identity::start(json!({ "keys": [], "clients": [] })).await;
    let pod = Pod::new(&identity.url, "http://127.0.0.1:9");
    assert!(!pod.once().await);
    assert!(!pod.merged_file().exists());
}

#[tokio::test]
async fn kong_starts_without_keys_where_identity_was_never_deployed() {
    // Longer than a label may be, so no name server is asked.
    let source = format!("http://{}.example/v1/identity/gate", "a".repeat(64));
    let pod = Pod::new(&source, "http://127.0.0.1:9");
    assert!(pod.once().await);
    assert!(keys_of(&read(&pod.merged_file()), "customers").is_empty());
}

#[tokio::test]
async fn kong_follows_a_new_key_and_forgets_a_client_that_was_shut_off() {
    let identity = Identity::start(state(&["k1"], &["erp", "carrier"])).await;
    let mut kong = Kong::start().await;
    let pod = Pod::new(&identity.url, &kong.url);
    let _process = pod.follow();

    let given = kong
        .given_with(|config| keys_of(config, "customers") == ["k1.customers"])
        .await;
    assert_eq!(keys_of(&given, "erp"), ["k1.erp"]);

    identity.tell(state(&["k1", "k2"], &["carrier"]));
    let given = kong
        .given_with(|config| keys_of(config, "customers").len() == 2)
        .await;
    assert_eq!(
        keys_of(&given, "customers"),
        ["k1.customers", "k2.customers"]
    );
    assert!(keys_of(&given, "erp").is_empty());
    assert_eq!(keys_of(&given, "carrier"), ["k1.carrier", "k2.carrier"]);
}

#[tokio::test]
async fn what_kong_has_taken_is_what_it_starts_with_again() {
    let identity = Identity::start(state(&["k1"], &[])).await;
    let mut kong = Kong::start().await;
    let pod = Pod::new(&identity.url, &kong.url);
    assert!(pod.once().await);
    let _process = pod.follow();
    kong.given_with(|config| keys_of(config, "guests") == ["k1.guests"])
        .await;

    identity.tell(state(&["k2"], &[]));
    let given = kong
        .given_with(|config| keys_of(config, "guests") == ["k2.guests"])
        .await;
    // The file is written after Kong has answered; the next time Kong is asked, it is there.
    kong.asked_again().await;
    assert_eq!(read(&pod.merged_file()), given);
}

#[tokio::test]
async fn what_kong_refuses_is_not_what_it_starts_with() {
    let identity = Identity::start(state(&["k1"], &[])).await;
    let mut kong = Kong::start().await;
    let pod = Pod::new(&identity.url, &kong.url);
    assert!(pod.once().await);
    let first = read(&pod.merged_file());
    kong.refuse(true);
    identity.tell(state(&["k2"], &[]));
    let _process = pod.follow();
    kong.asked_again().await;
    kong.asked_again().await;
    assert_eq!(read(&pod.merged_file()), first);

    kong.refuse(false);
    kong.given_with(|config| keys_of(config, "guests") == ["k2.guests"])
        .await;
}

#[tokio::test]
async fn a_kong_that_was_started_again_is_given_what_it_has_lost() {
    let identity = Identity::start(state(&["k1"], &[])).await;
    let mut kong = Kong::start().await;
    let pod = Pod::new(&identity.url, &kong.url);
    let _process = pod.follow();
    kong.given_with(|config| keys_of(config, "guests") == ["k1.guests"])
        .await;
    kong.forget();
    kong.given_with(|config| keys_of(config, "guests") == ["k1.guests"])
        .await;
}

#[tokio::test]
async fn while_identity_is_away_kong_keeps_what_it_has() {
    let identity = Identity::start(state(&["k1"], &[])).await;
    let mut kong = Kong::start().await;
    let pod = Pod::new(&identity.url, &kong.url);
    let mut process = pod.follow();
    let given = kong
        .given_with(|config| keys_of(config, "guests") == ["k1.guests"])
        .await;
    identity.fail(true);
    identity.asked_again().await;
    kong.asked_again().await;
    assert_eq!(kong.has().as_deref(), Some(given.as_str()));
    assert!(process.try_wait().unwrap().is_none(), "the process goes on");

    identity.tell(state(&["k2"], &[]));
    identity.fail(false);
    kong.given_with(|config| keys_of(config, "guests") == ["k2.guests"])
        .await;
}
