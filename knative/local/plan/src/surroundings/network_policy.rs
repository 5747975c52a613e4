//! `networking.k8s.io/v1` NetworkPolicy.

use std::net::IpAddr;

use crate::fields::{Field, Fields};
use crate::yaml::Value;

const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

pub(super) fn check(fields: &mut Fields<'_>) {
    let Some(mut spec) = fields.required("spec").and_then(|field| field.fields()) else {
        return;
    };
    // Absent means every pod.
    if let Some(selected) = spec.fields("podSelector") {
        selector(selected);
    }
    for kind in spec.list("policyTypes") {
        one_of(&kind, &["Ingress", "Egress"]);
    }
    rules(&mut spec, "ingress", "from");
    rules(&mut spec, "egress", "to");
}

fn rules(spec: &mut Fields<'_>, direction: &'static str, peers: &'static str) {
    for mut rule in spec
        .list(direction)
        .iter()
        .filter_map(|field| field.fields())
    {
        for field in rule.list(peers) {
            peer(&field);
        }
        for mut port in rule.list("ports").iter().filter_map(|field| field.fields()) {
            if let Some(protocol) = port.take("protocol") {
                one_of(&protocol, &PROTOCOLS);
            }
            let _: Option<u16> = port.number("endPort", 1..=i64::from(u16::MAX));
            // A name is one of the pod's ports.
            if let Some(field) = port.take("port")
                && !matches!(field.node().value, Value::Text(_))
            {
                let _: Option<u16> = field.number(1..=i64::from(u16::MAX));
            }
        }
    }
}

fn peer(field: &Field<'_>) {
    let Some(mut peer) = field.fields() else {
        return;
    };
    let pods = peer.fields("podSelector");
    let namespaces = peer.fields("namespaceSelector");
    let block = peer.fields("ipBlock");
    match (pods.is_some() || namespaces.is_some(), block.is_some()) {
        (true, true) => field.wrong("ipBlock stands alone"),
        (false, false) => field.wrong("must have ipBlock, podSelector or namespaceSelector"),
        _ => (),
    }
    pods.into_iter().chain(namespaces).for_each(selector);
    if let Some(mut block) = block {
        if let Some(field) = block.required("cidr") {
            cidr(&field);
        }
        for field in block.list("except") {
            cidr(&field);
        }
    }
}

fn selector(mut fields: Fields<'_>) {
    fields.text_map("matchLabels");
    for mut one in fields
        .list("matchExpressions")
        .iter()
        .filter_map(|field| field.fields())
    {
        one.required_text("key");
        let values = one.texts("values");
        let Some(operator) = one.required("operator") else {
            continue;
        };
        one_of(&operator, &OPERATORS);
        let wants_values = matches!(operator.text(), Some("In" | "NotIn"));
        if wants_values == values.is_empty() {
            operator.wrong("In and NotIn need values, Exists and DoesNotExist take none");
        }
    }
}

fn one_of(field: &Field<'_>, allowed: &[&str]) {
    if let Some(text) = field.text()
        && !allowed.contains(&text)
    {
        field.wrong(format!("must be {}", allowed.join(" or ")));
    }
}

fn cidr(field: &Field<'_>) {
    let Some(text) = field.text() else { return };
    let fits = text.split_once('/').is_some_and(|(address, bits)| {
        let most = match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        bits.parse::<u8>().is_ok_and(|bits| bits <= most)
    });
    if !fits {
        field.wrong("must be addresses such as `10.0.0.0/8`");
    }
}
