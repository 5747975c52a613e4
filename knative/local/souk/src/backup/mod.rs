//! A shop as one file, and a file as a shop.
//!
//! A backup is what a power cut would leave: every process stands still for the moment in which the files are read, so all
//! stores, the outboxes in them and the broker's log are of the same instant. Whatever was under way then is found and
//! finished by the next start, as after a cut: it is the state that the shop is built and tested to recover from.

mod archive;
mod freeze;
mod tree;

pub(crate) use archive::{FORMAT, Manifest, compress, pack, read_manifest, unpack};
pub(crate) use freeze::Freeze;
pub(crate) use souk_engines::postgres::UNFINISHED;
use tree::{Kind, Tree};
