//! Which handler hears which event type, and what the broker is answered.

use std::{collections::HashMap, sync::Arc};

use ::http::{HeaderMap, StatusCode};
use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use cloudevents::AttributesReader;
use futures::future::{BoxFuture, FutureExt};
use serde::de::DeserializeOwned;

use super::{Delivery, PING, RawEvent, Refusal, outcome, wire};
use crate::{Problem, Relay};

type Handler<S> = Box<dyn Fn(S, RawEvent) -> BoxFuture<'static, Result<(), Refusal>> + Send + Sync>;

/// Types that are not heard here, all together: anybody could make up any number of them.
const OTHERS: &str = "others";

/// The event types that a function hears.
pub struct Subscriptions<S> {
    state: S,
    handlers: HashMap<&'static str, Handler<S>>,
}

impl<S: Clone + Send + Sync + 'static> Subscriptions<S> {
    /// Hears nothing yet; `state` is handed to every handler.
    pub fn new(state: S) -> Self {
        Self {
            state,
            handlers: HashMap::new(),
        }
    }

    /// Hears one type. Data that cannot be understood is refused for ever, without asking the handler.
    pub fn on<T, H, Fut>(mut self, event_type: &'static str, handler: H) -> Self
    where
        T: DeserializeOwned + Send + 'static,
        H: Fn(S, Delivery<T>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Refusal>> + Send + 'static,
    {
        self.handlers.insert(
            event_type,
            Box::new(move |state, event| match Delivery::read(&event) {
                Ok(delivery) => handler(state, delivery).boxed(),
                Err(refusal) => std::future::ready(Err(refusal)).boxed(),
            }),
        );
        self
    }

    /// Hears an older version of a type too: what was said in it is brought up to date, and handed to the newer one's handler.
    pub fn on_older<Old, New, Upcast, H, Fut>(
        self,
        event_type: &'static str,
        upcast: Upcast,
        handler: H,
    ) -> Self
    where
        Old: DeserializeOwned + Send + 'static,
        Upcast: Fn(Old) -> New + Send + Sync + 'static,
        H: Fn(S, Delivery<New>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Refusal>> + Send + 'static,
    {
        self.on(event_type, move |state, delivery: Delivery<Old>| {
            handler(state, delivery.map(&upcast))
        })
    }

    /// Hears the PingSource that asks for a sweep of the outbox.
    pub fn on_sweep(mut self, outbox: impl Into<Relay>) -> Self {
        let relay = outbox.into();
        self.handlers.insert(
            PING,
            Box::new(move |_, _| {
                let relay = relay.clone();
                async move { relay.sweep().await.map_err(Refusal::Later) }.boxed()
            }),
        );
        self
    }

    /// Takes one request of the broker.
    pub(crate) async fn receive(self: Arc<Self>, headers: HeaderMap, body: Bytes) -> Response {
        let event = match wire::read(&headers, &body) {
            Ok(event) => event,
            Err(problem) => return problem.into_response(),
        };
        let (id, event_type) = (event.id().to_owned(), event.ty().to_owned());
        match self.handle(event).await {
            // No body: a broker takes one for a reply, and a reply that is no event for a failure.
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(refusal) => {
                tracing::warn!(%refusal, id, event_type, "an event was refused");
                Problem::from(refusal).into_response()
            }
        }
    }

    async fn handle(&self, event: RawEvent) -> Result<(), Refusal> {
        let Some((event_type, handler)) = self.handlers.get_key_value(event.ty()) else {
            let why = format!("events of type {} are not heard here", event.ty());
            return outcome::told(OTHERS, None, async { Err(Refusal::Never(why)) }).await;
        };
        let happened_at = event.time().copied();
        let handling = handler(self.state.clone(), event);
        outcome::told(event_type, happened_at, handling).await
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Said {
        word: String,
    }

    async fn hear(_: (), delivery: Delivery<Said>) -> Result<(), Refusal> {
        match delivery.data.word.as_str() {
            "busy" => Err(Refusal::Later("busy".into())),
            "no" => Err(Refusal::Never("no".into())),
            _ => Ok(()),
        }
    }

    #[derive(Deserialize)]
    struct Spoken {
        text: String,
    }

    fn upcast(older: Spoken) -> Said {
        Said { word: older.text }
    }

    async fn status(event_type: &str, body: &'static str) -> StatusCode {
        let subscriptions = Subscriptions::new(()).on("said", hear);
        let subscriptions = Arc::new(subscriptions.on_older("spoken", upcast, hear));
        let pairs = [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "/s"),
            ("ce-type", event_type),
        ];
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let response = subscriptions
            .receive(headers, Bytes::from_static(body.as_bytes()))
            .await;
        response.status()
    }

    #[tokio::test]
    async fn done_later_and_never_are_202_503_and_400() {
        assert_eq!(
            status("said", r#"{"word":"hello"}"#).await,
            StatusCode::ACCEPTED
        );
        assert_eq!(
            status("said", r#"{"word":"busy"}"#).await,
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(
            status("said", r#"{"word":"no"}"#).await,
            StatusCode::BAD_REQUEST
        );
    }

    #[tokio::test]
    async fn an_older_version_is_read_as_it_was_written_and_heard_as_the_newer_one() {
        let busy = status("spoken", r#"{"text":"busy"}"#).await;
        assert_eq!(busy, StatusCode::SERVICE_UNAVAILABLE);
        let newer_words = status("spoken", r#"{"word":"hello"}"#).await;
        assert_eq!(newer_words, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn data_that_cannot_be_understood_is_never_asked_for_again() {
        assert_eq!(
            status("said", r#"{"wort":"hallo"}"#).await,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(status("said", "").await, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_type_nobody_asked_for_is_refused() {
        assert_eq!(status("sung", "{}").await, StatusCode::BAD_REQUEST);
    }
}
