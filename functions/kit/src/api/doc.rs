//! What a signature cannot say of an endpoint. A constant beside each handler.

use serde_json::Value;

use super::Operation;
use crate::auth::Access;

/// The words about one endpoint, and its rules that no type expresses.
#[derive(Debug, Clone, Copy)]
pub struct Doc {
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) access: Access,
    pub(super) path: &'static [Param],
    pub(super) says: &'static [(u16, &'static str)],
    pub(super) refusals: &'static [(u16, &'static str, &'static str)],
    pub(super) body_bytes_max: Option<usize>,
    pub(super) asks: Option<fn() -> Value>,
    pub(super) shows: Option<fn() -> Value>,
    pub(super) also: Option<fn(&mut Operation<'_>)>,
    pub(super) unkept: Option<&'static str>,
}

/// A variable segment of a path. Its type comes from the handler.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) pattern: Option<&'static str>,
    pub(super) example: Option<&'static str>,
}

impl Doc {
    /// In a few words, what the endpoint does; and who may ask for it.
    pub const fn new(summary: &'static str, access: Access) -> Self {
        Self {
            summary,
            description: "",
            access,
            path: &[],
            says: &[],
            refusals: &[],
            body_bytes_max: None,
            asks: None,
            shows: None,
            also: None,
            unkept: None,
        }
    }

    /// More about it, in Markdown.
    pub const fn about(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// The same for other callers.
    pub const fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// What the variable segments of its path are.
    pub const fn path(mut self, path: &'static [Param]) -> Self {
        self.path = path;
        self
    }

    /// What an answer of this status means.
    pub const fn says(mut self, says: &'static [(u16, &'static str)]) -> Self {
        self.says = says;
        self
    }

    /// The problems that the handler answers by itself: status, the last segment of `type`, and when.
    pub const fn refuses(mut self, refusals: &'static [(u16, &'static str, &'static str)]) -> Self {
        self.refusals = refusals;
        self
    }

    /// Takes bodies of up to this many bytes, whatever the function takes elsewhere.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_bytes_max = Some(bytes);
        self
    }

    /// A request's body, as an example.
    pub const fn asks(mut self, example: fn() -> Value) -> Self {
        self.asks = Some(example);
        self
    }

    /// An answer's body, as an example.
    pub const fn shows(mut self, example: fn() -> Value) -> Self {
        self.shows = Some(example);
        self
    }

    /// Looks at no `Idempotency-Key`, and why: in a sentence. For what holds credentials, which are not to be kept.
    pub const fn unkept(mut self, why: &'static str) -> Self {
        self.unkept = Some(why);
        self
    }

    /// What is particular about it.
    pub const fn also(mut self, also: fn(&mut Operation<'_>)) -> Self {
        self.also = Some(also);
        self
    }
}

impl Param {
    /// A segment by its name in the path.
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            pattern: None,
            example: None,
        }
    }

    /// What it looks like: a regular expression of ECMA 262.
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// One that there could be.
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }
}
