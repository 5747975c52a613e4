//! `souk doctor` on machines where something is wrong for real: it says what, and what to type.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use journeys::process::{repository, souk};
use journeys::{Shop, manifests};
use serde_json::Value;
use tempfile::TempDir;

/// What the doctor said, and whether there is something to mend.
struct Diagnosis {
    is_ill: bool,
    checks: Vec<Value>,
}

impl Diagnosis {
    fn read(output: &Output) -> Self {
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {output:?}"));
        Self {
            is_ill: output.status.code() == Some(1),
            checks: report["checks"].as_array().expect("checks").clone(),
        }
    }

    /// Verdict and remedy of the worst finding of one check.
    fn of(&self, check: &str) -> (String, String) {
        let found = self.checks.iter().filter(|one| one["check"] == check);
        let rank = |one: &&Value| {
            ["ok", "warn", "fail"]
                .iter()
                .position(|verdict| one["verdict"] == *verdict)
        };
        let worst = found.max_by_key(rank);
        let worst = worst.unwrap_or_else(|| panic!("no check {check}: {:#?}", self.checks));
        let text = |name: &str| worst[name].as_str().unwrap_or_default().to_owned();
        (text("verdict"), text("what") + "\n" + &text("remedy"))
    }

    fn failures(&self) -> Vec<&Value> {
        self.checks
            .iter()
            .filter(|one| one["verdict"] == "fail")
            .collect()
    }

    /// This check fails and says so with these words, and so does the command.
    fn names(&self, check: &str, words: &[&str]) {
        let (verdict, said) = self.of(check);
        assert!(
            verdict == "fail" && self.is_ill,
            "{check} is {verdict}: {said}"
        );
        for word in words {
            assert!(said.contains(word), "{check} does not say {word:?}: {said}");
        }
    }
}

/// Asks about a data directory. The gateway's own port may be another shop's on this machine, so any free one will do.
fn doctor(data_dir: &Path, arguments: &[&str]) -> Diagnosis {
    let mut command = Command::new(souk());
    command
        .args(["doctor", "--json", "--data-dir"])
        .arg(data_dir)
        .args(arguments);
    if !arguments.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    let output = command
        .current_dir(repository())
        .stdin(Stdio::null())
        .output();
    Diagnosis::read(&output.expect("souk can be started"))
}

/// A shop that was open once, so that everything of it is there.
fn closed_shop() -> Shop {
    let shop = Shop::start(&[]);
    let down = shop.local().souk(&["down"]);
    assert!(down.status.success(), "{down:?}");
    let diagnosis = doctor(shop.local().data_dir(), &[]);
    assert!(!diagnosis.is_ill, "{:#?}", diagnosis.failures());
    shop
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path is text")
}

#[test]
fn what_the_machine_lacks_is_named_with_what_to_type() {
    let shop = closed_shop();
    let data_dir = shop.local().data_dir();
    let empty = folder();

    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has an address").to_string();
    let own = format!("pid {}", std::process::id());
    let diagnosis = doctor(data_dir, &["--listen", &address]);
    diagnosis.names("gateway", &["is taken by", &own, "--listen"]);

    let diagnosis = doctor(data_dir, &["--functions", text(empty.path())]);
    diagnosis.names("executables", &["carts", "--functions"]);

    let diagnosis = doctor(data_dir, &["--postgres-bin", text(empty.path())]);
    diagnosis.names("postgresql", &["no initdb", "leave the option out"]);

    fs::write(
        empty.path().join("orders.yaml"),
        "kind: Nonsense\napiVersion: v1\n",
    )
    .expect("it can be written");
    let diagnosis = doctor(data_dir, &["--manifests", text(empty.path())]);
    diagnosis.names("manifests", &["orders.yaml", "souk plan"]);

    let long = empty.path().join("a".repeat(120));
    doctor(&long, &[]).names("socket", &["bytes", "--data-dir"]);

    let limited = Command::new("sh")
        .args([
            "-c",
            "ulimit -n 100 && exec \"$0\" doctor --json --listen 127.0.0.1:0 --data-dir \"$1\"",
        ])
        .arg(souk())
        .arg(data_dir)
        .current_dir(repository())
        .output();
    Diagnosis::read(&limited.expect("sh can be started"))
        .names("open-files", &["100 files", "ulimit -n"]);
}

#[test]
fn what_became_of_the_data_directory_is_named_with_what_to_type() {
    let shop = closed_shop();
    let data_dir = shop.local().data_dir();
    let with = |name: &str, content: &str, check: &str, words: &[&str]| {
        let file = data_dir.join(name);
        let before = fs::read(&file).ok();
        fs::write(&file, content).expect("it can be written");
        doctor(data_dir, &[]).names(check, words);
        match before {
            Some(before) => fs::write(&file, before),
            None => fs::remove_file(&file),
        }
        .expect("it can be put back");
    };
    with("version", "999.0.0\n", "version", &["999.0.0", "or newer"]);
    fs::write(data_dir.join("version"), "999.0.0\n").expect("it can be written");
    let up = shop
        .local()
        .souk(&["up", "--no-build", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&up.stderr);
    assert!(
        up.status.code() == Some(1) && said.contains("999.0.0"),
        "{said}"
    );
    fs::remove_file(data_dir.join("version")).expect("it is ours");
    with(
        "postgres/PG_VERSION",
        "99\n",
        "postgresql",
        &["PostgreSQL 99", "postgresql-99"],
    );
    with(
        "clock",
        "half past ten",
        "clock",
        &["clock cannot be used", "backup"],
    );

    let credentials = data_dir.join("credentials.json");
    let mode = |mode| fs::set_permissions(&credentials, fs::Permissions::from_mode(mode));
    mode(0o644).expect("the mode can be changed");
    doctor(data_dir, &[]).names("secrets", &["credentials.json", "chmod"]);
    mode(0o600).expect("the mode can be changed");

    let pid_file = File::options().append(true).open(data_dir.join("souk.pid"));
    let pid_file = pid_file.expect("it is there");
    let in_a_year = SystemTime::now() + Duration::from_secs(365 * 86_400);
    pid_file.set_modified(in_a_year).expect("it is ours");
    doctor(data_dir, &[]).names("clock", &["souk.pid was written at", "Set it"]);
    pid_file
        .set_modified(SystemTime::now())
        .expect("it is ours");

    let diagnosis = doctor(data_dir, &[]);
    assert!(!diagnosis.is_ill, "{:#?}", diagnosis.failures());
}

#[test]
fn a_process_that_a_shop_left_behind_is_named_with_its_number() {
    let shop = closed_shop();
    let data_dir = shop.local().data_dir();
    let log = File::options()
        .append(true)
        .open(data_dir.join("log/orders.log"));
    let mut left = Command::new("sleep")
        .arg("600")
        .stdout(log.expect("orders has said something"))
        .spawn()
        .expect("sleep can be started");
    let (verdict, said) = doctor(data_dir, &[]).of("left-behind");
    let _ = left.kill();
    let _ = left.wait();
    assert_eq!(verdict, "warn", "{said}");
    assert!(said.contains(&format!("kill {}", left.id())), "{said}");
    assert_eq!(doctor(data_dir, &[]).of("left-behind").0, "ok");
}

#[test]
fn an_open_shop_is_looked_at_with_its_own_options_and_says_when_its_manifests_have_changed() {
    let manifests = manifests::unchanged();
    let shop = Shop::start(&manifests.arguments());
    let data_dir = shop.local().data_dir();
    let diagnosis = doctor(data_dir, &[]);
    assert!(!diagnosis.is_ill, "{:#?}", diagnosis.failures());
    assert_eq!(diagnosis.of("manifests").0, "ok");
    let (verdict, said) = diagnosis.of("gateway");
    assert!(
        verdict == "ok" && said.contains("takes connections"),
        "{said}"
    );

    // It is reached by the kustomization of another folder.
    let job = "knative/jobs/open-shop/open-shop.yaml";
    manifests.change(
        job,
        "apiVersion: batch/v1\n",
        "apiVersion: batch/v1 # changed\n",
    );
    let (verdict, said) = doctor(data_dir, &[]).of("manifests");
    assert_eq!(verdict, "warn", "{said}");
    assert!(
        said.contains("open-shop.yaml") && said.contains("apply"),
        "{said}"
    );

    let applied = shop.local().souk(&["apply", "--no-build"]);
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(doctor(data_dir, &[]).of("manifests").0, "ok");
}
