//! Statements outside of a transaction, as sqlx tells of them once they have ended. Of their text nothing is taken but what is done to
//! which table: there may be values in it.

use std::{fmt, time::Duration};

use opentelemetry::trace::SpanContext;
use tracing::{
    Event, Metadata, Span, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    layer::Context,
    registry::{LookupSpan, SpanRef},
};

use super::{
    call::Call,
    database::{Operation, POSTGRESQL},
    trace::{Noted, with_extensions},
};

/// The target by which sqlx tells of statements.
const TARGET: &str = "sqlx::query";

/// What is done by a statement; everything else is one kind, so that there are few.
const KNOWN: [&str; 9] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", ROLLBACK, "SET",
];
const OTHERS: &str = "OTHER";
const ROLLBACK: &str = "ROLLBACK";

/// So many transactions are open within a span: what is done meanwhile is a part of them.
struct OpenTransactions(usize);

/// Within `span` a transaction begins.
pub(crate) fn transaction_begins(span: &Span) {
    with_extensions(span, |kept| {
        let open = kept.get_mut::<OpenTransactions>().map_or(0, |open| open.0);
        kept.replace(OpenTransactions(open + 1));
    });
}

/// Within `span` a transaction has ended.
pub(crate) fn transaction_ends(span: &Span) {
    with_extensions(span, |kept| {
        if let Some(open) = kept.get_mut::<OpenTransactions>() {
            open.0 = open.0.saturating_sub(1);
        }
    });
}

/// Whether sqlx tells of a statement.
pub(super) fn is_statement(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET
}

/// Tells of a statement, as a part of the span that it was made in.
pub(super) fn tell<S>(event: &Event<'_>, context: &Context<'_, S>)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let Some(within) = Within::of(context.event_scope(event).into_iter().flatten()) else {
        return;
    };
    let mut statement = Statement::default();
    event.record(&mut statement);
    let (name, collection) = operation(&statement.summary);
    if name == ROLLBACK {
        // It is told already, as the end of its transaction.
        return;
    }
    let operation = Operation {
        system: POSTGRESQL,
        name: name.into(),
        collection,
    };
    let took = Duration::try_from_secs_f64(statement.seconds).unwrap_or_default();
    operation.end(Call::ended(within.0, took), None);
}

/// The span that a statement is a part of, if any.
struct Within(Option<SpanContext>);

impl Within {
    /// Nothing if it is a part of a transaction, which is told as one.
    fn of<'a, S: LookupSpan<'a> + 'a>(spans: impl Iterator<Item = SpanRef<'a, S>>) -> Option<Self> {
        let mut nearest = None;
        for span in spans {
            let kept = span.extensions();
            if kept
                .get::<OpenTransactions>()
                .is_some_and(|open| open.0 > 0)
            {
                return None;
            }
            if nearest.is_none() {
                nearest = kept.get::<Noted>().map(|noted| noted.0.clone());
            }
        }
        Some(Self(nearest))
    }
}

/// What sqlx says of a statement, as far as it is taken.
#[derive(Default)]
struct Statement {
    /// Its first four words.
    summary: String,
    seconds: f64,
}

impl Visit for Statement {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.summary);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }
}

/// What is done, and to which table if the first words say so.
fn operation(summary: &str) -> (&'static str, Option<String>) {
    let mut words = summary.split_whitespace();
    let first = words.next().unwrap_or_default().trim_end_matches(';');
    let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(first));
    let name = known.copied().unwrap_or(OTHERS);
    let table = match name {
        "UPDATE" => words.next(),
        "INSERT" | "DELETE" => words.nth(1),
        _ => None,
    };
    (
        name,
        table.filter(|table| is_name(table)).map(str::to_owned),
    )
}

fn is_name(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=63).contains(&word.len()) && word.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_by_what_it_does_and_to_which_table() {
        for (summary, name, table) in [
            ("select state from orders …", "SELECT", None),
            ("update orders set state …", "UPDATE", Some("orders")),
            ("insert into stock (sku, …", "INSERT", Some("stock")),
            ("delete from inbox where …", "DELETE", Some("inbox")),
            ("begin; insert into inbox …", "BEGIN", None),
            ("commit", "COMMIT", None),
            ("vacuum full", "OTHER", None),
            ("", "OTHER", None),
        ] {
            assert_eq!(
                operation(summary),
                (name, table.map(str::to_owned)),
                "{summary}"
            );
        }
    }

    #[test]
    fn no_value_is_taken_for_a_table() {
        assert_eq!(operation("insert into $json$ {\"mail\":").1, None);
        assert_eq!(operation("update 'ada@souk.example' set").1, None);
    }
}
