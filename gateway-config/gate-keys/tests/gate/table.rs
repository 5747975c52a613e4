//! The rows of `docs/access.md`, as far as the gate is concerned.

use std::collections::BTreeSet;

use crate::routes::folder;

/// One row.
pub(crate) struct Operation {
    pub(crate) method: String,
    /// With `{names}` in it.
    pub(crate) path: String,
    /// False: anybody, or a client that says who it is in the request.
    pub(crate) needs_token: bool,
    /// Groups as the consumers of Kong have them.
    pub(crate) roles: BTreeSet<String>,
}

impl Operation {
    /// A path as it is asked for.
    pub(crate) fn sample(&self) -> String {
        let parts = self.path.split('/').map(|part| {
            if part.starts_with('{') {
                "some-1"
            } else {
                part
            }
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// All rows.
pub(crate) fn read() -> Vec<Operation> {
    let file = folder().join("../docs/access.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let rows: Vec<Operation> = text.lines().filter_map(row).collect();
    assert!(rows.len() > 50, "{} rows were read", rows.len());
    rows
}

/// `| operation | route | scope | nobody | guest | customer | merchant | operator | machine |`
fn row(line: &str) -> Option<Operation> {
    let cells: Vec<&str> = line
        .trim()
        .trim_matches('|')
        .split('|')
        .map(str::trim)
        .collect();
    let [
        _,
        route,
        scope,
        _nobody,
        guest,
        customer,
        merchant,
        operator,
        machine,
    ] = cells.as_slice()
    else {
        return None;
    };
    let (method, path) = route.trim_matches('`').split_once(' ')?;
    let roles = [
        ("guest", guest),
        ("customer", customer),
        ("merchant", merchant),
        ("operator", operator),
        ("machine", machine),
    ];
    let may = roles
        .iter()
        .filter(|(_, cell)| **cell != "-")
        .map(|(role, _)| (*role).to_owned());
    Some(Operation {
        method: method.to_owned(),
        path: path.to_owned(),
        needs_token: !matches!(scope.trim_matches('`'), "-" | "client"),
        roles: may.collect(),
    })
}
