//! `POST /v1/orders`: from lines or from a cart, at the shop's prices. The answer is stored with the order.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::LOCATION},
};
use serde::Serialize;
use serde_json::json;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::{Doc, Located, Once, Status},
    http::Json,
    idempotency::IdempotencyKey,
};

use super::{
    order_request::OrderRequest,
    view::{View, address_example},
};
use crate::{announce, app::App, domain::Order, metrics, store::orders};

pub(crate) const PLACE_ORDER: Doc = Doc::new("Place an order", Access::of(&[Role::Guest, Role::Customer], "orders:write"))
    .about(
        "From lines or from a cart, at the shop's prices. The order is taken, and nothing is promised yet: stock and \
         payment are settled in a moment, which `GET /v1/orders/{order_id}/updates` tells as it happens.",
    )
    .says(&[(202, "The order, `pending`.")])
    .asks(|| {
        json!({
            "lines": [{ "sku": "COF-ETH-250", "quantity": 2 }],
            "payment_method": "pm_card_visa",
            "shipping_address": address_example(),
        })
    });

/// The order; the first time, or as it was told then.
type Placed<V> = Once<Status<202, Located<Json<V>>>>;

/// What a key stands for. It belongs to the version in which it was used first: the stored answer is in the words of that one,
/// and a second order is what nobody wants.
#[derive(Serialize)]
struct Asked<'a> {
    #[serde(flatten)]
    request: &'a OrderRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
}

pub(crate) async fn place_order<V: View>(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<OrderRequest>,
) -> Answer<Placed<V>> {
    request.check(&caller)?;
    let priced = request.price(&app, &caller).await;

    let asked = Asked {
        request: &request,
        version: V::VERSION,
    };
    let key = key.scoped(caller.subject, "place_order", &asked);
    let mut tx = app.outbox.begin().await?;
    // A stored answer stands, even if the cart is gone by now or the prices have changed.
    if let Some(answer) = tx.recall(&key).await?.answered()? {
        return Ok(Once::Again(answer));
    }
    let cart_id = request.cart_id;
    let order = Order::placed(tx.timed_id(), request.purchase(&caller, priced?), tx.now());

    tx.on_behalf_of(caller.subject);
    orders::insert(tx.conn(), &order).await?;
    tx.emit(announce::placed(&order, cart_id, tx.id()))?;
    let (location, view) = (V::path(order.order_id), V::of(order, &caller)?);
    tx.remember(&key, StatusCode::ACCEPTED, &headers(&location)?, &view)?;
    tx.commit().await?;
    metrics::placed();

    let answer = Json(view);
    Ok(Once::First(Status(Located { location, answer })))
}

fn headers(location: &str) -> Answer<HeaderMap> {
    let location = HeaderValue::try_from(location).map_err(Problem::internal)?;
    Ok(HeaderMap::from_iter([(LOCATION, location)]))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::testing::{CART, Desk, order_from, order_of};

    fn add_line(order: &mut Value, sku: &str) {
        let lines = order["lines"].as_array_mut().unwrap();
        lines.push(json!({ "sku": sku, "quantity": 1 }));
    }

    #[tokio::test]
    async fn an_order_is_taken_at_the_shops_prices_and_announced() {
        let mut desk = Desk::open().await;
        let answered = desk.place("k1", &order_of("MUG-BLUE", 2)).await;
        assert_eq!(answered.status, StatusCode::ACCEPTED, "{answered:?}");
        let order_id = answered.body["order_id"].as_str().unwrap().to_owned();
        assert_eq!(answered.headers[LOCATION], format!("/v1/orders/{order_id}"));
        assert_eq!(answered.body["status"], "pending");
        assert_eq!(
            answered.body["total"],
            json!({ "amount_minor": 2500, "currency": "EUR" })
        );

        let (event_type, placed) = desk.next().await;
        assert_eq!(event_type, "dev.souk.order.placed.v1");
        assert_eq!(placed["order_id"], order_id);
        assert_eq!(placed["lines"][0]["unit_price"]["amount_minor"], 1250);
        assert_eq!(desk.order(order_id.parse().unwrap()).await, answered.body);
    }

    #[tokio::test]
    async fn a_price_from_the_client_is_refused() {
        let desk = Desk::open().await;
        let mut order = order_of("MUG-BLUE", 1);
        order["lines"][0]["unit_price"] = json!({ "amount_minor": 1, "currency": "EUR" });
        assert_eq!(
            desk.place("k1", &order).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }

    #[tokio::test]
    async fn an_article_that_is_not_sold_is_named_by_its_line() {
        let desk = Desk::open().await;
        let mut order = order_of("MUG-BLUE", 1);
        add_line(&mut order, "NO-SUCH");
        let answered = desk.place("k1", &order).await;
        assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answered.body["errors"][0]["field"], "lines[1].sku");
    }

    #[tokio::test]
    async fn two_currencies_do_not_go_into_one_order() {
        let desk = Desk::open().await;
        let mut order = order_of("MUG-BLUE", 1);
        add_line(&mut order, "HAT");
        assert_eq!(
            desk.place("k1", &order).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }

    #[tokio::test]
    async fn the_same_key_gives_one_order_and_the_same_answer() {
        let mut desk = Desk::open().await;
        let order = order_from(CART);
        let first = desk.place("k1", &order).await;
        assert_eq!(first.status, StatusCode::ACCEPTED, "{first:?}");
        // The cart is gone once it was ordered; the answer is not.
        desk.neighbours.fall_silent(true);
        let again = desk.place("k1", &order).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(again.headers[LOCATION], first.headers[LOCATION]);
        assert_eq!(desk.next().await.1["cart_id"], json!(CART));
        assert!(desk.is_silent().await, "a second order was announced");
    }

    #[test]
    fn a_key_of_the_first_version_stands_for_what_it_always_did() {
        let request: OrderRequest = serde_json::from_value(order_of("MUG-BLUE", 2)).unwrap();
        let asked = Asked {
            request: &request,
            version: None,
        };
        assert_eq!(
            serde_json::to_string(&asked).unwrap(),
            serde_json::to_string(&request).unwrap()
        );
    }

    #[tokio::test]
    async fn another_order_under_the_same_key_is_refused() {
        let desk = Desk::open().await;
        assert_eq!(
            desk.place("k1", &order_of("MUG-BLUE", 1)).await.status,
            StatusCode::ACCEPTED
        );
        let other = desk.place("k1", &order_of("MUG-BLUE", 2)).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            other.body["type"],
            "https://souk.example/problems/idempotency-key-reused"
        );
    }

    #[tokio::test]
    async fn an_order_that_was_refused_can_be_mended_under_the_same_key() {
        let desk = Desk::open().await;
        assert_eq!(
            desk.place("k1", &order_of("NO-SUCH", 1)).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            desk.place("k1", &order_of("MUG-BLUE", 1)).await.status,
            StatusCode::ACCEPTED
        );
    }

    #[tokio::test]
    async fn without_catalog_prices_are_those_that_were_heard_of() {
        let desk = Desk::open().await;
        desk.neighbours.fall_silent(true);
        let unheard = desk.place("k1", &order_of("MUG-BLUE", 1)).await;
        assert_eq!(unheard.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(unheard.headers.contains_key("retry-after"));

        desk.hear(&desk.published("MUG-BLUE", 1300, 2)).await;
        desk.hear(&desk.published("MUG-BLUE", 9999, 1)).await;
        let taken = desk.place("k1", &order_of("MUG-BLUE", 1)).await;
        assert_eq!(taken.status, StatusCode::ACCEPTED);
        assert_eq!(
            taken.body["total"]["amount_minor"], 1300,
            "the older event came later"
        );
    }

    #[tokio::test]
    async fn without_a_key_no_order_is_taken_and_nobody_is_asked() {
        let desk = Desk::open().await;
        assert_eq!(
            desk.place("", &order_of("MUG-BLUE", 1)).await.status,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(desk.neighbours.asked(), 0);
    }
}
