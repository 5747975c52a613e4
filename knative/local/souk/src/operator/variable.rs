//! The values of `${{ env "DECK_..." }}` in Kong's file.

use souk_engines::SecretStore;
use souk_engines::secrets::random_token;
use souk_plan::model::{ConfigKind, ConfigNeed};

use super::provide::Needs;
use crate::failure::Outcome;

const PREFIX: &str = "DECK_";
/// Settings, which stand in the environment's file. Nothing random could stand for them.
const SETTINGS: &str = "GATEWAY_";
/// Where those are kept that no Secret of the manifests stands for. No namespace of a cluster can be called that.
const OWN_NAMESPACE: &str = "gateway_";

/// The Secret entry whose `<secret>_<key>` in upper snake case is the variable's name, else a random one that is kept.
pub(crate) fn gateway_variable(
    store: &SecretStore,
    needs: &[ConfigNeed],
    variable: &str,
) -> Outcome<Option<String>> {
    let wanted = variable.strip_prefix(PREFIX);
    let Some(wanted) = wanted.filter(|wanted| !wanted.starts_with(SETTINGS)) else {
        return Ok(None);
    };
    let secrets = needs.iter().filter(|need| need.kind == ConfigKind::Secret);
    for need in secrets {
        let Some(key) = entry_named(need, wanted) else {
            continue;
        };
        let asked = ConfigNeed {
            key: Some(key.clone()),
            optional: false,
            ..need.clone()
        };
        if let Some(value) = Needs::value(&asked, store)? {
            return Ok(Some(value));
        }
    }
    let kept = store.entry(OWN_NAMESPACE, "kong", variable, random_token)?;
    Ok(Some(kept))
}

/// The key in this Secret that the variable names; for a whole Secret (`envFrom`) any.
fn entry_named(need: &ConfigNeed, wanted: &str) -> Option<String> {
    let rest = wanted
        .strip_prefix(&upper_snake(&need.object.name))?
        .strip_prefix('_')?;
    need.key.clone().filter(|key| upper_snake(key) == rest)
}

/// As the names of variables are made of the names of Secrets and their keys.
pub(crate) fn upper_snake(name: &str) -> String {
    let letter = |letter: char| match letter {
        '-' | '.' => '_',
        other => other.to_ascii_uppercase(),
    };
    name.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use souk_plan::model::ObjectName;

    use super::*;

    fn need(name: &str, key: &str) -> ConfigNeed {
        ConfigNeed {
            kind: ConfigKind::Secret,
            object: ObjectName {
                namespace: "souk".to_owned(),
                name: name.to_owned(),
            },
            key: Some(key.to_owned()),
            optional: true,
            wanted_by: String::new(),
        }
    }

    fn store() -> (tempfile::TempDir, SecretStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SecretStore::open(&folder.path().join("secrets")).unwrap();
        (folder, store)
    }

    #[test]
    fn a_variable_is_the_secret_entry_that_it_names() {
        let (_folder, store) = store();
        let needs = [
            need("identity-signing-key", "kid"),
            need("identity-signing-key", "public.pem"),
            need("client-erp", "secret"),
        ];
        let value = |name| gateway_variable(&store, &needs, name).unwrap().unwrap();
        let pem = value("DECK_IDENTITY_SIGNING_KEY_PUBLIC_PEM");
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"), "{pem}");
        let key = value("DECK_CLIENT_ERP_SECRET");
        assert_eq!(store.read("souk", "client-erp").unwrap()["secret"], key);
    }

    #[test]
    fn one_that_no_secret_stands_for_is_random_and_kept() {
        let (_folder, store) = store();
        let first = gateway_variable(&store, &[], "DECK_CARRIER_API_KEY").unwrap();
        let second = gateway_variable(&store, &[], "DECK_CARRIER_API_KEY").unwrap();
        assert!(first.is_some());
        assert_eq!(first, second);
        for no_secret in ["HOME", "DECK_GATEWAY_CORS_ORIGINS"] {
            assert_eq!(gateway_variable(&store, &[], no_secret).unwrap(), None);
        }
    }
}
