//! What a caller is to the shop. A token has exactly one role.

use std::fmt;

/// What a caller is to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Somebody without an account, who buys something.
    Guest,
    /// Somebody with an account.
    Customer,
    /// Runs the shop: catalogue, stock, shipments, refunds.
    Merchant,
    /// Runs the platform: undeliverable events, clients, keys, the roles of accounts.
    Operator,
    /// A program that acts for itself.
    Machine,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Guest,
        Self::Customer,
        Self::Merchant,
        Self::Operator,
        Self::Machine,
    ];

    /// Its name, in tokens and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Customer => "customer",
            Self::Merchant => "merchant",
            Self::Operator => "operator",
            Self::Machine => "machine",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The consumer at the gate that people of this role are; each machine is a consumer of its own, called as its client.
    pub const fn consumer(self) -> Option<&'static str> {
        match self {
            Self::Guest => Some("guests"),
            Self::Customer => Some("customers"),
            Self::Merchant => Some("merchants"),
            Self::Operator => Some("operators"),
            Self::Machine => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_by_its_name_and_by_nothing_else() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        for name in ["", "Customer", "customers", "admin", "merchant "] {
            assert_eq!(Role::named(name), None, "{name}");
        }
    }
}
