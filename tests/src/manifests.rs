//! The repository's manifests with one thing changed.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::functions::previous_release;
use crate::process::repository;

const WINDOW: &str = "autoscaling.knative.dev/window";
/// The line that every function's manifest has, and that another annotation can follow.
const MAX_SCALE: &str = "        autoscaling.knative.dev/max-scale:";

const ENVIRONMENT: &str = "          env:\n";
/// Functions of 0.1.0 believe one key, which identity still signs with until keys are rotated.
const FIXED_KEY: &str = "            - name: TOKEN_KEY_ID
              valueFrom: { secretKeyRef: { name: identity-signing-key, key: kid } }
            - name: TOKEN_PUBLIC_KEY_PEM
              valueFrom: { secretKeyRef: { name: identity-signing-key, key: public.pem } }
";

/// Where every function's manifest says where traces go, and that an environment's settings say it.
const TRACES: &str = "            - name: OTEL_EXPORTER_OTLP_ENDPOINT\n";
const FROM_SETTINGS: &str = "              valueFrom:
                configMapKeyRef:
                  name: telemetry
                  key: otlp-endpoint
                  optional: true
";

/// Copies of `knative/` and `eventing/`.
pub struct Manifests(TempDir);

impl Manifests {
    /// What `souk up` is told to use them.
    ///
    /// # Panics
    ///
    /// When the temporary folder's name is no UTF-8.
    #[must_use]
    pub fn arguments(&self) -> [String; 6] {
        let folder = |name: &str| {
            self.0
                .path()
                .join(name)
                .to_str()
                .expect("a path in UTF-8")
                .to_owned()
        };
        let gateway = repository().join("gateway-config/kong.yaml");
        [
            "--manifests".to_owned(),
            folder("knative/base"),
            "--manifests".to_owned(),
            folder("eventing/base"),
            "--gateway-config".to_owned(),
            gateway.display().to_string(),
        ]
    }

    /// Changes one text in one file, such as `knative/base/orders.yaml`.
    ///
    /// # Panics
    ///
    /// When the file does not hold `from` exactly once.
    pub fn change(&self, file: &str, from: &str, to: &str) {
        let file = self.0.path().join(file);
        let text = fs::read_to_string(&file).expect("a manifest is text");
        assert_eq!(
            text.matches(from).count(),
            1,
            "{from} in {}",
            file.display()
        );
        fs::write(file, text.replace(from, to)).expect("a file can be written");
    }
}

/// As they are, to be changed while a shop runs from them.
///
/// # Panics
///
/// When they cannot be copied.
#[must_use]
pub fn unchanged() -> Manifests {
    copied(&str::to_owned)
}

/// Every function goes to sleep after `window` without requests, such as `6s`, the shortest that Knative allows.
///
/// # Panics
///
/// When the manifests cannot be copied.
#[must_use]
pub fn with_window(window: &str) -> Manifests {
    copied(&|text| {
        let annotation = format!("        {WINDOW}: {window}\n{MAX_SCALE}");
        text.replace(MAX_SCALE, &annotation)
    })
}

/// As they are, and where `SOUK_PREVIOUS_RELEASE` names a release whose functions are to run: with what those ask for besides.
///
/// # Panics
///
/// When they cannot be copied.
#[must_use]
pub fn for_the_previous_release() -> Manifests {
    if previous_release().is_none() {
        return unchanged();
    }
    copied(&|text| {
        // It brings its tables up to date when it starts, and knows no other way.
        let text = text.replace("  - ../jobs/migrate\n", "");
        match text.contains("name: TOKEN_KEY_ID") {
            true => text,
            false => text.replacen(ENVIRONMENT, &format!("{ENVIRONMENT}{FIXED_KEY}"), 1),
        }
    })
}

/// Every function says all that it can say, and sends its traces and metrics to `collector`.
///
/// # Panics
///
/// When the manifests cannot be copied.
#[must_use]
pub fn talking_to(collector: &str) -> Manifests {
    to_collector(
        collector,
        "            - name: RUST_LOG\n              value: debug\n",
    )
}

/// Every function sends its traces and metrics to `collector`, and says what it usually says.
///
/// # Panics
///
/// When the manifests cannot be copied.
#[must_use]
pub fn telling(collector: &str) -> Manifests {
    to_collector(collector, "")
}

fn to_collector(collector: &str, given: &str) -> Manifests {
    copied(&|text| {
        let (head, tail) = text.split_at(text.find(TRACES).unwrap_or(text.len()));
        let direct = format!("{TRACES}              value: {collector}\n");
        match tail
            .strip_prefix(TRACES)
            .and_then(|rest| rest.strip_prefix(FROM_SETTINGS))
        {
            Some(rest) => format!("{head}{given}{direct}{rest}"),
            None => text.to_owned(),
        }
    })
}

fn copied(change: &dyn Fn(&str) -> String) -> Manifests {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for part in ["knative/base", "knative/jobs", "eventing/base"] {
        copy(&repository().join(part), &folder.path().join(part), change);
    }
    Manifests(folder)
}

fn copy(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the repository can be read") {
        let entry = entry.expect("the repository can be read");
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied, change);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let text = fs::read_to_string(&path).expect("a manifest is text");
            fs::write(copied, change(&text)).expect("a file can be written");
        }
    }
}
