//! The HTTP client that everything going out shares. It does not retry; that is for whoever knows what may be repeated.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect::Policy};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A client for addresses that begin like `url`.
///
/// The roots of trust are loaded only where TLS is spoken: reading them costs more than the rest of a cold start.
pub(crate) fn client(url: &str, timeout: Duration) -> Result<Client, reqwest::Error> {
    let builder = builder(timeout);
    if url.starts_with("https:") {
        builder.build()
    } else {
        builder.tls_certs_only([]).build()
    }
}

/// A client that is still to be told whom it believes.
pub(crate) fn builder(timeout: Duration) -> ClientBuilder {
    // The second caller finds it installed, and that is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
}
