//! `souk faults`: what goes wrong on purpose.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::cli::{DeliveriesOptions, FaultsAction, FaultsOptions};
use crate::control::client::{accepted, ask, get, put, show};
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::terminal::table;

/// Changes faults, if some are to be changed, and prints them.
pub(crate) fn run(options: &FaultsOptions, data_dir: &DataDir) -> Outcome {
    let said = match &options.action {
        None => ask(get(data_dir, "/faults"))?,
        Some(action) => {
            let body = Bytes::from(change(action).to_string());
            accepted(ask(put(data_dir, "/faults", body))?)?
        }
    };
    show(&said, options.json, text)
}

/// As the control API wants it.
fn change(action: &FaultsAction) -> Value {
    match action {
        FaultsAction::Deliveries(DeliveriesOptions { off: true, .. }) => {
            json!({ "deliveries": null })
        }
        FaultsAction::Deliveries(options) => json!({ "deliveries": {
            "duplicate": options.duplicate,
            "delay_ms": u64::try_from(options.delay.as_millis()).unwrap_or(u64::MAX),
            "seed": options.seed,
        }}),
        FaultsAction::BrokerDisk { state } => json!({ "broker_disk": state }),
        FaultsAction::Provider { state } => json!({ "provider": state }),
        FaultsAction::Mails { state } => json!({ "mails": state }),
        FaultsAction::Function { name, state } => {
            json!({ "functions": { (name.as_str()): state } })
        }
        FaultsAction::Poison { consumer } => json!({ "poison": consumer }),
        FaultsAction::Off => json!({
            "deliveries": null, "broker_disk": null, "provider": null, "mails": null, "functions": null,
        }),
    }
}

fn text(status: &Value) -> String {
    if status["allowed"] == false {
        return "nothing goes wrong on purpose: this shop was opened without --faults".to_owned();
    }
    let word = |name: &str| {
        let word = status[name].as_str();
        word.unwrap_or("does not answer").to_owned()
    };
    let rows = [
        ("FAULT", "IS".to_owned()),
        ("deliveries", deliveries(&status["deliveries"])),
        ("broker-disk", word("broker_disk")),
        ("provider", word("provider")),
        ("mails", word("mails")),
        (
            "functions",
            dead(status).unwrap_or_else(|| "alive".to_owned()),
        ),
        ("poison", format!("{} sent", status["poisoned"])),
    ];
    table(&rows.map(|(name, is)| vec![name.to_owned(), is]))
}

fn deliveries(faults: &Value) -> String {
    match faults {
        Value::Null => "normal".to_owned(),
        faults => format!(
            "twice with probability {}, up to {} ms late, seed {}",
            faults["duplicate"], faults["delay_ms"], faults["seed"]
        ),
    }
}

/// `payments dead`; none when all live.
fn dead(status: &Value) -> Option<String> {
    let names: Vec<&str> = status["functions"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    (!names.is_empty()).then(|| format!("{} dead", names.join(", ")))
}

/// One line for `souk ps` when something goes wrong, else nothing.
pub(crate) fn in_short(status: &Value) -> Option<String> {
    let mut wrong = Vec::new();
    if !status["deliveries"].is_null() {
        wrong.push(format!("deliveries: {}", deliveries(&status["deliveries"])));
    }
    for (name, well) in [
        ("broker_disk", "ok"),
        ("provider", "normal"),
        ("mails", "normal"),
    ] {
        let is = status[name].as_str().filter(|is| *is != well);
        wrong.extend(is.map(|is| format!("{}: {is}", name.replace('_', "-"))));
    }
    wrong.extend(dead(status).map(|dead| format!("functions: {dead}")));
    (!wrong.is_empty()).then(|| format!("On purpose: {}", wrong.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_is_said_in_one_line_and_nothing_is_not() {
        let well = json!({ "allowed": true, "deliveries": null, "broker_disk": "ok", "provider": "normal", "mails": null });
        assert_eq!(in_short(&well), None);
        assert_eq!(in_short(&Value::Null), None);
        let ill = json!({ "allowed": true, "broker_disk": "full", "provider": "slow", "mails": "normal", "functions": ["payments"],
            "deliveries": { "duplicate": 0.5, "delay_ms": 10, "seed": 1 } });
        assert_eq!(
            in_short(&ill).unwrap(),
            "On purpose: deliveries: twice with probability 0.5, up to 10 ms late, seed 1; broker-disk: full; provider: slow; functions: payments dead"
        );
    }

    #[test]
    fn off_names_everything() {
        let change = change(&FaultsAction::Off);
        let named: Vec<&String> = change.as_object().unwrap().keys().collect();
        assert_eq!(
            named,
            [
                "broker_disk",
                "deliveries",
                "functions",
                "mails",
                "provider"
            ]
        );
    }
}
