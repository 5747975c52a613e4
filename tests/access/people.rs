//! Somebody of each role.

use journeys::{Client, Shop};

use crate::scopes;
use crate::table::{Row, table};

/// Whoever is in a shop. Customers and guests are made anew for each request: some operations end them.
pub(crate) struct People {
    /// The shop.
    pub(crate) shop: &'static Shop,
    machine: Client,
}

/// What ends whoever asks for it: asked for by somebody of this role who has no account.
const ENDINGS: [&str; 1] = ["erase_account"];

impl People {
    /// With a machine that has every scope that a machine can have.
    pub(crate) async fn of(shop: &'static Shop) -> Self {
        let rows = table();
        let wanted = rows
            .iter()
            .filter(|row| !row.is_public() && row.is_open_to("machine"));
        let mut scopes: Vec<String> = wanted.map(Row::enough).collect();
        scopes.sort();
        scopes.dedup();
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let secret = shop.new_machine(&scopes, 60_000).await;
        Self {
            shop,
            machine: shop.visitor().machine(&secret, None).await,
        }
    }

    /// Somebody of a role, who asks for this operation.
    pub(crate) async fn somebody(&self, role: &str, row: &Row) -> Client {
        let shop = self.shop;
        let is_ending = ENDINGS.contains(&row.operation.as_str());
        match role {
            "nobody" => shop.visitor(),
            "guest" => shop.guest().await,
            "customer" => shop.customer().await,
            "merchant" | "operator" if is_ending => {
                let key = shop.signing_key().expect("the shop was started here");
                let token = scopes::forged(&key, role, &row.enough());
                shop.visitor().with_token(&token)
            }
            "merchant" => shop.merchant().await,
            "operator" => shop.operator().await,
            "machine" => self.machine.clone(),
            other => panic!("no role `{other}`"),
        }
    }
}
