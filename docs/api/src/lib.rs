//! The shop's API in one document: what each function says of itself, and what the gateway adds or asks.
//!
//! Nothing is written here by hand but the introduction. Operations come from the functions' handlers; limits, tokens and the
//! paths that are public come from `gateway-config/kong.yaml`. Where the two disagree there is no document, but an error.

pub mod access;
mod functions;
mod gate;
mod kong;
mod merge;

pub use kong::Gateway;

use std::path::{Path, PathBuf};

use serde_json::Value;
use thiserror::Error;

/// Why there is no document.
#[derive(Debug, Error)]
pub enum Disagreement {
    /// The gateway's file cannot be used.
    #[error("{0}: {1}")]
    Gateway(PathBuf, String),
    /// A function answers where nobody can ask.
    #[error(
        "{function}: {method} {path} is not public; add a route to gateway-config/kong.yaml, or make it `internal`"
    )]
    Unreachable {
        /// The function.
        function: &'static str,
        /// The method.
        method: String,
        /// The path.
        path: String,
    },
    /// The gateway leads to somebody else.
    #[error("{method} {path} is {function}'s, but gateway-config/kong.yaml leads to {service}")]
    Elsewhere {
        /// The function that answers it.
        function: &'static str,
        /// Whom the gateway asks.
        service: String,
        /// The method.
        method: String,
        /// The path.
        path: String,
    },
    /// One asks for a token and the other does not.
    #[error(
        "{operation}: the function {function} and the gateway {gateway} (gateway-config/kong.yaml)"
    )]
    Security {
        /// The operation.
        operation: String,
        /// What the handler does.
        function: &'static str,
        /// What the route does.
        gateway: &'static str,
    },
    /// One lets through whom the other refuses.
    #[error(
        "{operation}: the function lets through {roles}, and the gateway's plugin acl {groups} (gateway-config/kong.yaml)"
    )]
    Roles {
        /// The operation.
        operation: String,
        /// The roles that the handler lets through.
        roles: String,
        /// The groups that the route lets through.
        groups: String,
    },
    /// A route leads to nothing.
    #[error(
        "gateway-config/kong.yaml: the route `{0}` has no operation; remove it, or add a handler"
    )]
    Unanswered(String),
    /// Two functions mean different things by one name.
    #[error(
        "`{0}` is one thing in one function and another in another; rename one, `#[schemars(rename = ...)]`"
    )]
    Ambiguous(String),
}

/// The file that holds the document.
pub fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json")
}

/// The gateway's file.
pub fn gateway_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gateway-config/kong.yaml")
}

/// The document as it has to be.
pub fn document() -> Result<Value, Disagreement> {
    let path = gateway_file();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Disagreement::Gateway(path.clone(), error.to_string()))?;
    let gateway = Gateway::read(&text).map_err(|why| Disagreement::Gateway(path, why))?;
    document_behind(&gateway)
}

/// The document as it would be behind this gateway.
pub fn document_behind(gateway: &Gateway) -> Result<Value, Disagreement> {
    merge::merge(functions::all(), gateway)
}

/// The document as text.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}
