//! `resources`: what a container asks of its machine. One machine gives what it has, so only the memory limit is kept, for functions
//! that run from their images; a cluster reads every word.

use crate::fields::{Field, Fields};
use crate::yaml::Value;

/// What can be asked for without a vendor's name in front.
const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// Reads `requests` and `limits`, and says what a cluster would refuse. Gives the memory limit in bytes.
pub(super) fn read(fields: Option<Fields<'_>>) -> Option<u64> {
    let mut fields = fields?;
    let requests = quantities(fields.take("requests"));
    let limits = quantities(fields.take("limits"));
    for (name, asked, field) in &requests {
        let limit = limits.iter().find(|(limited, ..)| limited == name);
        if limit.is_some_and(|(_, limit, _)| asked > limit) {
            field.wrong("must not be above the limit");
        }
    }
    let memory = limits.iter().find(|(name, ..)| *name == "memory");
    memory.map(|(_, bytes, _)| *bytes as u64)
}

type Quantity<'a> = (&'a str, f64, Field<'a>);

fn quantities<'a>(field: Option<Field<'a>>) -> Vec<Quantity<'a>> {
    let mut read = Vec::new();
    for (name, field) in field.map(|field| field.entries()).unwrap_or_default() {
        if !STANDARD.contains(&name) && !name.contains('/') {
            field.wrong(format!(
                "`{name}` is no resource; there are {}",
                STANDARD.join(", ")
            ));
        }
        match quantity(&field.node().value) {
            Some(amount) => read.push((name, amount, field)),
            None => field.wrong("must be a quantity, such as `100m` or `64Mi`"),
        }
    }
    read
}

fn quantity(value: &Value) -> Option<f64> {
    match value {
        Value::Whole(number) => Some(*number as f64),
        Value::Decimal(number) => Some(*number),
        Value::Text(text) => parsed(text),
        _ => None,
    }
    .filter(|amount| *amount >= 0.0)
}

/// A number and one of Kubernetes' suffixes.
fn parsed(text: &str) -> Option<f64> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        "Ti" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_those_of_kubernetes() {
        for (text, expected) in [
            ("100m", Some(0.1)),
            ("1.5", Some(1.5)),
            ("64Mi", Some(67_108_864.0)),
            ("64M", Some(64e6)),
            ("64MB", None),
            ("m", None),
            ("", None),
        ] {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }
}
