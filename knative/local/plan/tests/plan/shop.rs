//! The plan of the repository's own manifests, as a file that is reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use souk_plan::model::{ConfigNeed, EnvValue, Plan};

const SNAPSHOT: &str = "knative/local/plan/tests/shop.json";

/// Paths in the plan are relative to the repository, wherever that is.
fn enter_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap();
    std::env::set_current_dir(root).unwrap();
}

fn variable(_: &[ConfigNeed], name: &str) -> Option<String> {
    Some(match name {
        "DECK_IDENTITY_SIGNING_KEY_PUBLIC_PEM" => {
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned()
        }
        other => format!("value-of-{other}"),
    })
}

fn shop() -> Plan {
    enter_repository();
    let folders = [
        PathBuf::from("knative/base"),
        PathBuf::from("eventing/base"),
    ];
    souk_plan::load(
        &folders,
        Some(Path::new("gateway-config/kong.yaml")),
        &mut variable,
    )
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
fn no_credential_is_printed() {
    let printed = serde_json::to_string(&shop()).unwrap();
    assert!(!printed.contains("value-of-DECK_PUBLISHER"));
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

#[test]
fn keys_in_several_lines_arrive_whole() {
    let plan = shop();
    let key = plan.gateway.consumers[0].jwt_secrets[0]
        .rsa_public_key
        .as_deref();
    assert_eq!(
        key,
        Some("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    );
}
