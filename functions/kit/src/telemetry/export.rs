//! OTLP over HTTP, by the client that everything going out shares.

use std::{env, time::Duration};

use ::http::{Request, Response};
use bytes::Bytes;
use futures::future::BoxFuture;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    metrics::{PeriodicReader, Temporality},
    trace::{BatchConfigBuilder, BatchSpanProcessor},
};
use reqwest::Client;
use tokio::runtime::Handle;

use crate::web;

const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// An order is looked for as soon as it is there.
const SPANS_EVERY: Duration = Duration::from_millis(200);
const SPANS_EVERY_IN: &str = "OTEL_BSP_SCHEDULE_DELAY";
/// A few seconds is all that many an instance lives; the rest leaves at its end.
const METRICS_EVERY: Duration = Duration::from_secs(10);
const METRICS_EVERY_IN: &str = "OTEL_METRIC_EXPORT_INTERVAL";
/// Spans that wait for the collector, some megabytes. What does not fit is lost; nobody waits.
const SPANS_WAITING_MAX: usize = 4096;

type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn spans(endpoint: &str) -> Result<BatchSpanProcessor, Failure> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Exporter::to(endpoint)?)
        .with_endpoint(url(endpoint, "traces"))
        .build()?;
    let mut config = BatchConfigBuilder::default().with_max_queue_size(SPANS_WAITING_MAX);
    if env::var_os(SPANS_EVERY_IN).is_none() {
        config = config.with_scheduled_delay(SPANS_EVERY);
    }
    let spans = BatchSpanProcessor::builder(exporter);
    Ok(spans.with_batch_config(config.build()).build())
}

pub(super) fn metrics(endpoint: &str) -> Result<PeriodicReader<MetricExporter>, Failure> {
    let exporter = MetricExporter::builder()
        .with_http()
        .with_http_client(Exporter::to(endpoint)?)
        .with_endpoint(url(endpoint, "metrics"))
        .with_temporality(Temporality::Delta)
        .build()?;
    let mut reader = PeriodicReader::builder(exporter);
    if env::var_os(METRICS_EVERY_IN).is_none() {
        reader = reader.with_interval(METRICS_EVERY);
    }
    Ok(reader.build())
}

fn url(endpoint: &str, signal: &str) -> String {
    format!("{}/v1/{signal}", endpoint.trim_end_matches('/'))
}

/// The batches come from a thread without a runtime, so it brings its own.
#[derive(Debug)]
struct Exporter {
    client: Client,
    runtime: Handle,
}

impl Exporter {
    fn to(endpoint: &str) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: web::client(endpoint, EXPORT_TIMEOUT)?,
            runtime: Handle::current(),
        })
    }
}

impl HttpClient for Exporter {
    fn send_bytes<'life, 'out>(
        &'life self,
        request: Request<Bytes>,
    ) -> BoxFuture<'out, Result<Response<Bytes>, HttpError>>
    where
        'life: 'out,
        Self: 'out,
    {
        let client = self.client.clone();
        let sending = self
            .runtime
            .spawn(async move { send(client, request).await });
        Box::pin(async move { sending.await? })
    }
}

async fn send(client: Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let answer = client.execute(request.try_into()?).await?;
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        headers.extend(answer.headers().clone());
    }
    Ok(response.body(answer.bytes().await?)?)
}
