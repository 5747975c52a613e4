//! Somebody has an account now.

use souk_contracts::AccountRegistered;
use souk_kit::{Delivery, Refusal};

use crate::{app::App, correspondence::mail, domain};

pub(crate) async fn on_account_registered(
    app: App,
    delivery: Delivery<AccountRegistered>,
) -> Result<(), Refusal> {
    mail(&app, &domain::welcome(&delivery.data)).await
}
