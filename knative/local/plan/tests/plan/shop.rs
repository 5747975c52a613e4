//! The plan of the repository's own manifests, as a file that is reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use souk_plan::Settings;
use souk_plan::model::{BackoffPolicy, EnvValue, Plan};

const SNAPSHOT: &str = "knative/local/plan/tests/shop.json";

/// Paths in the plan are relative to the repository, wherever that is.
fn enter_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap();
    std::env::set_current_dir(root).unwrap();
}

fn shop() -> Plan {
    enter_repository();
    let folders = [
        PathBuf::from("knative/base"),
        PathBuf::from("eventing/base"),
    ];
    let gateway = Path::new("gateway-config/kong.yaml");
    let settings = Settings::beside(gateway).unwrap();
    // Settings alone: a secret in Kong's file would be missing.
    souk_plan::load(&folders, Some(gateway), &mut |_, name| {
        settings.get(name).map(str::to_owned)
    })
    .unwrap_or_else(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"));
    })
}

#[test]
fn the_plan_of_the_shop_is_the_one_that_was_reviewed() {
    let plan = serde_json::to_string_pretty(&shop()).unwrap() + "\n";
    if std::env::var_os("UPDATE_PLAN").is_some() {
        fs::write(SNAPSHOT, &plan).unwrap();
    }
    let reviewed = fs::read_to_string(SNAPSHOT).unwrap();
    let difference = plan
        .lines()
        .zip(reviewed.lines())
        .enumerate()
        .find(|(_, (new, old))| new != old);
    assert_eq!(difference, None, "UPDATE_PLAN=1 writes it anew");
    assert_eq!(
        plan.lines().count(),
        reviewed.lines().count(),
        "UPDATE_PLAN=1 writes it anew"
    );
}

#[test]
fn kongs_file_holds_no_key_and_says_where_keys_are_had() {
    let gateway = shop().gateway;
    for consumer in &gateway.consumers {
        assert!(consumer.jwt_secrets.is_empty(), "{}", consumer.username);
        assert!(consumer.keyauth_keys.is_empty(), "{}", consumer.username);
    }
    let source = "http://identity.souk.svc.cluster.local/v1/identity/gate";
    assert_eq!(gateway.keys_from.as_deref(), Some(source));
}

/// The text that variables are filled into may hold what nobody is to see.
#[test]
fn the_rendered_text_is_not_printed() {
    let plan = shop();
    let printed = serde_json::to_value(&plan).unwrap();
    assert!(!plan.gateway.rendered.is_empty());
    assert!(printed["gateway"].get("rendered").is_none());
}

#[test]
fn every_function_knows_the_broker_and_every_trigger_has_a_way_out() {
    let plan = shop();
    for service in &plan.services {
        let sink = service
            .container
            .env
            .iter()
            .find(|variable| variable.name == "K_SINK");
        let expected =
            "http://kafka-broker-ingress.knative-eventing.svc.cluster.local/souk/default";
        assert_eq!(
            sink.unwrap().value,
            EnvValue::Literal(expected.to_owned()),
            "{}",
            service.object.name
        );
    }
    for trigger in &plan.triggers {
        let expected = "http://deadletters.souk.svc.cluster.local/events";
        assert_eq!(
            trigger.delivery.dead_letter_sink.as_deref(),
            Some(expected),
            "{}",
            trigger.object.name
        );
    }
}

/// Who verifies tokens takes the issuer from the one place, and keys from identity alone.
#[test]
fn every_function_believes_the_same_issuer() {
    for service in &shop().services {
        let value = |name: &str| {
            let env = &service.container.env;
            env.iter()
                .find(|one| one.name == name)
                .map(|one| &one.value)
        };
        let Some(issuer) = value("TOKEN_ISSUER") else {
            continue;
        };
        let name = service.object.name.as_str();
        let EnvValue::Ref { object, key, .. } = issuer else {
            panic!("{name}: {issuer:?}")
        };
        assert_eq!(
            (object.name.as_str(), key.as_str()),
            ("shop", "public-url"),
            "{name}"
        );
        if name != "identity" {
            let keys = "http://identity.souk.svc.cluster.local/v1/identity/jwks.json";
            assert_eq!(
                value("TOKEN_JWKS_URL"),
                Some(&EnvValue::Literal(keys.to_owned())),
                "{name}"
            );
            assert_eq!(value("TOKEN_PUBLIC_KEY_PEM"), None, "{name}");
        }
    }
}

#[test]
fn every_trigger_has_a_delivery_of_its_own_that_ends_before_kafka_asks_for_the_next_events() {
    /// `max.poll.interval.ms` of the Kafka broker's dispatcher.
    const POLL_INTERVAL_MS: u64 = 300_000;
    let plan = shop();
    for trigger in &plan.triggers {
        let delivery = &trigger.delivery;
        let name = &trigger.object.name;
        assert_eq!(
            delivery.backoff_policy,
            BackoffPolicy::Exponential,
            "{name}"
        );
        let waits: u64 = (1..=delivery.retry)
            .map(|attempt| delivery.backoff_delay_ms << attempt)
            .sum();
        let longest = waits + u64::from(delivery.retry + 1) * delivery.timeout_ms;
        assert!(longest < POLL_INTERVAL_MS, "{name}: {longest} ms");
        assert!(!trigger.ordered, "{name}: no card says why");
    }
    let folder = fs::read_dir("eventing/base/triggers").unwrap();
    for file in folder {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for trigger in text.split("\n---\n") {
            for field in [
                "retry:",
                "backoffPolicy:",
                "backoffDelay:",
                "timeout:",
                "deadLetterSink:",
            ] {
                assert!(trigger.contains(field), "{}: {field}", path.display());
            }
        }
    }
}

#[test]
fn the_shops_network_policies_are_right() {
    enter_repository();
    let told = souk_plan::load(&[PathBuf::from("knative/policies")], None, &mut |_, _| None);
    assert!(told.is_ok(), "{:?}", told.err());
}

/// What a label says about a function is kept in one list for each kind of store; a function that is missing in it cannot reach its own.
#[test]
fn every_function_may_reach_its_store() {
    let plan = shop();
    let policies = fs::read_to_string("knative/policies/stores.yaml").unwrap();
    let listed = |name: &str, function: &str| {
        let policy = policies
            .split("\n---\n")
            .find(|policy| policy.contains(&format!("name: {name}\n")))
            .unwrap();
        let values = policy.split("values: [").nth(1).unwrap();
        let values = values.split(']').next().unwrap();
        values.split(", ").any(|value| value == function)
    };
    for service in &plan.services {
        let function = service.object.name.as_str();
        let has = |variable: &str| {
            let env = &service.container.env;
            env.iter().any(|one| one.name == variable)
        };
        assert_eq!(
            listed("functions-keep-tables", function),
            has("DATABASE_URL"),
            "{function}"
        );
        assert_eq!(
            listed("functions-keep-items", function),
            has("AWS_REGION"),
            "{function}"
        );
    }
}

/// In `overlays/bare` each value is named once where it is filled in, once where it goes, and once where the functions look for it.
#[test]
fn the_overlay_bare_fills_in_everything_that_the_shop_needs() {
    let plan = shop();
    let read = |name: &str| fs::read_to_string(format!("knative/overlays/bare/{name}")).unwrap();
    let configuration = read("configuration.yaml");
    for need in plan.needs.iter().filter(|need| !need.optional) {
        let key = need.key.as_deref().unwrap();
        let kind = format!("kind: {:?}\n", need.kind);
        let name = format!("name: {}\n", need.object.name);
        let is_there = configuration.split("---\n").any(|object| {
            object.contains(&kind)
                && object.contains(&name)
                && object.contains(&format!("  {key}:"))
        });
        assert!(is_there, "configuration.yaml lacks {kind}{name}{key}");
    }
    let eventing = fs::read_to_string("eventing/overlays/bare/kustomization.yaml").unwrap();
    let replaced = read("replacements.yaml") + &eventing;
    for file in ["values/settings.yaml", "values/secrets.yaml"] {
        let text = read(file);
        let data = text.rsplit("ata:\n").next().unwrap();
        let keys = data
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        for key in keys.filter_map(|line| line.trim().split_once(':')) {
            let from = format!("ata.{} }}", key.0);
            assert!(replaced.contains(&from), "{file}: nothing takes {}", key.0);
        }
    }
}
