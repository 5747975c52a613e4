//! The crate `openidconnect`, as it is, logs a person in through the real pages in Chromium, which `browser.mjs` drives.
//!
//! `.ci/check-oidc` brings Node, puppeteer and Chromium, and runs it; `SOUK_OIDC` names the folder with browser.mjs and node_modules.

use std::net::TcpListener;
use std::process::Command;

use journeys::people::new_client_id;
use journeys::{PASSWORD, Shop};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, RefreshToken, Scope,
    TokenResponse as _,
};
use serde_json::{Value, json};

/// A client after discovery.
type Stock = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How the crate reaches the shop: it brings no HTTP client of its own here.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    let response = client.execute(request.try_into()?).await?;
    let mut answer = HttpResponse::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    *answer.body_mut() = response.bytes().await?.to_vec();
    Ok(answer)
}

/// An application of one kind, registered and configured by discovery.
async fn application(shop: &Shop, kind: &str) -> (Stock, String) {
    let client_id = new_client_id();
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let redirect_uri = format!("http://127.0.0.1:{port}/back");
    let body = json!({
        "name": "A stock client", "kind": kind, "redirect_uris": [redirect_uri],
        "scopes": ["openid", "profile", "email", "offline_access", "orders:read"],
    });
    let path = format!("/v1/clients/{client_id}");
    let made = shop.operator().await.put(&path, body).await.expect(201);
    let issuer = IssuerUrl::new(shop.gateway.clone()).expect("the gateway has a URL");
    let metadata = CoreProviderMetadata::discover_async(issuer, &send)
        .await
        .expect("the shop can be discovered");
    let secret = made.body["client_secret"]
        .as_str()
        .map(|secret| ClientSecret::new(secret.to_owned()));
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(client_id), secret)
        .set_redirect_uri(RedirectUrl::new(redirect_uri.clone()).expect("a URL"));
    (client, redirect_uri)
}

/// A person in front of Chromium; gives the address that the browser was sent back to.
fn browse(start: &str, email: &str, redirect_uri: &str) -> url::Url {
    let folder = std::env::var("SOUK_OIDC").expect("SOUK_OIDC names the folder with browser.mjs");
    let person = json!({ "start": start, "email": email, "password": PASSWORD, "redirect_uri": redirect_uri });
    let output = Command::new("node")
        .args(["browser.mjs", &person.to_string()])
        .current_dir(folder)
        .output();
    let output = output.expect("node can be started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: Value = serde_json::from_slice(&output.stdout).expect("browser.mjs prints JSON");
    seen["url"]
        .as_str()
        .and_then(|url| url.parse().ok())
        .expect("it names a URL")
}

fn query(url: &url::Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found
        .unwrap_or_else(|| panic!("{url} has no {name}"))
        .1
        .into_owned()
}

async fn logs_in_and_refreshes(kind: &str) {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let (client, redirect_uri) = application(shop, kind).await;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (start, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scopes(
            ["email", "profile", "offline_access", "orders:read"]
                .map(|scope| Scope::new(scope.to_owned())),
        )
        .set_pkce_challenge(challenge)
        .url();
    let (start, address) = (start.to_string(), email.clone());
    let back = tokio::task::spawn_blocking(move || browse(&start, &address, &redirect_uri))
        .await
        .expect("a browser");
    assert_eq!(query(&back, "state"), *state.secret());
    assert_eq!(query(&back, "iss"), shop.gateway);

    let tokens = client
        .exchange_code(AuthorizationCode::new(query(&back, "code")))
        .expect("the token endpoint is known")
        .set_pkce_verifier(verifier)
        .request_async(&send)
        .await
        .expect("the code is redeemed");
    let id_token = tokens.id_token().expect("an id_token");
    let verifier = client.id_token_verifier();
    let claims = id_token
        .claims(&verifier, &nonce)
        .expect("the id_token is right");
    assert_eq!(
        claims.email().map(|email| email.as_str()),
        Some(email.as_str())
    );
    let hash = claims.access_token_hash().expect("an at_hash");
    let key = id_token.signing_key(&verifier).expect("a key of the JWKS");
    let algorithm = id_token.signing_alg().expect("an algorithm");
    let own = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).expect("a hash");
    assert_eq!(*hash, own);

    let info: CoreUserInfoClaims = client
        .user_info(
            tokens.access_token().clone(),
            Some(claims.subject().clone()),
        )
        .expect("the userinfo endpoint is known")
        .request_async(&send)
        .await
        .expect("userinfo answers");
    assert_eq!(
        info.email().map(|email| email.as_str()),
        Some(email.as_str())
    );

    let refresh_token = tokens.refresh_token().expect("a refresh token");
    let renew = async |token: &RefreshToken| {
        let request = client
            .exchange_refresh_token(token)
            .expect("the token endpoint is known");
        request.request_async(&send).await
    };
    let renewed = renew(refresh_token).await.expect("the token is refreshed");
    let customer = shop.visitor().with_token(renewed.access_token().secret());
    let _ = customer.get("/v1/orders").await.expect(200);
    let next = renewed.refresh_token().expect("another refresh token");
    let _ = renew(next).await.expect("the token is refreshed again");
    assert!(
        renew(refresh_token).await.is_err(),
        "a refresh token works twice"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and Node: .ci/check-oidc"]
async fn a_public_client_of_the_crate_openidconnect_logs_in_and_refreshes() {
    logs_in_and_refreshes("public").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and Node: .ci/check-oidc"]
async fn a_confidential_client_of_the_crate_openidconnect_logs_in_and_refreshes() {
    logs_in_and_refreshes("confidential").await;
}
