//! What is wrong with the configuration, and where. It does not decide what is wrong.

use std::fmt;

/// One thing in the plan that Kong would refuse, or that this gateway does not support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it was written: `gateway-config/kong.yaml:88`, and the entity's name.
    pub at: String,
    /// What is wrong, in a sentence that names the field.
    pub what: String,
}

impl Mistake {
    pub(crate) fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl std::error::Error for Mistake {}
