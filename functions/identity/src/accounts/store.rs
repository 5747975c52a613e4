//! The table `accounts`. Of an account that was erased only its id is left, so it is found by nobody.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgExecutor};
use uuid::Uuid;

use crate::domain::{Account, Email, Role, account_role};

/// What reads an account.
const SELECT: &str = "select account_id, email, name, role, password_hash, registered_at, email_verified_at from accounts";

/// An account with the hash of its password.
pub(crate) struct Stored {
    pub(crate) account: Account,
    pub(crate) password_hash: String,
}

#[derive(FromRow)]
struct Row {
    account_id: Uuid,
    email: String,
    name: String,
    role: String,
    password_hash: String,
    registered_at: DateTime<Utc>,
    email_verified_at: Option<DateTime<Utc>>,
}

/// Writes a new account; whether its address was free, and its id, which may be a guest's.
pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    account: &Account,
    password_hash: &str,
) -> Result<bool, sqlx::Error> {
    let insert = "insert into accounts \
                  (account_id, email, name, role, password_hash, registered_at, updated_at, email_verified_at) \
                  values ($1, $2, $3, $4, $5, $6, $6, $7) on conflict do nothing";
    let query = sqlx::query(insert)
        .bind(account.account_id)
        .bind(account.email.as_str())
        .bind(&account.name)
        .bind(account.role.name())
        .bind(password_hash)
        .bind(account.registered_at)
        .bind(account.email_verified_at);
    Ok(query.execute(db).await?.rows_affected() > 0)
}

/// The account of that address.
pub(crate) async fn find_by_email(
    db: impl PgExecutor<'_>,
    email: &Email,
) -> Result<Option<Stored>, sqlx::Error> {
    let select = format!("{SELECT} where email = $1 and erased_at is null");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(select))
        .bind(email.as_str())
        .fetch_optional(db)
        .await?;
    row.map(Row::stored).transpose()
}

/// The account of that id with the hash of its password.
pub(crate) async fn find_stored(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
) -> Result<Option<Stored>, sqlx::Error> {
    let select = format!("{SELECT} where account_id = $1 and erased_at is null");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(select))
        .bind(account_id)
        .fetch_optional(db)
        .await?;
    row.map(Row::stored).transpose()
}

/// The account of that id.
pub(crate) async fn find(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
) -> Result<Option<Account>, sqlx::Error> {
    let stored = find_stored(db, account_id).await?;
    Ok(stored.map(|stored| stored.account))
}

/// Whether there is, or ever was, an account of that id.
pub(crate) async fn exists(db: impl PgExecutor<'_>, account_id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from accounts where account_id = $1)")
        .bind(account_id)
        .fetch_one(db)
        .await
}

/// Accounts from the newest to the oldest, after a position; of one address only, if that is wanted.
pub(crate) async fn list(
    db: impl PgExecutor<'_>,
    email: Option<&Email>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Account>, sqlx::Error> {
    let select = format!(
        "{SELECT} where erased_at is null and ($1::text is null or email = $1) \
         and ($2::timestamptz is null or (registered_at, account_id) < ($2, $3)) \
         order by registered_at desc, account_id desc limit $4"
    );
    let (time, id) = after.unzip();
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(select))
        .bind(email.map(Email::as_str))
        .bind(time)
        .bind(id)
        .bind(limit)
        .fetch_all(db)
        .await?;
    let stored = rows.into_iter().map(Row::stored);
    stored
        .map(|stored| stored.map(|stored| stored.account))
        .collect()
}

/// Whether an account has this mark of its Secret.
pub(crate) async fn has_seed_mark(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
    mark: &[u8; 32],
) -> Result<bool, sqlx::Error> {
    let select = "select exists (select from accounts where account_id = $1 and seed_mark = $2)";
    sqlx::query_scalar(select)
        .bind(account_id)
        .bind(mark)
        .fetch_one(db)
        .await
}

/// Gives an account the mark of its Secret.
pub(crate) async fn set_seed_mark(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
    mark: &[u8; 32],
) -> Result<(), sqlx::Error> {
    sqlx::query("update accounts set seed_mark = $2 where account_id = $1")
        .bind(account_id)
        .bind(mark)
        .execute(db)
        .await
        .map(drop)
}

/// Gives an account another password.
pub(crate) async fn set_password(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query("update accounts set password_hash = $2, updated_at = $3 where account_id = $1")
        .bind(account_id)
        .bind(password_hash)
        .bind(now)
        .execute(db)
        .await
        .map(drop)
}

/// Gives an account another role; whether it had another.
pub(crate) async fn set_role(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
    role: Role,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let update = "update accounts set role = $2, updated_at = $3 \
                  where account_id = $1 and role <> $2 and erased_at is null";
    let query = sqlx::query(update)
        .bind(account_id)
        .bind(role.name())
        .bind(now);
    Ok(query.execute(db).await?.rows_affected() > 0)
}

/// Notes that the address is its owner's; the first time counts.
pub(crate) async fn note_verified(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let update = "update accounts set email_verified_at = $2, updated_at = $2 \
                  where account_id = $1 and email_verified_at is null";
    sqlx::query(update)
        .bind(account_id)
        .bind(now)
        .execute(db)
        .await
        .map(drop)
}

/// Replaces everything that is personal by words without meaning; whether there was something. The row stays, so that nobody
/// gets the id again.
pub(crate) async fn erase(
    db: impl PgExecutor<'_>,
    account_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let update = "update accounts set email = 'erased-' || account_id || '@erased.invalid', name = 'erased', \
                  password_hash = '$argon2id$erased', role = 'customer', email_verified_at = null, \
                  erased_at = $2, updated_at = $2 where account_id = $1 and erased_at is null";
    let query = sqlx::query(update).bind(account_id).bind(now);
    Ok(query.execute(db).await?.rows_affected() > 0)
}

impl Row {
    fn stored(self) -> Result<Stored, sqlx::Error> {
        let (Ok(email), Some(role)) = (self.email.parse(), account_role(&self.role)) else {
            let what = format!("the account {} cannot be read", self.account_id);
            return Err(sqlx::Error::Decode(what.into()));
        };
        let account = Account {
            account_id: self.account_id,
            email,
            name: self.name,
            role,
            email_verified_at: self.email_verified_at,
            registered_at: self.registered_at,
        };
        Ok(Stored {
            account,
            password_hash: self.password_hash,
        })
    }
}
