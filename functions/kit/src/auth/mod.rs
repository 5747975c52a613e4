//! Who is calling, by a signed token. How tokens come to be is the business of `identity`.

mod cache;
mod caller;
mod verifier;

pub use caller::{Caller, StreamCaller};
pub use verifier::{TokenError, TokenVerifier};
