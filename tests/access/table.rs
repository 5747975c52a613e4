//! docs/access.md, read. `cargo test -p souk-api` shows that it has a row for every operation of docs/api/openapi.json.

use std::fs;

use journeys::process::repository;

/// Who asks. The order is that of the table's columns.
pub(crate) const ROLES: [&str; 6] = [
    "nobody", "guest", "customer", "merchant", "operator", "machine",
];

/// An operation, and who may ask for it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its id in the document.
    pub(crate) operation: String,
    /// Its method.
    pub(crate) method: String,
    /// Its path, with the names of its variable segments.
    pub(crate) path: String,
    /// `-`, `client`, or a scope.
    pub(crate) scope: String,
    reaches: Vec<String>,
}

impl Row {
    /// `-`, `own` or `all` for a role.
    pub(crate) fn reach(&self, role: &str) -> &str {
        let at = ROLES.iter().position(|one| *one == role);
        &self.reaches[at.expect("a role of the table")]
    }

    /// Whether a token of this role opens it, if it has the scope.
    pub(crate) fn is_open_to(&self, role: &str) -> bool {
        self.reach(role) != "-"
    }

    /// Whether it needs no token.
    pub(crate) fn is_public(&self) -> bool {
        ["-", "client"].contains(&self.scope.as_str())
    }

    /// A scope that is enough; of a family of scopes, one.
    pub(crate) fn enough(&self) -> String {
        self.scope.replace('*', "dev.souk.goods.received.v1")
    }
}

/// All rows.
pub(crate) fn table() -> Vec<Row> {
    let text =
        fs::read_to_string(repository().join("docs/access.md")).expect("docs/access.md is there");
    let lines = text
        .lines()
        .filter(|line| line.starts_with("| `") && line.matches('|').count() == 10);
    let rows: Vec<Row> = lines.map(row).collect();
    assert!(rows.len() > 50, "{} rows", rows.len());
    rows
}

fn row(line: &str) -> Row {
    let cells = line.trim_matches('|').split('|');
    let cells: Vec<String> = cells
        .map(|cell| cell.trim().trim_matches('`').to_owned())
        .collect();
    let (method, path) = cells[1]
        .split_once(' ')
        .expect("a route is a method and a path");
    Row {
        operation: cells[0].clone(),
        method: method.to_owned(),
        path: path.to_owned(),
        scope: cells[2].clone(),
        reaches: cells[3..].to_vec(),
    }
}
