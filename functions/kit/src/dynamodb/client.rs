//! A client for DynamoDB, or for what answers in its place. TLS is set up only where it is spoken.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    Client,
    config::{Credentials, Region, SharedCredentialsProvider, SharedHttpClient},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

use super::told::Told;
use crate::Reader;

const ATTEMPTS_MAX: u32 = 4;
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(10);

/// How DynamoDB is reached.
#[derive(Debug, Clone)]
pub struct DynamoSettings {
    region: String,
    endpoint: Option<String>,
    credentials: Option<Credentials>,
}

/// Reads `AWS_REGION`, and if they are set `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`
/// and `AWS_SESSION_TOKEN`. Without keys, the role of the function's service account is used.
pub fn settings(r: &mut Reader<'_>) -> Option<DynamoSettings> {
    let region = r.required::<String>("AWS_REGION");
    let endpoint = r.maybe::<String>("AWS_ENDPOINT_URL_DYNAMODB");
    let key_id = r.maybe::<String>("AWS_ACCESS_KEY_ID");
    let session = r.maybe::<String>("AWS_SESSION_TOKEN");
    let credentials = match key_id? {
        None => None,
        Some(key_id) => {
            let secret = r.required::<String>("AWS_SECRET_ACCESS_KEY")?;
            Some(Credentials::new(
                key_id,
                secret,
                session?,
                None,
                "environment",
            ))
        }
    };
    Some(DynamoSettings {
        region: region?,
        endpoint: endpoint?,
        credentials,
    })
}

/// The client. It asks nobody until it is used.
pub async fn client(settings: DynamoSettings) -> Client {
    let http = http_client(settings.endpoint.as_deref());
    let region = Region::new(settings.region);
    let config = match settings.credentials {
        Some(credentials) => SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(region)
            .http_client(http)
            .build(),
        None => {
            aws_config::defaults(BehaviorVersion::latest())
                .region(region)
                .http_client(http)
                .load()
                .await
        }
    };
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let mut config = aws_sdk_dynamodb::config::Builder::from(&config)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
        .timeout_config(timeouts)
        .interceptor(Told);
    config.set_endpoint_url(settings.endpoint);
    Client::from_conf(config.build())
}

fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    match endpoint {
        Some(endpoint) if endpoint.starts_with("http:") => Builder::new().build_http(),
        _ => Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https(),
    }
}
