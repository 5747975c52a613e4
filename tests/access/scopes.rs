//! Tokens with chosen scopes, signed as identity signs.

use journeys::tokens::ShopKey;
use serde_json::json;

use crate::table::Row;

/// All scopes of the table, but one; of a family of scopes, none of them.
pub(crate) fn all_but(rows: &[Row], scope: &str) -> String {
    let scopes = rows
        .iter()
        .filter(|row| !row.is_public() && row.scope != scope);
    let mut scopes: Vec<String> = scopes.map(Row::enough).collect();
    scopes.sort();
    scopes.dedup();
    scopes.join(" ")
}

/// A token of somebody whom nobody knows.
pub(crate) fn forged(key: &ShopKey, role: &str, scope: &str) -> String {
    let token = key.access_token(role, scope);
    let token = match role {
        // The gate knows each machine by its own name.
        "machine" => token
            .claim("kid", json!(format!("{}.erp", key.kid)))
            .claim("client_id", json!("erp"))
            .without("sid")
            .without("email")
            .without("email_verified")
            .without("name"),
        "guest" => token
            .without("email")
            .without("email_verified")
            .without("name"),
        _ => token,
    };
    key.sign(&token)
}
