//! What OAuth 2 and OpenID Connect ask of a provider, save for what people see: where everything is, tokens for a grant, and
//! what is to be known of a token. Errors are written as RFC 6749 has them, not as problems.

mod error;
mod form;
mod get_configuration;
mod give_token;
mod introspect_token;
mod revoke_token;
mod userinfo;

use souk_kit::{Caller, api::Routes};

use crate::{app::App, domain::Client};
use error::{ErrorCode, OAuthError, Outcome};
use form::Form;

/// What it answers.
pub(crate) fn routes() -> Routes<App> {
    use get_configuration as configuration;
    Routes::new()
        .unkept("the answers hold tokens, or depend on the moment.")
        .get(
            "/.well-known/openid-configuration",
            configuration::get_openid_configuration,
            &configuration::GET_OPENID_CONFIGURATION,
        )
        .get(
            "/.well-known/oauth-authorization-server",
            configuration::get_authorization_server,
            &configuration::GET_AUTHORIZATION_SERVER,
        )
        .post(
            "/oauth2/token",
            give_token::give_token,
            &give_token::GIVE_TOKEN,
        )
        .post(
            "/oauth2/revoke",
            revoke_token::revoke_token,
            &revoke_token::REVOKE_TOKEN,
        )
        .post(
            "/oauth2/introspect",
            introspect_token::introspect_token,
            &introspect_token::INTROSPECT_TOKEN,
        )
        .get(
            "/oauth2/userinfo",
            userinfo::get_userinfo,
            &userinfo::GET_USERINFO,
        )
        .post(
            "/oauth2/userinfo",
            userinfo::post_userinfo,
            &userinfo::POST_USERINFO,
        )
}

/// Whose access token it is, if it is a good one of this client.
async fn own_access_token(app: &App, client: &Client, token: &str) -> Option<Caller> {
    let verified = app.keys.verifier().verify(token).await.ok();
    verified.filter(|caller| caller.client == client.client_id)
}
