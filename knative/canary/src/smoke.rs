//! A candidate asked by its tag, past all customers.

use anyhow::{Context, Result, ensure};
use reqwest::header::HOST;

use crate::{
    cli::Smoke,
    traffic::{CANDIDATE, Release},
};

/// Asks one candidate, at the name Knative gives to its tag.
///
/// # Errors
///
/// When it does not answer in time, or with anything but a 2xx.
pub(crate) async fn ask(namespace: &str, release: &Release, smoke: &Smoke) -> Result<()> {
    let Release {
        service, candidate, ..
    } = release;
    let host = format!("{CANDIDATE}-{service}.{namespace}.svc.cluster.local");
    let url = smoke.ingress.join(&smoke.path)?;
    let client = reqwest::Client::builder().timeout(smoke.timeout).build()?;
    let request = client.get(url).header(HOST, &host);
    let response = request
        .send()
        .await
        .with_context(|| format!("{candidate} does not answer as {host} at {}", smoke.ingress))?;
    let status = response.status();
    ensure!(
        status.is_success(),
        "{candidate} answers {status} to {}",
        smoke.path
    );
    println!("{service}: {candidate} answers {status} to {}", smoke.path);
    Ok(())
}
