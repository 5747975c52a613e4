//! Somebody is forgotten: so are their carts.

use souk_contracts::AccountErased;
use souk_kit::{Delivery, Refusal};

use crate::{app::App, store::carts};

/// It needs no inbox: what is gone cannot be deleted twice.
pub(crate) async fn on_account_erased(
    app: App,
    delivery: Delivery<AccountErased>,
) -> Result<(), Refusal> {
    let account_id = delivery.data.account_id;
    while carts::forget_some(&app.outbox, account_id).await? {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_contracts::Contract;
    use souk_kit::Role;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{ADA, Shop};

    #[tokio::test]
    async fn all_carts_of_an_erased_account_go_and_no_others() {
        let shop = Shop::open().await;
        let expired = shop.cart_of(&[("MUG", 1)]).await;
        shop.wait(shop.lifetime());
        for _ in 0..3 {
            shop.cart_of(&[("MUG", 2)]).await;
        }
        let other = shop.token(Uuid::from_u128(7), Role::Customer);
        let kept = shop.post_with("/v1/carts", &other).await;
        let erased = AccountErased {
            account_id: ADA,
            erased_at: shop.now(),
        };
        let event = erased.event(Uuid::now_v7(), shop.now());
        for _ in 0..2 {
            assert_eq!(shop.deliver(&event).await, StatusCode::ACCEPTED);
            assert_eq!(shop.get("/v1/carts", ADA).await.body["items"], json!([]));
        }
        assert!(
            !shop.is_stored(ADA, expired).await,
            "an expired one is left"
        );
        let path = kept.headers["location"].to_str().unwrap();
        assert_eq!(shop.get_with(path, &other).await.status, StatusCode::OK);
    }
}
