//! The shop's address as its clients know it. Tokens name it as their issuer, so it is written without a slash at its end.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::Uri;
use http::uri::Scheme;

/// `https://shop.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicUrl(String);

impl PublicUrl {
    /// Of a gateway that nothing stands in front of. One that listens on every address is called at this machine's own.
    pub(crate) fn of_gateway(address: SocketAddr) -> Self {
        let ip = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Self(format!("http://{}", SocketAddr::new(ip, address.port())))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| "this is no URL")?;
        let is_web = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme());
        let is_bare = uri.path() == "/" && uri.query().is_none();
        match uri.authority() {
            Some(host) if is_web && is_bare && !host.as_str().contains('@') => {
                Ok(Self(text.trim_end_matches('/').to_owned()))
            }
            _ => Err("must be http://host[:port] or https://host[:port], without a path"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_port_and_nothing_else() {
        for (right, written) in [
            ("https://shop.example", "https://shop.example"),
            ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ] {
            assert_eq!(right.parse::<PublicUrl>().unwrap().to_string(), written);
        }
        for wrong in [
            "shop.example",
            "ftp://a",
            "https://a/shop",
            "https://a?b",
            "https://me:secret@a",
            "",
        ] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_gateway_on_every_address_is_called_at_this_machines_own() {
        for (listening, called) in [
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("10.1.2.3:80", "http://10.1.2.3:80"),
        ] {
            let url = PublicUrl::of_gateway(listening.parse().unwrap());
            assert_eq!(url.to_string(), called);
        }
    }
}
