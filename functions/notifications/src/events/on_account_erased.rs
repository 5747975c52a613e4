//! Somebody is forgotten: what was written to them goes. An order of theirs that is under way is written about still, and
//! those letters keep neither address nor text.

use souk_contracts::AccountErased;
use souk_kit::{Delivery, Refusal};

use crate::app::App;

pub(crate) async fn on_account_erased(
    app: App,
    delivery: Delivery<AccountErased>,
) -> Result<(), Refusal> {
    let AccountErased {
        account_id,
        erased_at,
    } = delivery.data;
    // First the mark: what is filed after it is redacted, and what was filed before is deleted now.
    app.store.note_erased(account_id, erased_at).await?;
    while app.store.forget_some(account_id).await? {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{ADA, Mailroom};

    async fn erase(room: &Mailroom, account_id: Uuid) {
        let erased = AccountErased {
            account_id,
            erased_at: room.clock.now(),
        };
        assert_eq!(room.hear(&erased).await, StatusCode::ACCEPTED);
    }

    #[tokio::test]
    async fn all_letters_to_an_erased_account_go_and_are_not_mailed_again() {
        let room = Mailroom::open().await;
        let orders: Vec<_> = (0..30).map(|_| room.placed()).collect();
        for order in &orders {
            room.hear(order).await;
        }
        assert_eq!(room.notifications(ADA).await.len(), 20, "a page of them");
        room.clock.advance(TimeDelta::seconds(1));
        for _ in 0..2 {
            erase(&room, ADA).await;
            assert!(room.notifications(ADA).await.is_empty());
        }
        assert_eq!(room.hear(&orders[0]).await, StatusCode::ACCEPTED);
        assert_eq!(room.post_office.mails().len(), 30, "one was mailed again");
        assert!(room.notifications(ADA).await.is_empty());
    }

    #[tokio::test]
    async fn an_order_under_way_is_written_about_and_nothing_of_that_is_kept() {
        let room = Mailroom::open().await;
        erase(&room, ADA).await;
        room.clock.advance(TimeDelta::seconds(1));
        let order = room.placed();
        for _ in 0..2 {
            assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        }
        let mails = room.post_office.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, ["ada@souk.example"]);
        let filed = &room.notifications(ADA).await[0];
        for field in ["recipient", "subject", "text"] {
            assert_eq!(filed[field], "erased", "{field}");
        }
        assert_eq!(filed["status"], "sent");
    }

    #[tokio::test]
    async fn others_are_not_forgotten() {
        let room = Mailroom::open().await;
        room.hear(&room.placed()).await;
        erase(&room, Uuid::from_u128(666)).await;
        assert_eq!(room.notifications(ADA).await.len(), 1);
    }
}
