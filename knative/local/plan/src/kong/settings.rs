//! The settings of an environment, for the variables of Kong's file that are no secrets.
//!
//! A file of `NAME=value` lines that a POSIX shell can read as well. A value in `'...'` may hold anything but `'`, lines too.
//! There is nothing else: no `"..."`, no `$NAME`, no `export`.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::mistake::Mistake;
use crate::paths::shown;

/// Where a gateway's settings on one machine stand, beside its file.
const LOCAL: &str = "environments/local.env";

/// Values by the names of their variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Those for one machine: `environments/local.env` beside Kong's file. None there: no settings.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or understood.
    pub fn beside(gateway_config: &Path) -> Result<Self, Mistake> {
        let file = gateway_config.with_file_name(LOCAL);
        match fs::metadata(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            _ => Self::read(&file),
        }
    }

    /// Those of a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read or understood.
    pub fn read(file: &Path) -> Result<Self, Mistake> {
        let mistake = |line: Option<usize>, what: String| Mistake {
            at: line.map_or_else(|| shown(file), |line| format!("{}:{line}", shown(file))),
            what,
        };
        let text = fs::read_to_string(file)
            .map_err(|error| mistake(None, format!("cannot be read: {error}")))?;
        parse(&text).map_err(|(line, what)| mistake(Some(line), what))
    }

    /// A variable's value.
    #[must_use]
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }
}

fn parse(text: &str) -> Result<Settings, (usize, String)> {
    let mut settings = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let (this, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if this.trim().is_empty() || this.trim_start().starts_with('#') {
            rest = after;
            continue;
        }
        let (name, value) = rest
            .split_once('=')
            .filter(|(name, _)| is_name(name))
            .ok_or_else(|| (line, "must be NAME=value".to_owned()))?;
        let (value, after) = value_of(value).map_err(|what| (line, format!("{name}: {what}")))?;
        if settings.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err((line, format!("{name} is there twice")));
        }
        rest = after;
    }
    Ok(Settings(settings))
}

/// The value that a text begins with, and what follows its line.
fn value_of(text: &str) -> Result<(&str, &str), &'static str> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, after) = quoted.split_once('\'').ok_or("the ' is not closed")?;
        let (remains, after) = after.split_once('\n').unwrap_or((after, ""));
        return match remains.trim() {
            "" => Ok((value, after)),
            _ => Err("nothing may follow the closing '"),
        };
    }
    let (value, after) = text.split_once('\n').unwrap_or((text, ""));
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_.,:/@%+=".contains(character);
    match value.trim_end() {
        value if value.chars().all(plain) => Ok((value, after)),
        _ => Err("put the value in '...'"),
    }
}

fn is_name(text: &str) -> bool {
    let letters = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    letters && !text.is_empty() && !text.as_bytes()[0].is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_a_shell_would_read_it() {
        let text = "# a comment\n\nDECK_A=1\nDECK_B='[\"*\"] # all'\nDECK_PEM='-----BEGIN-----\nabc\n'\nDECK_EMPTY=\n";
        let settings = parse(text).unwrap();
        for (name, value) in [
            ("DECK_A", Some("1")),
            ("DECK_B", Some("[\"*\"] # all")),
            ("DECK_PEM", Some("-----BEGIN-----\nabc\n")),
            ("DECK_EMPTY", Some("")),
            ("DECK_UNSET", None),
        ] {
            assert_eq!(settings.get(name), value, "{name}");
        }
    }

    #[test]
    fn what_a_shell_would_read_otherwise_is_refused_with_its_line() {
        for (text, expected) in [
            ("\nnot a setting\n", (2, "must be NAME=value")),
            ("export A=1\n", (1, "must be NAME=value")),
            ("A=two words\n", (1, "A: put the value in '...'")),
            ("A=$HOME\n", (1, "A: put the value in '...'")),
            ("A='open\n\n", (1, "A: the ' is not closed")),
            ("A='x'y\n", (1, "A: nothing may follow the closing '")),
            ("A='1\n2'\nA=3\n", (3, "A is there twice")),
        ] {
            let (line, what) = parse(text).unwrap_err();
            assert_eq!((line, what.as_str()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_gateway_without_a_file_beside_it_has_no_settings() {
        let folder = tempfile::tempdir().unwrap();
        let gateway = folder.path().join("kong.yaml");
        assert_eq!(Settings::beside(&gateway), Ok(Settings::default()));
        fs::create_dir(folder.path().join("environments")).unwrap();
        fs::write(folder.path().join(LOCAL), "A B\n").unwrap();
        let told = Settings::beside(&gateway).unwrap_err().to_string();
        assert!(
            told.ends_with("environments/local.env:1: must be NAME=value"),
            "{told}"
        );
    }
}
