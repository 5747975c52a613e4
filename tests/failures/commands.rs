//! What an operator types: keys and clients of the running shop.

use std::process::Output;

use journeys::Shop;
use journeys::credentials::ClientSecret;
use serde_json::Value;

const SCOPE: &str = "publish:dev.souk.goods.received.v1";

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn succeeds(shop: &Shop, arguments: &[&str]) -> String {
    let output = shop.local().souk(arguments);
    let (shown, complaint) = said(&output);
    assert!(output.status.success(), "souk {arguments:?}: {complaint}");
    shown
}

fn keys(shop: &Shop) -> Vec<Value> {
    let shown = succeeds(shop, &["keys", "--json"]);
    let keys: Value = serde_json::from_str(&shown).expect("keys are JSON");
    keys["items"].as_array().expect("a list of keys").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_adds_a_client_and_shuts_it_off_by_command() {
    let shop = Shop::start(&[]);
    let secret = succeeds(&shop, &["clients", "add", "depot", "--scope", SCOPE]);
    let depot = |client_secret: String| ClientSecret {
        client_id: "depot".to_owned(),
        client_secret,
    };
    let visitor = shop.visitor();
    let machine = visitor.machine(&depot(secret.clone()), None).await;
    let listed = succeeds(&shop, &["clients"]);
    assert!(listed.contains("depot") && !listed.contains(&secret));

    let again = shop
        .local()
        .souk(&["clients", "add", "depot", "--scope", SCOPE]);
    assert!(!again.status.success(), "one name, two clients");

    let renewed = succeeds(&shop, &["clients", "secret", "depot"]);
    let old = visitor.client_credentials(&depot(secret), None).await;
    let _ = old.expect(401);
    let _ = succeeds(&shop, &["clients", "disable", "depot"]);
    let refused = machine
        .post("/v1/events", serde_json::json!({}))
        .await
        .expect(401);
    assert!(refused.body.to_string().contains("message"), "the gate's");
    let _ = succeeds(&shop, &["clients", "enable", "depot"]);
    let _ = visitor.machine(&depot(renewed), None).await;
    let _ = succeeds(&shop, &["clients", "remove", "depot"]);
    assert!(!succeeds(&shop, &["clients"]).contains("depot"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_rotates_keys_by_command_and_an_unknown_one_is_refused() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    assert_eq!(keys(&shop).len(), 1);
    let _ = succeeds(&shop, &["keys", "rotate"]);
    assert_eq!(keys(&shop).len(), 2);
    let _ = customer.get("/v1/orders").await.expect(200);
    let unknown = shop
        .local()
        .souk(&["keys", "rotate", "--compromised", "no-such-key"]);
    let (_, complaint) = said(&unknown);
    assert!(!unknown.status.success() && complaint.contains("no-such-key"));
    assert_eq!(keys(&shop).len(), 2, "nothing was changed");
}
