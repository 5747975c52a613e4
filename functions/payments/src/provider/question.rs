//! What the provider is asked, in the words of its API.

use axum::http::Method;
use uuid::Uuid;

use crate::domain::{Ask, Entry, Payment};

/// A GET, or a POST with a form under a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) parameters: Vec<(&'static str, String)>,
    /// Under which the provider recognises the same question; reading needs none.
    pub(super) idempotency_key: Option<Uuid>,
}

impl Question {
    /// Asks about an entry. What is posted depends on nothing that can change: the provider refuses a key that comes with other
    /// parameters than before.
    pub(super) fn about(payment: &Payment, entry: &Entry, ask: Ask, return_url: &str) -> Self {
        let intent = intent(payment);
        let (path, parameters) = match ask {
            Ask::Look => return Self::look(payment),
            Ask::Authorize | Ask::FindOrAuthorize => (
                "/v1/payment_intents".to_owned(),
                authorization(payment, return_url),
            ),
            Ask::Abandon => (
                format!("/v1/payment_intents/{intent}/cancel"),
                vec![("cancellation_reason", "abandoned".to_owned())],
            ),
            Ask::Capture => (
                format!("/v1/payment_intents/{intent}/capture"),
                vec![("amount_to_capture", entry.amount_minor.to_string())],
            ),
            Ask::Void => (format!("/v1/payment_intents/{intent}/cancel"), Vec::new()),
            Ask::Refund | Ask::FindOrRefund => ("/v1/refunds".to_owned(), refund(intent, entry)),
        };
        // An authorisation has its order's id as key; to give it up is another question.
        let key = match ask {
            Ask::Abandon => entry.entry_id,
            _ => entry.idempotency_key(),
        };
        Self {
            method: Method::POST,
            path,
            parameters,
            idempotency_key: Some(key),
        }
    }

    /// Asks how the provider's payment stands.
    pub(super) fn look(payment: &Payment) -> Self {
        Self::get(
            format!("/v1/payment_intents/{}", intent(payment)),
            Vec::new(),
        )
    }

    /// Asks for the provider's payments of this order.
    pub(super) fn find(payment: &Payment) -> Self {
        let query = format!("metadata['order_id']:'{}'", payment.request.order_id);
        Self::get(
            "/v1/payment_intents/search".to_owned(),
            vec![("query", query)],
        )
    }

    /// Asks what was given back of a payment.
    pub(super) fn refunds(payment: &Payment) -> Self {
        let parameters = vec![
            ("payment_intent", intent(payment).to_owned()),
            ("limit", "100".to_owned()),
        ];
        Self::get("/v1/refunds".to_owned(), parameters)
    }

    fn get(path: String, parameters: Vec<(&'static str, String)>) -> Self {
        Self {
            method: Method::GET,
            path,
            parameters,
            idempotency_key: None,
        }
    }
}

fn intent(payment: &Payment) -> &str {
    payment.provider_reference.as_deref().unwrap_or_default()
}

/// A card whose bank wants the customer to confirm the payment is not declined: the provider names a page for that, and sends the
/// customer back to `return_url` afterwards.
fn authorization(payment: &Payment, return_url: &str) -> Vec<(&'static str, String)> {
    let request = &payment.request;
    let currency = request.amount.currency.as_str().to_ascii_lowercase();
    vec![
        ("amount", request.amount.amount_minor.to_string()),
        ("currency", currency),
        ("payment_method", request.payment_method.clone()),
        ("payment_method_types[]", "card".to_owned()),
        ("capture_method", "manual".to_owned()),
        ("confirm", "true".to_owned()),
        ("return_url", return_url.to_owned()),
        ("metadata[order_id]", request.order_id.to_string()),
        ("metadata[payment_id]", payment.payment_id.to_string()),
    ]
}

fn refund(intent: &str, entry: &Entry) -> Vec<(&'static str, String)> {
    vec![
        ("payment_intent", intent.to_owned()),
        ("amount", entry.amount_minor.to_string()),
        ("metadata[order_id]", entry.order_id.to_string()),
    ]
}
