//! The plugins, in the order in which Kong runs them, and what each of them may do. One file or folder each.

pub(crate) mod acl;
pub(crate) mod correlation_id;
pub(crate) mod cors;
pub(crate) mod jwt;
pub(crate) mod key_auth;
pub(crate) mod opentelemetry;
pub(crate) mod prometheus;
pub(crate) mod rate_limiting;
pub(crate) mod request_size_limiting;
pub(crate) mod request_termination;
pub(crate) mod request_transformer;

mod config;
mod identity;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use souk_plan::model::KongPlugin;

use crate::consumers::Consumers;
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::record::Facts;
use crate::shared::Shared;

pub(crate) use config::parse;

/// The head of an answer, whoever made it, on its way to the client.
#[derive(Debug, Default)]
pub(crate) struct AnswerHead {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// One configured plugin. Everything here is a decision: what takes time happens elsewhere.
pub(crate) trait Plugin: Send + Sync {
    /// Before the upstream is asked; an `Err` is the answer instead.
    fn access(&self, _exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        Ok(())
    }

    /// Instead of `access`, when a plugin before this one has refused the request.
    fn refused(&self, _exchange: &mut Exchange) {}

    /// Before an answer's head is sent, also when it is Kong's own.
    fn header_filter(&self, _exchange: &Exchange, _answer: &mut AnswerHead) {}

    /// After the last byte.
    fn log(&self, _facts: &Facts) {}
}

/// What a plugin is made from.
pub(crate) struct Setting<'a> {
    pub(crate) plugin: &'a KongPlugin,
    pub(crate) consumers: &'a Arc<Consumers>,
    pub(crate) shared: &'a Arc<Shared>,
}

type Build = fn(&Setting<'_>) -> Result<Arc<dyn Plugin>, String>;

/// Every plugin that is supported, in Kong's order of priority.
const KINDS: &[(&str, Build)] = &[
    ("correlation-id", correlation_id::build), // 100001
    ("cors", cors::build),                     // 2000
    ("jwt", jwt::build),                       // 1450
    ("key-auth", key_auth::build),             // 1250
    ("request-size-limiting", request_size_limiting::build), // 951
    ("acl", acl::build),                       // 950
    ("rate-limiting", rate_limiting::build),   // 910
    ("request-transformer", request_transformer::build), // 801
    ("opentelemetry", opentelemetry::build),   // 14
    ("prometheus", prometheus::build),         // 13
    ("request-termination", request_termination::build), // 2
];

/// The names of the plugins, in the order in which they run.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(name, _)| *name)
}

/// Makes a plugin from its configuration, or says what is wrong with it.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let name = setting.plugin.name.as_str();
    let (_, build) = KINDS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| {
            let known: Vec<&str> = names().collect();
            format!(
                "plugin `{name}` is not supported here; supported are {}",
                known.join(", ")
            )
        })?;
    build(setting).map_err(|wrong| format!("plugin `{name}`: {wrong}"))
}
