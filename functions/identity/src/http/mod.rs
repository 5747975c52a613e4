//! What this function answers besides accounts, OAuth and pages: one file for each endpoint.

mod client_view;
mod delete_client;
mod end_session;
mod end_sessions;
mod get_client;
mod get_gate;
mod get_keys;
mod key_view;
mod list_clients;
mod list_keys;
mod list_sessions;
mod open_session;
mod put_client;
mod renew_secret;
mod rotate_keys;

use axum::routing::get;
use souk_kit::api::Routes;

use crate::app::App;

/// What it answers.
pub(crate) fn routes() -> Routes<App> {
    sessions().merge(clients()).merge(keys())
}

fn sessions() -> Routes<App> {
    Routes::new()
        .post(
            "/v1/sessions",
            open_session::open_session,
            &open_session::OPEN_SESSION,
        )
        .get(
            "/v1/sessions",
            list_sessions::list_sessions,
            &list_sessions::LIST_SESSIONS,
        )
        .delete(
            "/v1/sessions",
            end_sessions::end_sessions,
            &end_sessions::END_SESSIONS,
        )
        .delete(
            "/v1/sessions/{session_id}",
            end_session::end_session,
            &end_session::END_SESSION,
        )
}

fn clients() -> Routes<App> {
    Routes::new()
        .get(
            "/v1/clients",
            list_clients::list_clients,
            &list_clients::LIST_CLIENTS,
        )
        .get(
            "/v1/clients/{client_id}",
            get_client::get_client,
            &get_client::GET_CLIENT,
        )
        .put(
            "/v1/clients/{client_id}",
            put_client::put_client,
            &put_client::PUT_CLIENT,
        )
        .delete(
            "/v1/clients/{client_id}",
            delete_client::delete_client,
            &delete_client::DELETE_CLIENT,
        )
        .post(
            "/v1/clients/{client_id}/secret",
            renew_secret::renew_secret,
            &renew_secret::RENEW_SECRET,
        )
}

fn keys() -> Routes<App> {
    Routes::new()
        .get(
            "/v1/identity/jwks.json",
            get_keys::get_keys,
            &get_keys::GET_KEYS,
        )
        .get(
            "/v1/identity/keys",
            list_keys::list_keys,
            &list_keys::LIST_KEYS,
        )
        .post(
            "/v1/identity/keys/rotate",
            rotate_keys::rotate_keys,
            &rotate_keys::ROTATE_KEYS,
        )
        .internal("/v1/identity/gate", get(get_gate::get_gate))
}
