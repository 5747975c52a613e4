//! The gate's limits. All tests call from one address and would share its allowance, so limits are out of the way wherever a test
//! does not set them itself.

use crate::process::repository;

/// More than any test sends.
const PLENTY: &str = "1000000";

/// Every limit that `gateway-config/environments/local.env` sets, at a number that nobody reaches.
pub(crate) fn out_of_the_way() -> Vec<(String, String)> {
    let file = repository().join("gateway-config/environments/local.env");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let names = text
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0));
    let limits = names.filter(|name| name.contains("_LIMIT_PER_"));
    limits
        .map(|name| (name.to_owned(), PLENTY.to_owned()))
        .collect()
}
