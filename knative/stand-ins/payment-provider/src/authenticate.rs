//! The page on which a customer confirms a payment, or refuses to: what a bank shows. Whoever has its address may: it cannot be guessed.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use url::Url;

use crate::{
    desk::{Call, Desk},
    form::Form,
    money::money,
    operation::{Operation, find},
    pages::escape,
    records::{Intent, Status},
};

/// The page's head, with all that it needs: it loads nothing from anywhere.
const HEAD: &str = include_str!("authenticate.html");

type Shared = State<Arc<Desk>>;

/// The page and its two buttons.
pub(crate) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/authenticate/{id}", get(page))
        .route("/authenticate/{id}/approve", post(approve))
        .route("/authenticate/{id}/refuse", post(refuse))
}

async fn page(State(desk): Shared, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    match invited(&desk, &id, query.as_deref()) {
        Some(intent) => Html(text(&intent, query.as_deref().unwrap_or_default())).into_response(),
        None => nobody(),
    }
}

async fn approve(desk: Shared, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let operation = Operation::Approve(id.clone());
    decide(desk, &id, operation, query.as_deref())
}

async fn refuse(desk: Shared, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let operation = Operation::Refuse(id.clone());
    decide(desk, &id, operation, query.as_deref())
}

/// Does it, and sends the customer back to the shop.
fn decide(State(desk): Shared, id: &str, operation: Operation, query: Option<&str>) -> Response {
    if invited(&desk, id, query).is_none() {
        return nobody();
    }
    let call = Call {
        operation,
        form: Form::default(),
        key: None,
    };
    // Pressed twice, or too late: the customer is told how it stands.
    let _ = desk.execute(&call);
    match desk.look(|state| find(state, id).cloned()) {
        Ok(intent) => back(&intent),
        Err(missing) => missing.into_response(),
    }
}

/// The payment, for whoever knows its address.
fn invited(desk: &Desk, id: &str, query: Option<&str>) -> Option<Intent> {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    let found = desk.look(|state| find(state, id).cloned());
    let knows = |intent: &Intent| {
        let url = intent
            .confirm_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok());
        let secret = url.as_ref().and_then(|url| url.query().map(str::to_owned));
        secret.is_some_and(|secret| form == Form::parse(secret.as_bytes()))
    };
    found.ok().filter(knows)
}

fn nobody() -> Response {
    (
        StatusCode::NOT_FOUND,
        "There is no such page.
",
    )
        .into_response()
}

/// Where the customer came from; without that, how the payment stands.
fn back(intent: &Intent) -> Response {
    let url = intent
        .return_url
        .as_deref()
        .and_then(|url| Url::parse(url).ok());
    let Some(mut url) = url else {
        return Html(text(intent, "")).into_response();
    };
    let status = match intent.status {
        Status::RequiresCapture | Status::Succeeded => "succeeded",
        _ => "failed",
    };
    url.query_pairs_mut()
        .append_pair("payment_intent", &intent.id)
        .append_pair("redirect_status", status);
    Redirect::to(url.as_str()).into_response()
}

fn text(intent: &Intent, query: &str) -> String {
    let amount = escape(&money(intent.amount, &intent.currency));
    let (id, query) = (escape(&intent.id), escape(query));
    let order = intent.metadata.get("order_id").map_or("", String::as_str);
    let order = escape(order);
    let rest = match intent.status {
        Status::RequiresAction => format!(
            "<h1>Confirm your payment</h1><p class=soft>Your bank wants to know whether it is you. No real money moves here.</p>\
             <p class=amount>{amount}</p><p class=soft>Order {order}</p><form method=post>\
             <button class=yes formaction=\"/authenticate/{id}/approve?{query}\">Confirm</button>\
             <button formaction=\"/authenticate/{id}/refuse?{query}\">Refuse</button></form>"
        ),
        Status::RequiresCapture | Status::Succeeded => {
            format!(
                "<h1>Payment confirmed</h1><p class=amount>{amount}</p><p>You can close this page.</p>"
            )
        }
        Status::RequiresPaymentMethod | Status::Canceled => {
            format!(
                "<h1>Payment not confirmed</h1><p class=amount>{amount}</p><p>Nothing was charged. You can close this page.</p>"
            )
        }
    };
    format!("{HEAD}<main>{rest}</main>")
}

#[cfg(test)]
mod tests {
    use crate::testing::{Caller, ORDER};

    fn order(return_url: &str) -> String {
        let order = ORDER.replace("pm_card_visa", "pm_card_threeDSecure2Required");
        order.replace("error_on_requires_action=true", return_url)
    }

    /// The page of the newest payment, without the address of the stand-in.
    async fn page(caller: &Caller) -> String {
        let list = caller.get("/v1/payment_intents").await;
        let url = &list.body["data"][0]["next_action"]["redirect_to_url"]["url"];
        let url = url.as_str().unwrap();
        url.split_once("127.0.0.1").unwrap().1.to_owned()
    }

    fn pressed(page: &str, button: &str) -> String {
        let (path, secret) = page.split_once('?').unwrap();
        format!("{path}/{button}?{secret}")
    }

    #[tokio::test]
    async fn a_customer_confirms_a_payment_and_is_sent_back_to_the_shop() {
        let caller = Caller::new();
        let order = order("return_url=https%3A%2F%2Fshop.example%2Fpaid%3Fx%3D1");
        let asked = caller.post("/v1/payment_intents", &order, "k1").await;
        assert_eq!(asked.body["status"], "requires_action", "{asked:?}");
        let page = page(&caller).await;
        assert!(caller.text(&page).await.contains("25.00 EUR"));
        let back = caller.post(&pressed(&page, "approve"), "", "k2").await;
        assert_eq!(back.status, 303);
        let location = back.headers["location"].to_str().unwrap();
        let expected = format!(
            "https://shop.example/paid?x=1&payment_intent={}&redirect_status=succeeded",
            asked.id()
        );
        assert_eq!(location, expected);
        let path = format!("/v1/payment_intents/{}", asked.id());
        assert_eq!(caller.get(&path).await.body["status"], "requires_capture");
        // Too late to refuse.
        let _ = caller.post(&pressed(&page, "refuse"), "", "k3").await;
        assert_eq!(caller.get(&path).await.body["status"], "requires_capture");
    }

    #[tokio::test]
    async fn a_payment_that_its_customer_refuses_is_declined() {
        let caller = Caller::new();
        let asked = caller.post("/v1/payment_intents", &order(""), "k1").await;
        let page = page(&caller).await;
        let told = caller.post(&pressed(&page, "refuse"), "", "k2").await;
        assert!(told.body.to_string().contains("Payment not confirmed"));
        let path = format!("/v1/payment_intents/{}", asked.id());
        let intent = caller.get(&path).await.body;
        assert_eq!(intent["status"], "requires_payment_method");
        let code = &intent["last_payment_error"]["code"];
        assert_eq!(code, "payment_intent_authentication_failure");
    }

    #[tokio::test]
    async fn whoever_guesses_the_address_of_the_page_finds_nothing() {
        let caller = Caller::new();
        let asked = caller.post("/v1/payment_intents", &order(""), "k1").await;
        for query in ["", "?secret=", "?secret=00"] {
            let guessed = format!("/authenticate/{}{query}", asked.id());
            assert_eq!(caller.get(&guessed).await.status, 404, "{query}");
            let pressed = format!("/authenticate/{}/approve{query}", asked.id());
            assert_eq!(caller.post(&pressed, "", "k2").await.status, 404, "{query}");
        }
    }
}
