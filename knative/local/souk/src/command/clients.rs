//! `souk clients`: who else gets tokens: machines, and apps that act for people.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cli::{AddClient, ClientsAction, ClientsOptions};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::platform::{Platform, segment};
use crate::terminal::{answer, pretty, progress, table};

const CLIENTS: &str = "/v1/clients";
/// All that a shop has fit into a few pages of this size.
const PAGE_ITEMS: usize = 100;
const PAGES_MAX: usize = 50;

/// A page of clients.
#[derive(Deserialize)]
struct Page {
    items: Vec<Client>,
    next_cursor: Option<String>,
}

/// A client as an operator sees it.
#[derive(Serialize, Deserialize)]
struct Client {
    client_id: String,
    name: String,
    kind: String,
    scopes: Vec<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    limit_per_minute: Option<u32>,
    enabled: bool,
}

/// Does what it is told, and prints what is to be known afterwards.
pub(crate) fn run(options: &ClientsOptions, data_dir: &DataDir) -> Outcome {
    let told = Platform::as_operator(data_dir, async |platform| match &options.action {
        None => list(platform, options.json).await,
        Some(ClientsAction::Add(client)) => add(platform, client).await,
        Some(ClientsAction::Secret { client_id }) => renew(platform, client_id).await,
        Some(ClientsAction::Disable { client_id }) => enable(platform, client_id, false).await,
        Some(ClientsAction::Enable { client_id }) => enable(platform, client_id, true).await,
        Some(ClientsAction::Remove { client_id }) => remove(platform, client_id).await,
    })?;
    answer(&told);
    Ok(())
}

async fn list(platform: &Platform, as_json: bool) -> Outcome<String> {
    let mut clients = Vec::new();
    let mut path = format!("{CLIENTS}?limit={PAGE_ITEMS}");
    for _ in 0..PAGES_MAX {
        let page: Page = platform.ask("clients", (Method::GET, &path), None).await?;
        clients.extend(page.items);
        let Some(cursor) = page.next_cursor else {
            break;
        };
        path = format!("{CLIENTS}?limit={PAGE_ITEMS}&cursor={}", segment(&cursor));
    }
    match as_json {
        true => pretty(&json!({ "items": clients })),
        false => Ok(text(&clients)),
    }
}

fn text(clients: &[Client]) -> String {
    let head = ["CLIENT", "KIND", "STATE", "A MINUTE", "SCOPES"].map(str::to_owned);
    let row = |client: &Client| {
        let limit = client.limit_per_minute.filter(|_| client.kind == "machine");
        vec![
            client.client_id.clone(),
            client.kind.clone(),
            if client.enabled {
                "enabled"
            } else {
                "disabled"
            }
            .to_owned(),
            limit.map(|limit| limit.to_string()).unwrap_or_default(),
            client.scopes.join(" "),
        ]
    };
    let rows: Vec<Vec<String>> = clients.iter().map(row).collect();
    table(&[vec![head.to_vec()], rows].concat())
}

async fn add(platform: &Platform, client: &AddClient) -> Outcome<String> {
    if known(platform, &client.client_id).await?.is_some() {
        let what = format!("there is a client {} already", client.client_id);
        let remedy =
            "Give it another name; `secret`, `disable` and `enable` change one that is there.";
        return Err(Failure::new(what, remedy));
    }
    let mut body = json!({
        "name": client.name.as_ref().unwrap_or(&client.client_id),
        "kind": client.kind,
        "scopes": client.scopes,
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
    });
    if let Some(limit) = client.limit_per_minute {
        body["limit_per_minute"] = limit.into();
    }
    let path = of(&client.client_id);
    let made = platform
        .ask("add", (Method::PUT, &path), Some(&body))
        .await?;
    Ok(secret_of(&made).unwrap_or_else(|| format!("{} has no secret", client.client_id)))
}

async fn renew(platform: &Platform, client_id: &str) -> Outcome<String> {
    let path = format!("{}/secret", of(client_id));
    let made = platform.ask("secret", (Method::POST, &path), None).await?;
    secret_of(&made).ok_or_else(|| Failure::new("secret: the answer holds none", ""))
}

/// The secret alone goes to stdout, for a file or a pipe.
fn secret_of(answer: &Value) -> Option<String> {
    let secret = answer["client_secret"].as_str()?;
    progress("the secret, which nobody can show again:");
    Some(secret.to_owned())
}

async fn enable(platform: &Platform, client_id: &str, enabled: bool) -> Outcome<String> {
    let Some(client) = known(platform, client_id).await? else {
        return Err(Failure::new(format!("there is no client {client_id}"), ""));
    };
    let client = Client { enabled, ..client };
    let mut body = serde_json::to_value(&client).map_err(|error| Failure::new(error, ""))?;
    if let Some(fields) = body.as_object_mut() {
        fields.remove("client_id");
        fields.retain(|_, value| !value.is_null());
    }
    let what = if enabled { "enable" } else { "disable" };
    let path = of(client_id);
    let _: Value = platform
        .ask(what, (Method::PUT, &path), Some(&body))
        .await?;
    Ok(text(&[client]))
}

async fn remove(platform: &Platform, client_id: &str) -> Outcome<String> {
    let path = of(client_id);
    let _: Value = platform
        .ask("remove", (Method::DELETE, &path), None)
        .await?;
    Ok(format!("{client_id} is gone"))
}

async fn known(platform: &Platform, client_id: &str) -> Outcome<Option<Client>> {
    platform.find("clients", &of(client_id)).await
}

fn of(client_id: &str) -> String {
    format!("{CLIENTS}/{}", segment(client_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_is_shown_with_what_it_may_and_how_often() {
        let client = |value: Value| serde_json::from_value::<Client>(value).unwrap();
        let shown = text(&[
            client(
                json!({ "client_id": "erp", "name": "ERP", "kind": "machine", "enabled": false,
                "scopes": ["carts:read", "orders:read"], "limit_per_minute": 60, "declared": true }),
            ),
            client(
                json!({ "client_id": "app", "name": "App", "kind": "public", "enabled": true,
                "scopes": ["openid"], "limit_per_minute": 600 }),
            ),
        ]);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines[1],
            "  erp     machine  disabled  60        carts:read orders:read"
        );
        assert_eq!(lines[2], "  app     public   enabled             openid");
    }
}
