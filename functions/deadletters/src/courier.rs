//! Sends dead letters again: each to the subscriber that failed and to nobody else. Bounded in number and time.

use std::{collections::HashMap, time::Duration};

use axum::http::Method;
use futures::{StreamExt, stream};
use souk_kit::resilience::{Client, ClientError};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    app::App,
    domain::{self, DeadLetter, Status},
    metrics,
    store::{
        Failed, Kept,
        claims::{self, Claim},
    },
};

/// One try; long enough for a function that has to be woken.
const TIMEOUT: Duration = Duration::from_secs(10);
/// After this, those that are left are not begun: whoever has asked still waits.
const BEGUN_WITHIN: Duration = Duration::from_secs(12);
/// So many are under way at once.
const AT_ONCE: usize = 8;
/// As much of an answer as brokers keep.
const ERROR_CHARS_MAX: usize = 1024;

/// What became of one that was to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Its subscriber took it.
    Taken,
    /// Its subscriber did not.
    Failed(Failed),
    /// It cannot be sent, and this is why; nothing was tried.
    Unroutable(String),
    /// Its subscriber failed too often just now, or the time was over; it may be asked for again.
    NotTried,
}

/// Sends those that were claimed, writes down how each went, and lets go of those that were not tried.
pub(crate) async fn redrive(
    app: &App,
    claim: &Claim,
    letters: Vec<Kept>,
) -> Result<Vec<(Uuid, Sent)>, sqlx::Error> {
    let routes = Routes::of(app, &letters);
    let begun = Instant::now();
    let mut each = Vec::new();
    for kept in letters {
        each.push(one(app, claim, &routes, begun, kept));
    }
    let sent: Vec<Result<_, sqlx::Error>> = stream::iter(each).buffered(AT_ONCE).collect().await;
    claims::release(&app.pool, claim).await?;
    sent.into_iter().collect()
}

async fn one(
    app: &App,
    claim: &Claim,
    routes: &Routes,
    begun: Instant,
    kept: Kept,
) -> Result<(Uuid, Sent), sqlx::Error> {
    let sent = match begun.elapsed() < BEGUN_WITHIN {
        true => routes.send(&kept).await,
        false => Sent::NotTried,
    };
    note(app, claim, &kept, &sent).await?;
    Ok((kept.dead_letter_id, sent))
}

async fn note(app: &App, claim: &Claim, kept: &Kept, sent: &Sent) -> Result<(), sqlx::Error> {
    let id = kept.dead_letter_id;
    let (event_type, destination) = (kept.letter.text("type"), kept.letter.destination());
    match sent {
        Sent::Taken => {
            tracing::info!(dead_letter_id = %id, event_type, destination, by = %claim.by, "a dead letter was taken at last");
            claims::taken(&app.pool, id, claim).await?;
            metrics::settled(Status::Redriven, 1);
            app.open.changed();
            Ok(())
        }
        Sent::Failed(error) => {
            tracing::warn!(dead_letter_id = %id, event_type, destination, error_code = error.code, by = %claim.by,
                "a dead letter was sent again and not taken");
            claims::failed(&app.pool, id, claim, error).await
        }
        Sent::Unroutable(_) | Sent::NotTried => Ok(()),
    }
}

/// A client for each subscriber that letters name, so that one that is down is not asked for ever.
struct Routes {
    pattern: String,
    routes: HashMap<String, Route>,
}

/// One subscriber, and the path at which it hears events.
struct Route {
    client: Client,
    path: String,
}

impl Routes {
    fn of(app: &App, letters: &[Kept]) -> Self {
        let mut routes = HashMap::new();
        for named in letters
            .iter()
            .filter_map(|kept| kept.letter.destination_url())
        {
            if routes.contains_key(named) {
                continue;
            }
            let Some(address) = app.subscribers.address(named) else {
                continue;
            };
            let address = (app.reach)(address);
            let path = address.path().to_owned();
            match Client::new("subscriber", address, TIMEOUT) {
                Ok(client) => drop(routes.insert(named.to_owned(), Route { client, path })),
                Err(error) => tracing::error!(%error, "no client could be made"),
            }
        }
        let pattern = app.subscribers.pattern();
        Self { pattern, routes }
    }

    async fn send(&self, kept: &Kept) -> Sent {
        let letter = &kept.letter;
        let named = letter.destination_url().unwrap_or_default();
        let Some(route) = self.routes.get(named) else {
            let pattern = &self.pattern;
            return Sent::Unroutable(format!(
                "its subscriber's address is not one of this shop's, which are {pattern}"
            ));
        };
        match domain::headers(letter) {
            Ok(headers) => post(route, headers, letter).await,
            Err(why) => Sent::Unroutable(why.to_string()),
        }
    }
}

async fn post(route: &Route, headers: Vec<(String, String)>, letter: &DeadLetter) -> Sent {
    let Route { client, path } = route;
    let mut request = match client.request(Method::POST, path) {
        Ok(request) => request,
        Err(error) => return Sent::Unroutable(error.to_string()),
    };
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if let Some(data) = &letter.data {
        request = request.body(data.clone());
    }
    match client.send(request).await {
        Ok(_) => Sent::Taken,
        Err(ClientError::Spared(_)) => Sent::NotTried,
        Err(error) => Sent::Failed(failed(error)),
    }
}

fn failed(error: ClientError) -> Failed {
    match error {
        ClientError::Status(_, status, body) => Failed {
            code: Some(status.as_u16()),
            body: Some(body.chars().take(ERROR_CHARS_MAX).collect()),
        },
        silent => {
            tracing::warn!(error = %silent, "a subscriber did not answer");
            Failed::default()
        }
    }
}
