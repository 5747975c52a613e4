//! What the provider has and says, and what a customer does at its pages.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{Answered, PAGES, SECRET, Till, send};

impl Till {
    /// What the provider has, newest first.
    pub(crate) async fn intents(&self) -> Vec<Value> {
        let request = Request::get("/v1/payment_intents")
            .header("authorization", format!("Bearer {}", self.api_key));
        let answered = send(self.provider.clone(), request, Body::empty()).await;
        answered.body["data"].as_array().unwrap().clone()
    }

    /// Tells the provider how to behave.
    pub(crate) async fn switch(&self, switches: &str) {
        let request = Request::put("/switches").header("content-type", "application/json");
        let answered = send(self.provider.clone(), request, switches.to_owned().into()).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
    }

    /// Lets the money of the newest payment go at the provider's own desk.
    pub(crate) async fn cancel_at_the_provider(&self) {
        let intent = self.intents().await[0]["id"].as_str().unwrap().to_owned();
        let request = Request::post(format!("/v1/payment_intents/{intent}/cancel"))
            .header("authorization", format!("Bearer {}", self.api_key));
        let answered = send(self.provider.clone(), request, Body::empty()).await;
        assert_eq!(answered.body["status"], "canceled", "{answered:?}");
    }

    /// The customer confirms the newest payment, or refuses to: `approve`, `refuse`.
    pub(crate) async fn at_the_page(&self, button: &str) {
        let intent = &self.intents().await[0];
        let url = &intent["next_action"]["redirect_to_url"]["url"];
        let url = url
            .as_str()
            .unwrap()
            .strip_prefix(PAGES)
            .unwrap()
            .to_owned();
        let (path, secret) = url.split_once('?').unwrap();
        let request = Request::post(format!("{path}/{button}?{secret}"));
        let back = send(self.provider.clone(), request, Body::empty()).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
    }

    /// Asks the provider as release 0.1.0 of this function did, under this key.
    pub(crate) async fn ask_as_before(&self, order_id: Uuid, key: &str) {
        let payment_id = self.payment(order_id).await["payment_id"].clone();
        let form = format!(
            "amount=2500&currency=eur&payment_method=pm_card_visa&payment_method_types[]=card&capture_method=manual\
             &confirm=true&error_on_requires_action=true&metadata[order_id]={order_id}&metadata[payment_id]={}",
            payment_id.as_str().unwrap()
        );
        let request = Request::post("/v1/payment_intents")
            .header("authorization", format!("Bearer {}", self.api_key))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("idempotency-key", key);
        let answered = send(self.provider.clone(), request, form.into()).await;
        assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
    }

    /// The notice that the newest payment stands as it does now.
    pub(crate) async fn newest_notice(&self, id: &str) -> String {
        let intent = self.intents().await[0].clone();
        Self::notice_of(id, &intent)
    }

    /// The notice that a payment stands so.
    pub(crate) fn notice_of(id: &str, intent: &Value) -> String {
        let kind = match intent["status"].as_str().unwrap() {
            "requires_capture" => "payment_intent.amount_capturable_updated",
            "requires_payment_method" => "payment_intent.payment_failed",
            _ => "payment_intent.canceled",
        };
        json!({ "id": id, "type": kind, "data": { "object": intent } }).to_string()
    }

    /// Delivers a notice, signed by the provider now.
    pub(crate) async fn notify(&self, body: &str) -> Answered {
        let signature = self.signature(body, SECRET, 0);
        self.notify_signed(body, Some(&signature)).await
    }

    /// A signature of this body, made so many seconds from now.
    pub(crate) fn signature(&self, body: &str, secret: &str, seconds: i64) -> String {
        let at = self.now().timestamp() + seconds;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{at}.{body}").as_bytes());
        let digits = mac.finalize().into_bytes();
        let digits: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={at},v1={digits}")
    }

    /// Delivers a notice with this signature, or without any.
    pub(crate) async fn notify_signed(&self, body: &str, signature: Option<&str>) -> Answered {
        let request = Request::post("/v1/payments/webhooks/provider")
            .header("content-type", "application/json");
        let request = signature.into_iter().fold(request, |request, value| {
            request.header("stripe-signature", value)
        });
        send(self.router.clone(), request, body.to_owned().into()).await
    }
}
