//! Tokens that identity has not made, or not for this.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use journeys::tokens::{Forgery, strangers_jwk, strangers_key};
use journeys::{Client, Shop};
use p256::elliptic_curve::sec1::FromEncodedPoint as _;
use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use p256::{EncodedPoint, FieldBytes, PublicKey};
use serde_json::{Value, json};

/// The token opens nothing.
async fn refused(shop: &Shop, token: &str) {
    let client = shop.visitor().with_token(token);
    let answer = client.get("/v1/orders").await.expect(401);
    assert!(!answer.body.to_string().contains("\"items\""));
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer"), "`{challenge}` to {token}");
}

/// Claims and header of a real token, to be bent.
async fn real(shop: &Shop) -> (Client, Forgery) {
    let customer = shop.customer().await;
    let forgery = Forgery::of(customer.token());
    (customer, forgery)
}

/// A token that is right but for what `bend` changes is refused, and the same unchanged is not.
async fn refused_when_bent(bends: &[&dyn Fn(Forgery) -> Forgery]) {
    let shop = Shop::shared().await;
    let Some(key) = shop.signing_key() else {
        return;
    };
    let right = key.access_token("customer", "orders:read");
    let client = shop.visitor().with_token(&key.sign(&right));
    let _ = client.get("/v1/orders").await.expect(200);
    for bend in bends {
        refused(shop, &key.sign(&bend(right.clone()))).await;
    }
}

/// The public key that verifies tokens, as everybody can have it.
async fn public_pem(shop: &Shop) -> String {
    let jwks = shop
        .visitor()
        .get("/v1/identity/jwks.json")
        .await
        .expect(200);
    let coordinate = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(jwks.text(&format!("/keys/0/{name}")));
        let bytes: [u8; 32] = bytes.expect("base64url").try_into().expect("32 bytes");
        FieldBytes::from(bytes)
    };
    let point = EncodedPoint::from_affine_coordinates(&coordinate("x"), &coordinate("y"), false);
    let key = PublicKey::from_encoded_point(&point).expect("a point on the curve");
    key.to_public_key_pem(LineEnding::LF)
        .expect("a key has a PEM")
}

#[tokio::test]
async fn a_token_that_needs_no_signature_is_refused() {
    let shop = Shop::shared().await;
    let (_, forgery) = real(shop).await;
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        let token = forgery.clone().header("alg", json!(algorithm));
        refused(shop, &token.with_signature(b"")).await;
        refused(shop, &token.with_signature(b"anything")).await;
    }
    let absent = json!({ "typ": "at+jwt", "kid": forgery.header["kid"] });
    let absent = Forgery {
        header: absent,
        ..forgery
    };
    refused(shop, &absent.with_signature(b"")).await;
}

#[tokio::test]
async fn the_public_key_is_no_password_for_hmac() {
    let shop = Shop::shared().await;
    let (_, forgery) = real(shop).await;
    let pem = public_pem(shop).await;
    for algorithm in ["HS256", "ES256"] {
        let token = forgery.clone().header("alg", json!(algorithm));
        // The last one stands in Kong's file, because Kong asks for it.
        for secret in [&pem, pem.trim_end(), "", "not used with ES256"] {
            refused(shop, &token.hmac_signed(secret.as_bytes())).await;
        }
    }
}

#[tokio::test]
async fn a_token_of_an_unknown_or_a_strangers_key_is_refused() {
    let shop = Shop::shared().await;
    let (_, forgery) = real(shop).await;
    refused(shop, &forgery.signed(&strangers_key())).await;
    let unknown = forgery
        .header("kid", json!("unknown"))
        .claim("kid", json!("unknown.customers"));
    refused(shop, &unknown.signed(&strangers_key())).await;
}

#[tokio::test]
async fn a_key_id_that_is_a_path_or_a_query_finds_no_key() {
    let shop = Shop::shared().await;
    let (_, forgery) = real(shop).await;
    let ids = [
        "../../../../../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "..%2f..%2fdev%2fnull",
        "x' OR '1'='1",
        "*",
        "http://127.0.0.1:1/keys",
        "a\u{0}b",
        "",
    ];
    for id in ids {
        for consumer in ["", ".customers", ".merchants"] {
            let kid = format!("{id}{consumer}");
            let token = forgery
                .clone()
                .header("kid", json!(id))
                .claim("kid", json!(kid));
            refused(shop, &token.signed(&strangers_key())).await;
            refused(shop, &token.header("alg", json!("HS256")).hmac_signed(b"")).await;
        }
    }
}

#[tokio::test]
async fn a_key_that_the_token_itself_brings_is_not_believed() {
    let shop = Shop::shared().await;
    let (_, forgery) = real(shop).await;
    let kid = forgery.header["kid"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let token = forgery.header("jwk", strangers_jwk(&kid));
    refused(shop, &token.signed(&strangers_key())).await;
    let own = token
        .header("kid", json!("own"))
        .header("jwk", strangers_jwk("own"))
        .claim("kid", json!("own.customers"));
    refused(shop, &own.signed(&strangers_key())).await;
}

#[tokio::test]
async fn a_key_at_an_address_that_the_token_names_is_not_fetched() {
    let shop = Shop::shared().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    listener
        .set_nonblocking(true)
        .expect("a socket can be asked");
    let (_, forgery) = real(shop).await;
    for name in ["jku", "x5u"] {
        let url = format!("http://{address}/jwks.json");
        let token = forgery.clone().header(name, json!(url));
        refused(shop, &token.signed(&strangers_key())).await;
    }
    let called = listener.accept().map(|(_, who)| who);
    assert!(called.is_err(), "{called:?} has fetched a stranger's key");
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    refused_when_bent(&[
        &|token| token.claim("iss", json!("https://evil.example")),
        &|token| token.claim("iss", json!("")),
        &|token| token.claim("iss", json!(7)),
        &|token| token.claim("iss", json!(["https://evil.example"])),
        &|token| token.claim("iss", json!({ "a": 1 })),
    ])
    .await;
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    refused_when_bent(&[
        &|token| token.claim("aud", json!("another-shop")),
        &|token| token.claim("aud", json!(["another-shop", "a-third"])),
        &|token| token.claim("aud", json!("")),
        &|token| token.claim("aud", Value::Null),
    ])
    .await;
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let now = Utc::now().timestamp();
    refused_when_bent(&[
        &|token| token.claim("exp", json!(now - 60)),
        &|token| token.claim("exp", json!(0)),
        &|token| token.claim("exp", json!(-1)),
        &|token| token.claim("exp", json!((now + 600).to_string())),
        &|token| token.claim("exp", Value::Null),
    ])
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_valid_yet_is_refused() {
    let now = Utc::now().timestamp();
    refused_when_bent(&[&|token| token.claim("nbf", json!(now + 300)), &|token| {
        token.claim("nbf", json!("now"))
    }])
    .await;
}

#[tokio::test]
async fn a_token_without_a_claim_that_it_must_have_is_refused() {
    refused_when_bent(&[
        &|token| token.without("exp"),
        &|token| token.without("nbf"),
        &|token| token.without("iss"),
        &|token| token.without("aud"),
        &|token| token.without("sub"),
        &|token| token.without("roles"),
        &|token| token.claim("sub", json!("not a uuid")),
        &|token| token.claim("roles", json!([])),
        &|token| token.claim("roles", json!(["king"])),
    ])
    .await;
}

#[tokio::test]
async fn a_token_without_a_scope_may_nothing() {
    let shop = Shop::shared().await;
    let Some(key) = shop.signing_key() else {
        return;
    };
    let token = key.access_token("customer", "").without("scope");
    let client = shop.visitor().with_token(&key.sign(&token));
    let _ = client.get("/v1/orders").await.expect_one_of(&[401, 403]);
}

#[tokio::test]
async fn changed_claims_do_not_go_with_the_old_signature() {
    let shop = Shop::shared().await;
    let (customer, forgery) = real(shop).await;
    let signature = customer.token().rsplit('.').next().unwrap_or_default();
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let kid = forgery.header["kid"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let raised = forgery
        .claim("roles", json!(["merchant"]))
        .claim("kid", json!(format!("{kid}.merchants")));
    refused(shop, &raised.with_signature(&signature)).await;
}

#[tokio::test]
async fn the_gates_group_alone_makes_nobody_a_merchant() {
    let shop = Shop::shared().await;
    let Some(key) = shop.signing_key() else {
        return;
    };
    // As if the claim for the gate could be had without the role, and the other way round.
    let scope = "catalog:write stock:write payments:write dead-letters:read keys:write";
    let product = json!({
        "name": "X", "description": "X", "category": "test", "price": { "amount_minor": 1, "currency": "EUR" },
    });
    for (role, consumer) in [("customer", "merchants"), ("merchant", "customers")] {
        let kid = format!("{}.{consumer}", key.kid);
        let token = key.access_token(role, scope).claim("kid", json!(kid));
        let client = shop.visitor().with_token(&key.sign(&token));
        let _ = client
            .put("/v1/products/FORGED", product.clone())
            .await
            .expect_one_of(&[401, 403]);
    }
    let _ = shop.visitor().get("/v1/products/FORGED").await.expect(404);
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    let (_, tokens) = application.client_of(&email, journeys::PASSWORD).await;
    refused(shop, tokens.text("/id_token")).await;
    // Even where the gate would know the key's name.
    refused_when_bent(&[&|token| {
        token
            .header("typ", json!("JWT"))
            .claim("aud", json!("shop"))
    }])
    .await;
}

#[tokio::test]
async fn a_token_is_taken_from_its_header_alone() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let (visitor, token) = (shop.visitor(), customer.token());
    for name in ["jwt", "access_token", "token", "authorization"] {
        let path = format!("/v1/orders?{name}={token}");
        let answer = visitor.undocumented().get(&path).await;
        assert_eq!(answer.status, 401, "{name} in the query: {:#}", answer.body);
    }
    for (name, value) in [
        ("cookie", format!("jwt={token}; access_token={token}")),
        ("x-access-token", token.to_owned()),
        ("proxy-authorization", format!("Bearer {token}")),
        ("authorization", format!("Basic {token}")),
        ("authorization", token.to_owned()),
    ] {
        let request = visitor.request(reqwest::Method::GET, "/v1/orders");
        let answer = visitor.send(request.header(name, value), name).await;
        assert_eq!(answer.status, 401, "{name}: {:#}", answer.body);
    }
}
