//! The function as its neighbours see it: on a table of its own, with a mail server, at a time that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod facts;
mod following;

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, request::Builder},
};
use chrono::DateTime;
use serde_json::Value;
use souk_contracts::Contract;
use souk_kit::{
    Clock, Role,
    dynamodb::{TableSpec, ensure_table},
    events::RawEvent,
    mailer::{self, Mailer},
};
use souk_testing::{PostOffice, Tokens};
use tokio::net::TcpListener;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    app::App,
    live::{Live, Pace},
    service,
    store::Store,
};
pub(crate) use following::Following;

/// The customer of most tests.
pub(crate) const ADA: Uuid = Uuid::from_u128(0xada);
const TABLE: &str = "notifications";

/// Streams that stay for longer than a test, and look for nothing that they are not told.
pub(crate) const PACE: Pace = Pace {
    look: Duration::from_secs(3600),
    heartbeat: Duration::from_millis(50),
    patience: Duration::from_secs(60),
    lasts: Duration::from_secs(60),
    retry: Duration::from_secs(2),
};

/// The function, and everything around it.
pub(crate) struct Mailroom {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) post_office: PostOffice,
    /// Where it can be reached over a socket.
    pub(crate) address: SocketAddr,
    tokens: Tokens,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

/// Another instance, which shares nothing but the table.
pub(crate) struct Elsewhere(Router);

impl Mailroom {
    /// A new one, from which nobody has heard yet.
    pub(crate) async fn open() -> Self {
        Self::with(PACE).await
    }

    /// The same, with streams of this pace.
    pub(crate) async fn with(pace: Pace) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (post_office, tokens) = (PostOffice::open().await, Tokens::new(clock.clone()));
        let client = souk_testing::dynamodb().await;
        ensure_table(&client, &TableSpec::new(TABLE)).await.unwrap();
        let app = App {
            store: Store::new(client, TABLE),
            mailer: mailer(&post_office),
            live: Live::new(pace),
            clock: clock.clone(),
        };
        let router = service(app.clone(), tokens.verifier()).into_router();
        Self {
            app,
            clock,
            post_office,
            address: listen(router.clone()).await,
            tokens,
            router,
        }
    }

    /// Another instance of the function.
    pub(crate) fn another_instance(&self) -> Elsewhere {
        let app = App {
            live: Live::new(PACE),
            ..self.app.clone()
        };
        Elsewhere(service(app, self.tokens.verifier()).into_router())
    }

    /// Somebody's token.
    pub(crate) fn token(&self, account_id: Uuid, role: Role) -> String {
        self.tokens.token(account_id, role)
    }

    /// GET as somebody.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answered {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        ask(&self.router, request, Body::empty()).await
    }

    /// What was written to somebody.
    pub(crate) async fn notifications(&self, account_id: Uuid) -> Vec<Value> {
        let token = self.token(account_id, Role::Customer);
        let answered = self.get("/v1/notifications", &token).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
        answered.body["items"].as_array().unwrap().clone()
    }

    /// Follows an order as a customer.
    pub(crate) async fn follow(
        &self,
        order_id: Uuid,
        account_id: Uuid,
        headers: &str,
    ) -> Following {
        let token = self.token(account_id, Role::Customer);
        let headers = format!("authorization: Bearer {token}\r\n{headers}");
        let path = format!("/v1/orders/{order_id}/updates");
        Following::open(self.address, &path, &headers).await
    }

    /// Delivers a fact, as an event of its own.
    pub(crate) async fn hear(&self, fact: &impl Contract) -> StatusCode {
        self.deliver(&fact.event(Uuid::now_v7(), self.clock.now()))
            .await
    }

    /// Delivers an event.
    pub(crate) async fn deliver(&self, event: &RawEvent) -> StatusCode {
        deliver(&self.router, event).await
    }
}

impl Elsewhere {
    /// Delivers a fact there.
    pub(crate) async fn hear(&self, fact: &impl Contract) {
        let event = fact.event(Uuid::now_v7(), DateTime::UNIX_EPOCH);
        assert_eq!(deliver(&self.0, &event).await, StatusCode::ACCEPTED);
    }
}

fn mailer(post_office: &PostOffice) -> Mailer {
    let server = mailer::server(&post_office.url()).unwrap();
    Mailer::new(server, "shop@souk.example".parse().unwrap())
}

async fn listen(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

async fn deliver(router: &Router, event: &RawEvent) -> StatusCode {
    let request = Request::post("/events").header("content-type", "application/cloudevents+json");
    let body = serde_json::to_string(event).unwrap();
    ask(router, request, body.into()).await.status
}

async fn ask(router: &Router, request: Builder, body: Body) -> Answered {
    let request = request.body(body).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).unwrap()
    };
    Answered { status, body }
}
