//! Makes the table from a plan, or finds everything in the plan of which none can be made.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Uri};
use souk_plan::model::{GatewayPlan, KongPlugin, KongRoute, KongService};

use super::{Pattern, Route, Service, Table};
use crate::consumers::Consumers;
use crate::mistake::Mistake;
use crate::plugins::{self, Plugin, Setting};
use crate::router::{Router, check_route, ties};
use crate::scope::{Scoped, Slot};
use crate::shared::Shared;

impl Table {
    /// Compiles a plan, or lists everything in it that cannot be.
    pub(crate) fn new(plan: &GatewayPlan, shared: &Arc<Shared>) -> Result<Self, Vec<Mistake>> {
        let mut compiler = Compiler {
            plan,
            mistakes: Vec::new(),
        };
        let consumers = Arc::new(Consumers::new(plan, &mut compiler.mistakes));
        let plugins = compiler.plugins(&consumers, shared);
        let services = compiler.services();
        let written = compiler.routes();
        let router = compiler.router(&written);
        let routes = with_plugins(&written, &services, &plugins);
        match router {
            Some(router) if compiler.mistakes.is_empty() => Ok(Self {
                router,
                routes,
                everywhere: everywhere(&plugins),
            }),
            _ => Err(compiler.mistakes),
        }
    }
}

struct Compiler<'a> {
    plan: &'a GatewayPlan,
    mistakes: Vec<Mistake>,
}

impl Compiler<'_> {
    fn wrong_service(&mut self, service: &KongService, what: impl Into<String>) {
        let at = format!("{}: service `{}`", service.at, service.name);
        self.mistakes.push(Mistake::new(at, what));
    }

    fn wrong_route(&mut self, route: &KongRoute, what: impl Into<String>) {
        let at = format!("{}: route `{}`", route.at, route.name);
        self.mistakes.push(Mistake::new(at, what));
    }

    fn service_named(&self, name: &str) -> Option<&KongService> {
        self.plan
            .services
            .iter()
            .find(|service| service.name == name)
    }

    fn services(&mut self) -> Vec<Arc<Service>> {
        let mut services: Vec<Arc<Service>> = Vec::new();
        for written in &self.plan.services {
            if services.iter().any(|known| *known.name == *written.name) {
                self.wrong_service(written, "there are two of this name");
            }
            match service(written) {
                Ok(service) => services.push(Arc::new(service)),
                Err(what) => self.wrong_service(written, what),
            }
        }
        services
    }

    /// The routes that are built: those of a disabled service are not.
    fn routes(&mut self) -> Vec<KongRoute> {
        let mut names = HashSet::new();
        let mut built = Vec::new();
        for route in &self.plan.routes {
            if !names.insert(&route.name) {
                self.wrong_route(route, "there are two of this name");
            }
            match self
                .service_named(&route.service)
                .map(|service| service.enabled)
            {
                Some(true) => built.push(route.clone()),
                Some(false) => {}
                None => {
                    let what = format!("there is no service `{}`", route.service);
                    self.wrong_route(route, what);
                }
            }
            for what in check_route(route) {
                self.wrong_route(route, what);
            }
        }
        built
    }

    fn router(&mut self, written: &[KongRoute]) -> Option<Router> {
        for (one, other) in ties(written) {
            let what = format!(
                "ties with route `{other}`: one request fits both equally well, and Kong would let their ids decide. Give one of \
                 them a longer path, or a regex_priority"
            );
            if let Some(route) = written.iter().find(|route| route.name == one) {
                self.wrong_route(route, what);
            }
        }
        match Router::new(written) {
            Ok(router) => Some(router),
            Err((index, what)) => {
                self.wrong_route(&written[index], what);
                None
            }
        }
    }

    fn plugins(&mut self, consumers: &Arc<Consumers>, shared: &Arc<Shared>) -> Vec<Scoped> {
        let mut plugins: Vec<Scoped> = Vec::new();
        for written in self.plan.plugins.iter().filter(|plugin| plugin.enabled) {
            let mut wrong = self.unknown_scope(written, consumers);
            if plugins
                .iter()
                .any(|other| same_place(&other.written, written))
            {
                wrong.push(format!(
                    "plugin `{}` is there twice in one scope",
                    written.name
                ));
            }
            match scoped(written, consumers, shared) {
                Ok(plugin) => plugins.push(plugin),
                Err(what) => wrong.push(what),
            }
            let mistakes = wrong
                .into_iter()
                .map(|what| Mistake::new(&written.at, what));
            self.mistakes.extend(mistakes);
        }
        plugins
    }

    fn unknown_scope(&self, plugin: &KongPlugin, consumers: &Consumers) -> Vec<String> {
        let is_route = |name: &str| self.plan.routes.iter().any(|route| route.name == name);
        let is_service = |name: &str| self.service_named(name).is_some();
        let is_consumer = |name: &str| consumers.named(name).is_some();
        let unknown = |kind: &str, name: &Option<String>, is_known: &dyn Fn(&str) -> bool| {
            let name = name.as_deref().filter(|name| !is_known(name))?;
            Some(format!("there is no {kind} `{name}`"))
        };
        [
            unknown("service", &plugin.service, &is_service),
            unknown("route", &plugin.route, &is_route),
            unknown("consumer", &plugin.consumer, &is_consumer),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn scoped(
    written: &KongPlugin,
    consumers: &Arc<Consumers>,
    shared: &Arc<Shared>,
) -> Result<Scoped, String> {
    let consumer = written
        .consumer
        .as_deref()
        .and_then(|name| consumers.named(name));
    Ok(Scoped {
        written: written.clone(),
        consumer: consumer.map(|consumer| consumer.id),
        plugin: plugins::build(&Setting {
            plugin: written,
            consumers,
            shared,
        })?,
    })
}

fn same_place(one: &KongPlugin, other: &KongPlugin) -> bool {
    one.name == other.name
        && one.route == other.route
        && one.service == other.service
        && one.consumer == other.consumer
}

fn everywhere(plugins: &[Scoped]) -> Vec<Arc<dyn Plugin>> {
    let unscoped = |written: &KongPlugin| {
        written.route.is_none() && written.service.is_none() && written.consumer.is_none()
    };
    let named = |name| {
        let mut plugins = plugins.iter().filter(|scoped| unscoped(&scoped.written));
        plugins.find(|scoped| scoped.written.name == name)
    };
    let plugins = plugins::names().filter_map(named);
    plugins.map(|scoped| Arc::clone(&scoped.plugin)).collect()
}

fn with_plugins(
    written: &[KongRoute],
    services: &[Arc<Service>],
    plugins: &[Scoped],
) -> Vec<Arc<Route>> {
    let route = |route: &KongRoute| {
        let service = services
            .iter()
            .find(|service| *service.name == *route.service)?;
        let slot = |name| Slot::new(plugins, name, &route.name, &route.service);
        Some(Arc::new(Route {
            name: Arc::from(route.name.as_str()),
            service: Arc::clone(service),
            strip_path: route.strip_path,
            preserve_host: route.preserve_host,
            chain: plugins::names().filter_map(slot).collect(),
            pattern: Pattern::new(route),
            plain_http: route.protocols.iter().any(|protocol| protocol == "http"),
        }))
    };
    written.iter().filter_map(route).collect()
}

fn service(written: &KongService) -> Result<Service, String> {
    let authority = match written.port {
        80 => written.host.clone(),
        port => format!("{}:{port}", written.host),
    };
    let base_url = format!("http://{}:{}", written.host, written.port);
    base_url
        .parse::<Uri>()
        .map_err(|error| format!("host: `{}` cannot be called: {error}", written.host))?;
    let path = written.path.as_deref().unwrap_or("/");
    if !path.starts_with('/') {
        return Err(format!("path: `{path}` must begin with `/`"));
    }
    Ok(Service {
        name: Arc::from(written.name.as_str()),
        host: Arc::from(written.host.as_str()),
        base_url,
        authority: HeaderValue::from_str(&authority).map_err(|error| format!("host: {error}"))?,
        retries: written.retries,
        read_timeout: Duration::from_millis(written.read_timeout_ms),
        write_timeout: Duration::from_millis(written.write_timeout_ms),
        path: path.to_owned(),
    })
}
