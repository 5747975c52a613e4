//! Everything that the shop knows about the owner of an account: what is here, and what the other functions show the owner when they
//! ask with a token of the owner that reads, and nothing else, for a minute.

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::try_join_all;
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Map, Value};
use souk_kit::{
    Problem, Reader,
    auth::Role,
    resilience::{Client, ClientError},
};

use crate::{
    app::App,
    domain::{Account, Scope},
    tokens,
};

/// A neighbour may have to wake up first.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than all pages take.
const TOKEN_LIFE: TimeDelta = TimeDelta::seconds(60);
/// Of 100 items each. Whoever has more asks the lists themselves.
const PAGES_MAX: usize = 20;

/// What a neighbour has of somebody: its name, the setting that says where it is, and the list.
const LISTS: [(&str, &str, &str); 5] = [
    ("carts", "CARTS_URL", "/v1/carts"),
    ("orders", "ORDERS_URL", "/v2/orders"),
    ("payments", "PAYMENTS_URL", "/v1/payments"),
    ("shipping", "SHIPPING_URL", "/v1/shipments"),
    ("notifications", "NOTIFICATIONS_URL", "/v1/notifications"),
];

/// Where the lists are, in the order of [`LISTS`]. Clones share connections.
#[derive(Clone)]
pub(super) struct Neighbours(Vec<Neighbour>);

#[derive(Clone)]
struct Neighbour {
    client: Client,
    list: &'static str,
}

/// A list, and whether it is whole.
pub(super) struct Collected {
    pub(super) items: Vec<Map<String, Value>>,
    pub(super) is_complete: bool,
}

/// A page as the neighbours write it; carts have one page and say nothing of a next one.
#[derive(Deserialize)]
struct Page {
    items: Vec<Map<String, Value>>,
    next_cursor: Option<String>,
}

impl Neighbours {
    /// Reads where they are; usually where the cluster has them.
    pub(super) fn from_env(r: &mut Reader<'_>) -> Option<Self> {
        let neighbours = LISTS.map(|(name, setting, list)| {
            let usual = format!("http://{name}.souk.svc.cluster.local");
            let usual = usual.parse::<Url>().expect("a name is part of a URL");
            let client = Client::new(name, r.optional(setting, usual)?, ASK_TIMEOUT);
            let client = client
                .map_err(|error| r.mistake(format!("{setting} cannot be asked: {error}")))
                .ok()?;
            Some(Neighbour { client, list })
        });
        Some(Self(neighbours.into_iter().collect::<Option<_>>()?))
    }
}

/// The lists of [`LISTS`], in that order. 503 if one of the neighbours does not answer: half an export is none.
pub(super) async fn collect(app: &App, account: &Account) -> Result<[Collected; 5], Problem> {
    // A merchant exports what is theirs and not the shop's.
    let own = Account {
        role: Role::Customer,
        ..account.clone()
    };
    let scope = Scope::of_role(Role::Customer).reading();
    let token = tokens::mint_brief(app, &own, &scope, TOKEN_LIFE).await?;
    let neighbours = app.accounts.neighbours.0.iter();
    let lists = try_join_all(neighbours.map(|neighbour| neighbour.everything(&token))).await?;
    let lists = <[Collected; 5]>::try_from(lists);
    lists.map_err(|lists| Problem::internal(format!("{} lists instead of five", lists.len())))
}

impl Neighbour {
    async fn everything(&self, token: &str) -> Result<Collected, ClientError> {
        let (mut items, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let path = match &cursor {
                None => format!("{}?limit=100", self.list),
                // A cursor is base64url, which says in an address what it says here.
                Some(cursor) => format!("{}?limit=100&cursor={cursor}", self.list),
            };
            let page: Page = self.client.get_json(&path, Some(token)).await?;
            items.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        Ok(Collected {
            items,
            is_complete: cursor.is_none(),
        })
    }
}

#[cfg(test)]
mod tests;
