//! One role and one database for each function, closed to every other role.

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _,
    postgres::PgConnectOptions,
};

use super::Database;
use crate::EngineError;

/// Makes what is missing, and sets every password: they may have been made anew.
pub(super) async fn ensure(superuser: &str, wanted: &[Database<'_>]) -> Result<(), EngineError> {
    ensure_all(superuser, wanted).await.map_err(|error| {
        EngineError::new(
            format!("PostgreSQL did not make the functions' databases: {error}"),
            "Read log/postgres.log in the data directory.",
        )
    })
}

/// Makes the roles and databases that are missing on a server of somebody else's, and sets every password.
///
/// # Errors
///
/// When the administrator of the URL cannot connect or may not make them.
pub async fn make_databases(admin_url: &str, wanted: &[Database<'_>]) -> Result<(), EngineError> {
    let made = async {
        let mut connection = quiet(admin_url)?.connect().await?;
        ensure_each(&mut connection, wanted).await?;
        connection.close().await
    };
    made.await.map_err(|error| {
        EngineError::new(
            format!("PostgreSQL did not make the functions' databases: {error}"),
            "Give the URL of an administrator, postgres://<user>:<password>@<host>:<port>/postgres.",
        )
    })
}

/// There are passwords in the statements: this process does not log them.
fn quiet(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    Ok(options.disable_statement_logging())
}

/// Nor does the server. Only a superuser may tell it that.
pub(super) fn silent(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(quiet(url)?.options([
        ("log_statement", "none"),
        ("log_min_error_statement", "panic"),
        ("log_min_duration_statement", "-1"),
    ]))
}

async fn ensure_all(superuser: &str, wanted: &[Database<'_>]) -> Result<(), sqlx::Error> {
    let mut connection = silent(superuser)?.connect().await?;
    ensure_each(&mut connection, wanted).await?;
    run(
        &mut connection,
        "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC".to_owned(),
    )
    .await?;
    connection.close().await
}

async fn ensure_each(
    connection: &mut PgConnection,
    wanted: &[Database<'_>],
) -> Result<(), sqlx::Error> {
    let known = connection
        .fetch_all("SELECT 'role', rolname::text FROM pg_roles UNION ALL SELECT 'database', datname::text FROM pg_database")
        .await?;
    let known: Vec<(String, String)> = known.iter().map(|row| (row.get(0), row.get(1))).collect();
    let is_known = |kind: &str, name: &str| known.iter().any(|(k, n)| k == kind && n == name);

    for one in wanted {
        let (name, password) = (identifier(one.name), literal(one.password));
        let verb = if is_known("role", one.name) {
            "ALTER"
        } else {
            "CREATE"
        };
        run(
            connection,
            format!("{verb} ROLE {name} LOGIN PASSWORD {password}"),
        )
        .await?;
        if !is_known("database", one.name) {
            run(connection, format!("CREATE DATABASE {name} OWNER {name}")).await?;
        }
        run(
            connection,
            format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC"),
        )
        .await?;
    }
    Ok(())
}

async fn run(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    // Every name and literal in it was quoted here: utility statements take no parameters.
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_passwords_cannot_end_their_quotes() {
        assert_eq!(identifier(r#"a"b"#), r#""a""b""#);
        assert_eq!(literal("a'b"), "'a''b'");
    }
}
