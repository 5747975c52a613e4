//! Which PostgreSQL there is, and whether one could be fetched.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use http::Uri;
use souk_engines::postgres::{FETCHED_FROM, OLDEST_MAJOR, Survey};

use super::super::facts::Postgres;

/// Names are asked for as well within it.
const REACHED_WITHIN: Duration = Duration::from_secs(5);
const HTTPS: u16 = 443;
/// Which variables name a proxy for HTTPS, in the order in which they count.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Looks around; asks the network only when something would have to be fetched.
pub(super) fn postgres(data_dir: &Path, given: Option<&Path>) -> Postgres {
    let survey = Survey::of(data_dir, given);
    let has_own = survey.installed.iter().any(|one| one.major >= OLDEST_MAJOR);
    let must_be_fetched = given.is_none() && survey.fetched.is_none() && !has_own;
    Postgres {
        survey,
        unreachable: must_be_fetched.then(unreachable).flatten(),
    }
}

/// Why a connection to where it is fetched from cannot be made; none: it can.
fn unreachable() -> Option<String> {
    let proxy = PROXIES.iter().find_map(|name| std::env::var(name).ok());
    let (host, port) = proxy
        .and_then(|proxy| address(&proxy))
        .unwrap_or_else(|| (FETCHED_FROM.to_owned(), HTTPS));
    let place = format!("{host}:{port}");
    let (said, answer) = mpsc::channel();
    // The resolver has no limit of its own that could be set, so it is left to itself when it takes too long.
    thread::spawn(move || {
        let _ = said.send(connect(&host, port));
    });
    match answer.recv_timeout(REACHED_WITHIN) {
        Ok(outcome) => outcome.err().map(|why| format!("{place}: {why}")),
        Err(_) => Some(format!(
            "{place}: nothing within {} s",
            REACHED_WITHIN.as_secs()
        )),
    }
}

fn connect(host: &str, port: u16) -> Result<(), String> {
    let addresses = (host, port).to_socket_addrs();
    let addresses = addresses.map_err(|error| error.to_string())?;
    let mut why = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, REACHED_WITHIN) {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// Host and port of a proxy's URL.
fn address(proxy: &str) -> Option<(String, u16)> {
    let uri: Uri = proxy.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']).to_owned();
    Some((host, uri.port_u16().unwrap_or(80)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_where_its_url_says() {
        assert_eq!(
            address("http://proxy:3128"),
            Some(("proxy".to_owned(), 3128))
        );
        assert_eq!(address("http://u:p@proxy"), Some(("proxy".to_owned(), 80)));
        assert_eq!(address("http://[::1]:1/"), Some(("::1".to_owned(), 1)));
    }

    #[test]
    fn where_nobody_listens_nothing_can_be_fetched() {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = gone.local_addr().unwrap().port();
        assert_eq!(connect("127.0.0.1", port), Ok(()));
        drop(gone);
        assert!(connect("127.0.0.1", port).is_err());
    }
}
