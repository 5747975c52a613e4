//! An application that lets people log in with the shop: OAuth by hand, so that a test can do each step wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::browser::{Browser, Page};
use crate::client::Client;
use crate::people::new_client_id;
use crate::shop::Shop;

/// A registered application.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    /// Its name at identity.
    pub client_id: String,
    /// Its secret; a public client has none.
    pub client_secret: Option<String>,
    /// Where codes are sent to.
    pub redirect_uri: String,
    /// Where one comes after logging out.
    pub post_logout_redirect_uri: String,
    client: Client,
    gateway: String,
}

/// Proof Key for Code Exchange: what only who has begun can finish.
#[derive(Debug, Clone)]
pub struct Pkce {
    /// Kept by the application.
    pub verifier: String,
    /// Sent ahead.
    pub challenge: String,
}

/// What a person's login has given the application.
#[derive(Debug, Clone)]
pub struct Login {
    /// Redeemed once.
    pub code: String,
    /// What belongs to it.
    pub pkce: Pkce,
}

/// The scopes that a test's application may ask for.
const SCOPES: [&str; 8] = [
    "openid",
    "profile",
    "email",
    "offline_access",
    "account",
    "orders:read",
    "carts:read",
    "carts:write",
];

impl Shop {
    /// A public application, such as an app on a phone.
    pub async fn public_application(&self) -> RelyingParty {
        self.application("public").await
    }

    /// An application with a server, which keeps a secret.
    pub async fn confidential_application(&self) -> RelyingParty {
        self.application("confidential").await
    }

    async fn application(&self, kind: &str) -> RelyingParty {
        let client_id = new_client_id();
        let origin = format!("https://{client_id}.example");
        let body = application(kind, &origin, "A test's application");
        let path = format!("/v1/clients/{client_id}");
        let made = self.operator().await.put(&path, body).await.expect(201);
        RelyingParty {
            client_id,
            client_secret: made.body["client_secret"].as_str().map(str::to_owned),
            redirect_uri: format!("{origin}/back"),
            post_logout_redirect_uri: format!("{origin}/bye"),
            client: self.visitor(),
            gateway: self.gateway.clone(),
        }
    }
}

/// What an operator says of an application.
fn application(kind: &str, origin: &str, name: &str) -> Value {
    json!({
        "name": name, "kind": kind, "redirect_uris": [format!("{origin}/back")],
        "post_logout_redirect_uris": [format!("{origin}/bye")], "scopes": SCOPES,
    })
}

impl Pkce {
    /// A new pair.
    #[must_use]
    pub fn new() -> Self {
        let verifier = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        Self {
            verifier,
            challenge,
        }
    }
}

impl Default for Pkce {
    fn default() -> Self {
        Self::new()
    }
}

impl RelyingParty {
    /// The parameters with which it sends somebody to the shop.
    #[must_use]
    pub fn parameters(&self, pkce: &Pkce) -> Vec<(&'static str, String)> {
        vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.client_id.clone()),
            ("redirect_uri", self.redirect_uri.clone()),
            (
                "scope",
                "openid email offline_access orders:read".to_owned(),
            ),
            ("state", "a-state".to_owned()),
            ("nonce", "a-nonce".to_owned()),
            ("code_challenge", pkce.challenge.clone()),
            ("code_challenge_method", "S256".to_owned()),
        ]
    }

    /// A browser of its own is sent to the shop with these.
    pub async fn sends(&self, browser: &mut Browser, parameters: &[(&str, String)]) -> Page {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let _ = query.extend_pairs(parameters);
        browser
            .open(&format!("/oauth2/authorize?{}", query.finish()))
            .await
    }

    /// Somebody logs in, agrees, and comes back with a code.
    ///
    /// # Panics
    ///
    /// When no code comes back.
    pub async fn login(&self, email: &str, password: &str) -> Login {
        let (pkce, mut browser) = (Pkce::new(), Browser::new(&self.gateway));
        let page = self.sends(&mut browser, &self.parameters(&pkce)).await;
        let back = browser.through(page, email, password).await;
        let code = back.query("code");
        Login {
            code: code.unwrap_or_else(|| panic!("no code came back, but {}", back.url)),
            pkce,
        }
    }

    /// Somebody who knows all of it but the secret.
    #[must_use]
    pub fn with_secret(&self, client_secret: Option<&str>) -> Self {
        Self {
            client_secret: client_secret.map(str::to_owned),
            ..self.clone()
        }
    }

    /// What it says of itself at the token endpoint.
    #[must_use]
    pub fn credentials(&self) -> Vec<(&str, &str)> {
        let mut fields = vec![("client_id", self.client_id.as_str())];
        let secret = self.client_secret.as_deref();
        fields.extend(secret.map(|secret| ("client_secret", secret)));
        fields
    }

    /// Redeems a code as it should be.
    pub async fn redeem(&self, login: &Login) -> Answer {
        self.redeem_with(&login.code, &login.pkce.verifier, &self.redirect_uri)
            .await
    }

    /// Redeems a code with anything.
    pub async fn redeem_with(&self, code: &str, verifier: &str, redirect_uri: &str) -> Answer {
        let mut form = self.credentials();
        form.extend([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri),
        ]);
        self.client.form("/oauth2/token", &form).await
    }

    /// Asks for new tokens.
    pub async fn refresh(&self, refresh_token: &str, scope: Option<&str>) -> Answer {
        let mut form = self.credentials();
        form.extend([
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ]);
        form.extend(scope.map(|scope| ("scope", scope)));
        self.client.form("/oauth2/token", &form).await
    }

    /// Says that a token is no longer wanted.
    pub async fn revoke(&self, token: &str) -> Answer {
        let mut form = self.credentials();
        form.push(("token", token));
        self.client.form("/oauth2/revoke", &form).await
    }

    /// Somebody has logged in: who carries the access token and the refresh token.
    pub async fn client_of(&self, email: &str, password: &str) -> (Client, Answer) {
        let login = self.login(email, password).await;
        let tokens = self.redeem(&login).await.expect(200);
        (self.client.with_tokens_of(&tokens), tokens)
    }
}
