//! Kong's plugins. Whether Kong would take their `config` is checked here; what is supported of it, the gateway knows.

use serde_json::{Map, Value};

use super::{entity, schema};
use crate::fields::Field;
use crate::model::KongPlugin;

/// Where a plugin is attached by where it is written.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) service: Option<String>,
    pub(super) route: Option<String>,
    pub(super) consumer: Option<String>,
}

/// Reads a plugin; references that it writes itself narrow its scope.
pub(super) fn read(field: &Field<'_>, mut scope: Scope) -> Option<KongPlugin> {
    let mut fields = field.fields()?;
    entity::ignore_housekeeping(&mut fields);
    // A name for people, and protocols, which Kong does not compare for http against https.
    fields.ignore(&["id", "instance_name", "protocols"]);
    fields.refuse(
        &["consumer_group", "ordering"],
        "is refused by Kong without a licence",
    );
    for (name, key, attached) in [
        ("service", "name", &mut scope.service),
        ("route", "name", &mut scope.route),
        ("consumer", "username", &mut scope.consumer),
    ] {
        let Some(written) = fields.take(name) else {
            continue;
        };
        if attached.is_some() {
            written.wrong("is given already by where the plugin stands");
        }
        *attached = entity::reference(&written, key);
    }
    let enabled = fields.flag("enabled").unwrap_or(true);
    let config = fields.take("config");
    let name = fields.required_text("name")?;
    schema::check(field, name, scope.consumer.is_some(), config.as_ref());
    let config = config.map(|config| config.node().json());
    Some(KongPlugin {
        name: name.to_owned(),
        enabled,
        service: scope.service,
        route: scope.route,
        consumer: scope.consumer,
        config: config.unwrap_or_else(|| Value::Object(Map::new())),
        at: field.at().to_string(),
    })
}
