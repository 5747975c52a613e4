//! From where somebody asks, as far as the gate can tell: to be shown to the owner of a session, and to tell a request that is
//! repeated from one of somebody else.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// The longest name of a program that is kept, in characters.
const AGENT_CHARS_MAX: usize = 200;

/// An address and a program. Both can be claimed by anybody who reaches the function without the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The client's address: what the gate writes into `X-Real-IP`, else the last one in `X-Forwarded-For`.
    pub(crate) address: Option<String>,
    /// `User-Agent`, printable and cut to 200 characters; maybe empty.
    pub(crate) agent: String,
}

impl Seen {
    /// What the headers of a request say.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = || text("x-forwarded-for")?.rsplit(',').next();
        let address = text("x-real-ip").or_else(forwarded);
        let agent = text("user-agent").unwrap_or_default().chars();
        Self {
            address: address.and_then(normalised),
            agent: agent.take(AGENT_CHARS_MAX).collect(),
        }
    }
}

/// An address as it is usually written; nothing if it is none.
fn normalised(address: &str) -> Option<String> {
    let address: IpAddr = address.trim().parse().ok()?;
    Some(address.to_canonical().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(headers: &[(&'static str, &str)]) -> Seen {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Seen::of(&headers.collect())
    }

    #[test]
    fn the_gate_is_believed_before_what_others_have_forwarded() {
        let both = seen(&[("x-real-ip", "192.0.2.1"), ("x-forwarded-for", "1.1.1.1")]);
        assert_eq!(both.address.as_deref(), Some("192.0.2.1"));
        let one = seen(&[("x-forwarded-for", "1.1.1.1, 192.0.2.7")]);
        assert_eq!(one.address.as_deref(), Some("192.0.2.7"));
        assert_eq!(seen(&[("x-real-ip", "nonsense")]).address, None);
    }

    #[test]
    fn a_program_with_a_long_name_is_cut() {
        let agent = "x".repeat(5000);
        let seen = seen(&[("user-agent", &agent)]);
        assert_eq!(seen.agent.len(), AGENT_CHARS_MAX);
    }
}
