//! What is kept: spans and log lines, in the form in which they are stored.

use serde::Serialize;

/// Microseconds since 1970.
pub(crate) type Micros = i64;

/// A span as it comes: one of a trace, and what that is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TracedSpan {
    pub(crate) trace_id: [u8; 16],
    /// What the trace is found by: ids of whatever its events are about.
    pub(crate) keys: Vec<String>,
    /// The id of the order that it is about, if it is about one.
    pub(crate) order: Option<String>,
    pub(crate) span: SpanRecord,
}

/// One span of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SpanRecord {
    pub(crate) span_id: [u8; 8],
    /// `None`: it begins its trace.
    pub(crate) parent_id: Option<[u8; 8]>,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) start_us: Micros,
    pub(crate) duration_us: i64,
    pub(crate) error: bool,
    /// What its status says; empty when there is nothing to say.
    pub(crate) status: String,
    /// JSON: `{"attributes": {}, "events": [], "links": []}`.
    pub(crate) detail: String,
}

/// A span's part in a call or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanKind {
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

impl SpanKind {
    /// From OTLP's number; what is not known is internal.
    pub(crate) fn of(number: i64) -> Self {
        match number {
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Internal,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

/// How grave a log line is; the smaller, the graver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Error = 1,
    Warn = 2,
    Info = 3,
    Debug = 4,
    Trace = 5,
}

impl Level {
    /// By its name in any case: Rust's, PostgreSQL's or OpenTelemetry's.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "error" | "fatal" | "panic" => Some(Self::Error),
            "warn" | "warning" => Some(Self::Warn),
            "info" | "log" | "notice" => Some(Self::Info),
            "debug" => Some(Self::Debug),
            "trace" => Some(Self::Trace),
            _ => None,
        }
    }

    pub(crate) fn of(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Error),
            2 => Some(Self::Warn),
            3 => Some(Self::Info),
            4 => Some(Self::Debug),
            5 => Some(Self::Trace),
            _ => None,
        }
    }
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LogRecord {
    pub(crate) time_us: Micros,
    pub(crate) service: String,
    /// `None`: the line does not say.
    pub(crate) level: Option<Level>,
    pub(crate) message: String,
    pub(crate) trace_id: Option<[u8; 16]>,
    pub(crate) span_id: Option<[u8; 8]>,
    /// A JSON object with whatever else the line says.
    pub(crate) fields: String,
}

/// How far a log file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadMark {
    /// The log's name, without `.log`.
    pub(crate) log: String,
    pub(crate) inode: u64,
    /// Bytes.
    pub(crate) offset: u64,
}

/// A metric's name and labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SeriesRecord {
    pub(crate) source: Source,
    /// As Prometheus knows it.
    pub(crate) name: String,
    pub(crate) kind: SeriesKind,
    pub(crate) unit: String,
    pub(crate) help: String,
    /// Sorted by name.
    pub(crate) labels: Vec<(String, String)>,
    /// Of a histogram: the upper bounds of its buckets but the last, as text; empty for others.
    pub(crate) bounds: Vec<String>,
}

/// Who tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Source {
    Functions,
    Platform,
}

impl Source {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Platform => "platform",
        }
    }
}

/// How a metric's values are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SeriesKind {
    /// Only grows, but for a new start from zero.
    Counter,
    Gauge,
    Histogram,
}

impl SeriesKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "counter" => Self::Counter,
            "histogram" => Self::Histogram,
            _ => Self::Gauge,
        }
    }
}

/// A metric's value at one time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PointRecord {
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// A number's value, a histogram's sum.
    pub(crate) value: f64,
    /// Of a histogram: how many fell into each bucket, not added up. Empty for others.
    pub(crate) counts: Vec<u64>,
}
