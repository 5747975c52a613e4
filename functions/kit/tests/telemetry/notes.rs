//! The function that is watched: it keeps notes, asks a neighbour about them, and hears of them.

use std::time::Duration;

use axum::{Router, extract::State, http::Uri, routing::post};
use cloudevents::{EventBuilder, EventBuilderV10};
use futures::FutureExt;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use souk_kit::{
    Answer, Clock, Delivery, Env, Ids, Reader, Refusal, Service, Sink, StartError, Subscriptions,
    postgres::{self, Outbox},
    resilience::Client,
};
use sqlx::migrate::Migrator;

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");
pub(crate) const HEARD: &str = "dev.souk.note.heard.v1";
pub(crate) const TAKEN: &str = "dev.souk.note.taken.v1";

#[derive(Clone)]
struct App {
    outbox: Outbox,
    neighbour: Client,
}

#[derive(Deserialize)]
struct Heard {
    word: String,
}

pub(crate) async fn start(env: Env) -> Result<Service, StartError> {
    let mut r = Reader::new(&env);
    let (database, sink) = (postgres::database_settings(&mut r), Sink::from_env(&mut r));
    let neighbour = r.required::<reqwest::Url>("NEIGHBOUR_URL");
    let ((url, max), sink, neighbour) = r.finish(|| Some((database?, sink?, neighbour?)))?;
    let pool = postgres::connect(&url, &MIGRATOR, max).await?;
    let outbox = Outbox::start(pool, sink, Clock::system(), Ids::system());
    let neighbour = Client::new("neighbour", neighbour, Duration::from_secs(5));
    let neighbour = neighbour.map_err(|error| StartError::Other(error.to_string()))?;
    let heard = Subscriptions::new(outbox.clone())
        .on(HEARD, on_heard)
        .on_sweep(outbox.clone());
    let app = App {
        outbox: outbox.clone(),
        neighbour,
    };
    let routes = Router::new()
        .route("/v1/notes/{note_id}", post(take))
        .route("/v1/quick", post(async || StatusCode::NO_CONTENT))
        .with_state(app);
    let service = Service::new(routes).subscriptions(heard);
    Ok(service.drain("outbox", move || outbox.drained().boxed()))
}

/// Asks the neighbour, reads outside of a transaction, writes within one, and emits.
async fn take(State(app): State<App>, uri: Uri) -> Answer<StatusCode> {
    app.neighbour.get_json::<Value>("/word", None).await?;
    let select = sqlx::query("select count(*) from notes where text = $1");
    select.bind(uri.path()).fetch_one(app.outbox.pool()).await?;
    let mut tx = app.outbox.begin().await?;
    let insert = sqlx::query("insert into notes (text) values ($1)");
    insert.bind(uri.path()).execute(tx.conn()).await?;
    let event = EventBuilderV10::new()
        .id(tx.id())
        .source("/functions/notes")
        .ty(TAKEN)
        .subject("notes/7")
        .extension("partitionkey", "7");
    tx.emit(event.data("application/json", json!({})).build().unwrap())?;
    tx.commit().await?;
    tracing::info!("a note was taken");
    Ok(StatusCode::ACCEPTED)
}

async fn on_heard(outbox: Outbox, delivery: Delivery<Heard>) -> Result<(), Refusal> {
    match delivery.data.word.as_str() {
        "busy" => return Err(Refusal::Later("busy".into())),
        "no" => return Err(Refusal::Never("no".into())),
        _ => {}
    }
    let Some(tx) = outbox.receive(&delivery).await? else {
        return Ok(());
    };
    Ok(tx.commit().await?)
}
