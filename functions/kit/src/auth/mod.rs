//! Who is calling, by a signed token, and what that one may. How tokens come to be is the business of `identity`.

mod access;
mod bearer;
mod cache;
mod caller;
mod check;
mod fetch;
mod key;
mod keys;
mod machine_token;
mod pace;
mod refusal;
mod role;
mod verifier;

pub use access::Access;
pub use caller::{Caller, StreamCaller};
pub(crate) use check::{Gate, admitted, check};
pub(crate) use fetch::Fetch;
pub use jsonwebtoken::jwk::JwkSet;
pub(crate) use keys::Keys;
pub use machine_token::MachineToken;
pub(crate) use pace::{KeysAway, Pace};
pub use role::Role;
pub use verifier::{TokenError, TokenVerifier};
