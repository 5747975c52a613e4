//! Plugins as Kong's own schemas would judge them.

use crate::files::Files;

/// What is wrong with a plugin's configuration, each without its place.
fn told(name: &str, config: &str) -> Vec<String> {
    told_at("plugins", &format!("{{name: {name}, config: {config}}}"))
}

fn told_at(list: &str, plugin: &str) -> Vec<String> {
    let text = format!(
        "_format_version: \"3.0\"\nconsumers: [{{username: erp}}]\n{list}:\n  - {plugin}\n"
    );
    let files = Files::new(&[("kong.yaml", &text)]);
    let told = files.load_gateway("kong.yaml").err().unwrap_or_default();
    let place = "kong.yaml:4: plugins[0]";
    let without_place = |told: &String| {
        let rest = told.strip_prefix(place);
        let rest = rest.unwrap_or_else(|| panic!("{told} is not at {place}"));
        rest.trim_start_matches(".config")
            .trim_start_matches(['.', ':', ' '])
            .to_owned()
    };
    told.iter().map(without_place).collect()
}

#[test]
fn what_kong_takes_is_taken() {
    for (name, config) in [
        ("acl", "{allow: [publishers], hide_groups_header: true}"),
        (
            "correlation-id",
            "{header_name: X-Id, generator: 'uuid#counter', echo_downstream: true}",
        ),
        (
            "cors",
            "{origins: ['*'], methods: [GET, OPTIONS], max_age: 0.5, credentials: false}",
        ),
        ("cors", "{origins: null}"),
        (
            "jwt",
            "{maximum_expiration: 3600, claims_to_verify: [exp], uri_param_names: []}",
        ),
        ("jwt", "null"),
        ("key-auth", "{key_names: [X-Api-Key], key_in_query: false}"),
        (
            "opentelemetry",
            "{traces_endpoint: 'http://otel:4318/v1/traces', sampling_rate: 0.05, propagation: {extract: [w3c, b3], inject: [preserve], default_format: w3c}}",
        ),
        (
            "opentelemetry",
            "{endpoint: 'http://otel/v1/traces', headers: {X-Token: t}, queue: {max_batch_size: 200, concurrency_limit: -1}}",
        ),
        ("prometheus", "{per_consumer: true}"),
        (
            "rate-limiting",
            "{second: 0.5, minute: 20, limit_by: header, header_name: X-Id, policy: local}",
        ),
        (
            "rate-limiting",
            "{minute: 5, policy: redis, redis: {host: redis}}",
        ),
        (
            "request-size-limiting",
            "{allowed_payload_size: 64, size_unit: kilobytes}",
        ),
        ("request-termination", "{status_code: 405, message: Closed}"),
        (
            "request-transformer",
            "{remove: {headers: [X-A, 'X-B:v']}, rename: {headers: ['X-A:X-B']}, add: {querystring: ['a:b:c']}}",
        ),
        // Not known here: the gateway refuses it.
        ("proxy-cache", "{anything: 1}"),
    ] {
        assert_eq!(told(name, config), [""; 0], "{name} {config}");
    }
}

#[test]
fn a_field_that_is_misspelt_or_of_the_wrong_type_is_refused() {
    for (name, config, expected) in [
        (
            "rate-limiting",
            "{minuet: 5, second: 1}",
            "minuet: there is no such field; did you mean `minute`?",
        ),
        (
            "rate-limiting",
            "{minute: '5'}",
            "minute: must be a number, without quotes",
        ),
        ("cors", "{origins: '*'}", "origins: must be a list"),
        (
            "cors",
            "{credentials: 'true'}",
            "credentials: must be true or false",
        ),
        (
            "key-auth",
            "{key_names: [1]}",
            "key_names[0]: must be text: put it in quotes",
        ),
        ("jwt", "[exp]", "must be a mapping with fields"),
        (
            "request-size-limiting",
            "{allowed_payload_size: 0.5}",
            "allowed_payload_size: must be a whole number, without quotes",
        ),
        (
            "opentelemetry",
            "{traces_endpoint: 'http://a/', propagation: {default: w3c}}",
            "propagation.default: this field is not supported",
        ),
        ("proxy-cache", "[x]", "must be a mapping"),
    ] {
        assert_eq!(told(name, config), [expected], "{name} {config}");
    }
}

#[test]
fn a_value_that_kong_would_not_take_is_refused() {
    for (name, config, expected) in [
        (
            "rate-limiting",
            "{minute: 0}",
            "minute: must be more than 0",
        ),
        (
            "rate-limiting",
            "{minute: 5, policy: cluster}",
            "policy: must be one of local, redis",
        ),
        (
            "rate-limiting",
            "{minute: 5, limit_by: path, path: v1}",
            "path: must begin with / and have no empty segments",
        ),
        (
            "jwt",
            "{claims_to_verify: [iss]}",
            "claims_to_verify[0]: must be one of exp, nbf",
        ),
        (
            "jwt",
            "{maximum_expiration: 31536001, claims_to_verify: [exp]}",
            "maximum_expiration: must be from 0 to 31536000",
        ),
        ("jwt", "{realm: ''}", "realm: must not be empty"),
        (
            "cors",
            "{methods: [get]}",
            "methods[0]: must be one of GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS, TRACE, CONNECT",
        ),
        (
            "key-auth",
            "{key_names: ['X Key']}",
            "key_names[0]: must be a header's name: letters, digits, - and _",
        ),
        (
            "request-termination",
            "{status_code: 600}",
            "status_code: must be from 100 to 599",
        ),
        (
            "request-size-limiting",
            "{size_unit: kb}",
            "size_unit: must be one of megabytes, kilobytes, bytes",
        ),
        (
            "request-transformer",
            "{add: {headers: [X-A]}}",
            "add.headers[0]: must be name:value",
        ),
        (
            "request-transformer",
            "{http_method: get}",
            "http_method: must be in capital letters",
        ),
        (
            "correlation-id",
            "{generator: ulid}",
            "generator: must be one of uuid, uuid#counter, tracker",
        ),
        (
            "opentelemetry",
            "{traces_endpoint: otel}",
            "traces_endpoint: must be a URL with scheme and host",
        ),
        (
            "opentelemetry",
            "{traces_endpoint: 'http://a/', sampling_rate: 5}",
            "sampling_rate: must be from 0 to 1",
        ),
        (
            "opentelemetry",
            "{traces_endpoint: 'http://a/', connect_timeout: -1}",
            "connect_timeout: must be from 0 to 2147483646",
        ),
        (
            "opentelemetry",
            "{traces_endpoint: 'http://a/', queue: {max_batch_size: 0}}",
            "queue.max_batch_size: must be from 1 to 1000000",
        ),
    ] {
        assert_eq!(told(name, config), [expected], "{name} {config}");
    }
}

#[test]
fn fields_that_do_not_go_together_are_refused() {
    for (name, config, expected) in [
        ("acl", "{}", "needs one of allow, deny"),
        (
            "acl",
            "{allow: [a], deny: [b]}",
            "allow and deny may not stand together",
        ),
        (
            "jwt",
            "{maximum_expiration: 60}",
            "maximum_expiration needs exp in claims_to_verify",
        ),
        (
            "rate-limiting",
            "{policy: local}",
            "needs one of second, minute, hour, day, month, year",
        ),
        (
            "rate-limiting",
            "{second: 9, hour: 5}",
            "the limit for each hour may not be lower than that for each second",
        ),
        (
            "rate-limiting",
            "{minute: 5, limit_by: header}",
            "limit_by: header needs header_name",
        ),
        (
            "rate-limiting",
            "{minute: 5, policy: redis}",
            "policy: redis needs redis",
        ),
        (
            "request-termination",
            "{message: a, body: b}",
            "message may not stand beside content_type or body",
        ),
        (
            "request-termination",
            "{content_type: a/b}",
            "content_type needs body",
        ),
        (
            "opentelemetry",
            "{sampling_rate: 1}",
            "needs one of traces_endpoint, logs_endpoint, endpoint",
        ),
    ] {
        assert_eq!(told(name, config), [expected], "{name} {config}");
    }
    assert_eq!(
        told_at("plugins", "{name: jwt, consumer: erp}"),
        ["Kong attaches jwt to no consumer"]
    );
    assert_eq!(
        told_at("plugins", "{name: acl}"),
        ["needs one of allow, deny"]
    );
}
