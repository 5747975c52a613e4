//! Waits until nothing moves, and reads everything between two looks that are alike.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chrono::Utc;
use tokio::time::sleep;

use super::{Books, Pulse, broker, dynamodb, mails, postgres, provider};
use crate::sources::Sources;

const PAUSE: Duration = Duration::from_millis(250);
/// An event that was committed may not be in the outbox any more and not yet in the log; so long nothing may have changed.
const AT_REST_FOR: Duration = Duration::from_millis(1500);

/// The books of a moment in which nothing moved; or, when waiting has ended, of any moment, with what moved. A store that does not
/// answer, as after a crash, is waited for as well.
pub(crate) async fn read(sources: &Sources, wait: Duration) -> Result<Books> {
    let deadline = Instant::now() + wait;
    loop {
        let (before, moving) = at_rest(sources, deadline).await?;
        let read = between(sources, before, moving).await;
        let is_over = Instant::now() >= deadline;
        match read {
            Ok(books) if is_over || books.moving.is_empty() => return Ok(books),
            Err(error) if is_over => return Err(error),
            Ok(_) | Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Everything, and whether it is still as it was before.
async fn between(sources: &Sources, before: Pulse, moving: Vec<String>) -> Result<Books> {
    let mut books = everything(sources).await?;
    let (after, _) = look(sources).await?;
    books.moving = moving;
    if before != after {
        let what = "stores changed while they were read";
        books.moving.push(what.to_owned());
    }
    Ok(books)
}

/// Waits; gives the last pulse, and what still moved.
async fn at_rest(sources: &Sources, deadline: Instant) -> Result<(Pulse, Vec<String>)> {
    let (mut last, mut since) = (None, Instant::now());
    loop {
        let looked = look(sources).await;
        let is_over = Instant::now() >= deadline;
        match looked {
            Err(error) if is_over => return Err(error),
            Err(_) => (last, since) = (None, Instant::now()),
            Ok((now, mut moving)) => {
                if last.as_ref() != Some(&now) || !moving.is_empty() {
                    since = Instant::now();
                }
                let is_at_rest = since.elapsed() >= AT_REST_FOR;
                if is_over && moving.is_empty() && !is_at_rest {
                    moving.push("no moment at which nothing is written".to_owned());
                }
                if is_over || is_at_rest {
                    return Ok((now, moving));
                }
                last = Some(now);
            }
        }
        sleep(PAUSE).await;
    }
}

/// What still moves, in words.
pub(crate) async fn moving(sources: &Sources) -> Result<Vec<String>> {
    look(sources).await.map(|(_, moving)| moving)
}

async fn look(sources: &Sources) -> Result<(Pulse, Vec<String>)> {
    let (mut pulse, mut moving) = (Pulse::default(), Vec::new());
    for (function, url) in &sources.databases {
        let said = || format!("the database of {function}");
        let (written, outbox, asked) = postgres::pulse(url, Utc::now() + sources.clock_ahead)
            .await
            .with_context(said)?;
        pulse.written.insert(function.clone(), written);
        if outbox > 0 {
            moving.push(format!("{outbox} events in the outbox of {function}"));
        }
        if asked > 0 {
            moving.push(format!(
                "the provider is being asked about {asked} payments"
            ));
        }
    }
    if let Some(file) = &sources.broker {
        let (newest, behind) = broker::pulse(file)?;
        pulse.newest_event = newest;
        moving.extend(
            behind
                .iter()
                .map(|(trigger, events)| format!("{trigger} is {events} events behind")),
        );
    }
    if let Some(url) = &sources.dynamodb {
        let waiting = dynamodb::waiting(&sources.http, url)
            .await
            .context("DynamoDB")?;
        moving.extend(
            waiting
                .iter()
                .map(|(function, events)| format!("{events} events in the outbox of {function}")),
        );
    }
    Ok((pulse, moving))
}

async fn everything(sources: &Sources) -> Result<Books> {
    let mut books = Books {
        read_at: Utc::now() + sources.clock_ahead,
        missing: sources.missing(),
        ..Books::default()
    };
    postgres::read(sources, &mut books).await?;
    if let Some(file) = &sources.broker {
        broker::read(file, &mut books).context("the broker's log")?;
    }
    if let Some(url) = &sources.dynamodb {
        dynamodb::read(&sources.http, url, &mut books)
            .await
            .context("DynamoDB")?;
    }
    if let Some(there) = &sources.provider {
        let journal = there.journal.as_deref();
        provider::read(&sources.http, &there.url, &there.key, journal, &mut books)
            .await
            .context("the provider")?;
    }
    if !sources.mails.is_empty() {
        mails::read(&sources.mails, &mut books).context("the mails")?;
    }
    Ok(books)
}
