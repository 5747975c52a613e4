//! The routes of a function: what is served and what is said of it are registered together, so that neither is forgotten.

use std::any::type_name;

use ::http::Method;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};

use super::{Api, Doc, Documented, document::Endpoint};
use crate::{
    auth::{Gate, check},
    deprecation,
};

/// Routes that wait for their state `S`.
pub struct Routes<S> {
    router: Router<S>,
    endpoints: Vec<Endpoint>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None yet.
    #[expect(
        clippy::new_without_default,
        reason = "a function without routes is none"
    )]
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            endpoints: Vec::new(),
        }
    }

    /// `GET`, and `HEAD` with it.
    pub fn get<H, T, A, R>(self, path: &'static str, handler: H, doc: &'static Doc) -> Self
    where
        H: Handler<T, S> + Documented<A, R>,
        T: 'static,
    {
        self.on((MethodFilter::GET, Method::GET), path, handler, doc)
    }

    /// `POST`.
    pub fn post<H, T, A, R>(self, path: &'static str, handler: H, doc: &'static Doc) -> Self
    where
        H: Handler<T, S> + Documented<A, R>,
        T: 'static,
    {
        self.on((MethodFilter::POST, Method::POST), path, handler, doc)
    }

    /// `PUT`.
    pub fn put<H, T, A, R>(self, path: &'static str, handler: H, doc: &'static Doc) -> Self
    where
        H: Handler<T, S> + Documented<A, R>,
        T: 'static,
    {
        self.on((MethodFilter::PUT, Method::PUT), path, handler, doc)
    }

    /// `DELETE`.
    pub fn delete<H, T, A, R>(self, path: &'static str, handler: H, doc: &'static Doc) -> Self
    where
        H: Handler<T, S> + Documented<A, R>,
        T: 'static,
    {
        self.on((MethodFilter::DELETE, Method::DELETE), path, handler, doc)
    }

    /// A route that is nobody's business outside: it is in no document, and asks nobody who they are.
    pub fn internal(mut self, path: &'static str, router: MethodRouter<S>) -> Self {
        self.router = self.router.route(path, router);
        self
    }

    /// These routes belong to a version that answers until the day `ends` (`2027-12-01`) at least: every answer says so, every
    /// call is counted. It needs [`Service::deprecation`](crate::Service::deprecation).
    pub fn deprecated(mut self, ends: &'static str) -> Self {
        self.router = self
            .router
            .route_layer(middleware::from_fn(deprecation::announce));
        for endpoint in &mut self.endpoints {
            endpoint.ends = Some(ends);
        }
        self
    }

    /// These and those.
    pub fn merge(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.endpoints.extend(others.endpoints);
        self
    }

    fn on<H, T, A, R>(
        mut self,
        (filter, method): (MethodFilter, Method),
        path: &'static str,
        handler: H,
        doc: &'static Doc,
    ) -> Self
    where
        H: Handler<T, S> + Documented<A, R>,
        T: 'static,
    {
        assert!(
            !(doc.access.is_public() && <H as Documented<A, R>>::NEEDS_TOKEN),
            "{method} {path} is open to all, but its handler asks for the caller: say who may (`Access::of`), or ask for an \
             `Option<Caller>`"
        );
        self.endpoints.push(Endpoint {
            method,
            path,
            handler: type_name::<H>(),
            doc,
            describe: <H as Documented<A, R>>::describe,
            ends: None,
        });
        let mut route = on(filter, handler);
        if !doc.access.is_public() {
            let gate = Gate {
                access: doc.access,
                token_in_query: <H as Documented<A, R>>::TOKEN_IN_QUERY,
            };
            route = route.route_layer(middleware::from_fn_with_state(gate, check));
        }
        let route = match doc.body_bytes_max {
            Some(bytes) => route.layer(DefaultBodyLimit::max(bytes)),
            None => route,
        };
        self.router = self.router.route(path, route);
        self
    }

    /// What is served.
    pub fn with_state(self, state: S) -> Router {
        self.router.with_state(state)
    }

    /// What is said of it; `about` is what the function is for.
    pub fn api(self, about: &'static str) -> Api {
        Api {
            about,
            endpoints: self.endpoints,
        }
    }
}
