//! What the provider is asked, in the words of its API.

use uuid::Uuid;

use crate::domain::{Entry, Kind, Payment};

/// A POST with a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) path: String,
    pub(super) parameters: Vec<(&'static str, String)>,
    pub(super) idempotency_key: Uuid,
}

impl Question {
    /// Asks for what an entry is about. It depends on nothing that can change: the provider refuses a key that comes with
    /// other parameters than before.
    pub(super) fn about(payment: &Payment, entry: &Entry) -> Self {
        let intent = payment.provider_reference.as_deref().unwrap_or_default();
        let (path, parameters) = match entry.kind {
            Kind::Authorization => ("/v1/payment_intents".to_owned(), authorization(payment)),
            Kind::Capture => (
                format!("/v1/payment_intents/{intent}/capture"),
                vec![("amount_to_capture", entry.amount_minor.to_string())],
            ),
            Kind::Void => (format!("/v1/payment_intents/{intent}/cancel"), Vec::new()),
            Kind::Refund => (
                "/v1/refunds".to_owned(),
                vec![
                    ("payment_intent", intent.to_owned()),
                    ("amount", entry.amount_minor.to_string()),
                    ("metadata[order_id]", entry.order_id.to_string()),
                ],
            ),
        };
        Self {
            path,
            parameters,
            idempotency_key: entry.idempotency_key(),
        }
    }
}

/// Nobody is at hand who could be asked to authenticate: a card that wants that is declined.
fn authorization(payment: &Payment) -> Vec<(&'static str, String)> {
    let request = &payment.request;
    let currency = request.amount.currency.as_str().to_ascii_lowercase();
    vec![
        ("amount", request.amount.amount_minor.to_string()),
        ("currency", currency),
        ("payment_method", request.payment_method.clone()),
        ("payment_method_types[]", "card".to_owned()),
        ("capture_method", "manual".to_owned()),
        ("confirm", "true".to_owned()),
        ("error_on_requires_action", "true".to_owned()),
        ("metadata[order_id]", request.order_id.to_string()),
        ("metadata[payment_id]", payment.payment_id.to_string()),
    ]
}
