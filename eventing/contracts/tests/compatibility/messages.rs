//! Two AsyncAPI documents, message by message.

use serde_json::Value;

use crate::schemas::Comparison;

/// Everything in `new` that breaks what `old` has promised.
pub(crate) fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut breaks = moved_channels(old, new);
    let messages = old["components"]["messages"].as_object();
    for (name, message) in messages.into_iter().flatten() {
        let successor = &message["x-successor"];
        match new["components"]["messages"].get(name) {
            Some(now) => breaks.extend(differences(name, (old, message), (new, now))),
            // Both versions were published for a release at least; now its window closes.
            None if successor.is_string() => {}
            None => breaks.push(format!(
                "{name} is gone, and the last release named no successor"
            )),
        }
    }
    breaks
}

fn differences(
    name: &str,
    (old, before): (&Value, &Value),
    (new, now): (&Value, &Value),
) -> Vec<String> {
    let mut comparison = Comparison::new(old, new);
    for part in ["headers", "payload"] {
        comparison.compare(part, &before[part], &now[part]);
    }
    let found = comparison.breaks.into_iter();
    found.map(|what| format!("{name}: {what}")).collect()
}

fn moved_channels(old: &Value, new: &Value) -> Vec<String> {
    let channels = old["channels"].as_object().into_iter().flatten();
    let moved =
        channels.filter(|(name, channel)| new["channels"][*name]["address"] != channel["address"]);
    moved
        .map(|(name, channel)| {
            format!(
                "the channel {name} is not at {} any more",
                channel["address"]
            )
        })
        .collect()
}
