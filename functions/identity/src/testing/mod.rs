//! The function as its callers see it, on a database of its own, at a time that stands still, with a key that only this test has.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header::CONTENT_TYPE, request::Builder},
};
use chrono::{DateTime, TimeDelta};
use cloudevents::AttributesReader;
use serde_json::{Value, json};
use souk_kit::{Clock, Env, Ids, Reader, TokenVerifier, auth::Role, postgres::Outbox};
use souk_testing::{PostOffice, Recorder};
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use crate::{
    MIGRATOR, accounts,
    app::{App, Settings},
    chance::Chance,
    clients,
    domain::{Email, Password},
    gate::Gate,
    keys::{KeySettings, Keys, Master, Pair},
    passwords::Passwords,
    service,
};

pub(crate) const ISSUER: &str = "https://souk.example";
const AUDIENCE: &str = "souk";
pub(crate) const KEY_ID: &str = "test-key";
pub(crate) const LEAD_SECONDS: i64 = 120;
const PASSWORD: &str = "correct horse";
/// The secret of the client `erp`.
pub(crate) const ERP_SECRET: &str = "a secret that nobody would find by trying";
const CLIENTS: &str = r#"[
    { "client_id": "shop", "name": "Souk", "kind": "first-party" },
    { "client_id": "erp", "name": "ERP", "kind": "machine", "limit_per_minute": 6000,
      "scopes": ["publish:dev.souk.goods.received.v1"] }
]"#;

/// The function, and everything around it.
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    /// Takes the mails.
    pub(crate) post_office: PostOffice,
    sent: Recorder,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// JSON; a text if it was something else, null if there was nothing.
    pub(crate) body: Value,
}

impl Desk {
    /// A new one, without accounts.
    pub(crate) async fn open() -> Self {
        Self::open_as(ISSUER).await
    }

    /// A new one at another address.
    pub(crate) async fn open_as(issuer: &str) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let (sent, post_office) = (Recorder::start().await, PostOffice::open().await);
        let pool = souk_testing::postgres(&MIGRATOR).await;
        let settings = settings(issuer);
        let key_settings = KeySettings {
            issuer: issuer.to_owned(),
            ..key_settings()
        };
        let env = Env::of(&[
            ("SMTP_URL", &post_office.url()),
            ("IDENTITY_SENDER_ADDRESS", "shop@souk.example"),
            ("IDENTITY_CLIENTS", CLIENTS),
            ("CLIENT_SECRET_ERP", ERP_SECRET),
        ]);
        let mut r = Reader::new(&env);
        let accounts =
            accounts::Parts::from_env(&mut r, Some(key_settings.master.bytes())).unwrap();
        let declared = clients::from_env(&mut r).unwrap();
        let surroundings = (clock.clone(), Ids::system(), Chance::system());
        let keys = Keys::start(pool.clone(), surroundings, key_settings).await;
        let outbox = Outbox::start(pool, sent.sink(), clock.clone(), Ids::system());
        clients::declare(&outbox, &declared).await.unwrap();
        let app = App {
            outbox,
            passwords: Passwords::new(),
            keys: keys.unwrap(),
            gate: Gate::new(),
            chance: Chance::system(),
            settings: Arc::new(settings),
            accounts,
        };
        let router = service(app.clone()).into_router();
        Self {
            app,
            clock,
            post_office,
            sent,
            router,
        }
    }

    /// The function itself, to be asked without a socket.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// As the other functions check tokens.
    pub(crate) fn verifier(&self) -> TokenVerifier {
        self.app.keys.verifier()
    }

    /// Asks for an account.
    pub(crate) async fn register(&self, email: &str, password: &str) -> Answered {
        let request = json!({ "email": email, "password": password, "name": "Ada" });
        self.post("/v1/accounts", request).await
    }

    /// Asks for tokens.
    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answered {
        let request = json!({ "email": email, "password": password });
        self.post("/v1/sessions", request).await
    }

    /// An access token that was given.
    pub(crate) async fn token(&self, email: &str, password: &str) -> String {
        let session = self.log_in(email, password).await;
        assert_eq!(session.status, StatusCode::CREATED, "{session:?}");
        session.body["access_token"].as_str().unwrap().to_owned()
    }

    /// An access token of a guest whom nobody has seen before.
    pub(crate) async fn guest(&self) -> String {
        let guest = self.post("/v1/guests", json!({})).await;
        assert_eq!(guest.status, StatusCode::CREATED, "{guest:?}");
        guest.body["access_token"].as_str().unwrap().to_owned()
    }

    /// An access token of the first merchant, the first operator, or a customer: `<role>@souk.example`, who is made if they are not
    /// there.
    pub(crate) async fn role_token(&self, role: Role) -> String {
        let email = format!("{}@souk.example", role.name());
        if role == Role::Customer {
            self.register(&email, PASSWORD).await;
        } else {
            let seed = accounts::Seed {
                role,
                email: email.parse::<Email>().unwrap(),
                password: PASSWORD.parse::<Password>().unwrap(),
            };
            accounts::ensure(&self.app, seed).await.unwrap();
        }
        self.token(&email, PASSWORD).await
    }

    /// Asks for a machine's token.
    pub(crate) async fn machine(&self, client_id: &str, secret: &str) -> Answered {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", secret),
        ];
        self.form("/oauth2/token", &fields).await
    }

    /// Exchanges the refresh token of an answer, as the client `shop`.
    pub(crate) async fn refresh(&self, tokens: &Answered) -> Answered {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "shop"),
            (
                "refresh_token",
                tokens.body["refresh_token"].as_str().unwrap(),
            ),
        ];
        self.form("/oauth2/token", &fields).await
    }

    /// Whether the session that these tokens belong to goes on.
    pub(crate) async fn can_refresh(&self, tokens: &Answered) -> bool {
        self.refresh(tokens).await.status == StatusCode::OK
    }

    /// POST as nobody.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        let request = Request::post(path).header(CONTENT_TYPE, "application/json");
        self.ask(request, body.to_string().into()).await
    }

    /// POST as somebody.
    pub(crate) async fn post_as(&self, path: &str, token: &str, body: Value) -> Answered {
        let request = bearer(Request::post(path), token).header(CONTENT_TYPE, "application/json");
        self.ask(request, body.to_string().into()).await
    }

    /// PUT as somebody.
    pub(crate) async fn put(&self, path: &str, token: &str, body: Value) -> Answered {
        let request = bearer(Request::put(path), token).header(CONTENT_TYPE, "application/json");
        self.ask(request, body.to_string().into()).await
    }

    /// The same request, by whatever method, under an `Idempotency-Key`.
    pub(crate) async fn under(
        &self,
        key: &str,
        (method, path): (&str, &str),
        token: &str,
        body: Value,
    ) -> Answered {
        let request = bearer(Request::builder().method(method).uri(path), token)
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", key);
        self.ask(request, body.to_string().into()).await
    }

    /// DELETE as somebody, without a body.
    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answered {
        self.ask(bearer(Request::delete(path), token), Body::empty())
            .await
    }

    /// GET as somebody.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answered {
        self.ask(bearer(Request::get(path), token), Body::empty())
            .await
    }

    /// GET with headers.
    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answered {
        let request = headers
            .iter()
            .fold(Request::get(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.ask(request, Body::empty()).await
    }

    /// A form, as nobody.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        self.form_with(path, fields, &[]).await
    }

    /// A form, with headers.
    pub(crate) async fn form_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answered {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(request, body.into()).await
    }

    /// Type and data of the next event that was sent.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        let event = self.sent.next().await;
        let data = event.data().cloned().unwrap();
        (event.ty().to_owned(), Value::try_from(data).unwrap())
    }

    /// Whether nothing was announced that was not taken from the post room.
    pub(crate) async fn is_silent(&mut self) -> bool {
        self.app.outbox.clone().drained().await;
        self.sent.waiting().is_empty()
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1_000_000).await.unwrap();
        let text = || String::from_utf8_lossy(&bytes).into_owned().into();
        let body = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap_or_else(|_| text()),
        };
        Answered {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// Without a token it is nobody who asks.
fn bearer(request: Builder, token: &str) -> Builder {
    if token.is_empty() {
        return request;
    }
    request.header("authorization", format!("Bearer {token}"))
}

fn settings(issuer: &str) -> Settings {
    Settings {
        issuer: issuer.to_owned(),
        audience: AUDIENCE.to_owned(),
        token_life: TimeDelta::seconds(900),
        session_idle: TimeDelta::days(30),
        session_life: TimeDelta::days(90),
    }
}

/// How keys are made and used in tests; each time with others.
pub(crate) fn key_settings() -> KeySettings {
    let first = Pair::generate(&Chance::system()).unwrap();
    KeySettings {
        master: Master::of(Chance::system().bytes().unwrap()),
        first: Some((KEY_ID.to_owned(), Arc::new(first))),
        lead: TimeDelta::seconds(LEAD_SECONDS),
        kept: TimeDelta::seconds(900 + 60),
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
    }
}
