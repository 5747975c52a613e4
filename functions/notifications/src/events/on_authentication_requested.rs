//! The bank wants the customer to confirm a payment: the customer is written to, unless the order has gone on already.

use souk_contracts::AuthenticationRequested;
use souk_kit::{Delivery, Refusal};

use crate::{
    app::App,
    correspondence::mail,
    domain::{self, Status},
};

pub(crate) async fn on_authentication_requested(
    app: App,
    delivery: Delivery<AuthenticationRequested>,
) -> Result<(), Refusal> {
    let order_id = delivery.data.order_id;
    let updates = app.store.updates_after(order_id, 0).await?;
    if updates
        .iter()
        .any(|update| update.status != Status::Pending)
    {
        return Ok(());
    }
    let later = |what: &str| Refusal::Later(format!("order {order_id}: {what}"));
    let Some(placed) = updates.first() else {
        return Err(later("it was not heard of yet"));
    };
    let Some(recipient) = app.store.recipient(placed).await? else {
        // Whoever is to be forgotten is not written to.
        return match app.store.erased_at(placed.account_id).await? {
            Some(_) => Ok(()),
            None => Err(later("whom to write to is not known yet")),
        };
    };
    let at = delivery.time.unwrap_or_else(|| app.clock.now());
    mail(&app, &domain::unconfirmed(placed, recipient, at)).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use souk_contracts::AuthenticationRequested;
    use uuid::Uuid;

    use crate::testing::{ADA, Mailroom};

    fn requested(order_id: Uuid) -> AuthenticationRequested {
        AuthenticationRequested {
            order_id,
            payment_id: Uuid::from_u128(9),
        }
    }

    fn subjects(room: &Mailroom) -> Vec<String> {
        let mails = room.post_office.mails();
        mails.iter().map(|mail| mail.subject().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_customer_is_asked_once_to_confirm_a_payment_and_finds_no_copy_in_the_list() {
        let room = Mailroom::open().await;
        let placed = room.placed();
        let requested = requested(placed.order_id);
        let early = room.hear(&requested).await;
        assert_eq!(early, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(room.hear(&placed).await, StatusCode::ACCEPTED);
        for _ in 0..2 {
            assert_eq!(room.hear(&requested).await, StatusCode::ACCEPTED);
        }
        let expected = ["We have received your order", "Please confirm your payment"];
        assert_eq!(subjects(&room), expected);
        assert_eq!(room.notifications(ADA).await.len(), 1);
    }

    #[tokio::test]
    async fn of_an_order_that_has_gone_on_nothing_has_to_be_confirmed() {
        let room = Mailroom::open().await;
        let placed = room.placed();
        assert_eq!(room.hear(&placed).await, StatusCode::ACCEPTED);
        let cancelled = room.cancelled_event(placed.order_id);
        assert_eq!(room.deliver(&cancelled).await, StatusCode::ACCEPTED);
        let late = room.hear(&requested(placed.order_id)).await;
        assert_eq!(late, StatusCode::ACCEPTED);
        assert!(!subjects(&room).contains(&"Please confirm your payment".to_owned()));
    }
}
