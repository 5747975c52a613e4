//! A request for each operation that changes something, by somebody who may, about something that is there.

use journeys::{Answer, Client, PASSWORD, Shop, eventually, guest_order_of, order_of};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::SKU;

/// Operations that take no key: their requests or answers hold credentials, or what they are about has a key of its own.
pub(super) const NONE: [&str; 20] = [
    "become_guest",
    "open_session",
    "put_client",
    "renew_secret",
    "give_token",
    "introspect_token",
    "revoke_token",
    "post_userinfo",
    "post_authorize",
    "post_end_login",
    "submit_consent",
    "submit_login",
    "submit_logout",
    "submit_registration",
    "submit_session_end",
    "forgot_password",
    "reset_password_by_form",
    "verify_email_by_form",
    "publish_events",
    "receive_notice",
];

/// Who asks.
pub(super) struct Cast<'a> {
    shop: &'a Shop,
    merchant: Client,
    operator: Client,
    /// With the scopes of the ERP and the carrier, and more.
    machine: Client,
    /// Has nothing but an account.
    customer: Client,
    pub(super) email: String,
}

/// One request.
pub(super) struct Asked {
    client: Client,
    method: Method,
    path: String,
    body: Body,
    /// The statuses of which the answer has one.
    pub(super) expected: &'static [u16],
}

#[derive(Clone)]
enum Body {
    None,
    Json(Value),
    Picture(&'static str),
}

impl<'a> Cast<'a> {
    pub(super) async fn of(shop: &'a Shop) -> Self {
        let scopes = [
            "catalog:write",
            "stock:write",
            "shipments:read",
            "shipments:write",
            "payments:write",
            "dead-letters:write",
        ];
        let machine = shop.new_machine(&scopes, 6000).await;
        let (customer, email) = shop.visitor().new_customer().await;
        Self {
            shop,
            merchant: shop.merchant().await,
            operator: shop.operator().await,
            machine: shop.visitor().machine(&machine, None).await,
            customer,
            email,
        }
    }

    /// A confirmed order of the customer's.
    async fn confirmed(&self) -> String {
        let order_id = self.customer.order(SKU, 1, "pm_card_visa").await;
        let _ = self.customer.until(&order_id, "confirmed").await;
        order_id
    }

    /// A booked shipment.
    async fn booked(&self) -> (String, String) {
        let order_id = self.confirmed().await;
        let shipment_id = self.merchant.shipment_of(&order_id).await;
        (order_id, shipment_id)
    }

    /// A shipped order, and its shipment.
    async fn shipped(&self) -> (String, String) {
        let (order_id, shipment_id) = self.booked().await;
        let path = format!("/v1/shipments/{shipment_id}/dispatch");
        let _ = self.merchant.post(&path, parcel()).await.expect(200);
        let _ = self.customer.until(&order_id, "shipped").await;
        (order_id, shipment_id)
    }

    /// An order whose money was taken.
    async fn captured(&self) -> String {
        let (order_id, _) = self.shipped().await;
        let path = format!("/v1/payments/{order_id}");
        eventually("the money to be taken", async || {
            let payment = self.merchant.get(&path).await.expect(200);
            match payment.text("/status") {
                "captured" => Ok(()),
                status => Err(status.to_owned()),
            }
        })
        .await;
        order_id
    }

    /// The token in a mailed link.
    async fn mailed(&self, email: &str, path: &str) -> Option<String> {
        let link = self.shop.link_mailed_to(email, path, 1).await?;
        let link = Url::parse(&format!("http://shop{link}")).ok()?;
        let token = link.query_pairs().find(|(name, _)| name == "token");
        token.map(|(_, token)| token.into_owned())
    }
}

impl Asked {
    fn new(client: &Client, method: Method, path: impl Into<String>) -> Self {
        Self {
            client: client.clone(),
            method,
            path: path.into(),
            body: Body::None,
            expected: &[200, 201, 202, 204],
        }
    }

    fn json(self, body: Value) -> Self {
        let body = Body::Json(body);
        Self { body, ..self }
    }

    fn picture(self, body: &'static str) -> Self {
        let body = Body::Picture(body);
        Self { body, ..self }
    }

    /// Sends it under a key.
    pub(super) async fn ask(&self, key: &str) -> Answer {
        let request = self.client.request(self.method.clone(), &self.path);
        let request = request.header("idempotency-key", key);
        let request = match &self.body {
            Body::None => request,
            Body::Json(body) => request.json(body),
            Body::Picture(picture) => request
                .header("content-type", "image/svg+xml")
                .body(*picture),
        };
        let asked = format!("{} {}", self.method, self.path);
        self.client.send(request, &asked).await
    }

    /// Another request of the same kind; nothing where there is only one that can be made.
    pub(super) fn other(&self) -> Option<Self> {
        let mut other = Self {
            client: self.client.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            body: self.body.clone(),
            expected: self.expected,
        };
        match &mut other.body {
            // Whoever stores the answer with the order, the refund, the count looks at what was understood.
            Body::Json(body) if body.get("lines").is_some() => {
                body["lines"][0]["quantity"] = json!(2)
            }
            Body::Json(body) if body.get("amount").is_some() => {
                body["amount"]["amount_minor"] = json!(2)
            }
            Body::Json(body) if body.get("quantity_delta").is_some() => {
                body["quantity_delta"] = json!(2)
            }
            Body::None if self.path == "/v1/carts" => return None,
            _ => other.path.push_str("?once=more"),
        }
        Some(other)
    }
}

/// A request for an operation; nothing if there is none here.
pub(super) async fn case(cast: &Cast<'_>, operation: &str) -> Option<Asked> {
    match operation {
        "register_account"
        | "change_password"
        | "erase_account"
        | "end_session"
        | "end_sessions"
        | "request_verification"
        | "verify_email"
        | "request_password_reset"
        | "reset_password" => of_accounts(cast, operation).await,
        "set_role"
        | "delete_client"
        | "rotate_keys"
        | "redrive_dead_letter"
        | "redrive_dead_letters"
        | "discard_dead_letter"
        | "discard_dead_letters" => of_operators(cast, operation).await,
        "create_cart" | "delete_cart" | "set_line" | "remove_line" | "place_order"
        | "place_order_v2" | "cancel_order" | "cancel_order_v2" | "complete_payment" => {
            of_buyers(cast, operation).await
        }
        _ => of_merchants(cast, operation).await,
    }
}

async fn of_accounts(cast: &Cast<'_>, operation: &str) -> Option<Asked> {
    let visitor = cast.shop.visitor();
    let (customer, email) = visitor.new_customer().await;
    let post = |client, path| Asked::new(client, Method::POST, path);
    Some(match operation {
        "register_account" => {
            let email = format!("{}@souk.example", Uuid::new_v4().simple());
            let account = json!({ "email": email, "password": PASSWORD, "name": "Ada" });
            post(&visitor, "/v1/accounts").json(account)
        }
        "change_password" => {
            let passwords = json!({ "current_password": PASSWORD, "password": "another horse" });
            Asked::new(&customer, Method::PUT, "/v1/accounts/me/password").json(passwords)
        }
        "erase_account" => Asked::new(&customer, Method::DELETE, "/v1/accounts/me"),
        "end_sessions" => Asked::new(&customer, Method::DELETE, "/v1/sessions"),
        "end_session" => {
            let elsewhere = visitor.logged_in(&email, PASSWORD).await;
            let sessions = elsewhere.get("/v1/sessions").await.expect(200);
            let mut sessions = sessions.items().iter();
            let other = sessions.find(|session| session["current"] != true)?;
            let path = format!("/v1/sessions/{}", other["session_id"].as_str()?);
            Asked::new(&elsewhere, Method::DELETE, path)
        }
        "request_verification" => post(&cast.customer, "/v1/accounts/me/verification"),
        "verify_email" => {
            let token = cast.mailed(&email, "/account/verify-email").await?;
            post(&visitor, "/v1/email-verifications").json(json!({ "token": token }))
        }
        "request_password_reset" => {
            post(&visitor, "/v1/password-resets").json(json!({ "email": email }))
        }
        "reset_password" => {
            let forgotten = json!({ "email": email });
            let _ = visitor
                .post("/v1/password-resets", forgotten)
                .await
                .expect(202);
            let token = cast.mailed(&email, "/account/reset-password").await?;
            let reset = json!({ "token": token, "password": "another horse" });
            post(&visitor, "/v1/password-resets/confirm").json(reset)
        }
        _ => return None,
    })
}

async fn of_operators(cast: &Cast<'_>, operation: &str) -> Option<Asked> {
    let operator = &cast.operator;
    let letter = |verb| format!("/v1/dead-letters/{}/{verb}", Uuid::new_v4());
    let post = |path: String| Asked::new(operator, Method::POST, path);
    let nothing = json!({ "filter": { "type": "dev.souk.nothing.happened.v1" } });
    Some(match operation {
        "set_role" => {
            let (customer, _) = cast.shop.visitor().new_customer().await;
            let account = customer.get("/v1/accounts/me").await.expect(200);
            let path = format!("/v1/accounts/{}/role", account.text("/account_id"));
            Asked::new(operator, Method::PUT, path).json(json!({ "role": "merchant" }))
        }
        "delete_client" => {
            let client = cast.shop.new_machine(&["stock:write"], 60).await;
            let path = format!("/v1/clients/{}", client.client_id);
            Asked::new(operator, Method::DELETE, path)
        }
        "rotate_keys" => post("/v1/identity/keys/rotate".to_owned()).json(json!({})),
        "redrive_dead_letter" => Asked {
            expected: &[404],
            ..post(letter("redrive"))
        },
        "discard_dead_letter" => Asked {
            expected: &[404],
            ..post(letter("discard")).json(json!({ "reason": "a test" }))
        },
        "redrive_dead_letters" => post("/v1/dead-letters/redrive".to_owned()).json(nothing),
        "discard_dead_letters" => {
            let mut discard = nothing;
            discard["reason"] = json!("a test");
            Asked::new(&cast.machine, Method::POST, "/v1/dead-letters/discard").json(discard)
        }
        _ => return None,
    })
}

async fn of_buyers(cast: &Cast<'_>, operation: &str) -> Option<Asked> {
    let guest = cast.shop.guest().await;
    let customer = &cast.customer;
    let post = |client, path| Asked::new(client, Method::POST, path);
    Some(match operation {
        "create_cart" => post(&guest, "/v1/carts".to_owned()),
        "delete_cart" | "set_line" | "remove_line" => {
            let path = format!("/v1/carts/{}", guest.cart_with(SKU, 1).await);
            let line = format!("{path}/lines/{SKU}");
            match operation {
                "delete_cart" => Asked::new(&guest, Method::DELETE, path),
                "set_line" => Asked::new(&guest, Method::PUT, line).json(json!({ "quantity": 3 })),
                _ => Asked::new(&guest, Method::DELETE, line),
            }
        }
        "place_order" => {
            let order = guest_order_of(SKU, 1, "guest@souk.example");
            post(&guest, "/v1/orders".to_owned()).json(order)
        }
        "place_order_v2" => {
            post(customer, "/v2/orders".to_owned()).json(order_of(SKU, 1, "pm_card_visa"))
        }
        "cancel_order" => post(
            customer,
            format!("/v1/orders/{}/cancel", cast.confirmed().await),
        ),
        "cancel_order_v2" => post(
            customer,
            format!("/v2/orders/{}/cancel", cast.confirmed().await),
        ),
        "complete_payment" => {
            let order_id = cast.confirmed().await;
            post(customer, format!("/v1/payments/{order_id}/complete"))
        }
        _ => return None,
    })
}

async fn of_merchants(cast: &Cast<'_>, operation: &str) -> Option<Asked> {
    let (merchant, machine) = (&cast.merchant, &cast.machine);
    Some(match operation {
        "put_product" => {
            let sku = cast.shop.new_article(1).await;
            let product = json!({
                "name": "A cup", "description": "A cup for a test.", "category": "test",
                "price": { "amount_minor": 1100, "currency": "EUR" },
            });
            Asked::new(machine, Method::PUT, format!("/v1/products/{sku}")).json(product)
        }
        "delete_product" => {
            let sku = cast.shop.new_article(1).await;
            Asked::new(merchant, Method::DELETE, format!("/v1/products/{sku}"))
        }
        "put_image" => {
            let sku = cast.shop.new_article(1).await;
            let picture = r#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#;
            let path = format!("/v1/products/{sku}/image");
            Asked::new(merchant, Method::PUT, path).picture(picture)
        }
        "adjust_stock" => {
            let count = json!({ "quantity_delta": 1, "reason": "counted" });
            let path = format!("/v1/stock/{SKU}/adjustments");
            Asked::new(machine, Method::POST, path).json(count)
        }
        "dispatch_shipment" => {
            let path = format!("/v1/shipments/{}/dispatch", cast.booked().await.1);
            Asked::new(machine, Method::POST, path).json(parcel())
        }
        "deliver_shipment" => {
            let path = format!("/v1/shipments/{}/deliver", cast.shipped().await.1);
            Asked::new(machine, Method::POST, path)
        }
        "refund_payment" => {
            let path = format!("/v1/payments/{}/refunds", cast.captured().await);
            let part = json!({ "amount": { "amount_minor": 1, "currency": "EUR" } });
            Asked::new(merchant, Method::POST, path).json(part)
        }
        _ => return None,
    })
}

/// What is said of a parcel that leaves.
fn parcel() -> Value {
    json!({ "carrier": "DHL", "tracking_number": format!("TN-{}", Uuid::new_v4().simple()) })
}
