//! The root of the file.

use super::{consumer, entity, plugin, route, service};
use crate::fields::Fields;
use crate::mistake::Report;
use crate::model::GatewayPlan;
use crate::yaml::Node;

/// Known to Kong and not to this gateway.
const UNSUPPORTED: [&str; 7] = [
    "upstreams",
    "certificates",
    "ca_certificates",
    "snis",
    "vaults",
    "keys",
    "key_sets",
];
/// Known to decK alone.
const OF_DECK: [&str; 4] = ["_info", "_konnect", "_plugin_configs", "_workspace"];

/// Reads everything into the gateway's plan, flattened.
pub(super) fn read(document: &Node, gateway: &mut GatewayPlan, report: &Report) {
    let Some(mut fields) = Fields::of_document(document, report) else {
        return;
    };
    if let Some(version) = fields.required("_format_version")
        && version.text().is_some_and(|text| text != "3.0")
    {
        version.wrong("only \"3.0\" is supported here");
    }
    if let Some(transform) = fields.take("_transform")
        && transform.flag() == Some(false)
    {
        transform.wrong("only true is supported here");
    }
    fields.ignore(&["_comment", "_ignore"]);
    fields.refuse(&UNSUPPORTED, "is not supported here");
    fields.refuse(&OF_DECK, "is refused by DB-less Kong");
    for field in fields.list("services") {
        service::read(&field, gateway);
    }
    for field in fields.list("routes") {
        route::read(&field, None, gateway);
    }
    for field in fields.list("consumers") {
        consumer::read(&field, gateway);
    }
    for field in fields.list("plugins") {
        gateway
            .plugins
            .extend(plugin::read(&field, plugin::Scope::default()));
    }
}

/// The name of a service or route; without one nothing can refer to it.
pub(super) fn name<'a>(fields: &mut Fields<'a>) -> Option<&'a str> {
    entity::ignore_housekeeping(fields);
    fields.required_text("name")
}
