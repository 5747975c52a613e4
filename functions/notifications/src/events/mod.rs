//! What this function hears: one file for each type of event.
//!
//! None of them needs an inbox: a status is kept once, and a letter is mailed once, whatever the event is called that brings it.

mod on_account_erased;
mod on_account_registered;
mod on_authentication_requested;
mod on_order_cancelled;
mod on_order_confirmed;
mod on_order_delivered;
mod on_order_placed;
mod on_order_shipped;

pub(crate) use on_account_erased::on_account_erased;
pub(crate) use on_account_registered::on_account_registered;
pub(crate) use on_authentication_requested::on_authentication_requested;
pub(crate) use on_order_cancelled::on_order_cancelled;
pub(crate) use on_order_confirmed::on_order_confirmed;
pub(crate) use on_order_delivered::on_order_delivered;
pub(crate) use on_order_placed::on_order_placed;
pub(crate) use on_order_shipped::on_order_shipped;

use souk_kit::Refusal;

use crate::{
    app::App,
    correspondence::mail,
    domain::{Letter, Update},
};

/// Shows where an order stands, and then writes to its customer: who looks at the page does not wait for the mail server.
async fn inform(app: &App, update: Update, letter: Letter) -> Result<(), Refusal> {
    app.store.keep_update(&update).await?;
    app.live.tell(update.order_id);
    mail(app, &letter).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;

    use crate::testing::{ADA, Mailroom};

    #[tokio::test]
    async fn every_fact_is_mailed_in_its_own_words() {
        let room = Mailroom::open().await;
        assert_eq!(room.hear(&room.registered()).await, StatusCode::ACCEPTED);
        let order_id = room.placed().order_id;
        let facts = room.life_of(order_id);
        for fact in facts.iter().chain([&room.cancelled_event(order_id)]) {
            room.clock.advance(TimeDelta::seconds(1));
            assert_eq!(room.deliver(fact).await, StatusCode::ACCEPTED);
        }
        let subjects: Vec<_> = room
            .post_office
            .mails()
            .iter()
            .map(|mail| mail.subject())
            .collect();
        let expected = [
            "Welcome to Souk",
            "We have received your order",
            "Your order is confirmed",
            "Your order is on its way",
            "Your order has arrived",
            "Your order was cancelled",
        ];
        assert_eq!(subjects, expected);
        let listed = room.notifications(ADA).await;
        assert!(
            listed.iter().all(|one| one["status"] == "sent"),
            "{listed:?}"
        );
        assert_eq!(listed.len(), expected.len());
    }
}
