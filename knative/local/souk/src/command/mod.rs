//! One command, one file.

pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod clients;
pub(crate) mod clock;
pub(crate) mod dead_letters;
pub(crate) mod detach;
pub(crate) mod doctor;
pub(crate) mod down;
pub(crate) mod events;
pub(crate) mod faults;
pub(crate) mod gateway;
pub(crate) mod keys;
pub(crate) mod logs;
pub(crate) mod plan;
pub(crate) mod promote;
pub(crate) mod ps;
pub(crate) mod restore;
pub(crate) mod revisions;
pub(crate) mod secrets;
pub(crate) mod send;
pub(crate) mod top;
pub(crate) mod trace;
pub(crate) mod traffic;
pub(crate) mod up;
mod watcher;
