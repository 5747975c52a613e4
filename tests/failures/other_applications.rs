//! Manifests that are not this shop's.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use journeys::Client;
use journeys::process::souk;
use serde_json::Value;
use tempfile::TempDir;

const SERVICE: &str = "\
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: mailbox
  namespace: demo
spec:
  template:
    spec:
      containers:
        - image: registry.example.com/demo/mail-server
";

const GATEWAY: &str = "\
_format_version: \"3.0\"
services:
  - name: mailbox
    url: http://mailbox.demo.svc.cluster.local
    routes:
      - name: mails
        paths: [/mails]
        strip_path: false
";

fn application(service: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("manifests")).expect("a folder can be made");
    fs::write(folder.path().join("manifests/service.yaml"), service)
        .expect("a file can be written");
    fs::write(folder.path().join("kong.yaml"), GATEWAY).expect("a file can be written");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(souk());
    command
        .args(arguments)
        .current_dir(folder)
        .args(["--data-dir", "data"]);
    command.output().expect("souk can be started")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_knative_application_runs_the_same_way() {
    let folder = application(SERVICE);
    let functions = souk()
        .parent()
        .expect("souk stands in a folder")
        .display()
        .to_string();
    let while_pid = std::process::id().to_string();
    let up = [
        "up",
        "--detach",
        "--manifests",
        "manifests",
        "--gateway-config",
        "kong.yaml",
        "--functions",
        &functions,
        "--listen",
        "127.0.0.1:0",
        "--while-pid",
        &while_pid,
    ];
    let opened = run(folder.path(), &up);
    assert!(opened.status.success(), "{opened:?}");
    let addresses =
        fs::read(folder.path().join("data/addresses.json")).expect("addresses.json is written");
    let addresses: Value = serde_json::from_slice(&addresses).expect("addresses.json is JSON");
    let visitor = Client::elsewhere(
        addresses["gateway"]
            .as_str()
            .expect("the gateway has an address"),
    );
    let mails = visitor.get("/mails").await.expect(200);
    assert_eq!(mails.body, serde_json::json!([]));
    assert!(run(folder.path(), &["down"]).status.success());
}

#[test]
fn a_field_that_is_not_supported_is_refused_by_name_file_and_line() {
    let folder = application(&format!("{SERVICE}          lifecycle: {{}}\n"));
    let refused = run(folder.path(), &["plan", "--manifests", "manifests"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(
        said.contains("manifests/service.yaml:11") && said.contains("lifecycle"),
        "{said}"
    );
}

#[test]
fn an_address_in_use_is_refused_before_anything_is_started() {
    let folder = application(SERVICE);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has an address").to_string();
    let refused = run(
        folder.path(),
        &[
            "up",
            "--manifests",
            "manifests",
            "--no-build",
            "--listen",
            &address,
        ],
    );
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
}
