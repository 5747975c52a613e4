//! What Kong's entities have in common.

use uuid::{Uuid, uuid};

use crate::fields::{Field, Fields};

/// From which Kong makes the ids that a declarative file does not give.
const ENTITIES: Uuid = uuid!("fd02801f-0957-4a15-a53a-c8d9606f30b5");

/// Labels and times of an entity: for people and for Kong's database.
pub(super) fn ignore_housekeeping(fields: &mut Fields<'_>) {
    fields.ignore(&["tags", "created_at", "updated_at"]);
}

/// The id that is given, or the one that Kong makes of the key.
pub(super) fn id(fields: &mut Fields<'_>, entity: &str, key: &str) -> Uuid {
    let given = fields.take("id").and_then(|field| {
        let id = Uuid::parse_str(field.text()?).ok();
        if id.is_none() {
            field.wrong("must be a UUID");
        }
        id
    });
    given.unwrap_or_else(|| made_id(entity, key))
}

fn made_id(entity: &str, key: &str) -> Uuid {
    let namespace = Uuid::new_v5(&ENTITIES, entity.as_bytes());
    Uuid::new_v5(&namespace, key.as_bytes())
}

/// A reference to another entity: its name, or `{name: ...}` (`username` for consumers).
pub(super) fn reference(field: &Field<'_>, key: &'static str) -> Option<String> {
    if field.node().text().is_some() {
        return field.text().map(str::to_owned);
    }
    let mut fields = field.fields()?;
    fields.refuse(&["id"], "is not supported here; write the name");
    fields.required_text(key).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_the_kind_and_the_key() {
        assert_eq!(made_id("routes", "orders"), made_id("routes", "orders"));
        assert_ne!(made_id("routes", "orders"), made_id("consumers", "orders"));
        assert_eq!(made_id("routes", "orders").get_version_num(), 5);
    }
}
