//! Kong's file.

use serde_json::json;
use souk_plan::model::GatewayPlan;

use crate::files::{Files, changed};

const RIGHT: &str = r#"_format_version: "3.0"
services:
  - name: orders
    url: http://orders.example:81/base
    tags: [shop]
    routes:
      - name: all
        paths: [/v1]
        plugins:
          - name: cors
            config: {origins: ["*"], max_age: 5}
    plugins:
      - {name: rate-limiting, consumer: erp, enabled: false, config: {minute: 5}}
  - name: carts
    host: carts.example
consumers:
  - username: erp
    custom_id: e-1
    keyauth_credentials: [{key: hidden}]
    jwt_secrets:
      - {key: k, secret: hidden}
    acls: [{group: publishers}]
routes:
  - name: other
    service: {name: carts}
    methods: [GET]
    headers: {x-ver: ["1"]}
plugins:
  - {name: key-auth, route: other}
"#;

fn load(text: &str) -> Result<GatewayPlan, Vec<String>> {
    let files = Files::new(&[("kong.yaml", text)]);
    files.load_gateway("kong.yaml").map(|plan| plan.gateway)
}

#[test]
fn nested_and_plain_entities_come_to_one_flat_plan_with_kongs_defaults() {
    let gateway = load(RIGHT).unwrap();
    let (orders, carts) = (&gateway.services[0], &gateway.services[1]);
    assert_eq!(
        (orders.host.as_str(), orders.port, orders.path.as_deref()),
        ("orders.example", 81, Some("/base"))
    );
    assert_eq!(
        (
            carts.port,
            carts.path.as_deref(),
            carts.retries,
            carts.read_timeout_ms
        ),
        (80, None, 5, 60_000)
    );
    let (all, other) = (&gateway.routes[0], &gateway.routes[1]);
    assert_eq!(
        (all.service.as_str(), all.strip_path, all.preserve_host),
        ("orders", true, false)
    );
    assert_eq!(
        (
            other.service.as_str(),
            other.protocols.len(),
            other.regex_priority
        ),
        ("carts", 2, 0)
    );
    assert_eq!(other.headers["x-ver"], ["1"]);
    let consumer = &gateway.consumers[0];
    assert_eq!(
        (
            consumer.acl_groups[0].as_str(),
            consumer.jwt_secrets[0].algorithm.as_str()
        ),
        ("publishers", "HS256")
    );
    assert_eq!(consumer.keyauth_keys, ["hidden"]);
}

#[test]
fn a_plugin_is_attached_where_it_is_written() {
    let gateway = load(RIGHT).unwrap();
    let scopes = gateway.plugins.iter().map(|one| {
        let name = |scope: &Option<String>| scope.clone().unwrap_or_default();
        (
            one.name.as_str(),
            name(&one.service),
            name(&one.route),
            name(&one.consumer),
        )
    });
    let own = |text: &str| text.to_owned();
    assert_eq!(
        scopes.collect::<Vec<_>>(),
        [
            ("cors", own(""), own("all"), own("")),
            ("rate-limiting", own("orders"), own(""), own("erp")),
            ("key-auth", own(""), own("other"), own("")),
        ]
    );
    assert_eq!(
        gateway.plugins[0].config,
        json!({"origins": ["*"], "max_age": 5})
    );
    assert!(
        gateway.plugins[0].at.ends_with("kong.yaml:10"),
        "{}",
        gateway.plugins[0].at
    );
    assert!(!gateway.plugins[1].enabled);
}

#[test]
fn ids_are_made_of_names_unless_they_are_given() {
    let id = "00000000-0000-4000-8000-000000000001";
    let given = load(&changed(
        RIGHT,
        "name: other",
        &format!("name: other\n    id: {id}"),
    ))
    .unwrap();
    assert_eq!(given.routes[1].id.to_string(), id);
    assert_eq!(given.routes[0].id, load(RIGHT).unwrap().routes[0].id);
    assert_ne!(given.routes[0].id, given.routes[1].id);
}

#[test]
fn what_kong_or_this_gateway_refuses_is_told_with_its_line() {
    for (from, to, expected) in [
        (
            "\"3.0\"",
            "3.0",
            "kong.yaml:1: _format_version: must be text",
        ),
        (
            "\"3.0\"",
            "\"2.1\"",
            "kong.yaml:1: _format_version: only \"3.0\"",
        ),
        (
            "services:",
            "upstreams: []\nservices:",
            "kong.yaml:2: upstreams: is not supported here",
        ),
        (
            "services:",
            "_info: {}\nservices:",
            "kong.yaml:2: _info: is refused by DB-less Kong",
        ),
        (
            "services:",
            "x-mine: {}\nservices:",
            "kong.yaml:2: x-mine: this field is not supported",
        ),
        (
            "tags: [shop]",
            "tsgs: [shop]",
            "kong.yaml:5: services[0].tsgs: there is no such field; did you mean `tags`?",
        ),
        (
            "tags: [shop]",
            "retires: 1",
            "kong.yaml:5: services[0].retires: there is no such field; did you mean `retries`?",
        ),
        (
            "tags: [shop]",
            "host: a",
            "kong.yaml:5: services[0].host: may not stand beside url",
        ),
        (
            "tags: [shop]",
            "read_timeout: 0",
            "kong.yaml:5: services[0].read_timeout: must be from 1 to 2147483646",
        ),
        (
            "http://orders",
            "https://orders",
            "kong.yaml:4: services[0].url: must be a URL that begins with http://",
        ),
        (
            "paths: [/v1]",
            "path: [/v1]",
            "kong.yaml:8: services[0].routes[0].path: there is no such field; did you mean `paths`?",
        ),
        (
            "paths: [/v1]",
            "paths: /v1",
            "kong.yaml:8: services[0].routes[0].paths: must be a list",
        ),
        (
            "paths: [/v1]",
            "snis: [a]",
            "kong.yaml:8: services[0].routes[0].snis: is not supported here",
        ),
        (
            "paths: [/v1]",
            "path_handling: v1",
            "kong.yaml:8: services[0].routes[0].path_handling: only v0",
        ),
        (
            "config: {origins",
            "route: x\n            config: {origins",
            "kong.yaml:11: services[0].routes[0].plugins[0].route: is given already",
        ),
        (
            "{key: hidden}",
            "{key: hidden, ttl: 1}",
            "kong.yaml:19: consumers[0].keyauth_credentials[0].ttl: is not supported",
        ),
        (
            "{key: hidden}",
            "{key: 12345}",
            "kong.yaml:19: consumers[0].keyauth_credentials[0].key: must be text: put it in quotes",
        ),
        (
            "secret: hidden",
            "algorithm: ES256",
            "kong.yaml:21: consumers[0].jwt_secrets[0]: ES256 needs rsa_public_key",
        ),
        (
            "secret: hidden",
            "algorithm: ES256, rsa_public_key: pem",
            "kong.yaml:21: consumers[0].jwt_secrets[0]: decK wants a secret as well",
        ),
        (
            "secret: hidden",
            "algorithm: HS512",
            "kong.yaml:21: consumers[0].jwt_secrets[0]: HS512 needs secret",
        ),
        (
            "    service: {name: carts}\n",
            "",
            "kong.yaml:24: routes[0].service: is missing",
        ),
        (
            "key: k",
            "key: ${{ env \"DECK_X\" }}",
            "kong.yaml:21: variable `DECK_X` is not set",
        ),
    ] {
        let told = load(&changed(RIGHT, from, to)).unwrap_err();
        assert!(
            told.len() == 1 && told[0].starts_with(expected),
            "{to}\nexpected {expected}\ntold     {told:#?}"
        );
        assert!(
            !told[0].contains("hidden") && !told[0].contains("12345"),
            "{told:?}"
        );
    }
}

#[test]
fn the_variables_are_asked_for_with_the_needs_of_the_manifests() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {restartPolicy: Never, containers: \
               [{name: j, image: j, env: [{name: K, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}}}\n";
    let files = Files::new(&[
        ("m/j.yaml", job),
        (
            "kong.yaml",
            "_format_version: ${{ env \"DECK_VERSION\" }}\n",
        ),
    ]);
    let mut asked = Vec::new();
    let loaded = souk_plan::load(
        &[files.path("m")],
        Some(&files.path("kong.yaml")),
        &mut |needs, name| {
            asked.push((needs.len(), name.to_owned()));
            Some("'3.0'".to_owned())
        },
    );
    assert!(loaded.is_ok());
    assert_eq!(asked, [(1, "DECK_VERSION".to_owned())]);
}

#[test]
fn where_the_keys_are_had_stands_in_a_file_beside_kongs() {
    let load = |text: &str| {
        let files = Files::new(&[("kong.yaml", RIGHT), ("gate-keys.yaml", text)]);
        let loaded = files.load_gateway("kong.yaml");
        loaded.map(|plan| plan.gateway.keys_from)
    };
    let source = "http://identity.souk.svc.cluster.local/v1/identity/gate";
    let written = format!("# asked by the sidecar\nsource: {source}\n");
    assert_eq!(load(&written), Ok(Some(source.to_owned())));
    for (text, told) in [
        ("", "gate-keys.yaml: source: is missing"),
        (
            "sorce: http://a/",
            "gate-keys.yaml:1: sorce: there is no such field; did you mean `source`?",
        ),
        (
            "\nsource: https://a/",
            "gate-keys.yaml:2: source: must be http://host/path: it is called inside the cluster",
        ),
    ] {
        let all = load(text).unwrap_err();
        assert!(all.contains(&told.to_owned()), "{all:?}");
    }
}

#[test]
fn a_text_without_variables_is_read_as_the_file_is() {
    let from_file = load(RIGHT).unwrap();
    let from_text = souk_plan::load_gateway(&from_file.file, &from_file.rendered).unwrap();
    assert_eq!(from_text, from_file);
    let wrong = souk_plan::load_gateway("posted".as_ref(), "servces: []").unwrap_err();
    assert!(wrong[0].to_string().starts_with("posted:"), "{wrong:?}");
}
