//! Takes the file's room away, on purpose, and gives it back: what happens then is what SQLite does on a full disk.

use rusqlite::{Connection, ErrorCode};

/// As SQLite has it when nothing is said.
const PAGES_MAX: i64 = 0xffff_fffe;
/// Pages that are free inside the file are filled too, in pieces as large as they go.
const PIECES_BYTES: [i64; 3] = [1 << 20, 1 << 16, 1 << 12];

/// The file gets no page more, and no page in it is free. What fits into a page that is half full is still taken.
pub(super) fn take_away(connection: &Connection) -> rusqlite::Result<()> {
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    limit(connection, pages)?;
    let filled = connection
        .execute_batch("CREATE TABLE IF NOT EXISTS ballast (filling BLOB NOT NULL)")
        .and_then(|()| fill(connection));
    match filled {
        Err(error) if is_full(&error) => Ok(()),
        other => other,
    }
}

fn fill(connection: &Connection) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("INSERT INTO ballast VALUES (zeroblob(?1))")?;
    for bytes in PIECES_BYTES {
        loop {
            match insert.execute([bytes]) {
                Ok(_) => (),
                Err(error) if is_full(&error) => break,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// There is as much room as the disk has. Also what a process that was killed has taken is given back.
pub(super) fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    limit(connection, PAGES_MAX)?;
    connection.execute_batch("DROP TABLE IF EXISTS ballast")
}

fn limit(connection: &Connection, pages: i64) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}

fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}
