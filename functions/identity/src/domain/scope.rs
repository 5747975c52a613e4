//! Scopes: what a token is good for (RFC 6749, 3.3). A set, so that neither order nor repetition matters.

use std::{collections::BTreeSet, fmt, str::FromStr};

use thiserror::Error;

use super::Role;

/// The longest text that is read as scopes, in bytes.
pub const SCOPE_BYTES_MAX: usize = 2000;
/// What a scope begins with that lets a machine publish one event type.
pub const PUBLISH: &str = "publish:";

/// Of everybody who has an account.
const PERSON: &[&str] = &["openid", "profile", "email", "offline_access", "account"];
/// Of whoever buys something.
const BUYER: &[&str] = &[
    "carts:read",
    "carts:write",
    "orders:read",
    "orders:write",
    "payments:read",
    "shipments:read",
    "notifications:read",
];
/// Of whoever runs the shop.
const MERCHANT: &[&str] = &[
    "catalog:write",
    "stock:write",
    "orders:read",
    "orders:write",
    "payments:read",
    "payments:write",
    "shipments:read",
    "shipments:write",
];
/// Of whoever runs the platform.
const OPERATOR: &[&str] = &[
    "accounts:read",
    "accounts:write",
    "clients:read",
    "clients:write",
    "dead-letters:read",
    "dead-letters:write",
    "keys:read",
    "keys:write",
];
/// Of machines, besides `publish:` and the scopes above that are about the shop's things.
const MACHINE: &[&[&str]] = &[BUYER, MERCHANT, OPERATOR];

/// Some scopes; maybe none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(BTreeSet<String>);

/// Why a text is no list of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScopeError {
    /// It is longer than all scopes together.
    #[error("is longer than {SCOPE_BYTES_MAX} bytes")]
    TooLong,
    /// It holds what no scope is made of.
    #[error("is no list of scopes, apart by one space")]
    Unreadable,
}

impl Scope {
    /// These.
    pub fn of(scopes: &[&str]) -> Self {
        scopes.iter().copied().collect()
    }

    /// All that a token of this role can have at the most; of a machine, all but `publish:`.
    pub fn of_role(role: Role) -> Self {
        let lists: &[&[&str]] = match role {
            Role::Guest => &[&["offline_access"], BUYER],
            Role::Customer => &[PERSON, BUYER],
            Role::Merchant => &[PERSON, MERCHANT],
            Role::Operator => &[PERSON, OPERATOR],
            Role::Machine => MACHINE,
        };
        lists.iter().copied().flatten().copied().collect()
    }

    /// All that a client which acts for people can be given.
    pub fn of_people() -> Self {
        let roles = [Role::Guest, Role::Customer, Role::Merchant, Role::Operator];
        let all = roles.into_iter().flat_map(|role| Self::of_role(role).0);
        Self(all.collect())
    }

    /// Whether it is among them.
    pub fn has(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Those that are in both.
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// Those that are not in the other.
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// Whether the other has all of these.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Those that only show something.
    pub fn reading(&self) -> Self {
        let reads = |scope: &&String| scope.ends_with(":read");
        Self(self.0.iter().filter(reads).cloned().collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Whether a machine can be given it: one of the shop's things, or an event type to publish.
pub fn is_for_machines(scope: &str) -> bool {
    let of_event_type = |event_type: &str| {
        let sign = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
        event_type.starts_with("dev.souk.") && event_type.bytes().all(sign)
    };
    Scope::of_role(Role::Machine).has(scope)
        || scope.strip_prefix(PUBLISH).is_some_and(of_event_type)
}

impl FromStr for Scope {
    type Err = ScopeError;

    /// Empty is no scope at all. A scope that nobody knows is one like any other.
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        if text.len() > SCOPE_BYTES_MAX {
            return Err(ScopeError::TooLong);
        }
        if text.is_empty() {
            return Ok(Self::default());
        }
        let sign = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        let scopes = text.split(' ').map(|scope| {
            let is_scope = !scope.is_empty() && scope.bytes().all(sign);
            is_scope.then(|| scope.to_owned())
        });
        scopes
            .collect::<Option<_>>()
            .map(Self)
            .ok_or(ScopeError::Unreadable)
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    fn from_iter<I: IntoIterator<Item = &'a str>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(str::to_owned).collect())
    }
}

impl fmt::Display for Scope {
    /// As a token has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{scope}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_order_nor_repetition_matters() {
        let scope: Scope = "orders:read openid orders:read".parse().unwrap();
        assert_eq!(scope.to_string(), "openid orders:read");
        assert_eq!(scope, Scope::of(&["openid", "orders:read"]));
        assert!("".parse::<Scope>().unwrap().is_empty());
    }

    #[test]
    fn what_the_standard_does_not_allow_is_refused() {
        let long = "x".repeat(SCOPE_BYTES_MAX + 1);
        for wrong in [" ", "a  b", "a ", "a\tb", "a\"", "a\\b", "ä", &long] {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_tokens_of_other_functions_tests_are_good_for_what_a_role_can_have() {
        for role in Role::ALL {
            let tests: Scope = souk_testing::scopes(role).parse().unwrap();
            assert_eq!(tests, Scope::of_role(role), "{role}");
        }
    }

    #[test]
    fn a_buyer_runs_neither_shop_nor_platform_and_an_operator_does_not_touch_the_till() {
        let customer = Scope::of_role(Role::Customer);
        assert!(customer.has("orders:write") && customer.has("account"));
        for scope in [
            "payments:write",
            "catalog:write",
            "clients:write",
            "keys:read",
        ] {
            assert!(!customer.has(scope), "{scope}");
        }
        assert!(!Scope::of_role(Role::Guest).has("openid"));
        assert!(!Scope::of_role(Role::Operator).has("payments:read"));
        assert!(!Scope::of_role(Role::Merchant).has("keys:write"));
    }

    #[test]
    fn a_machine_is_nobody_who_logs_in_and_publishes_what_has_a_name() {
        for scope in [
            "publish:dev.souk.goods.received.v1",
            "carts:read",
            "dead-letters:write",
        ] {
            assert!(is_for_machines(scope), "{scope}");
        }
        for scope in [
            "openid",
            "account",
            "offline_access",
            "publish:",
            "publish:*",
            "publish:x",
        ] {
            assert!(!is_for_machines(scope), "{scope}");
        }
    }

    #[test]
    fn what_only_shows_something_can_be_told_from_the_rest() {
        let reading = Scope::of(&["openid", "orders:read", "orders:write"]).reading();
        assert_eq!(reading, Scope::of(&["orders:read"]));
    }
}
