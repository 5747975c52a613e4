//! The answers to a request, as addresses that the browser is sent to (RFC 6749, 4.1.2). Each says whose it is (RFC 9207), so
//! that a client with several providers does not mix them up.

use souk_kit::Problem;

use super::{
    Asking, Recipient, Refusal, codes,
    codes::{For, Grant},
    consents, redirect,
};
use crate::app::App;

/// Nobody has to say why not.
pub(crate) const fn denied() -> Refusal {
    Refusal::new("access_denied", "It was not allowed.")
}

/// Where a refusal is told.
pub(crate) fn refuse(app: &App, recipient: &Recipient, refusal: Refusal) -> String {
    let parameters = [
        ("error", refusal.error),
        ("error_description", refusal.description),
    ];
    answer(app, recipient, &parameters)
}

/// Makes a code, and says where it is to be brought. What was allowed is kept if `by_consent`.
pub(crate) async fn grant(app: &App, asking: Asking, by_consent: bool) -> Result<String, Problem> {
    let code = app.chance.secret()?;
    let Asking {
        recipient,
        request,
        account,
        login,
        wanted,
        allowed,
    } = asking;
    let account_id = account.account_id;
    let mut tx = app.outbox.begin().await?;
    let now = tx.now();
    let client_id = &recipient.client.client_id;
    if by_consent && recipient.is_remembered() {
        let all = allowed
            .unwrap_or_default()
            .iter()
            .chain(wanted.iter())
            .collect();
        consents::keep(tx.conn(), account_id, client_id, &all, now).await?;
    }
    let to = For {
        client_id,
        redirect_uri: &recipient.redirect_uri,
        challenge: &request.challenge,
    };
    let granted = Grant {
        account_id,
        scope: wanted,
        authenticated_at: login.authenticated_at,
        nonce: request.nonce,
    };
    codes::issue(tx.conn(), &code, &granted, to, now).await?;
    tx.commit().await?;
    Ok(answer(app, &recipient, &[("code", &code)]))
}

fn answer(app: &App, recipient: &Recipient, parameters: &[(&str, &str)]) -> String {
    let state = recipient.state.as_deref().map(|state| ("state", state));
    let issuer = ("iss", app.settings.issuer.as_str());
    let all: Vec<_> = parameters
        .iter()
        .copied()
        .chain(state)
        .chain([issuer])
        .collect();
    redirect::with_parameters(&recipient.redirect_uri, &all)
}
