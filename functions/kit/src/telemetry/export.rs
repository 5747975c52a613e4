//! OTLP over HTTP, by the client that everything going out shares.

use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use futures::future::BoxFuture;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use reqwest::Client;
use tokio::runtime::Handle;

use crate::web;

const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn spans(endpoint: &str) -> Result<SpanExporter, Failure> {
    Ok(SpanExporter::builder()
        .with_http()
        .with_http_client(Exporter::to(endpoint)?)
        .with_endpoint(url(endpoint, "traces"))
        .build()?)
}

pub(super) fn metrics(endpoint: &str) -> Result<MetricExporter, Failure> {
    Ok(MetricExporter::builder()
        .with_http()
        .with_http_client(Exporter::to(endpoint)?)
        .with_endpoint(url(endpoint, "metrics"))
        .build()?)
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
