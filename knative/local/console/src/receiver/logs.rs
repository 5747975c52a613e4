//! Log records as they come.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord as Record, ResourceLogs};
use serde_json::Value;

use super::attributes;
use super::spans::{id, micros, resource};
use crate::record::{Level, LogRecord};

/// All of them.
pub(super) fn records(request: ExportLogsServiceRequest) -> Vec<LogRecord> {
    let resources = request.resource_logs.into_iter();
    resources.flat_map(of_resource).collect()
}

fn of_resource(logs: ResourceLogs) -> Vec<LogRecord> {
    let (service, _) = resource(logs.resource);
    let all = logs.scope_logs.into_iter().flat_map(|one| one.log_records);
    all.map(|one| record(one, &service)).collect()
}

fn record(record: Record, service: &str) -> LogRecord {
    let at = match record.time_unix_nano {
        0 => record.observed_time_unix_nano,
        at => at,
    };
    LogRecord {
        time_us: micros(at),
        service: service.to_owned(),
        level: level(record.severity_number).or_else(|| Level::named(&record.severity_text)),
        message: attributes::text(record.body),
        trace_id: id(&record.trace_id),
        span_id: id(&record.span_id),
        fields: Value::Object(attributes::json(record.attributes)).to_string(),
    }
}

/// OpenTelemetry's severities come in groups of four.
fn level(severity: i32) -> Option<Level> {
    match severity {
        1..=4 => Some(Level::Trace),
        5..=8 => Some(Level::Debug),
        9..=12 => Some(Level::Info),
        13..=16 => Some(Level::Warn),
        17..=24 => Some(Level::Error),
        _ => None,
    }
}
