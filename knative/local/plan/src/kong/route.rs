//! Kong's routes. What their conditions may look like is the gateway's to check.

use std::collections::BTreeMap;

use super::{entity, file, plugin};
use crate::fields::{Field, Fields};
use crate::model::{GatewayPlan, KongRoute};

/// Reads a route with its plugins. `service` is the one that it is nested in.
pub(super) fn read(field: &Field<'_>, service: Option<&str>, gateway: &mut GatewayPlan) {
    let Some(mut fields) = field.fields() else {
        return;
    };
    let name = file::name(&mut fields);
    let service = match service {
        Some(nested_in) => Some(nested_in.to_owned()),
        None => fields
            .required("service")
            .and_then(|field| entity::reference(&field, "name")),
    };
    for plugin in fields.list("plugins") {
        let scope = plugin::Scope {
            route: name.map(str::to_owned),
            ..plugin::Scope::default()
        };
        gateway.plugins.extend(plugin::read(&plugin, scope));
    }
    let id = entity::id(&mut fields, "routes", name.unwrap_or_default());
    refuse_other_values(&mut fields);
    fields.refuse(
        &["snis", "sources", "destinations", "expression", "priority"],
        "is not supported here",
    );
    let both = || vec!["http".to_owned(), "https".to_owned()];
    let route = KongRoute {
        name: name.unwrap_or_default().to_owned(),
        id,
        service: service.clone().unwrap_or_default(),
        protocols: fields
            .take("protocols")
            .map_or_else(both, |field| field.texts()),
        methods: fields.texts("methods"),
        hosts: fields.texts("hosts"),
        paths: fields.texts("paths"),
        headers: headers(&mut fields),
        regex_priority: fields
            .number("regex_priority", i64::from(i32::MIN)..=i64::from(i32::MAX))
            .unwrap_or(0),
        strip_path: fields.flag("strip_path").unwrap_or(true),
        preserve_host: fields.flag("preserve_host").unwrap_or(false),
        at: field.at().to_string(),
    };
    if name.is_some() && service.is_some() {
        gateway.routes.push(route);
    }
}

/// Fields of which only Kong's default is supported.
fn refuse_other_values(fields: &mut Fields<'_>) {
    if let Some(handling) = fields.take("path_handling")
        && handling.text().is_some_and(|text| text != "v0")
    {
        handling.wrong("only v0 is supported: Kong's default router does not honour v1 either");
    }
    if let Some(code) = fields.take("https_redirect_status_code")
        && code.number(0..=999).is_some_and(|code: u16| code != 426)
    {
        code.wrong("only 426 is supported here");
    }
    for name in ["request_buffering", "response_buffering"] {
        if let Some(buffering) = fields.take(name)
            && buffering.flag() == Some(false)
        {
            buffering.wrong("only true is supported here");
        }
    }
}

fn headers(fields: &mut Fields<'_>) -> BTreeMap<String, Vec<String>> {
    let written = fields
        .take("headers")
        .map(|field| field.entries())
        .unwrap_or_default();
    written
        .into_iter()
        .map(|(name, values)| (name.to_owned(), values.texts()))
        .collect()
}
