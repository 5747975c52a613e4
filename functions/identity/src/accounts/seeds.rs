//! The first merchant and the first operator: there is one account for each, with the password of its Secret. Several instances may
//! start at once, and an old and a new Secret may be about for a while: whoever comes last wins, and nobody fails.

use souk_kit::{Reader, StartError, auth::Role};
use zeroize::Zeroizing;

use super::{
    announce,
    store::{self, Stored},
};
use crate::{
    app::App,
    authorize,
    domain::{Account, Email, Password},
    passwords::NotComputed,
    sessions,
};

/// An account that has to be there.
#[derive(Clone)]
pub(crate) struct Seed {
    pub(crate) role: Role,
    pub(crate) email: Email,
    pub(crate) password: Password,
}

/// Reads `MERCHANT_EMAIL`, `MERCHANT_PASSWORD`, `OPERATOR_EMAIL` and `OPERATOR_PASSWORD`: both of a pair or neither. `None` is a
/// mistake that was noted.
pub(crate) fn from_env(r: &mut Reader<'_>) -> Option<Vec<Seed>> {
    let merchant = pair(r, Role::Merchant, ["MERCHANT_EMAIL", "MERCHANT_PASSWORD"]);
    let operator = pair(r, Role::Operator, ["OPERATOR_EMAIL", "OPERATOR_PASSWORD"]);
    let (merchant, operator) = (merchant?, operator?);
    if let (Some(merchant), Some(operator)) = (&merchant, &operator)
        && merchant.email == operator.email
    {
        r.mistake("MERCHANT_EMAIL and OPERATOR_EMAIL are the same: an account has one role");
        return None;
    }
    Some(merchant.into_iter().chain(operator).collect())
}

fn pair(r: &mut Reader<'_>, role: Role, [email, password]: [&str; 2]) -> Option<Option<Seed>> {
    let values = (r.maybe::<Email>(email)?, r.maybe::<Password>(password)?);
    let (set, unset) = match values {
        (Some(email), Some(password)) => {
            return Some(Some(Seed {
                role,
                email,
                password,
            }));
        }
        (None, None) => return Some(None),
        (Some(_), None) => (email, password),
        (None, Some(_)) => (password, email),
    };
    r.mistake(format!("{set} is set and {unset} is not"));
    None
}

/// Makes the account, or gives it its role and its password.
pub(crate) async fn ensure(app: &App, seed: Seed) -> Result<(), StartError> {
    match store::find_by_email(app.pool(), &seed.email).await? {
        None => make(app, seed).await,
        Some(stored) => adjust(app, stored, seed).await,
    }
}

async fn make(app: &App, seed: Seed) -> Result<(), StartError> {
    let password = seed.password.clone();
    let hash = app
        .passwords
        .hash(seed.password)
        .await
        .map_err(not_hashed)?;
    let mut tx = app.outbox.begin().await?;
    let now = tx.now();
    let account = Account {
        account_id: tx.id(),
        email: seed.email,
        name: name(seed.role).to_owned(),
        role: seed.role,
        // The configuration says whose it is.
        email_verified_at: Some(now),
        registered_at: now,
    };
    // If another instance was faster, it has read the same Secret.
    if store::insert(tx.conn(), &account, &hash).await? {
        let event = announce::registered(&account, tx.id());
        tx.emit(event).map_err(other)?;
        let mark = mark(app, &password, &hash);
        store::set_seed_mark(tx.conn(), account.account_id, &mark).await?;
        tx.commit().await?;
        tracing::info!(account_id = %account.account_id, role = name(seed.role), "an account was made by its Secret");
    }
    Ok(())
}

async fn adjust(app: &App, stored: Stored, seed: Seed) -> Result<(), StartError> {
    let (account_id, password) = (stored.account.account_id, seed.password.clone());
    let known = mark(app, &password, &stored.password_hash);
    let is_marked = store::has_seed_mark(app.pool(), account_id, &known).await?;
    let is_right = is_marked || is_right(app, &password, stored.password_hash).await?;
    if is_right && stored.account.role == seed.role {
        if !is_marked {
            store::set_seed_mark(app.pool(), account_id, &known).await?;
        }
        return Ok(());
    }
    let hash = app
        .passwords
        .hash(seed.password)
        .await
        .map_err(not_hashed)?;
    let mut tx = app.outbox.begin().await?;
    let now = tx.now();
    store::set_role(tx.conn(), account_id, seed.role, now).await?;
    store::set_password(tx.conn(), account_id, &hash, now).await?;
    store::set_seed_mark(tx.conn(), account_id, &mark(app, &password, &hash)).await?;
    store::note_verified(tx.conn(), account_id, now).await?;
    // Whoever had the address, or the old password, is out.
    sessions::end_all(&mut tx, account_id, None)
        .await
        .map_err(other)?;
    authorize::end_all(tx.conn(), account_id).await?;
    tx.commit().await?;
    tracing::info!(%account_id, role = name(seed.role), "an account was adjusted to its Secret");
    Ok(())
}

async fn is_right(app: &App, password: &Password, hash: String) -> Result<bool, StartError> {
    let compared = app.passwords.is_right(password.clone(), Some(hash));
    compared.await.map_err(not_hashed)
}

/// Shows that this hash is this password's, to whoever has the master key: hashing again would take a tenth of a second of each
/// start, and functions that have just started wait for this one's keys.
fn mark(app: &App, password: &Password, hash: &str) -> [u8; 32] {
    let of = Zeroizing::new([password.as_bytes(), &[0], hash.as_bytes()].concat());
    app.keys.master().derive("souk seed", &of)
}

/// What the owner is called.
fn name(role: Role) -> &'static str {
    match role {
        Role::Operator => "Operator",
        _ => "Merchant",
    }
}

fn not_hashed(error: NotComputed) -> StartError {
    other(error)
}

fn other(error: impl std::fmt::Display) -> StartError {
    StartError::Other(error.to_string())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_kit::Env;

    use super::*;
    use crate::testing::Desk;

    fn merchant(password: &str) -> Seed {
        Seed {
            role: Role::Merchant,
            email: "merchant@souk.example".parse().unwrap(),
            password: password.parse().unwrap(),
        }
    }

    fn read(settings: &[(&str, &str)]) -> Result<Vec<Seed>, String> {
        let env = Env::of(settings);
        let mut r = Reader::new(&env);
        let seeds = from_env(&mut r);
        r.finish(|| seeds).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn an_account_has_an_address_and_a_password_that_anybody_could_have() {
        assert!(read(&[]).unwrap().is_empty(), "they are optional");
        let half = read(&[("OPERATOR_EMAIL", "operator@souk.example")]);
        assert!(half.err().unwrap().contains("OPERATOR_PASSWORD is not"));
        let weak = read(&[
            ("MERCHANT_EMAIL", "merchant@souk.example"),
            ("MERCHANT_PASSWORD", "hunter2"),
        ]);
        let weak = weak.err().unwrap();
        assert!(weak.contains("MERCHANT_PASSWORD cannot be used"), "{weak}");
        assert!(!weak.contains("hunter2"), "a secret is shown");
        let one = read(&[
            ("MERCHANT_EMAIL", "a@souk.example"),
            ("MERCHANT_PASSWORD", "first secret"),
            ("OPERATOR_EMAIL", "A@souk.example"),
            ("OPERATOR_PASSWORD", "second secret"),
        ]);
        assert!(one.err().unwrap().contains("are the same"));
    }

    #[tokio::test]
    async fn instances_that_start_at_once_make_one_account() {
        let mut desk = Desk::open().await;
        let starting = (0..3).map(|_| ensure(&desk.app, merchant("first secret")));
        for started in futures::future::join_all(starting).await {
            started.unwrap();
        }
        assert_eq!(desk.next().await.1["email"], "merchant@souk.example");
        assert!(desk.is_silent().await, "it was announced twice");
        let token = desk.token("merchant@souk.example", "first secret").await;
        let me = desk.get("/v1/accounts/me", &token).await;
        assert_eq!(me.body["roles"], json!(["merchant"]));
        assert_eq!(me.body["email_verified"], true);
    }

    #[tokio::test]
    async fn a_new_password_in_the_secret_replaces_the_old_one_and_an_old_one_changes_nothing() {
        let desk = Desk::open().await;
        ensure(&desk.app, merchant("first secret")).await.unwrap();
        let session = desk.log_in("merchant@souk.example", "first secret").await;
        ensure(&desk.app, merchant("first secret")).await.unwrap();
        assert!(desk.can_refresh(&session).await);
        ensure(&desk.app, merchant("second secret")).await.unwrap();
        let old = desk.log_in("merchant@souk.example", "first secret").await;
        assert_eq!(old.status, StatusCode::UNAUTHORIZED);
        desk.token("merchant@souk.example", "second secret").await;
    }

    #[tokio::test]
    async fn a_password_that_was_compared_once_is_known_by_its_mark_until_it_changes() {
        let desk = Desk::open().await;
        ensure(&desk.app, merchant("first secret")).await.unwrap();
        let email = merchant("first secret").email;
        let is_marked = async |password: &str| {
            let found = store::find_by_email(desk.app.pool(), &email).await;
            let stored = found.unwrap().unwrap();
            let password = password.parse().unwrap();
            let mark = mark(&desk.app, &password, &stored.password_hash);
            let id = stored.account.account_id;
            let marked = store::has_seed_mark(desk.app.pool(), id, &mark).await;
            marked.unwrap()
        };
        assert!(is_marked("first secret").await);
        assert!(!is_marked("second secret").await);
        ensure(&desk.app, merchant("second secret")).await.unwrap();
        assert!(is_marked("second secret").await);
        assert!(!is_marked("first secret").await);
    }

    #[tokio::test]
    async fn a_customer_who_has_taken_the_address_loses_it_and_every_session() {
        let desk = Desk::open().await;
        desk.register("merchant@souk.example", "my own password")
            .await;
        let session = desk
            .log_in("merchant@souk.example", "my own password")
            .await;
        ensure(&desk.app, merchant("first secret")).await.unwrap();
        assert!(!desk.can_refresh(&session).await);
        let squatter = desk
            .log_in("merchant@souk.example", "my own password")
            .await;
        assert_eq!(squatter.status, StatusCode::UNAUTHORIZED);
        desk.token("merchant@souk.example", "first secret").await;
    }
}
