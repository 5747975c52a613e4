//! correlation-id, opentelemetry, prometheus.

use super::{ANY_NUMBER, ANY_WHOLE, Kind, Record, Schema, TEXT, TIMEOUT, needs_one_of, text};

pub(super) const CORRELATION_ID: Schema = Schema {
    name: "correlation-id",
    on_consumers: true,
    fields: &[
        ("header_name", TEXT),
        (
            "generator",
            Kind::OneOf(&["uuid", "uuid#counter", "tracker"]),
        ),
        ("echo_downstream", Kind::Flag),
    ],
    rules: &[],
};

pub(super) const PROMETHEUS: Schema = Schema {
    name: "prometheus",
    on_consumers: true,
    fields: &[
        ("per_consumer", Kind::Flag),
        ("status_code_metrics", Kind::Flag),
        ("latency_metrics", Kind::Flag),
        ("bandwidth_metrics", Kind::Flag),
        ("upstream_health_metrics", Kind::Flag),
        ("ai_metrics", Kind::Flag),
    ],
    rules: &[],
};

pub(super) const OPENTELEMETRY: Schema = Schema {
    name: "opentelemetry",
    on_consumers: true,
    fields: &[
        ("traces_endpoint", URL),
        ("logs_endpoint", URL),
        ("headers", Kind::Map(text::header_name, &TEXT)),
        ("resource_attributes", Kind::Map(|_| Ok(()), &TEXT)),
        ("queue", Kind::Record(QUEUE)),
        ("connect_timeout", TIMEOUT),
        ("send_timeout", TIMEOUT),
        ("read_timeout", TIMEOUT),
        ("http_response_header_for_traceid", TEXT),
        (
            "header_type",
            Kind::OneOf(&[
                "preserve",
                "ignore",
                "b3",
                "b3-single",
                "w3c",
                "jaeger",
                "ot",
                "aws",
                "gcp",
                "datadog",
            ]),
        ),
        (
            "sampling_rate",
            Kind::Number(|rate| (0.0..=1.0).contains(&rate), "must be from 0 to 1"),
        ),
        ("propagation", Kind::Record(PROPAGATION)),
        // Deprecated, and taken until Kong 4.
        ("endpoint", URL),
        ("batch_span_count", ANY_WHOLE),
        ("batch_flush_delay", ANY_WHOLE),
    ],
    rules: &[|config| needs_one_of(config, &["traces_endpoint", "logs_endpoint", "endpoint"])],
};

const URL: Kind = Kind::Text(text::url);

/// `kong/tools/queue_schema.lua`.
const QUEUE: Record = &[
    ("max_batch_size", Kind::Whole(1..=1_000_000)),
    (
        "max_coalescing_delay",
        Kind::Number(
            |delay| (0.0..=3600.0).contains(&delay),
            "must be from 0 to 3600",
        ),
    ),
    ("max_entries", Kind::Whole(1..=1_000_000)),
    ("max_bytes", ANY_WHOLE),
    ("max_retry_time", ANY_NUMBER),
    ("initial_retry_delay", RETRY_DELAY),
    ("max_retry_delay", RETRY_DELAY),
    (
        "concurrency_limit",
        Kind::Number(
            |limit| limit == 1.0 || limit == -1.0,
            "must be 1, or -1 for no limit",
        ),
    ),
];

const RETRY_DELAY: Kind = Kind::Number(
    |delay| (0.001..=1_000_000.0).contains(&delay),
    "must be from 0.001 to 1000000",
);

/// `typedefs.propagation`.
const PROPAGATION: Record = &[
    (
        "extract",
        Kind::List(&Kind::OneOf(&[
            "ot", "w3c", "datadog", "b3", "gcp", "jaeger", "aws",
        ])),
    ),
    ("clear", Kind::List(&TEXT)),
    (
        "inject",
        Kind::List(&Kind::OneOf(&[
            "preserve",
            "ot",
            "w3c",
            "datadog",
            "b3",
            "b3-single",
            "gcp",
            "jaeger",
            "aws",
        ])),
    ),
    (
        "default_format",
        Kind::OneOf(&[
            "ot",
            "w3c",
            "datadog",
            "b3",
            "b3-single",
            "gcp",
            "jaeger",
            "aws",
        ]),
    ),
];
