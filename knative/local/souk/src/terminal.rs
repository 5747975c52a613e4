//! What a person reads: progress and complaints on stderr, answers on stdout. A closed terminal is no error.

use std::io::Write as _;

use serde::Serialize;

use crate::failure::{Failure, Outcome};

/// How this program was called, so that what it tells to type works: `cargo souk` or `souk`.
pub(crate) fn me() -> &'static str {
    // `cargo run`, which the alias is, sets this for what it runs.
    if std::env::var_os("CARGO").is_some() {
        "cargo souk"
    } else {
        "souk"
    }
}

/// The same with the data directory, when that was named: what it tells to type means the same shop.
pub(crate) fn here() -> String {
    named_in(std::env::args_os().filter_map(|argument| argument.into_string().ok())).map_or_else(
        || me().to_owned(),
        |data_dir| format!("{} --data-dir {data_dir}", me()),
    )
}

fn named_in(mut arguments: impl Iterator<Item = String>) -> Option<String> {
    while let Some(argument) = arguments.next() {
        if argument == "--data-dir" {
            return arguments.next();
        }
        if let Some(named) = argument.strip_prefix("--data-dir=") {
            return Some(named.to_owned());
        }
    }
    None
}

/// One line of progress.
pub(crate) fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "souk: {line}");
}

/// Why something did not work, unless somebody else has said so.
pub(crate) fn complain(failure: &Failure) {
    let text = failure.to_string();
    if !text.is_empty() {
        progress(&text);
    }
}

/// An answer; false when nobody reads it any more.
pub(crate) fn answer(text: &str) -> bool {
    writeln!(std::io::stdout(), "{text}").is_ok()
}

/// JSON as a person reads it.
pub(crate) fn pretty(value: &impl Serialize) -> Outcome<String> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::new(error, ""))
}

/// Columns of a table, each as wide as its widest cell, without trailing spaces.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"));
        format!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_directory_is_found_as_it_was_named() {
        let named = |line: &str| named_in(line.split(' ').map(str::to_owned));
        assert_eq!(named("souk up --data-dir /x"), Some("/x".to_owned()));
        assert_eq!(named("souk --data-dir=/x up"), Some("/x".to_owned()));
        assert_eq!(named("souk up --detach"), None);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            vec!["GET".to_owned(), "/a".to_owned()],
            vec!["DELETE".to_owned(), String::new()],
        ];
        assert_eq!(table(&rows), "  GET     /a\n  DELETE");
    }
}
