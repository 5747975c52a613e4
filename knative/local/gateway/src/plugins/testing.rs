//! What the tests of plugins need: requests, consumers, plugins from their configuration.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use chrono::DateTime;
use http::Request;
use serde_json::Value;
use souk_plan::model::{GatewayPlan, JwtSecret, KongConsumer, KongPlugin};
use uuid::Uuid;

use super::{Plugin, Setting, build};
use crate::consumers::{Consumer, Consumers};
use crate::exchange::{Arrival, Exchange};
use crate::exit::{Exit, ExitBody};
use crate::shared::Shared;

/// Seconds since 1970 at which test requests arrive.
pub(crate) const NOW: i64 = 1_700_000_000;

/// A request from 10.0.0.7 to port 8000 at `NOW`.
pub(crate) fn exchange(method: &str, path: &str, headers: &[(&str, &str)]) -> Exchange {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, _) = request.body(Body::empty()).unwrap().into_parts();
    let arrival = Arrival {
        client: SocketAddr::from(([10, 0, 0, 7], 40_000)),
        port: 8000,
    };
    Exchange::open(parts, arrival, DateTime::from_timestamp(NOW, 0).unwrap())
}

/// A plugin without consumers.
pub(crate) fn plugin(name: &str, config: Value) -> Arc<dyn Plugin> {
    plugin_for(name, config, &Arc::default())
}

/// A plugin.
pub(crate) fn plugin_for(name: &str, config: Value, consumers: &Arc<Consumers>) -> Arc<dyn Plugin> {
    try_plugin(name, config, consumers).unwrap()
}

/// Why a plugin is not built.
pub(crate) fn refusal(name: &str, config: Value) -> String {
    try_plugin(name, config, &Arc::default()).err().unwrap()
}

fn try_plugin(
    name: &str,
    config: Value,
    consumers: &Arc<Consumers>,
) -> Result<Arc<dyn Plugin>, String> {
    build(&Setting {
        plugin: &KongPlugin {
            name: name.to_owned(),
            enabled: true,
            service: None,
            route: None,
            consumer: None,
            config,
            at: "kong.yaml:1".to_owned(),
        },
        consumers,
        shared: &Arc::new(Shared::new(souk_network::Spans::default())),
    })
}

/// A consumer by itself.
pub(crate) fn consumer(username: &str, groups: &[&str]) -> Arc<Consumer> {
    Arc::new(Consumer {
        id: Uuid::from_u128(7),
        username: username.to_owned(),
        custom_id: None,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    })
}

/// `erp` with the key `s3cret`, `guest` without credentials.
pub(crate) fn consumers() -> Arc<Consumers> {
    consumers_with(vec![])
}

/// The same; `erp` also has these credentials of the jwt plugin.
pub(crate) fn consumers_with(jwt_secrets: Vec<JwtSecret>) -> Arc<Consumers> {
    let erp = KongConsumer {
        username: "erp".to_owned(),
        custom_id: Some("erp-1".to_owned()),
        id: Uuid::from_u128(1),
        jwt_secrets,
        keyauth_keys: vec!["s3cret".to_owned()],
        acl_groups: vec![],
        at: "kong.yaml:1".to_owned(),
    };
    let guest = KongConsumer {
        username: "guest".to_owned(),
        custom_id: None,
        id: Uuid::from_u128(2),
        jwt_secrets: vec![],
        keyauth_keys: vec![],
        acl_groups: vec![],
        at: "kong.yaml:1".to_owned(),
    };
    let plan = GatewayPlan {
        file: PathBuf::from("kong.yaml"),
        services: vec![],
        routes: vec![],
        consumers: vec![erp, guest],
        keys_from: None,
        rendered: String::new(),
        plugins: vec![],
    };
    let mut mistakes = Vec::new();
    let consumers = Consumers::new(&plan, &mut mistakes);
    assert_eq!(mistakes, []);
    Arc::new(consumers)
}

/// The message of an error.
pub(crate) fn message(exit: &Exit) -> String {
    match &exit.body {
        ExitBody::Error(message) | ExitBody::NginxError(message) => message.clone(),
        other => panic!("not an error: {other:?}"),
    }
}

/// The body of an answer in its own form.
pub(crate) fn text(exit: &Exit) -> String {
    match &exit.body {
        ExitBody::Empty => String::new(),
        ExitBody::Fixed(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        other => panic!("not fixed: {other:?}"),
    }
}
