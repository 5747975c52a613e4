//! Compares what is written with what a schema says.

use super::{Kind, Record};
use crate::fields::Field;
use crate::yaml::Value;

/// Every field, and that there are no others.
pub(super) fn record(field: &Field<'_>, known: Record) {
    let Some(mut fields) = field.fields() else {
        return;
    };
    for (name, kind) in known {
        if let Some(field) = fields.take(name) {
            value(&field, kind);
        }
    }
}

fn value(field: &Field<'_>, kind: &Kind) {
    match kind {
        Kind::Flag => drop(field.flag()),
        Kind::Text(fits) => text(field, *fits),
        Kind::OneOf(known) => {
            if field.text().is_some_and(|text| !known.contains(&text)) {
                field.wrong(format!("must be one of {}", known.join(", ")));
            }
        }
        Kind::Number(fits, what) => number(field, *fits, what),
        Kind::Whole(range) => drop(field.number::<i64>(range.clone())),
        Kind::List(kind) => field.list().iter().for_each(|item| value(item, kind)),
        Kind::Record(known) => record(field, known),
        Kind::Map(name_fits, kind) => {
            for (name, field) in field.entries() {
                if let Err(what) = name_fits(name) {
                    field.wrong(what);
                }
                value(&field, kind);
            }
        }
        Kind::Unchecked => (),
    }
}

fn text(field: &Field<'_>, fits: fn(&str) -> Result<(), &'static str>) {
    match field.text() {
        Some("") => field.wrong("must not be empty"),
        Some(text) => {
            if let Err(what) = fits(text) {
                field.wrong(what);
            }
        }
        None => (),
    }
}

fn number(field: &Field<'_>, fits: fn(f64) -> bool, what: &str) {
    let number = match field.node().value {
        #[allow(clippy::cast_precision_loss)] // Kong keeps its numbers so as well.
        Value::Whole(number) => number as f64,
        Value::Decimal(number) => number,
        _ => return field.wrong("must be a number, without quotes"),
    };
    if !fits(number) {
        field.wrong(what);
    }
}
