//! What the merge adds, leaves alone and refuses.

use super::*;

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";

const CONFIG: &str = "\
_format_version: \"3.0\"
consumers:
  - username: guests
    acls: [{ group: guest }]
  - username: customers
    acls: [{ group: customer }]
  - username: merchants
    acls: [{ group: merchant }]
  - username: operators
    acls: [{ group: operator }]
services:
  - name: catalog
    host: catalog.souk.svc.cluster.local
    port: 80
    routes:
      - { name: browse, methods: [GET, HEAD], paths: ['~/v1/products$'], strip_path: false }
";

fn state(keys: &[&str], clients: &[(&str, u32)]) -> State {
    let keys = keys.iter().map(|kid| Key {
        kid: (*kid).to_owned(),
        public_key_pem: PEM.to_owned(),
    });
    let clients = clients.iter().map(|(id, limit)| Client {
        client_id: (*id).to_owned(),
        limit_per_minute: *limit,
    });
    State {
        keys: keys.collect(),
        clients: clients.collect(),
    }
}

fn merged(state: &State) -> Value {
    serde_json::from_str(&merge(CONFIG, state).unwrap()).unwrap()
}

fn keys_of(document: &Value, consumer: &str) -> Vec<String> {
    let all = document["consumers"].as_array().unwrap();
    let one = all.iter().find(|one| one["username"] == consumer).unwrap();
    let secrets = one["jwt_secrets"].as_array().unwrap();
    secrets
        .iter()
        .map(|secret| secret["key"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_of_the_four_believes_every_key_under_its_own_name() {
    let document = merged(&state(&["k1", "k2"], &[]));
    for name in PEOPLE {
        assert_eq!(
            keys_of(&document, name),
            [format!("k1.{name}"), format!("k2.{name}")]
        );
    }
    let secret = &document["consumers"][0]["jwt_secrets"][0];
    assert_eq!(secret["algorithm"], "ES256");
    assert_eq!(secret["rsa_public_key"], PEM);
    assert_eq!(document["consumers"][0]["acls"][0]["group"], "guest");
}

#[test]
fn a_machine_client_becomes_a_consumer_with_its_group_its_keys_and_its_limit() {
    let document = merged(&state(&["k1"], &[("erp", 6000)]));
    let erp = &document["consumers"][4];
    assert_eq!(erp["username"], "erp");
    assert_eq!(erp["acls"], json!([{ "group": "machine" }]));
    assert_eq!(keys_of(&document, "erp"), ["k1.erp"]);
    let limit = &erp["plugins"][0];
    assert_eq!(limit["name"], "rate-limiting");
    assert_eq!(
        limit["config"],
        json!({ "minute": 6000, "limit_by": "consumer", "policy": "local" })
    );
}

#[test]
fn everything_else_stays_as_it_is() {
    let document = merged(&state(&["k1"], &[("erp", 1)]));
    assert_eq!(document["_format_version"], "3.0");
    let route = &document["services"][0]["routes"][0];
    assert_eq!(route["paths"], json!(["~/v1/products$"]));
    assert_eq!(route["methods"], json!(["GET", "HEAD"]));
    assert_eq!(route["strip_path"], false);
    assert_eq!(document["services"][0]["port"], 80);
}

#[test]
fn without_keys_nobody_is_believed_and_the_file_is_whole() {
    let document = merged(&State::default());
    for name in PEOPLE {
        assert!(keys_of(&document, name).is_empty());
    }
    assert_eq!(document["services"][0]["name"], "catalog");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let state = state(&["k1", "k2"], &[("erp", 5), ("carrier", 6)]);
    assert_eq!(
        merge(CONFIG, &state).unwrap(),
        merge(CONFIG, &state).unwrap()
    );
}

#[test]
fn a_file_that_lacks_one_of_the_four_is_refused() {
    let config = CONFIG.replace("username: operators", "username: others");
    assert_eq!(
        merge(&config, &State::default()),
        Err(MergeError::Missing("operators"))
    );
    assert_eq!(
        merge("_format_version: \"3.0\"\n", &State::default()),
        Err(MergeError::Missing("guests"))
    );
}

#[test]
fn a_key_that_stands_in_the_file_is_refused() {
    let config = CONFIG.replace(
        "acls: [{ group: guest }]",
        "jwt_secrets: [{ key: old.guests }]",
    );
    assert_eq!(
        merge(&config, &State::default()),
        Err(MergeError::OwnKeys("guests"))
    );
}

#[test]
fn a_client_cannot_take_the_name_of_people_or_of_another_client() {
    for clients in [vec![("merchants", 1)], vec![("erp", 1), ("erp", 2)]] {
        let name = clients.last().unwrap().0.to_owned();
        assert_eq!(
            merge(CONFIG, &state(&["k1"], &clients)),
            Err(MergeError::Taken(name))
        );
    }
}

#[test]
fn a_key_or_client_that_cannot_be_meant_is_refused() {
    let mut private = state(&["k1"], &[]);
    private.keys[0].public_key_pem = PEM.replace("PUBLIC", "PRIVATE");
    let wrong = [
        state(&["k1.customers"], &[]),
        state(&[""], &[]),
        state(&["k1", "k1"], &[]),
        state(&["k1"], &[("erp.customers", 1)]),
        state(&["k1"], &[("ERP", 1)]),
        state(&["k1"], &[("erp", 0)]),
        private,
    ];
    for state in wrong {
        assert!(
            matches!(merge(CONFIG, &state), Err(MergeError::State(_))),
            "{state:?}"
        );
    }
}

#[test]
fn what_is_no_yaml_is_refused_without_being_quoted() {
    let error = merge("a: [1\nsecret: hunter2\n", &State::default()).unwrap_err();
    assert!(matches!(error, MergeError::NotYaml(_)));
    assert!(!error.to_string().contains("hunter2"));
    assert!(matches!(
        merge("[1]", &State::default()),
        Err(MergeError::Shape(_))
    ));
    assert!(matches!(
        merge("", &State::default()),
        Err(MergeError::Shape(_))
    ));
}
