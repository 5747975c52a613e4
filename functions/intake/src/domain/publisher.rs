//! Who publishes, and what that one may say.

use souk_contracts::{EventType, find};

/// What the scopes begin with that let a client publish; the event type follows.
pub const SCOPE_PREFIX: &str = "publish:";

/// Somebody outside the shop who publishes: a machine client.
#[derive(Clone, Debug)]
pub struct Publisher<'a> {
    /// The client's id.
    pub name: &'a str,
    granted: Vec<&'static EventType>,
}

impl<'a> Publisher<'a> {
    /// The client with this id, which may send what these scopes grant. A scope for a type that does not exist, or that only
    /// functions emit, grants nothing.
    pub fn new(name: &'a str, scopes: &[String]) -> Self {
        let grantable = |scope: &String| {
            let found = find(scope.strip_prefix(SCOPE_PREFIX)?)?;
            found.public.then_some(found)
        };
        Self {
            name,
            granted: scopes.iter().filter_map(grantable).collect(),
        }
    }

    /// The only source that it may speak as.
    pub fn source(&self) -> String {
        format!("/publishers/{}", self.name)
    }

    /// The type of this name, if it may send it.
    pub fn may_send(&self, type_name: &str) -> Option<&'static EventType> {
        let found = self.granted.iter().find(|own| own.type_name == type_name);
        found.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_send(scope: &str, type_name: &str) -> bool {
        let scopes = ["openid".to_owned(), scope.to_owned()];
        Publisher::new("erp", &scopes).may_send(type_name).is_some()
    }

    #[test]
    fn a_client_may_send_what_its_scopes_name_and_nothing_else() {
        let goods = "dev.souk.goods.received.v1";
        assert!(may_send("publish:dev.souk.goods.received.v1", goods));
        for scope in [
            "publish:",
            "publish:dev.souk.parcel.moved.v1",
            "publish:dev.souk.goods.received",
            "publish:*",
            "dev.souk.goods.received.v1",
            "PUBLISH:dev.souk.goods.received.v1",
        ] {
            assert!(!may_send(scope, goods), "{scope}");
        }
    }

    #[test]
    fn what_only_functions_emit_is_granted_by_no_scope() {
        for name in ["dev.souk.order.placed.v1", "dev.souk.no.such.v1"] {
            assert!(!may_send(&format!("publish:{name}"), name), "{name}");
        }
    }
}
