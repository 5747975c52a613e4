//! What people see: log in, register, allow a program to act for them, see where they are logged in, log out. And the endpoints
//! that programs send them to: `/oauth2/authorize` and `/oauth2/logout`.
//!
//! The pages need no script and fetch nothing. Other modules that show pages take [`Browser`], [`Posted`] and [`Page`], and
//! templates that extend `layout.html`.

mod answer;
mod authorize;
mod browser;
mod consent;
mod login;
mod logout;
mod onward;
mod page;
mod posted;
mod registration;
mod rp_logout;
mod sent;
mod sessions;
mod time;

pub(crate) use answer::{Done, Shown};
pub(crate) use browser::Browser;
pub(crate) use page::{Page, STYLE};
pub(crate) use posted::Posted;
pub(crate) use sent::Sent;

use souk_kit::api::Routes;

use crate::app::App;

/// What it answers.
pub(crate) fn routes() -> Routes<App> {
    Routes::new()
        .unkept("it is a form that a browser sends, and the answer may set cookies.")
        .get(
            "/oauth2/authorize",
            authorize::authorize,
            &authorize::AUTHORIZE,
        )
        .post(
            "/oauth2/authorize",
            authorize::post_authorize,
            &authorize::POST_AUTHORIZE,
        )
        .get(
            "/oauth2/logout",
            rp_logout::end_login,
            &rp_logout::END_LOGIN,
        )
        .post(
            "/oauth2/logout",
            rp_logout::post_end_login,
            &rp_logout::POST_END_LOGIN,
        )
        .get("/account/login", login::show_login, &login::SHOW_LOGIN)
        .post("/account/login", login::submit_login, &login::SUBMIT_LOGIN)
        .get(
            "/account/register",
            registration::show_registration,
            &registration::SHOW_REGISTRATION,
        )
        .post(
            "/account/register",
            registration::submit_registration,
            &registration::SUBMIT_REGISTRATION,
        )
        .get(
            "/account/consent",
            consent::show_consent,
            &consent::SHOW_CONSENT,
        )
        .post(
            "/account/consent",
            consent::submit_consent,
            &consent::SUBMIT_CONSENT,
        )
        .get(
            "/account/sessions",
            sessions::show_sessions,
            &sessions::SHOW_SESSIONS,
        )
        .post(
            "/account/sessions",
            sessions::submit_session_end,
            &sessions::SUBMIT_SESSION_END,
        )
        .get("/account/logout", logout::show_logout, &logout::SHOW_LOGOUT)
        .post(
            "/account/logout",
            logout::submit_logout,
            &logout::SUBMIT_LOGOUT,
        )
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod visitor;
