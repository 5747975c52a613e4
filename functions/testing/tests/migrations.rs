//! Expand and contract: while a new release takes over, and after a step back, the previous one works on the same tables. So a
//! migration takes nothing away that the last release uses. One that does, because no release uses it any more, says so in
//! the comment before its statement:
//!
//! - `-- Contract of 0.3.0: <why>`: 0.3.0 was the last that used it, and 0.3.0 is older than the last release.
//! - `-- Unseen by 0.3.0: <why>`: the statement looks like such a step and is none.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{fs, path::Path};

/// The migrations of the first release count from 1; nothing came before it.
const FIRST_RELEASE_MAX: u64 = 9_999;

type Version = [u32; 3];

fn version(text: &str) -> Option<Version> {
    let numbers: Vec<_> = text
        .split('.')
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// What takes something away, if the statement does; in lower case, its words apart by one space.
fn contracts(statement: &str) -> Option<&'static str> {
    let words: Vec<_> = statement.split_whitespace().collect();
    // Without these, the last release can write what it writes.
    let harmless = ["constraint", "index", "trigger", "not", "expression"];
    let follows = |word: &str, next: &dyn Fn(&str) -> bool| {
        words
            .windows(2)
            .any(|pair| pair[0] == word && next(pair[1]))
    };
    let has = |phrase: &str| format!(" {statement} ").contains(&format!(" {phrase} "));
    if follows("drop", &|next| !harmless.contains(&next)) {
        return Some("DROP");
    }
    if has("rename") {
        return Some("RENAME");
    }
    if has("truncate") {
        return Some("TRUNCATE");
    }
    if has("set not null") {
        return Some("SET NOT NULL");
    }
    if has("alter table") || has("alter column") {
        if has("set data type") || (has("alter column") && has("type")) {
            return Some("TYPE");
        }
        let clause = |clause: &str| {
            clause.contains("add ") && clause.contains("not null") && !clause.contains("default")
        };
        if statement.split(',').any(clause) {
            return Some("NOT NULL without DEFAULT");
        }
    }
    None
}

/// What is wrong with a migration, given the last release.
fn mistakes(sql: &str, last: Version) -> Vec<String> {
    let (mut found, mut comment, mut statement) = (Vec::new(), String::new(), String::new());
    for line in sql.lines() {
        let (code, remark) = line.split_once("--").unwrap_or((line, ""));
        if !remark.trim().is_empty() {
            comment.push_str(remark.trim());
            comment.push('\n');
        }
        for (at, part) in code.split(';').enumerate() {
            if at > 0 {
                found.extend(mistake(&statement, &comment, last));
                (statement, comment) = (String::new(), String::new());
            }
            statement.push(' ');
            statement.push_str(&part.to_lowercase().replace(['\'', '"', '(', ')'], " "));
        }
    }
    found.extend(mistake(&statement, &comment, last));
    found
}

fn mistake(statement: &str, comment: &str, last: Version) -> Option<String> {
    let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let what = contracts(&statement)?;
    let mark = |name: &str| {
        let line = comment.lines().find_map(|line| line.strip_prefix(name))?;
        version(line.split_once(": ")?.0)
    };
    let allowed = match (mark("Contract of "), mark("Unseen by ")) {
        (Some(release), _) => release < last,
        (None, Some(release)) => release <= last,
        (None, None) => false,
    };
    (!allowed).then(|| format!("{what} in `{statement}`"))
}

fn last_release(repository: &Path) -> Version {
    let changelog = fs::read_to_string(repository.join("CHANGELOG.md")).unwrap();
    let heading = |line: &str| version(line.strip_prefix("## ")?.split([' ', '-']).next()?);
    let newest = changelog.lines().find_map(heading);
    newest.unwrap_or(version(env!("CARGO_PKG_VERSION")).unwrap())
}

#[test]
fn no_migration_takes_away_what_the_last_release_uses() {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let last = last_release(functions.parent().unwrap());
    let folders = functions.read_dir().unwrap().flatten();
    let migrations = folders
        .filter_map(|folder| folder.path().join("migrations").read_dir().ok())
        .flatten()
        .flatten();
    let mut later = 0;
    for migration in migrations {
        let path = migration.path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let number = name.split('_').next().unwrap().parse::<u64>().unwrap();
        if number > FIRST_RELEASE_MAX {
            later += 1;
            let mistakes = mistakes(&fs::read_to_string(&path).unwrap(), last);
            assert!(
                mistakes.is_empty(),
                "{}:\n{}\nThe previous release works on these tables, too. Leave it for a later release, and say there: \
                 -- Contract of <the last release that uses it>: <why>",
                path.display(),
                mistakes.join("\n")
            );
        }
    }
    assert!(later > 0, "no migration was looked at");
}

#[test]
fn what_takes_away_is_noticed_however_it_is_written() {
    for (sql, what) in [
        ("ALTER TABLE orders\n  DROP COLUMN email;", "DROP"),
        ("drop table if exists orders", "DROP"),
        ("alter table orders drop email", "DROP"),
        ("alter table orders alter column a drop default;", "DROP"),
        ("alter table orders rename column a to b;", "RENAME"),
        ("alter table orders alter a set not null;", "SET NOT NULL"),
        (
            "alter table o add column a int, add column b int not null;",
            "NOT NULL",
        ),
        ("alter table orders alter column a type bigint;", "TYPE"),
        (
            "do $$ begin execute 'alter table o rename to p'; end $$;",
            "RENAME",
        ),
    ] {
        let found = mistakes(sql, [0, 2, 0]);
        assert!(
            found.len() == 1 && found[0].starts_with(what),
            "{sql}: {found:?}"
        );
    }
}

#[test]
fn what_only_adds_is_let_be() {
    for sql in [
        "create table a (b int not null, c text not null); -- drop nothing",
        "alter table o add column a int not null default 0, add column b text;",
        "alter table o drop constraint c; drop index i; create index j on o (a);",
        "alter table o alter column a drop not null;",
    ] {
        assert_eq!(mistakes(sql, [0, 2, 0]), Vec::<String>::new());
    }
}

#[test]
fn a_contract_step_names_a_release_before_the_last() {
    let step = |release: &str| format!("-- Contract of {release}: nobody reads it.\ndrop table a;");
    assert!(mistakes(&step("0.1.0"), [0, 2, 0]).is_empty());
    assert_eq!(
        mistakes(&step("0.2.0"), [0, 2, 0]).len(),
        1,
        "the last release uses it"
    );
    let next = step("0.1.0") + "\ndrop table b;";
    assert_eq!(
        mistakes(&next, [0, 2, 0]).len(),
        1,
        "a mark is for one statement"
    );
    let unseen = "-- Unseen by 0.2.0: it comes back at once.\nalter table a rename to b;";
    assert!(mistakes(unseen, [0, 2, 0]).is_empty());
}
