//! The tables as they should be: the kit's own first, the function's then.
//!
//! A newer release may have been here: what it has applied and this one does not know is let be. The first release was not
//! so patient, it does not start where it finds a migration that it does not know. So what came after it is remembered in
//! a table of its own, where that release does not look; see `docs/data.md`.

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool, Row,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    postgres::PgConnectOptions,
};

use super::connect::{connect, database_url};
use crate::{Env, Reader, StartError};

/// Migrations of the first release count from 1. Later ones are named by their time, as `sqlx migrate add` names them.
const FIRST_RELEASE_MAX: i64 = 9_999;
const KIT_TABLE: &str = "_kit_migrations";
const LATER: &str = "_later";
/// `insufficient_privilege` and `read_only_sql_transaction`.
const NOT_ALLOWED: [&str; 2] = ["42501", "25006"];

/// Brings the tables of the database at `DATABASE_URL` up to date, and nothing else: for [`crate::Program::migrate`].
pub async fn migrate(env: Env, migrations: &Migrator) -> Result<(), StartError> {
    let mut r = Reader::new(&env);
    let url = database_url(&mut r);
    let url = r.finish(|| url)?;
    connect(&url, migrations, 1).await?.close().await;
    Ok(())
}

/// Applies what is missing, over a connection of its own by `options`: instances that start at the same moment wait for one another, and a
/// change of a table may take longer than any request.
pub(super) async fn bring_up_to_date(
    pool: &PgPool,
    options: &PgConnectOptions,
    migrations: &Migrator,
) -> Result<(), StartError> {
    let mut kit = sqlx::migrate!("./migrations");
    kit.dangerous_set_table_name(KIT_TABLE);
    let chapters = [chapters(&kit), chapters(migrations)].concat();
    let missing = missing(pool, &chapters).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let mut connection = PgConnection::connect_with(options).await?;
    for chapter in &chapters {
        let applied = migrator(chapter).run(&mut connection).await;
        applied.map_err(|error| refused(error, &missing))?;
    }
    connection.close().await?;
    Ok(())
}

/// Migrations and the table that remembers them.
#[derive(Clone)]
struct Chapter {
    table: String,
    migrations: Vec<Migration>,
}

/// What the first release knows, and what came later.
fn chapters(migrations: &Migrator) -> Vec<Chapter> {
    let up = |m: &&Migration| m.migration_type != MigrationType::ReversibleDown;
    let (first, later): (Vec<_>, Vec<_>) = migrations
        .iter()
        .filter(up)
        .cloned()
        .partition(|migration| migration.version <= FIRST_RELEASE_MAX);
    let table = migrations.table_name.as_ref();
    let chapters = [
        (table.to_owned(), first),
        (format!("{table}{LATER}"), later),
    ];
    chapters
        .into_iter()
        .filter(|(_, migrations)| !migrations.is_empty())
        .map(|(table, migrations)| Chapter { table, migrations })
        .collect()
}

fn migrator(chapter: &Chapter) -> Migrator {
    let mut migrator = Migrator::with_migrations(chapter.migrations.clone());
    migrator.dangerous_set_table_name(chapter.table.clone());
    migrator.set_ignore_missing(true);
    migrator
}

/// What has not been applied, asked in one query: this is what a function that wakes up waits for.
async fn missing(pool: &PgPool, chapters: &[Chapter]) -> Result<Vec<String>, sqlx::Error> {
    let all = chapters.iter().flat_map(|chapter| &chapter.migrations);
    let name = |m: &Migration| format!("{} ({})", m.version, m.description);
    let applied = |chapter: &Chapter| {
        let table = &chapter.table;
        format!("select version, checksum from {table} where success")
    };
    let query = chapters.iter().map(applied).collect::<Vec<_>>();
    let query = query.join(" union all ");
    let rows = match sqlx::query(AssertSqlSafe(query)).fetch_all(pool).await {
        Ok(rows) => rows,
        // No table remembers any, or none remembers the later ones.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => {
            return Ok(all.map(name).collect());
        }
        Err(error) => return Err(error),
    };
    let applied = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let applied: Vec<(i64, Vec<u8>)> = applied.collect::<Result<_, sqlx::Error>>()?;
    let is_missing = |m: &&Migration| {
        let same = |(version, checksum): &(i64, Vec<u8>)| {
            *version == m.version && checksum[..] == *m.checksum
        };
        !applied.iter().any(same)
    };
    Ok(all.filter(is_missing).map(name).collect())
}

fn refused(error: MigrateError, missing: &[String]) -> StartError {
    let cause = match &error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error,
        _ => return error.into(),
    };
    let code = cause.as_database_error().and_then(|error| error.code());
    if code.is_some_and(|code| NOT_ALLOWED.contains(&&*code)) {
        return StartError::OldTables(missing.join(", "), cause.to_string());
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_after_the_first_release_is_remembered_where_that_does_not_look() {
        let kit = chapters(&sqlx::migrate!("./migrations"));
        let tables: Vec<_> = kit.iter().map(|chapter| chapter.table.as_str()).collect();
        assert_eq!(tables, ["_sqlx_migrations", "_sqlx_migrations_later"]);
        assert_eq!(kit[0].migrations.len(), 1);
    }
}
