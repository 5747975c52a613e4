//! `GET /.well-known/openid-configuration` (OpenID Connect Discovery) and `GET /.well-known/oauth-authorization-server` (RFC 8414):
//! where everything is and what is understood, so that a client needs to be told the shop's address only.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access,
    api::{Cached, Doc},
    http::Json,
};

use crate::{
    app::{App, Settings},
    domain::Scope,
};

const KEPT: &str = "public, max-age=300";

pub(super) const GET_OPENID_CONFIGURATION: Doc = Doc::new(
    "Read where an OpenID client finds everything",
    Access::public(),
)
.about("OpenID Connect Discovery 1.0: all that a stock client has to know.")
.says(&[(200, "Where everything is.")]);

pub(super) const GET_AUTHORIZATION_SERVER: Doc = Doc::new(
    "Read where an OAuth client finds everything",
    Access::public(),
)
.about("RFC 8414. The same as `/.well-known/openid-configuration`.")
.says(&[(200, "Where everything is.")]);

/// Where everything is, and what is understood.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProviderMetadata")]
pub(super) struct Metadata {
    /// The shop's address: `iss` of every token.
    issuer: String,
    /// Where people are sent to log in.
    authorization_endpoint: String,
    /// Where grants are exchanged for tokens.
    token_endpoint: String,
    /// Where a client reads who has logged in.
    userinfo_endpoint: String,
    /// The keys that check tokens.
    jwks_uri: String,
    /// Where tokens are revoked.
    revocation_endpoint: String,
    /// Where a client asks whether a token of its own is good.
    introspection_endpoint: String,
    /// Where people are sent to log out.
    end_session_endpoint: String,
    /// What can be granted.
    scopes_supported: Vec<String>,
    /// How a client can be answered at the authorization endpoint.
    response_types_supported: [&'static str; 1],
    /// Where the answer is put.
    response_modes_supported: [&'static str; 1],
    /// What can be exchanged for tokens.
    grant_types_supported: [&'static str; 3],
    /// Everybody is known to every client by the same `sub`.
    subject_types_supported: [&'static str; 1],
    /// How id_tokens are signed.
    id_token_signing_alg_values_supported: [&'static str; 1],
    /// How a client shows who it is.
    token_endpoint_auth_methods_supported: [&'static str; 3],
    /// The same at the revocation endpoint.
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    /// The same at the introspection endpoint: only clients with a secret are answered.
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    /// How a code is bound to whoever asked for it. It has to be.
    code_challenge_methods_supported: [&'static str; 1],
    /// What is said of people.
    claims_supported: [&'static str; 12],
    /// How people can be asked to log in.
    prompt_values_supported: [&'static str; 3],
    /// The answer to an authorization request names the issuer (RFC 9207).
    authorization_response_iss_parameter_supported: bool,
    /// Requests are not sent as tokens.
    request_parameter_supported: bool,
    /// Nor fetched.
    request_uri_parameter_supported: bool,
    /// Nor do they ask for single claims.
    claims_parameter_supported: bool,
}

pub(super) async fn get_openid_configuration(State(app): State<App>) -> Cached<Json<Metadata>> {
    kept(&app)
}

pub(super) async fn get_authorization_server(State(app): State<App>) -> Cached<Json<Metadata>> {
    kept(&app)
}

fn kept(app: &App) -> Cached<Json<Metadata>> {
    Cached {
        control: KEPT,
        answer: Json(Metadata::of(&app.settings)),
    }
}

impl Metadata {
    fn of(settings: &Settings) -> Self {
        let methods = ["client_secret_basic", "client_secret_post", "none"];
        Self {
            issuer: settings.issuer.clone(),
            authorization_endpoint: settings.url("/oauth2/authorize"),
            token_endpoint: settings.url("/oauth2/token"),
            userinfo_endpoint: settings.url("/oauth2/userinfo"),
            jwks_uri: settings.url("/v1/identity/jwks.json"),
            revocation_endpoint: settings.url("/oauth2/revoke"),
            introspection_endpoint: settings.url("/oauth2/introspect"),
            end_session_endpoint: settings.url("/oauth2/logout"),
            scopes_supported: Scope::of_people().iter().map(str::to_owned).collect(),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["ES256"],
            token_endpoint_auth_methods_supported: methods,
            revocation_endpoint_auth_methods_supported: methods,
            introspection_endpoint_auth_methods_supported: [
                "client_secret_basic",
                "client_secret_post",
            ],
            code_challenge_methods_supported: ["S256"],
            claims_supported: [
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "at_hash",
                "sid",
                "email",
                "email_verified",
                "name",
            ],
            prompt_values_supported: ["none", "login", "consent"],
            authorization_response_iss_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            claims_parameter_supported: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Desk, ISSUER};

    #[tokio::test]
    async fn a_client_that_knows_the_address_finds_everything_there() {
        let desk = Desk::open().await;
        let openid = desk.get("/.well-known/openid-configuration", "").await;
        let oauth = desk
            .get("/.well-known/oauth-authorization-server", "")
            .await;
        assert_eq!(openid.body, oauth.body);
        assert_eq!(openid.body["issuer"], ISSUER);
        let members = openid.body.as_object().unwrap();
        for (name, place) in members
            .iter()
            .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        {
            assert!(
                place.as_str().unwrap().starts_with(ISSUER),
                "{name}: {place}"
            );
        }
        assert_eq!(openid.body["code_challenge_methods_supported"][0], "S256");
    }
}
