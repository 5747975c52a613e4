//! The table of docs/security.md is about these tests, each of them, and no other.

use std::collections::BTreeSet;
use std::fs;

use journeys::process::repository;

/// `module::name` of each test in this folder, but this one's.
fn tests() -> BTreeSet<String> {
    let folder = repository().join("tests/attacks");
    let mut tests = BTreeSet::new();
    for file in fs::read_dir(folder).expect("the repository can be read") {
        let path = file.expect("the repository can be read").path();
        let module = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if ["main", "table"].contains(&module) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source is text");
        let attributed = text.split("#[tokio::test").skip(1);
        let names = attributed.filter_map(|rest| {
            let (_, after) = rest.split_once("fn ")?;
            Some(after.split_once('(')?.0.to_owned())
        });
        tests.extend(names.map(|name| format!("{module}::{name}")));
    }
    tests
}

/// Rows of the table: the cells of each line that begins with a number.
fn rows() -> Vec<Vec<String>> {
    let text = fs::read_to_string(repository().join("docs/security.md"))
        .expect("docs/security.md is there");
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let rows = lines.map(|line| {
        line.split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect::<Vec<_>>()
    });
    rows.filter(|cells| cells[0].parse::<u32>().is_ok())
        .collect()
}

#[test]
fn docs_security_has_a_row_for_each_test_and_a_test_for_each_row() {
    let rows = rows();
    let named: Vec<String> = rows
        .iter()
        .map(|cells| cells[3].trim_matches('`').to_owned())
        .collect();
    let listed: BTreeSet<String> = named.iter().cloned().collect();
    assert_eq!(listed.len(), named.len(), "a test is listed twice");
    let tests = tests();
    let (unlisted, untested): (Vec<_>, Vec<_>) = (
        tests.difference(&listed).collect(),
        listed.difference(&tests).collect(),
    );
    assert!(
        unlisted.is_empty() && untested.is_empty(),
        "not in the table: {unlisted:#?}, not a test: {untested:#?}"
    );
    assert!(rows.len() >= 30, "{} attacks", rows.len());
}

#[test]
fn each_row_says_where_owasp_or_rfc_9700_speaks_of_it() {
    for cells in rows() {
        let [_, attack, expected, _, owasp, rfc] = &cells[..] else {
            panic!("not six cells: {cells:?}");
        };
        assert!(!attack.is_empty() && !expected.is_empty(), "{cells:?}");
        let is_owasp = |name: &str| {
            matches!(
                name.trim()
                    .strip_prefix("API")
                    .and_then(|number| number.parse::<u8>().ok()),
                Some(1..=10)
            )
        };
        let is_section = |name: &str| {
            name.trim()
                .split('.')
                .all(|part| part.parse::<u8>().is_ok())
        };
        assert!(owasp == "-" || owasp.split(',').all(is_owasp), "{cells:?}");
        assert!(rfc == "-" || rfc.split(',').all(is_section), "{cells:?}");
        assert!(owasp != "-" || rfc != "-", "{cells:?}");
    }
}
