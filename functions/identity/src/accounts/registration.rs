//! How an account is made: by somebody new, or by a guest, whose carts and orders it keeps.

use souk_contracts::LinkPurpose;
use souk_kit::{Caller, FieldError, Problem, auth::Role, postgres::Tx};
use uuid::Uuid;

use super::{announce, store};
use crate::{
    app::App,
    domain::{Account, Email, Password, check_name},
    links, sessions,
};

/// What was typed in, and nothing is wrong with it.
pub(crate) struct Registration {
    pub(crate) email: Email,
    pub(crate) password: Password,
    pub(crate) name: String,
}

/// Makes an account: a guest's, if one is calling. 409 if the address is taken, or if whoever is calling has an account.
pub(crate) async fn register(
    app: &App,
    caller: Option<&Caller>,
    wanted: Registration,
) -> Result<Account, Problem> {
    let guest = match caller {
        None => None,
        Some(caller) if caller.role == Role::Guest => Some(caller.subject),
        Some(_) => return Err(has_account()),
    };
    let hash = app.passwords.hash(wanted.password).await?;
    let mut tx = app.outbox.begin().await?;
    let account = Account {
        account_id: guest.unwrap_or_else(|| tx.id()),
        email: wanted.email,
        name: wanted.name,
        role: Role::Customer,
        email_verified_at: None,
        registered_at: tx.now(),
    };
    if let Some(guest) = guest {
        leave_guest(&mut tx, guest).await?;
    }
    if !store::insert(tx.conn(), &account, &hash).await? {
        return Err(match guest {
            Some(guest) if store::exists(tx.conn(), guest).await? => has_account(),
            _ => {
                let detail = "There is an account with this e-mail address already.";
                Problem::conflict("email-taken", detail)
            }
        });
    }
    let event_id = tx.id();
    tx.emit(announce::registered(&account, event_id))?;
    let purpose = LinkPurpose::EmailVerification;
    links::issue(&mut tx, &account.email, Some(account.account_id), purpose).await?;
    tx.commit().await?;
    Ok(account)
}

/// Whoever has the guest's tokens is the owner of an account soon, so they end.
async fn leave_guest(tx: &mut Tx, guest: Uuid) -> Result<(), Problem> {
    if store::exists(tx.conn(), guest).await? {
        return Err(has_account());
    }
    sessions::end_all(tx, guest, None).await?;
    Ok(())
}

fn has_account() -> Problem {
    let detail = "The token is that of somebody who has an account.";
    Problem::conflict("has-account", detail)
}

/// What was typed in, if nothing is wrong with it; else everything that is wrong, named at once.
pub(crate) fn check(
    email: &str,
    password: &str,
    name: &str,
) -> Result<Registration, Vec<FieldError>> {
    match (email.parse(), password.parse(), check_name(name)) {
        (Ok(email), Ok(password), Ok(name)) => Ok(Registration {
            email,
            password,
            name,
        }),
        (email, password, name) => {
            let email = email.map(|_: Email| ()).map_err(|error| error.to_string());
            let password = password
                .map(|_: Password| ())
                .map_err(|error| error.to_string());
            let fields = [
                ("email", email),
                ("password", password),
                ("name", name.map(drop)),
            ];
            let wrong = fields.into_iter();
            Err(wrong
                .filter_map(|(field, outcome)| Some(FieldError::new(field, outcome.err()?)))
                .collect())
        }
    }
}
