//! The table `accounts`.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::domain::{Account, Email, Role};

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
}

/// Writes a new account; whether its address was free.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    account: &Account,
    password_hash: &str,
) -> Result<bool, sqlx::Error> {
    let insert = "insert into accounts (account_id, email, name, role, password_hash, registered_at, updated_at) \
                  values ($1, $2, $3, $4, $5, $6, $6) on conflict (email) do nothing";
    let query = sqlx::query(insert)
        .bind(account.account_id)
        .bind(account.email.as_str())
        .bind(&account.name)
        .bind(account.role.name())
        .bind(password_hash)
        .bind(account.registered_at);
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// The account of that address.
pub(crate) async fn find_by_email(
    pool: &PgPool,
    email: &Email,
) -> Result<Option<Stored>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as("select * from accounts where email = $1")
        .bind(email.as_str())
        .fetch_optional(pool)
        .await?;
    row.map(Row::stored).transpose()
}

/// The account of that id.
pub(crate) async fn find(pool: &PgPool, account_id: Uuid) -> Result<Option<Account>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as("select * from accounts where account_id = $1")
        .bind(account_id)
        .fetch_optional(pool)
        .await?;
    Ok(row
        .map(Row::stored)
        .transpose()?
        .map(|stored| stored.account))
}

/// Gives an account the merchant's role and another password.
pub(crate) async fn make_merchant(
    pool: &PgPool,
    account_id: Uuid,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let update = "update accounts set role = 'merchant', password_hash = $2, updated_at = $3 where account_id = $1";
    sqlx::query(update)
        .bind(account_id)
        .bind(password_hash)
        .bind(now)
        .execute(pool)
        .await
        .map(drop)
}

impl Row {
    fn stored(self) -> Result<Stored, sqlx::Error> {
        let email = self.email.parse();
        let (Ok(email), Some(role)) = (email, Role::named(&self.role)) else {
            let what = format!("the account {} cannot be read", self.account_id);
            return Err(sqlx::Error::Decode(what.into()));
        };
        let account = Account {
            account_id: self.account_id,
            email,
            name: self.name,
            role,
            registered_at: self.registered_at,
        };
        Ok(Stored {
            account,
            password_hash: self.password_hash,
        })
    }
}
