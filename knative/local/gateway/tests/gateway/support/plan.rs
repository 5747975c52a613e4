use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use http::{Request, Response};
use serde_json::Value;
use souk_gateway::Gateway;
use souk_network::Network;
use souk_plan::model::{GatewayPlan, KongConsumer, KongPlugin, KongRoute, KongService};
use uuid::Uuid;

/// Builds a plan.
pub(crate) struct Plan(pub(crate) GatewayPlan);

impl Plan {
    /// Without anything.
    pub(crate) fn empty() -> Self {
        Self(GatewayPlan {
            file: PathBuf::from("kong.yaml"),
            services: vec![],
            routes: vec![],
            consumers: vec![],
            keys_from: None,
            rendered: String::new(),
            plugins: vec![],
        })
    }

    /// The service `orders` at `orders.souk.svc.cluster.local` with a route for everything.
    pub(crate) fn orders() -> Self {
        Self::empty()
            .service("orders")
            .route("orders", "orders", &[], &["/"])
    }

    pub(crate) fn service(mut self, name: &str) -> Self {
        self.0.services.push(KongService {
            name: name.to_owned(),
            host: format!("{name}.souk.svc.cluster.local"),
            port: 80,
            path: None,
            retries: 2,
            connect_timeout_ms: 5_000,
            read_timeout_ms: 65_000,
            write_timeout_ms: 65_000,
            enabled: true,
            at: "kong.yaml:7".to_owned(),
        });
        self
    }

    pub(crate) fn route(
        mut self,
        name: &str,
        service: &str,
        methods: &[&str],
        paths: &[&str],
    ) -> Self {
        let strings = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        self.0.routes.push(KongRoute {
            name: name.to_owned(),
            id: Uuid::new_v5(&Uuid::NAMESPACE_DNS, name.as_bytes()),
            service: service.to_owned(),
            protocols: vec!["http".to_owned(), "https".to_owned()],
            methods: strings(methods),
            hosts: vec![],
            paths: strings(paths),
            headers: Default::default(),
            regex_priority: 0,
            strip_path: false,
            preserve_host: false,
            at: "kong.yaml:8".to_owned(),
        });
        self
    }

    /// A plugin for everything.
    pub(crate) fn plugin(self, name: &str, config: Value) -> Self {
        self.on_route(None, name, config)
    }

    /// A plugin for one route.
    pub(crate) fn on_route(mut self, route: Option<&str>, name: &str, config: Value) -> Self {
        let line = self.0.plugins.len() + 1;
        self.0.plugins.push(KongPlugin {
            name: name.to_owned(),
            enabled: true,
            service: None,
            route: route.map(str::to_owned),
            consumer: None,
            config,
            at: format!("kong.yaml:{line}"),
        });
        self
    }

    /// A plugin for one consumer, wherever it calls.
    pub(crate) fn on_consumer(mut self, consumer: &str, name: &str, config: Value) -> Self {
        self = self.on_route(None, name, config);
        if let Some(plugin) = self.0.plugins.last_mut() {
            plugin.consumer = Some(consumer.to_owned());
        }
        self
    }

    pub(crate) fn consumer(
        mut self,
        username: &str,
        change: impl FnOnce(&mut KongConsumer),
    ) -> Self {
        let mut consumer = KongConsumer {
            username: username.to_owned(),
            custom_id: None,
            id: Uuid::new_v5(&Uuid::NAMESPACE_DNS, username.as_bytes()),
            jwt_secrets: vec![],
            keyauth_keys: vec![],
            acl_groups: vec![],
            at: "kong.yaml:9".to_owned(),
        };
        change(&mut consumer);
        self.0.consumers.push(consumer);
        self
    }

    /// Changes the last service.
    pub(crate) fn with_service(mut self, change: impl FnOnce(&mut KongService)) -> Self {
        change(self.0.services.last_mut().unwrap());
        self
    }

    /// Changes the last route.
    pub(crate) fn with_route(mut self, change: impl FnOnce(&mut KongRoute)) -> Self {
        change(self.0.routes.last_mut().unwrap());
        self
    }
}

pub(crate) fn gateway(plan: &Plan, network: impl Network) -> Gateway {
    Gateway::new(&plan.0, Arc::new(network)).unwrap()
}

pub(crate) fn client_address() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 7], 40_000))
}

/// A request for `http://shop.example` without a body.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "shop.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

/// The whole body.
pub(crate) async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}
