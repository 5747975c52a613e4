//! Who may do what: `docs/access.md`, read. Tests are made from it.

use std::path::{Path, PathBuf};

use souk_kit::Role;

/// An operation, and who may ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The operation's id in the document.
    pub operation: String,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// Its path, with the names of its variable segments: `/v1/orders/{order_id}`.
    pub path: String,
    /// What a token has to be good for.
    pub need: Need,
    nobody: Reach,
    /// In the order of [`Role::ALL`].
    roles: [Reach; 5],
}

/// What a request has to bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// The id and the secret of a client, and no token.
    Client,
    /// A token with this scope, or with any that begins like this if it ends with `*`.
    Scope(String),
}

/// How far somebody's rights go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is refused.
    Nothing,
    /// What is theirs.
    Own,
    /// Everything.
    All,
}

impl Row {
    /// How far the rights of somebody with this role go; `None` is nobody.
    pub fn reach(&self, role: Option<Role>) -> Reach {
        let of = |role| Role::ALL.into_iter().position(|one| one == role);
        match role.and_then(of) {
            None => self.nobody,
            Some(at) => self.roles[at],
        }
    }

    /// The roles that may.
    pub fn roles(&self) -> Vec<Role> {
        let may = |role: &Role| self.reach(Some(*role)) != Reach::Nothing;
        Role::ALL.into_iter().filter(may).collect()
    }
}

/// The file with the table.
pub fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../access.md")
}

/// The table as it is kept.
///
/// # Panics
/// If the file is away, or a row cannot be read: it is for tests, which have failed then.
pub fn table() -> Vec<Row> {
    let text = std::fs::read_to_string(file()).unwrap_or_else(|error| panic!("{error}"));
    read(&text).unwrap_or_else(|error| panic!("docs/access.md: {error}"))
}

/// The rows in a text: lines of a table whose second cell is a route.
pub fn read(text: &str) -> Result<Vec<Row>, String> {
    let lines = text.lines().filter(|line| line.starts_with("| `"));
    let rows = lines.filter(|line| line.split('|').count() > 4);
    rows.map(|line| row(line).ok_or_else(|| format!("this row cannot be read: {line}")))
        .collect()
}

fn row(line: &str) -> Option<Row> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let cells: Vec<_> = inner.split('|').map(str::trim).collect();
    let [operation, route, need, nobody, roles @ ..] = cells.as_slice() else {
        return None;
    };
    let (method, path) = code(route)?.split_once(' ')?;
    let roles: Option<Vec<_>> = roles.iter().map(|cell| reach(cell)).collect();
    Some(Row {
        operation: code(operation)?.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        need: match *need {
            "-" => Need::Nothing,
            "`client`" => Need::Client,
            scope => Need::Scope(code(scope)?.to_owned()),
        },
        nobody: reach(nobody)?,
        roles: roles?.try_into().ok()?,
    })
}

fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

fn reach(cell: &str) -> Option<Reach> {
    match cell {
        "-" => Some(Reach::Nothing),
        "own" => Some(Reach::Own),
        "all" => Some(Reach::All),
        _ => None,
    }
}
