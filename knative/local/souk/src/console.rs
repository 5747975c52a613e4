//! The console of an open shop: its address, taken before anything is started, its token where one is needed, and its history.

use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::Utc;
use souk_console::{About, Door, Limits, Shop, Telemetry};
use souk_engines::remembered_listener;
use souk_engines::secrets::random_token;
use souk_network::Spans;

use crate::clock::Clock;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::me;

/// Where it listens when nobody says.
pub(crate) const DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8002);
/// The collector's address as functions know it, on a cluster as here.
pub(crate) const COLLECTOR: &str = "http://otel-collector.observability.svc.cluster.local:4318";

/// A console that listens and does not answer yet.
pub(crate) struct Console {
    listener: TcpListener,
    address: SocketAddr,
    /// `None`: only this machine can reach it.
    token: Option<String>,
}

impl Console {
    /// Listens at the address that was asked for. When nobody asked and the usual port is taken, another one is, and kept.
    pub(crate) fn listen(asked: Option<SocketAddr>, data_dir: &DataDir) -> Outcome<Self> {
        let listener = match asked {
            Some(address) => TcpListener::bind(address).map_err(|error| taken(address, &error))?,
            None => match TcpListener::bind(DEFAULT) {
                Ok(listener) => listener,
                Err(_) => remembered_listener(&data_dir.port_of("console")).map_err(no_port)?,
            },
        };
        let address = listener.local_addr().map_err(no_port)?;
        let token = match address.ip().is_loopback() {
            true => None,
            false => Some(token(data_dir)?),
        };
        Ok(Self {
            listener,
            address,
            token,
        })
    }

    /// Where it answers; every address of this machine is called by the one that this machine knows.
    pub(crate) fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let loopback: IpAddr = match address.ip().is_ipv4() {
                true => Ipv4Addr::LOCALHOST.into(),
                false => Ipv6Addr::LOCALHOST.into(),
            };
            address.set_ip(loopback);
        }
        format!("http://{address}")
    }

    /// What a person opens: with the token, where one is asked for.
    pub(crate) fn to_open(&self) -> String {
        match &self.token {
            Some(token) => format!("{}/?token={token}", self.url()),
            None => self.url(),
        }
    }

    /// Answers from now on.
    pub(crate) fn serve(&self, about: About, shop: Arc<dyn Shop>, telemetry: Telemetry) -> Outcome {
        let listener = self.listener.try_clone().map_err(no_port)?;
        let door = Door {
            listener,
            token: self.token.clone(),
        };
        souk_console::serve(door, about, shop, telemetry).map_err(no_port)
    }
}

/// What the console says of the shop that is being opened.
pub(crate) fn about(gateway: String, data_dir: &DataDir) -> About {
    About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        opened_at: Utc::now(),
        gateway,
        data_dir: data_dir.path().display().to_string(),
    }
}

/// The history, and where the runtime's own parts hand over their spans; off, they make none.
pub(crate) fn telemetry(
    data_dir: &DataDir,
    clock: Clock,
    is_on: bool,
) -> Outcome<(Telemetry, Spans)> {
    let folder = data_dir.telemetry();
    let mut builder = fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(&folder);
    made.map_err(|error| unusable(&folder, &error))?;
    // The library that moves the clock is in this process as well.
    let moved = move || Duration::from_secs(clock.status().moved_seconds);
    let machine = move || {
        let now = SystemTime::now();
        now.checked_sub(moved()).unwrap_or(now)
    };
    let telemetry = Telemetry::open(&folder, Limits::default(), SystemTime::now, machine)
        .map_err(|error| unusable(&folder, &error))?;
    telemetry.read_logs(data_dir.log_folder());
    if !is_on {
        return Ok((telemetry, Spans::default()));
    }
    let (spans, receiver) = Spans::channel(SystemTime::now);
    telemetry.listen(receiver);
    Ok((telemetry, spans))
}

fn unusable(folder: &Path, error: &dyn Display) -> Failure {
    let folder = folder.display();
    Failure::new(
        format!("the console's history in {folder} cannot be used: {error}"),
        "Check who owns that folder and whether the disk is full.",
    )
}

/// Made when it is needed first, and kept.
fn token(data_dir: &DataDir) -> Outcome<String> {
    let path = data_dir.console_token();
    let failed = |error: io::Error| Failure::new(format!("{}: {error}", path.display()), "");
    match fs::read_to_string(&path) {
        Ok(kept) if !kept.trim().is_empty() => return Ok(kept.trim().to_owned()),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => (),
    }
    let token = random_token();
    let mut options = OpenOptions::new();
    let opened = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path);
    let mut file = opened.map_err(failed)?;
    writeln!(file, "{token}").map_err(failed)?;
    Ok(token)
}

fn taken(address: SocketAddr, error: &io::Error) -> Failure {
    let what = match error.kind() {
        ErrorKind::AddrInUse => {
            format!("{address} is in use by another program; nothing was started")
        }
        _ => format!("the console cannot listen on {address}: {error}"),
    };
    let remedy = format!(
        "Let it listen elsewhere: {} up --console 127.0.0.1:0, or without --console",
        me()
    );
    Failure::new(what, remedy)
}

fn no_port(error: io::Error) -> Failure {
    Failure::new(format!("the console has no port: {error}"), "")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::data_dir::tests::data_dir;

    #[test]
    fn an_address_that_was_asked_for_and_is_taken_is_refused() {
        let (_folder, data_dir) = data_dir();
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = other.local_addr().unwrap();
        let said = Console::listen(Some(address), &data_dir)
            .err()
            .unwrap()
            .to_string();
        assert!(
            said.contains(&address.to_string()) && said.contains("--console"),
            "{said}"
        );
    }

    #[test]
    fn when_nobody_asked_another_port_is_taken_and_kept() {
        let (_folder, data_dir) = data_dir();
        // Whoever has it: it is taken.
        let _other = TcpListener::bind(DEFAULT);
        let first = Console::listen(None, &data_dir).unwrap().url();
        assert_ne!(first, format!("http://{DEFAULT}"));
        assert_eq!(Console::listen(None, &data_dir).unwrap().url(), first);
    }

    #[test]
    fn only_a_console_that_others_can_reach_has_a_token_and_it_stays() {
        let (_folder, data_dir) = data_dir();
        let near = Console::listen(Some("127.0.0.1:0".parse().unwrap()), &data_dir).unwrap();
        assert!(near.token.is_none() && !data_dir.console_token().exists());
        let far = || Console::listen(Some("0.0.0.0:0".parse().unwrap()), &data_dir).unwrap();
        let (one, two) = (far(), far());
        assert_eq!(one.token, two.token);
        let token = one.token.clone().unwrap();
        assert!(one.to_open().starts_with("http://127.0.0.1:"));
        assert!(one.to_open().ends_with(&format!("/?token={token}")));
        let mode = fs::metadata(data_dir.console_token())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
