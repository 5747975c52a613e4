//! The routes of a function: what is served and what is said of it are registered together, so that neither is forgotten.

use std::any::type_name;

use ::http::Method;
use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};

use super::{
    Api, Doc, Documented,
    document::{Endpoint, Keys},
};
use crate::{
    auth::{Gate, check},
    deprecation,
    idempotency::{Keeper, keep},
};

/// Routes that wait for their state `S`.
pub struct Routes<S> {
    router: Router<S>,
    endpoints: Vec<Endpoint>,
    keeper: Option<Keeper>,
    unkept: Option<&'static str>,
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
            keeper: None,
            unkept: None,
        }
    }

    /// Keeps the answers that were given under an `Idempotency-Key` there. Every function needs it that has an unsafe operation
    /// whose handler does not store its answer itself.
    pub fn kept_by(mut self, keeper: impl Into<Keeper>) -> Self {
        self.keeper = Some(keeper.into());
        self
    }

    /// None of the routes that follow looks at an `Idempotency-Key`, and why: see [`Doc::unkept`].
    pub fn unkept(mut self, why: &'static str) -> Self {
        self.unkept = Some(why);
        self
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
        self.keeper = self.keeper.or(others.keeper);
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
        let stores_answer = <H as Documented<A, R>>::STORES_ANSWER;
        let keys = Keys::of(&method, stores_answer, doc.unkept.or(self.unkept));
        self.endpoints.push(Endpoint {
            method,
            path,
            handler: type_name::<H>(),
            doc,
            describe: <H as Documented<A, R>>::describe,
            keys,
            ends: None,
        });
        let mut route = on(filter, handler);
        if keys == Keys::Kept {
            route = route.route_layer(middleware::from_fn(keep));
        }
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
    ///
    /// # Panics
    /// If an operation needs a keeper and there is none: a mistake that every test of the function finds.
    pub fn with_state(self, state: S) -> Router {
        let kept = self
            .endpoints
            .iter()
            .find(|endpoint| endpoint.keys == Keys::Kept);
        let router = match (self.keeper, kept) {
            (Some(keeper), _) => self.router.layer(Extension(keeper)),
            (None, None) => self.router,
            (None, Some(Endpoint { method, path, .. })) => panic!(
                "{method} {path} takes an Idempotency-Key, and nobody keeps it: say who (`Routes::kept_by`)"
            ),
        };
        router.with_state(state)
    }

    /// What is said of it; `about` is what the function is for.
    pub fn api(self, about: &'static str) -> Api {
        Api {
            about,
            endpoints: self.endpoints,
        }
    }
}
