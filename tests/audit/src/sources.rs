//! Where the stores are: a data directory of `souk`, or addresses that were given.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Functions whose databases rules look at.
const DATABASES: [&str; 6] = [
    "orders",
    "inventory",
    "payments",
    "shipping",
    "deadletters",
    "identity",
];

const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

/// A provider that is asked over its API.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) url: String,
    pub(crate) key: String,
    /// The stand-in's, which knows what was given back.
    pub(crate) journal: Option<PathBuf>,
}

/// Where everything is; what is not there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// By function.
    pub(crate) databases: BTreeMap<String, String>,
    pub(crate) dynamodb: Option<String>,
    /// The file of the broker's log.
    pub(crate) broker: Option<PathBuf>,
    pub(crate) provider: Option<Provider>,
    /// Folders with mails.
    pub(crate) mails: Vec<PathBuf>,
    /// How far the shop's clock was moved.
    pub(crate) clock_ahead: Duration,
    pub(crate) http: reqwest::Client,
}

impl Sources {
    /// Those of a shop on this machine.
    pub(crate) fn of(data_dir: &Path) -> Result<Self> {
        let secrets = data_dir.join("secrets/souk");
        if !secrets.is_dir() {
            bail!("{} holds no shop", data_dir.display());
        }
        let mut sources = Self::default();
        for function in DATABASES {
            let file = secrets.join(format!("{function}-database.json"));
            if let Ok(text) = std::fs::read_to_string(&file) {
                let secret: Value =
                    serde_json::from_str(&text).with_context(|| file.display().to_string())?;
                let url = secret["url"]
                    .as_str()
                    .with_context(|| format!("{}: no url", file.display()))?;
                sources
                    .databases
                    .insert(function.to_owned(), url.to_owned());
            }
        }
        let local = |file: &str| {
            let port = std::fs::read_to_string(data_dir.join(file)).ok()?;
            Some(format!("http://127.0.0.1:{}", port.trim()))
        };
        sources.dynamodb = local("dynamodb.port");
        sources.broker = Some(data_dir.join("broker/events.db")).filter(|file| file.exists());
        let provider = data_dir.join("stand-ins/payment-provider");
        sources.provider = local("payment-provider.port")
            .zip(std::fs::read_to_string(provider.join("api-key")).ok())
            .map(|(url, key)| Provider {
                url,
                key: key.trim().to_owned(),
                journal: Some(provider.join("journal.jsonl")),
            });
        sources.mails = Some(data_dir.join("stand-ins/mail-server/mails"))
            .filter(|folder| folder.is_dir())
            .into_iter()
            .collect();
        Ok(sources)
    }

    /// The names of the stores that are not known.
    pub(crate) fn missing(&self) -> BTreeSet<String> {
        let mut missing: BTreeSet<String> = DATABASES
            .iter()
            .filter(|function| !self.databases.contains_key(**function))
            .map(|function| (*function).to_owned())
            .collect();
        let others = [
            ("broker", self.broker.is_none()),
            ("dynamodb", self.dynamodb.is_none()),
            ("provider", self.provider.is_none()),
            ("mails", self.mails.is_empty()),
        ];
        missing.extend(
            others
                .iter()
                .filter(|(_, is_missing)| *is_missing)
                .map(|(name, _)| (*name).to_owned()),
        );
        missing
    }
}

/// How far the clock of a running shop was moved, as its control socket says; not at all where nobody answers or none was moved.
pub(crate) async fn clock_ahead(data_dir: &Path) -> Duration {
    let client = reqwest::Client::builder()
        .unix_socket(data_dir.join("souk.sock"))
        .timeout(ANSWERED_WITHIN)
        .build();
    let asked = async {
        let answer = client.ok()?.get("http://souk/clock").send().await.ok()?;
        serde_json::from_str::<Value>(&answer.text().await.ok()?).ok()
    };
    let said = asked.await.unwrap_or_default();
    Duration::from_secs(said["moved_seconds"].as_u64().unwrap_or(0))
}
