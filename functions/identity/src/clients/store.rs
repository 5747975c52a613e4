//! The table `clients`.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, PgExecutor};
use uuid::Uuid;

use crate::{
    domain::{Client, ClientKind, is_client_id},
    gate::GateClient,
};

#[derive(FromRow)]
struct Row {
    client_id: String,
    name: String,
    kind: String,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    scope: String,
    subject: Uuid,
    limit_per_minute: i32,
    enabled: bool,
    declared: bool,
    secret_hash: Option<Vec<u8>>,
    registered_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The client of that id, one that is shut off too.
pub(crate) async fn find(
    executor: impl PgExecutor<'_>,
    client_id: &str,
) -> Result<Option<Client>, sqlx::Error> {
    if !is_client_id(client_id) {
        return Ok(None);
    }
    let row: Option<Row> = sqlx::query_as("select * from clients where client_id = $1")
        .bind(client_id)
        .fetch_optional(executor)
        .await?;
    row.map(Row::client).transpose()
}

/// The same; nobody else changes it until the transaction ends.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    client_id: &str,
) -> Result<Option<Client>, sqlx::Error> {
    if !is_client_id(client_id) {
        return Ok(None);
    }
    let row: Option<Row> = sqlx::query_as("select * from clients where client_id = $1 for update")
        .bind(client_id)
        .fetch_optional(conn)
        .await?;
    row.map(Row::client).transpose()
}

/// Clients by their ids, after one of them.
pub(crate) async fn list(
    executor: impl PgExecutor<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Client>, sqlx::Error> {
    let select = "select * from clients where $1::text is null or client_id > $1 order by client_id limit $2";
    let rows: Vec<Row> = sqlx::query_as(select)
        .bind(after)
        .bind(limit)
        .fetch_all(executor)
        .await?;
    rows.into_iter().map(Row::client).collect()
}

/// The machines that the gate lets in.
pub(crate) async fn machines(
    executor: impl PgExecutor<'_>,
) -> Result<Vec<GateClient>, sqlx::Error> {
    let select = "select client_id, limit_per_minute from clients where kind = 'machine' and enabled order by client_id";
    let rows: Vec<(String, i32)> = sqlx::query_as(select).fetch_all(executor).await?;
    let clients = rows
        .into_iter()
        .map(|(client_id, limit_per_minute)| GateClient {
            client_id,
            limit_per_minute: limit_per_minute.unsigned_abs(),
        });
    Ok(clients.collect())
}

/// Writes a new client; whether its id was free.
pub(crate) async fn insert(conn: &mut PgConnection, client: &Client) -> Result<bool, sqlx::Error> {
    let insert = "insert into clients (client_id, name, kind, redirect_uris, post_logout_redirect_uris, scope, \
                  limit_per_minute, enabled, declared, secret_hash, updated_at, subject, registered_at) \
                  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (client_id) do nothing";
    let query = bind(insert, client)
        .bind(client.subject)
        .bind(client.registered_at);
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// Writes a client anew; its `subject` stays, and so does when it was registered.
pub(crate) async fn replace(conn: &mut PgConnection, client: &Client) -> Result<(), sqlx::Error> {
    let update = "update clients set name = $2, kind = $3, redirect_uris = $4, post_logout_redirect_uris = $5, \
                  scope = $6, limit_per_minute = $7, enabled = $8, declared = $9, secret_hash = $10, updated_at = $11 \
                  where client_id = $1";
    bind(update, client).execute(conn).await.map(drop)
}

/// Takes a client away; whether it was there.
pub(crate) async fn delete(conn: &mut PgConnection, client_id: &str) -> Result<bool, sqlx::Error> {
    let delete = sqlx::query("delete from clients where client_id = $1").bind(client_id);
    Ok(delete.execute(conn).await?.rows_affected() > 0)
}

/// Clients that were declared and are not among these any more belong to operators from now on; which ones.
pub(super) async fn release(
    conn: &mut PgConnection,
    declared: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    let update = "update clients set declared = false where declared and client_id <> all($1) returning client_id";
    sqlx::query_scalar(update)
        .bind(declared)
        .fetch_all(conn)
        .await
}

type Query = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind(statement: &'static str, client: &Client) -> Query {
    let limit = i32::try_from(client.limit_per_minute).unwrap_or(i32::MAX);
    sqlx::query(statement)
        .bind(client.client_id.clone())
        .bind(client.name.clone())
        .bind(client.kind.name())
        .bind(client.redirect_uris.clone())
        .bind(client.post_logout_redirect_uris.clone())
        .bind(client.scope.to_string())
        .bind(limit)
        .bind(client.enabled)
        .bind(client.declared)
        .bind(client.secret_hash.map(Vec::from))
        .bind(client.updated_at)
}

impl Row {
    fn client(self) -> Result<Client, sqlx::Error> {
        let secret_hash = self.secret_hash.map(<[u8; 32]>::try_from).transpose();
        let (Some(kind), Ok(scope), Ok(secret_hash)) = (
            ClientKind::named(&self.kind),
            self.scope.parse(),
            secret_hash,
        ) else {
            let what = format!("the client {} cannot be read", self.client_id);
            return Err(sqlx::Error::Decode(what.into()));
        };
        Ok(Client {
            client_id: self.client_id,
            name: self.name,
            kind,
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            scope,
            subject: self.subject,
            limit_per_minute: self.limit_per_minute.unsigned_abs(),
            enabled: self.enabled,
            declared: self.declared,
            secret_hash,
            registered_at: self.registered_at,
            updated_at: self.updated_at,
        })
    }
}
