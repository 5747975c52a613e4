//! The functions that are asked while a customer waits: bounded in time, tried again, spared when they fail.

mod carts;
mod catalog;

use std::time::Duration;

pub(crate) use carts::Carts;
pub(crate) use catalog::Catalog;

/// One try; long enough for a function that has to be woken.
const TIMEOUT: Duration = Duration::from_secs(3);
