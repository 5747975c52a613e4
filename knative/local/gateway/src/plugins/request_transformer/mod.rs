//! request-transformer: changes the headers and the query of what goes to the upstream.

mod headers;
mod pairs;
mod querystring;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::{Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;
use headers::HeaderEdits;
use querystring::QueryEdits;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    http_method: Option<String>,
    #[serde(default)]
    remove: Lists,
    #[serde(default)]
    rename: Lists,
    #[serde(default)]
    replace: Lists,
    #[serde(default)]
    add: Lists,
    #[serde(default)]
    append: Lists,
}

/// What one kind of change is made to.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    querystring: Vec<String>,
    #[serde(default)]
    body: Vec<Value>,
    uri: Option<String>,
}

struct RequestTransformer {
    headers: HeaderEdits,
    query: QueryEdits,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    refuse_unsupported(&config)?;
    Ok(Arc::new(RequestTransformer {
        headers: HeaderEdits::new(&config)?,
        query: QueryEdits::new(&config)?,
    }))
}

fn refuse_unsupported(config: &Config) -> Result<(), String> {
    if config.http_method.is_some() {
        return Err("config.http_method: is not supported here".to_owned());
    }
    for (change, lists) in [
        ("remove", &config.remove),
        ("rename", &config.rename),
        ("replace", &config.replace),
        ("add", &config.add),
        ("append", &config.append),
    ] {
        if !lists.body.is_empty() {
            return Err(format!("config.{change}.body: is not supported here"));
        }
        if lists.uri.is_some() {
            return Err(format!("config.{change}.uri: is not supported here"));
        }
    }
    Ok(())
}

impl Plugin for RequestTransformer {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        self.headers.apply(exchange);
        self.query.apply(exchange);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
