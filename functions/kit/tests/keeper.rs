//! The keeper in front of handlers, on PostgreSQL and on DynamoDB: what holds on the one holds on the other.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body, extract::State};
use chrono::TimeDelta;
use http::{HeaderMap, Request, StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};
use souk_kit::{
    Access, Answer, Clock, Ids, Problem, Role, Service,
    api::{Doc, Located, Routes, Status},
    dynamodb::{TableSpec, ensure_table},
    http::Json,
    idempotency::Keeper,
};
use souk_testing::{Tokens, dynamodb, postgres};
use sqlx::{PgPool, migrate::Migrator};
use tokio::{sync::Semaphore, task::JoinHandle};
use tower::ServiceExt;
use uuid::Uuid;

static MIGRATOR: Migrator = sqlx::migrate!("./tests/migrations");
const TABLE: &str = "things";

const MAKE: Doc = Doc::new(
    "Make a thing",
    Access::of(&[Role::Customer], "orders:write"),
);
const ASK: Doc = Doc::new("Ask for a thing", Access::public());

/// What the handlers have at hand.
#[derive(Clone)]
struct Bench {
    made: Arc<AtomicUsize>,
    /// One permit for each handler that has begun to wait, and for each that may go on.
    begun: Arc<Semaphore>,
    go: Arc<Semaphore>,
}

/// Says the how manieth thing it has made, in the way that the body asks for.
async fn make(
    State(bench): State<Bench>,
    Json(wanted): Json<Value>,
) -> Answer<Status<201, Located<Json<Value>>>> {
    let count = bench.made.fetch_add(1, Ordering::SeqCst) + 1;
    if wanted["wait"] == true {
        bench.begun.add_permits(1);
        bench.go.acquire().await.unwrap().forget();
    }
    assert_ne!(wanted["panic"], true, "as asked");
    if let Some(status) = wanted["refuse"].as_u64() {
        let status = StatusCode::from_u16(u16::try_from(status).unwrap()).unwrap();
        return Err(Problem::new(
            status,
            "as-asked",
            format!("the {count}. time"),
        ));
    }
    let answer = Json(json!({ "count": count }));
    let location = format!("/things/{count}");
    Ok(Status(Located { location, answer }))
}

#[derive(Clone, Copy, Debug)]
enum Store {
    Postgres,
    DynamoDb,
}

const STORES: [Store; 2] = [Store::Postgres, Store::DynamoDb];

struct Shop {
    bench: Bench,
    clock: Clock,
    tokens: Tokens,
    pool: Option<PgPool>,
    router: Router,
}

/// Status, headers and body.
type Told = (u16, HeaderMap, String);

impl Shop {
    async fn open(store: Store) -> Self {
        let clock = Clock::fixed(Clock::system().now());
        let (keeper, pool) = keeper(store, &clock).await;
        let bench = Bench {
            made: Arc::default(),
            begun: Arc::new(Semaphore::new(0)),
            go: Arc::new(Semaphore::new(0)),
        };
        let routes = Routes::new()
            .post("/things", make, &MAKE)
            .put("/things", make, &MAKE)
            .post("/wishes", make, &ASK)
            .kept_by(keeper)
            .with_state(bench.clone());
        let tokens = Tokens::new(Clock::system());
        let router = Service::new(routes).auth(tokens.verifier()).into_router();
        Self {
            bench,
            clock,
            tokens,
            pool,
            router,
        }
    }

    fn request(&self, key: &str, body: &Value) -> Request<Body> {
        self.request_of(Uuid::from_u128(7), ("POST", "/things"), key, body)
    }

    fn request_of(
        &self,
        account_id: Uuid,
        (method, path): (&str, &str),
        key: &str,
        body: &Value,
    ) -> Request<Body> {
        let token = self.tokens.token(account_id, Role::Customer);
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {token}"));
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        let request = request.header("content-type", "application/json");
        request.body(Body::from(body.to_string())).unwrap()
    }

    async fn ask(&self, key: &str, body: Value) -> Told {
        send(self.router.clone(), self.request(key, &body)).await
    }

    /// Asks, and comes back when the handler is at it.
    async fn begin(&self, key: &str, body: Value) -> JoinHandle<Told> {
        let asking = tokio::spawn(send(self.router.clone(), self.request(key, &body)));
        self.bench.begun.acquire().await.unwrap().forget();
        asking
    }

    fn go_on(&self) {
        self.bench.go.add_permits(1);
    }

    /// As if those who hold keys had died some time ago.
    async fn lapse(&self) {
        self.clock.advance(TimeDelta::seconds(6));
        if let Some(pool) = &self.pool {
            let lapse =
                "update idempotency_keys set held_until = clock_timestamp() - interval '1 s'";
            sqlx::query(lapse).execute(pool).await.unwrap();
        }
    }

    fn made(&self) -> usize {
        self.bench.made.load(Ordering::SeqCst)
    }
}

async fn keeper(store: Store, clock: &Clock) -> (Keeper, Option<PgPool>) {
    match store {
        Store::Postgres => {
            let pool = postgres(&MIGRATOR).await;
            let keeper = Keeper::postgres(&pool, clock, &Ids::system());
            (keeper.with_secret([7; 32]), Some(pool))
        }
        Store::DynamoDb => {
            let client = dynamodb().await;
            ensure_table(&client, &TableSpec::new(TABLE)).await.unwrap();
            let keeper = Keeper::dynamodb(&client, TABLE, clock, &Ids::system());
            (keeper, None)
        }
    }
}

async fn send(router: Router, request: Request<Body>) -> Told {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    (parts.status.as_u16(), parts.headers, body)
}

fn problem(told: &Told) -> String {
    let body: Value = serde_json::from_str(&told.2).unwrap();
    let kind = body["type"].as_str().unwrap();
    kind.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_same_request_twice_has_one_effect_and_one_answer() {
    for store in STORES {
        let shop = Shop::open(store).await;
        let first = shop.ask("k1", json!({ "a": 1 })).await;
        assert_eq!((first.0, shop.made()), (201, 1), "{store:?}");
        assert_eq!(shop.ask("k1", json!({ "a": 1 })).await, first);
        assert_eq!(shop.made(), 1, "{store:?}");
        assert_eq!(first.1["location"], "/things/1");
    }
}

#[tokio::test]
async fn without_a_key_each_request_counts() {
    let shop = Shop::open(Store::Postgres).await;
    shop.ask("", json!({})).await;
    shop.ask("", json!({})).await;
    assert_eq!(shop.made(), 2);
    assert_eq!(shop.ask("no key", json!({})).await.0, 400);
}

#[tokio::test]
async fn another_body_or_method_or_path_under_the_key_is_refused() {
    for store in STORES {
        let shop = Shop::open(store).await;
        shop.ask("k1", json!({})).await;
        let told = shop.ask("k1", json!({ "other": 1 })).await;
        assert_eq!(
            (told.0, problem(&told)),
            (422, "idempotency-key-reused".into())
        );
        let account_id = Uuid::from_u128(7);
        let put = shop.request_of(account_id, ("PUT", "/things"), "k1", &json!({}));
        assert_eq!(send(shop.router.clone(), put).await.0, 422);
        let query = shop.request_of(account_id, ("POST", "/things?q=1"), "k1", &json!({}));
        assert_eq!(send(shop.router.clone(), query).await.0, 422);
        assert_eq!(shop.made(), 1, "{store:?}");
    }
}

#[tokio::test]
async fn a_key_belongs_to_its_caller() {
    for store in STORES {
        let shop = Shop::open(store).await;
        shop.ask("k1", json!({})).await;
        let at = ("POST", "/things");
        let other = shop.request_of(Uuid::from_u128(8), at, "k1", &json!({ "b": 1 }));
        assert_eq!(send(shop.router.clone(), other).await.0, 201);
        // Nobody is a caller of its own, whatever token is sent to a route that needs none.
        let nobody = || shop.request_of(Uuid::from_u128(7), ("POST", "/wishes"), "k1", &json!({}));
        let first = send(shop.router.clone(), nobody()).await;
        assert_eq!((first.0, shop.made()), (201, 3), "{store:?}");
        assert_eq!(send(shop.router.clone(), nobody()).await, first);
    }
}

#[tokio::test]
async fn while_the_first_is_at_it_the_second_is_told_to_come_again() {
    for store in STORES {
        let shop = Shop::open(store).await;
        let wait = json!({ "wait": true });
        let first = shop.begin("k1", wait.clone()).await;
        let second = shop.ask("k1", wait.clone()).await;
        assert_eq!(
            (second.0, problem(&second)),
            (409, "idempotency-key-in-flight".into())
        );
        assert_eq!(second.1[RETRY_AFTER], "1");
        shop.go_on();
        let first = first.await.unwrap();
        assert_eq!(shop.ask("k1", wait).await, first);
        assert_eq!(shop.made(), 1, "{store:?}");
    }
}

#[tokio::test]
async fn the_key_of_a_process_that_died_is_free_again_and_no_late_answer_replaces_the_next_one() {
    for store in STORES {
        let shop = Shop::open(store).await;
        let wait = json!({ "wait": true });
        let first = shop.begin("k1", wait.clone()).await;
        shop.lapse().await;
        assert_eq!(shop.ask("k1", json!({ "other": 1 })).await.0, 422);
        let second = shop.begin("k1", wait.clone()).await;
        // The one that seemed dead was only slow.
        shop.go_on();
        assert_eq!(first.await.unwrap().0, 201);
        assert_eq!(shop.ask("k1", wait.clone()).await.0, 409, "{store:?}");
        shop.go_on();
        let second = second.await.unwrap();
        assert_eq!(shop.ask("k1", wait).await, second);
    }
}

#[tokio::test]
async fn whoever_hangs_up_and_a_handler_that_panics_give_the_key_back() {
    for store in STORES {
        let shop = Shop::open(store).await;
        let wait = json!({ "wait": true });
        let first = shop.begin("k1", wait.clone()).await;
        first.abort();
        assert!(first.await.is_err());
        assert_eq!(shop.ask("k2", json!({ "panic": true })).await.0, 500);
        // From here on nobody waits. Both are given back in the background.
        shop.bench.go.close();
        for (key, body) in [("k1", wait), ("k2", json!({ "panic": true }))] {
            let mut told = shop.ask(key, body.clone()).await;
            while told.0 == 409 {
                told = shop.ask(key, body.clone()).await;
            }
            assert_eq!(told.0, 500, "{store:?}");
        }
        assert_eq!(shop.made(), 4, "{store:?}");
    }
}

#[tokio::test]
async fn a_claim_is_renewed_while_the_handler_works() {
    let shop = Shop::open(Store::Postgres).await;
    let asking = shop.begin("k1", json!({ "wait": true })).await;
    let until = async || -> f64 {
        let select = "select extract(epoch from held_until)::float8 from idempotency_keys";
        let pool = shop.pool.as_ref().unwrap();
        sqlx::query_scalar(select).fetch_one(pool).await.unwrap()
    };
    let first = until().await;
    while until().await <= first {
        tokio::task::yield_now().await;
    }
    shop.go_on();
    assert_eq!(asking.await.unwrap().0, 201);
}

#[tokio::test]
async fn only_what_is_final_is_stored() {
    for store in STORES {
        let shop = Shop::open(store).await;
        for (status, is_final) in [
            (404, true),
            (409, true),
            (422, true),
            (429, false),
            (503, false),
        ] {
            let key = format!("k{status}");
            let refuse = json!({ "refuse": status });
            let first = shop.ask(&key, refuse.clone()).await;
            assert_eq!(first.0, status, "{store:?}");
            let again = shop.ask(&key, refuse).await;
            assert_eq!(again.0, status, "{store:?}");
            assert_eq!(again == first, is_final, "{store:?} {status}");
        }
    }
}

#[tokio::test]
async fn after_a_day_a_key_is_new() {
    for store in STORES {
        let shop = Shop::open(store).await;
        let first = shop.ask("k1", json!({})).await;
        shop.clock.advance(TimeDelta::hours(23));
        assert_eq!(shop.ask("k1", json!({})).await, first);
        shop.clock.advance(TimeDelta::hours(2));
        let other = shop.ask("k1", json!({ "other": 1 })).await;
        assert_eq!((other.0, shop.made()), (201, 2), "{store:?}");
    }
}
