//! One command, one file.

pub(crate) mod detach;
pub(crate) mod down;
pub(crate) mod events;
pub(crate) mod logs;
pub(crate) mod plan;
pub(crate) mod ps;
pub(crate) mod send;
pub(crate) mod up;
