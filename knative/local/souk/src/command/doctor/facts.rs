//! What the checks look at. It is gathered in one go, so that each check is a function of it and nothing else.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::Value;
use souk_engines::postgres::Survey;

use crate::system::Space;

/// Everything that is known about this machine and the shop on it.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// How this program is called: `cargo souk` or `souk`.
    pub(super) me: String,
    /// The same with the data directory, where that was named.
    pub(super) here: String,
    pub(super) shop: Shop,
    pub(super) place: Place,
    pub(super) clock: Clock,
    pub(super) ports: Vec<Port>,
    pub(super) postgres: Postgres,
    pub(super) manifests: Manifests,
    /// None: without a plan nobody knows which are wanted.
    pub(super) programs: Option<Programs>,
    /// What builds the programs; none: nothing is to be built here.
    pub(super) toolchain: Option<Toolchain>,
    pub(super) disks: Vec<Disk>,
    /// What the kernel could still hand out; none: it does not say.
    pub(super) memory_bytes: Option<u64>,
    /// How many files one process may have open; none: that cannot be told.
    pub(super) open_files: Option<u64>,
    /// Processes of this shop that no shop owns, with their command lines' first words.
    pub(super) left_behind: Vec<(u32, String)>,
}

/// Whether it runs.
#[derive(Debug, Clone)]
pub(super) enum Shop {
    Closed,
    /// Its process, and what `/ps` says, or why it says nothing.
    Open {
        pid: u32,
        parts: Result<Value, String>,
    },
}

/// The data directory.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) exists: bool,
    /// Why nothing can be written to it, or to the nearest folder above it that exists.
    pub(super) unwritable: Option<String>,
    /// The user who owns it, where that is neither this one nor root's business.
    pub(super) stranger: Option<u32>,
    /// What others than its owner can read, and should not.
    pub(super) open_to_others: Vec<PathBuf>,
    /// The version of souk that last opened it; none: no file says so.
    pub(super) version: Option<String>,
    /// This souk's own version.
    pub(super) own_version: String,
    /// The control socket.
    pub(super) socket: PathBuf,
}

/// This machine's clock and the shop's.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    pub(super) now: DateTime<Utc>,
    /// The latest thing that certainly happened before now: souk was built, a file of the shop was written.
    pub(super) latest: Option<(PathBuf, DateTime<Utc>)>,
    /// How far the shop's clock was moved, in seconds; a sentence when its file is no clock.
    pub(super) moved: Result<u64, String>,
}

/// An address that the shop listens on, or will.
#[derive(Debug, Clone)]
pub(super) struct Port {
    /// `gateway` or `console`.
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    /// Whether the shop takes another one where this is taken.
    pub(super) has_alternative: bool,
    pub(super) state: PortState,
}

/// How an address is.
#[derive(Debug, Clone)]
pub(super) enum PortState {
    Free,
    /// The open shop takes connections there.
    Answers,
    /// The open shop should, and does not.
    Silent(String),
    /// Somebody else has it: process and name, where they can be seen.
    Taken(Option<(u32, String)>),
    /// It cannot be listened on for another reason.
    Unusable(String),
}

/// Which PostgreSQL there is.
#[derive(Debug, Clone)]
pub(super) struct Postgres {
    pub(super) survey: Survey,
    /// Why it cannot be fetched; asked only when it would have to be.
    pub(super) unreachable: Option<String>,
}

/// The files that the shop is run from.
#[derive(Debug, Clone)]
pub(super) struct Manifests {
    /// Why they cannot be run here, and what to type.
    pub(super) refused: Option<(String, String)>,
    /// Those that were changed after the open shop has read them.
    pub(super) newer: Vec<PathBuf>,
}

/// The executables of functions, Jobs and stand-ins.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    pub(super) folder: PathBuf,
    /// How many are wanted.
    pub(super) wanted: usize,
    pub(super) missing: Vec<String>,
    /// Those with a source that is newer.
    pub(super) stale: Vec<(String, PathBuf)>,
    /// Whether `up` builds them from this checkout.
    pub(super) are_built: bool,
}

/// What builds the programs.
#[derive(Debug, Clone)]
pub(super) struct Toolchain {
    /// What `cargo --version` says; none: there is no cargo.
    pub(super) cargo: Option<String>,
    /// What `rustc --version` says.
    pub(super) rustc: Option<String>,
    /// The oldest Rust that this checkout is written for.
    pub(super) oldest: String,
    /// Whether there is a C compiler.
    pub(super) has_cc: bool,
}

/// A file system that the shop writes to.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    /// What is there: `the data directory`.
    pub(super) what: &'static str,
    pub(super) path: PathBuf,
    pub(super) left: Space,
}

#[cfg(test)]
impl Facts {
    /// A machine where nothing is wrong, and a shop that is closed.
    pub(super) fn of_a_healthy_machine() -> Self {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let fetched = souk_engines::postgres::Found {
            major: souk_engines::postgres::FETCHED_MAJOR,
            version: "18.6".to_owned(),
            folder: "/home/me/.cache/souk/postgresql-18.6.0/bin".into(),
        };
        let port = |name, address: &str, has_alternative| Port {
            name,
            address: address.parse().unwrap(),
            has_alternative,
            state: PortState::Free,
        };
        Self {
            me: "souk".to_owned(),
            here: "souk --data-dir /srv/shop".to_owned(),
            shop: Shop::Closed,
            place: Place {
                path: "/srv/shop".into(),
                exists: true,
                unwritable: None,
                stranger: None,
                open_to_others: Vec::new(),
                version: Some("0.1.0".to_owned()),
                own_version: "0.1.0".to_owned(),
                socket: "/srv/shop/souk.sock".into(),
            },
            clock: Clock {
                now: at("2030-01-01T00:00:00Z"),
                latest: Some(("/srv/shop/souk.pid".into(), at("2029-12-31T00:00:00Z"))),
                moved: Ok(0),
            },
            ports: vec![
                port("gateway", "127.0.0.1:8000", false),
                port("console", "127.0.0.1:8002", true),
            ],
            postgres: Postgres {
                survey: Survey {
                    written_by: Ok(Some(18)),
                    given: None,
                    fetched: Some(fetched),
                    installed: Vec::new(),
                    running: Vec::new(),
                },
                unreachable: None,
            },
            manifests: Manifests {
                refused: None,
                newer: Vec::new(),
            },
            programs: Some(Programs {
                folder: "/srv/bin".into(),
                wanted: 13,
                missing: Vec::new(),
                stale: Vec::new(),
                are_built: false,
            }),
            toolchain: None,
            disks: vec![Disk {
                what: "the data directory",
                path: "/srv/shop".into(),
                left: Space {
                    bytes: 50 << 30,
                    files: Some(1_000_000),
                },
            }],
            memory_bytes: Some(8 << 30),
            open_files: Some(1_048_576),
            left_behind: Vec::new(),
        }
    }
}
