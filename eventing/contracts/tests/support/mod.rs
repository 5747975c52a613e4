//! The triggers in `eventing/base/triggers`: who hears what.

use std::{fs, path::PathBuf};

/// One subscription.
pub(crate) struct Trigger {
    /// Its name: `<consumer>-on-<noun>-<past>`.
    pub(crate) name: String,
    /// The function that hears.
    pub(crate) consumer: String,
    /// What it hears.
    pub(crate) event_type: String,
}

/// The folder `eventing`.
pub(crate) fn eventing() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// All of them, by name. Of the manifests only two lines are read: the name, and the type that is filtered for.
pub(crate) fn triggers() -> Vec<Trigger> {
    let files = fs::read_dir(eventing().join("base/triggers")).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let mut triggers: Vec<_> = texts.flat_map(|text| in_file(&text)).collect();
    triggers.sort_by(|one, other| one.name.cmp(&other.name));
    triggers
}

fn in_file(text: &str) -> Vec<Trigger> {
    let mut triggers = Vec::new();
    let mut named = None;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("name: ")
            && let Some((consumer, _)) = name.split_once("-on-")
        {
            named = Some((name.to_owned(), consumer.to_owned()));
        }
        if let Some(event_type) = line.strip_prefix("type: dev.souk.") {
            let (name, consumer) = named
                .clone()
                .expect("a trigger has a name before its filter");
            let event_type = format!("dev.souk.{event_type}");
            triggers.push(Trigger {
                name,
                consumer,
                event_type,
            });
        }
    }
    triggers
}
