//! The files, as text. All are for their owner only.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// The one Secret of `knative/overlays/bare`: every key of every Secret as `<secret>-<key>`.
pub(super) fn one_secret(values: &BTreeMap<String, String>) -> String {
    let mut text = String::from(
        "# Written by `souk secrets`. Put it at knative/overlays/bare/values/secrets.yaml, and never commit it.\n\
         apiVersion: v1\nkind: Secret\nmetadata:\n  name: secrets\n  namespace: souk\n  labels:\n    souk.dev/values: bare\n\
         stringData:\n",
    );
    for (name, value) in values {
        // Text in JSON is text in YAML.
        let value = serde_json::Value::String(value.clone());
        let _ = writeln!(text, "  {name}: {value}");
    }
    text
}

/// For `psql`: a role and a database for each function, closed to every other role. It may be run again.
pub(super) fn databases_sql(databases: &BTreeMap<String, String>) -> String {
    let mut text = String::from(
        "-- Written by `souk secrets`: psql <address as administrator> -v ON_ERROR_STOP=1 -f databases.sql\n",
    );
    for (name, password) in databases {
        let _ = write!(
            text,
            "\nSELECT 'CREATE ROLE \"{name}\" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec\n\
             ALTER ROLE \"{name}\" PASSWORD '{password}';\n\
             GRANT \"{name}\" TO CURRENT_USER;\n\
             SELECT 'CREATE DATABASE \"{name}\" OWNER \"{name}\"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec\n\
             REVOKE ALL ON DATABASE \"{name}\" FROM PUBLIC;\n"
        );
    }
    text
}

/// For a shell: `set -a; . deck.env; set +a` before decK, or before `souk gateway`. No value made here has a quote.
pub(super) fn deck_env(variables: &BTreeMap<String, String>) -> String {
    let mut text =
        String::from("# Written by `souk secrets`: what gateway-config/kong.yaml reads.\n");
    for (name, value) in variables {
        let _ = writeln!(text, "{name}='{value}'");
    }
    text
}

/// Writes a file anew, for its owner only.
pub(super) fn write(path: &Path, text: &str) -> Outcome {
    let beside = path.with_extension("new");
    let open = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside);
    let written = open
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| unwritable(path, &error))
}

pub(super) fn unwritable(path: &Path, error: &dyn Display) -> Failure {
    Failure::new(
        format!("{} cannot be written: {error}", path.display()),
        "Name another folder with --into <dir>.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_key_of_several_lines_stays_one_value() {
        let text = one_secret(&one("identity-signing-key-public-pem", "a\nb\n"));
        assert!(
            text.ends_with("\n  identity-signing-key-public-pem: \"a\\nb\\n\"\n"),
            "{text}"
        );
    }

    #[test]
    fn a_shell_reads_a_key_of_several_lines_as_it_is() {
        let text = deck_env(&one("DECK_X", "a\nb"));
        assert!(text.ends_with("\nDECK_X='a\nb'\n"), "{text}");
    }
}
