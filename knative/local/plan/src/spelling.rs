//! Finds the name that was probably meant.

/// The name that differs in two letters at most, or only in capitals.
pub(crate) fn closest<'a>(written: &str, names: &[&'a str]) -> Option<&'a str> {
    let measured = names.iter().map(|name| (distance(written, name), *name));
    let (distance, name) = measured.min()?;
    let near = distance <= 2 && distance < name.chars().count();
    near.then_some(name)
}

/// Letters to insert, delete or replace (Levenshtein); capitals do not count.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *against);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let names = ["timeoutSeconds", "containers", "name"];
        for (written, expected) in [
            ("timeoutSecond", Some("timeoutSeconds")),
            ("timeoutseconds", Some("timeoutSeconds")),
            ("conatiners", Some("containers")),
            ("nmae", Some("name")),
            ("volumes", None),
            ("", None),
        ] {
            assert_eq!(closest(written, &names), expected, "{written}");
        }
    }
}
