//! A client: a program that is given tokens, for itself or for people.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Role, Scope};

/// The longest name, in characters.
pub const CLIENT_NAME_CHARS_MAX: usize = 100;
/// The longest id, in characters.
const CLIENT_ID_CHARS_MAX: usize = 40;
/// What `client_id`s look like, for documents.
pub const CLIENT_ID_PATTERN: &str = "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$";

/// A program that is given tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its name in requests and in tokens; a machine's consumer at the gate is called like this.
    pub client_id: String,
    /// What people are told that it is called.
    pub name: String,
    /// What it can do.
    pub kind: ClientKind,
    /// Where people may be sent with a code. Exact.
    pub redirect_uris: Vec<String>,
    /// Where people may be sent when they have logged out. Exact.
    pub post_logout_redirect_uris: Vec<String>,
    /// The most that its tokens can be good for.
    pub scope: Scope,
    /// The `sub` of the tokens that it gets for itself.
    pub subject: Uuid,
    /// How many requests in a minute the gate lets a machine make.
    pub limit_per_minute: u32,
    /// Whether it is given tokens.
    pub enabled: bool,
    /// Whether the configuration says what it is; operators can only shut it off.
    pub declared: bool,
    /// SHA-256 of its secret, if it can keep one.
    pub secret_hash: Option<[u8; 32]>,
    /// When it was first known.
    pub registered_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// What a client can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// The shop's own program: acts for people, keeps no secret, and nobody is asked for consent.
    FirstParty,
    /// Acts for people and can keep no secret: a page in a browser, an app.
    Public,
    /// Acts for people and keeps a secret: a web server.
    Confidential,
    /// Acts for itself, with a secret.
    Machine,
}

impl ClientKind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::FirstParty,
        Self::Public,
        Self::Confidential,
        Self::Machine,
    ];

    /// Its name in the store and for operators.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstParty => "first-party",
            Self::Public => "public",
            Self::Confidential => "confidential",
            Self::Machine => "machine",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it shows who it is by a secret.
    pub fn has_secret(self) -> bool {
        matches!(self, Self::Confidential | Self::Machine)
    }

    /// Whether it acts for people, who log in.
    pub fn acts_for_people(self) -> bool {
        self != Self::Machine
    }
}

impl Client {
    /// Whether it is the shop's own: nobody is asked for consent.
    pub fn is_first_party(&self) -> bool {
        self.kind == ClientKind::FirstParty
    }

    /// The scopes out of `asked` that it may have for somebody of this role.
    pub fn scope_for(&self, role: Role, asked: &Scope) -> Scope {
        asked
            .intersect(&self.scope)
            .intersect(&Scope::of_role(role))
    }
}

/// Whether it is a `client_id`: lower-case letters, digits and inner hyphens, 40 characters at most, and no consumer of the
/// gate that stands for a role.
pub fn is_client_id(text: &str) -> bool {
    let sign = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_role = Role::ALL
        .into_iter()
        .any(|role| role.consumer() == Some(text));
    (1..=CLIENT_ID_CHARS_MAX).contains(&text.len())
        && text.bytes().all(sign)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !is_role
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_cannot_be_called_like_a_role_at_the_gate() {
        for good in ["erp", "a", "carrier-2", &"x".repeat(40)] {
            assert!(is_client_id(good), "{good}");
        }
        for wrong in [
            "",
            "-a",
            "a-",
            "A",
            "a.b",
            "a b",
            "customers",
            "guests",
            "merchants",
            "operators",
            &"x".repeat(41),
        ] {
            assert!(!is_client_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_kind_is_found_by_its_name() {
        for kind in ClientKind::ALL {
            assert_eq!(ClientKind::named(kind.name()), Some(kind));
        }
        assert_eq!(ClientKind::named("first_party"), None);
    }
}
