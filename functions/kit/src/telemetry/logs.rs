//! One JSON object per line on standard output, with the trace and the span it belongs to.
//!
//! It is the only layer beside that of OpenTelemetry, and says which events that one hears: each further layer, and each filter of one
//! layer, would cost something at every turn of every task.

use std::{
    fmt,
    io::{self, Write},
};

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    subscriber::Interest,
};
use tracing_subscriber::{Layer, filter::Targets, layer::Context, registry::LookupSpan};

use super::{statements, trace::Noted};

/// There may be values in the text of a statement.
const STATEMENT: &str = "db.statement";
/// What is told as a trace: spans, and events within them.
const TRACED: Level = Level::INFO;

/// Writes the lines, and hears of statements.
pub(super) struct Lines {
    function: &'static str,
    written: Targets,
    hears_statements: bool,
}

impl Lines {
    /// Writes what `levels` names as `RUST_LOG` does, `info` if it names nothing that can be understood. Statements are told of if
    /// spans are exported.
    pub(super) fn new(
        function: &'static str,
        levels: Option<&str>,
        hears_statements: bool,
    ) -> Self {
        let usual = || Targets::new().with_default(TRACED);
        let written = levels.and_then(|levels| levels.parse().ok());
        Self {
            function,
            written: written.unwrap_or_else(usual),
            hears_statements,
        }
    }

    fn hears(&self, metadata: &Metadata<'_>) -> bool {
        let is_traced = *metadata.level() <= TRACED;
        is_traced || (metadata.is_event() && (self.writes(metadata) || self.tells_of(metadata)))
    }

    fn writes(&self, metadata: &Metadata<'_>) -> bool {
        self.written
            .would_enable(metadata.target(), metadata.level())
    }

    fn tells_of(&self, metadata: &Metadata<'_>) -> bool {
        self.hears_statements && statements::is_statement(metadata)
    }

    fn line<S>(&self, event: &Event<'_>, context: &Context<'_, S>) -> Line
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let mut line = Line::default();
        event.record(&mut line);
        if statements::is_statement(event.metadata()) {
            line.0.remove(STATEMENT);
        }
        line.put(
            "time",
            Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true),
        );
        line.put("level", event.metadata().level().as_str());
        line.put("function", self.function);
        line.put("target", event.metadata().target());
        let mut spans = context.event_scope(event).into_iter().flatten();
        let noted = spans.find_map(|span| {
            let kept = span.extensions();
            kept.get::<Noted>().map(|noted| noted.0.clone())
        });
        if let Some(noted) = noted {
            line.put("trace_id", noted.trace_id().to_string());
            line.put("span_id", noted.span_id().to_string());
        }
        line
    }
}

impl<S> Layer<S> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.hears(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.hears(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let named = self.written.iter().map(|(_, level)| level);
        let least = if self.hears_statements {
            Level::DEBUG
        } else {
            TRACED
        };
        named
            .chain(self.written.default_level())
            .chain([LevelFilter::from_level(least)])
            .max()
    }

    /// Writes the event, and lets it become a part of its span only if it is traced.
    fn event_enabled(&self, event: &Event<'_>, context: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if self.writes(metadata) {
            let line = Value::Object(self.line(event, &context).0);
            // Whoever has closed the pipe reads nothing.
            let _ = writeln!(io::stdout(), "{line}");
        }
        if self.tells_of(metadata) {
            statements::tell(event, &context);
        }
        *metadata.level() <= TRACED && !statements::is_statement(metadata)
    }
}

#[derive(Default)]
struct Line(Map<String, Value>);

impl Line {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::Registry;

    use super::*;

    fn hint(levels: Option<&str>, hears_statements: bool) -> Option<LevelFilter> {
        let lines = Lines::new("notes", levels, hears_statements);
        Layer::<Registry>::max_level_hint(&lines)
    }

    #[test]
    fn what_is_traced_is_heard_however_little_is_written() {
        assert_eq!(hint(Some("error"), false), Some(LevelFilter::INFO));
        assert_eq!(hint(Some("error"), true), Some(LevelFilter::DEBUG));
    }

    #[test]
    fn levels_that_cannot_be_understood_are_the_usual_ones() {
        assert_eq!(
            hint(Some("warn,souk_kit=loud"), false),
            Some(LevelFilter::INFO)
        );
        assert_eq!(hint(None, false), Some(LevelFilter::INFO));
        let one = Some("warn,souk_kit=trace");
        assert_eq!(hint(one, false), Some(LevelFilter::TRACE));
    }
}
