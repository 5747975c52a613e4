//! The dashboards, one file each. `function` is a template, of which every function gets its own.

mod business;
mod cold_starts;
mod events;
mod function;
mod gateway;
mod objectives;
mod platform;

use crate::dashboard::Dashboard;
use crate::functions::Function;

/// All of them.
pub(crate) fn all(functions: &[Function]) -> Vec<Dashboard> {
    let mut all = vec![
        objectives::board(),
        platform::board(),
        gateway::board(),
        events::board(),
        cold_starts::board(),
        business::board(),
    ];
    all.extend(functions.iter().map(function::board));
    all
}
