//! The compiled configuration: routes with their plugins in order. It is never changed; a reload makes another.

mod compile;
mod pattern;

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, UPGRADE};
use http::{HeaderValue, StatusCode};

use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::plugins::Plugin;
use crate::router::{Asked, Router};
use crate::scope::Slot;
use crate::uri::join;
use crate::uri::normal::escape;

pub(crate) use pattern::Pattern;

/// A service as the proxy needs it.
pub(crate) struct Service {
    pub(crate) name: Arc<str>,
    pub(crate) host: Arc<str>,
    /// `http://host:port`.
    pub(crate) base_url: String,
    /// `Host` for the upstream: the port only when it is not 80.
    pub(crate) authority: HeaderValue,
    pub(crate) retries: u32,
    pub(crate) read_timeout: Duration,
    pub(crate) write_timeout: Duration,
    path: String,
}

/// A route, its service and what runs on it.
pub(crate) struct Route {
    pub(crate) name: Arc<str>,
    pub(crate) service: Arc<Service>,
    pub(crate) strip_path: bool,
    pub(crate) preserve_host: bool,
    pub(crate) chain: Vec<Slot>,
    /// What spans call the paths that it takes.
    pub(crate) pattern: Pattern,
    /// Its protocols include `http`.
    plain_http: bool,
}

impl Route {
    /// The path that the upstream sees, escaped.
    pub(crate) fn upstream_path(&self, path: &str, prefix: Option<&str>) -> String {
        let stripped = self.strip_path.then(|| prefix.unwrap_or("/"));
        escape(&join::upstream_path(&self.service.path, path, stripped))
    }
}

/// Everything that decides where a request goes and what happens to it.
pub(crate) struct Table {
    router: Router,
    routes: Vec<Arc<Route>>,
    /// Plugins of no scope, for answers to requests that match no route.
    pub(crate) everywhere: Vec<Arc<dyn Plugin>>,
}

impl Table {
    /// Finds the route of a request and writes it down in the exchange.
    pub(crate) fn route(&self, exchange: &mut Exchange) -> Result<Arc<Route>, Box<Exit>> {
        let found = self.router.find(&Asked {
            method: exchange.method.as_str(),
            host: exchange.host(),
            path: exchange.path.as_deref(),
            headers: &exchange.headers,
            port: exchange.port,
        });
        let found = found.ok_or_else(|| {
            Exit::error(StatusCode::NOT_FOUND, "no Route matched with those values")
        })?;
        let route = &self.routes[found.route];
        if !route.plain_http {
            return Err(https_only());
        }
        exchange.take(route, found);
        Ok(Arc::clone(route))
    }
}

fn https_only() -> Box<Exit> {
    Exit::error(StatusCode::UPGRADE_REQUIRED, "Please use HTTPS protocol")
        .header(CONNECTION, HeaderValue::from_static("Upgrade"))
        .header(UPGRADE, HeaderValue::from_static("TLS/1.2, HTTP/1.1"))
}
