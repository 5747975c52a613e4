//! The data directory, and what an earlier shop left behind.

use std::os::unix::ffi::OsStrExt as _;

use super::super::facts::{Facts, Shop};
use super::super::finding::Finding;
use super::some_of;
use crate::version::is_newer;

/// What a socket's address holds, its NUL included; some systems have four bytes less.
const SOCKET_PATH_BYTES: usize = 104;

/// Whether it can be written to.
pub(super) fn folder(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "data-directory";
    let place = &facts.place;
    let path = place.path.display();
    let another = format!("Name another one: {} --data-dir <dir> up", facts.me);
    let finding = match (&place.unwritable, place.stranger) {
        (Some(why), _) => Finding::fail(
            CHECK,
            format!("{path} cannot be written to: {why}"),
            another,
        ),
        (None, Some(user)) => Finding::fail(
            CHECK,
            format!("{path} belongs to another user (number {user})"),
            format!("Ask as that user. {another}"),
        ),
        (None, None) if place.exists => Finding::ok(CHECK, path.to_string()),
        (None, None) => Finding::ok(CHECK, format!("{path} is made when the shop is opened")),
    };
    vec![finding]
}

/// Whether this souk knows what is in it.
pub(super) fn version(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "version";
    let own = &facts.place.own_version;
    let finding = match &facts.place.version {
        None => Finding::ok(CHECK, format!("souk {own}")),
        Some(other) if is_newer(other, own) => Finding::fail(
            CHECK,
            format!(
                "souk {other} opened {} last, and this is {own}, which is older",
                facts.place.path.display()
            ),
            format!(
                "Use souk {other} or newer, or another data directory: {} --data-dir <dir> up",
                facts.me
            ),
        ),
        Some(other) if is_newer(own, other) => Finding::ok(
            CHECK,
            format!(
                "souk {own}; the data directory is souk {other}'s and is brought up to date by `up`"
            ),
        ),
        Some(_) => Finding::ok(CHECK, format!("souk {own}, as the data directory")),
    };
    vec![finding]
}

/// Whether secrets are for their owner only.
pub(super) fn secrets(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "secrets";
    let open = &facts.place.open_to_others;
    if open.is_empty() {
        return vec![Finding::ok(CHECK, "nobody else can read them")];
    }
    let names: Vec<String> = open.iter().map(|path| path.display().to_string()).collect();
    vec![Finding::fail(
        CHECK,
        format!("others on this machine can read {}", some_of(&names)),
        format!("Close them: chmod -R go= {}", names.join(" ")),
    )]
}

/// Whether the control socket can be made.
pub(super) fn socket(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "socket";
    let socket = &facts.place.socket;
    let bytes = socket.as_os_str().as_bytes().len();
    let finding = match bytes < SOCKET_PATH_BYTES {
        true => Finding::ok(CHECK, format!("{} is short enough", socket.display())),
        false => Finding::fail(
            CHECK,
            format!(
                "the control socket's path has {bytes} bytes, and a socket's may have {}: {}",
                SOCKET_PATH_BYTES - 1,
                socket.display()
            ),
            format!(
                "Name a data directory with a shorter path: {} --data-dir <dir> up",
                facts.me
            ),
        ),
    };
    vec![finding]
}

/// Processes that nobody would end.
pub(super) fn left_behind(facts: &Facts) -> Vec<Finding> {
    const CHECK: &str = "left-behind";
    let named = |(pid, program): &(u32, String)| format!("{program} (pid {pid})");
    let mut left: Vec<String> = facts.left_behind.iter().map(named).collect();
    let mut pids: Vec<u32> = facts.left_behind.iter().map(|(pid, _)| *pid).collect();
    if matches!(facts.shop, Shop::Closed) {
        // `up` waits for these and ends them itself.
        let servers = facts.postgres.survey.running.iter();
        let servers = servers.filter(|pid| !pids.contains(pid)).copied();
        let servers: Vec<u32> = servers.collect();
        left.extend(servers.iter().map(|pid| format!("PostgreSQL (pid {pid})")));
        pids.extend(servers);
    }
    if left.is_empty() {
        return vec![Finding::ok(CHECK, "no process of an earlier shop runs")];
    }
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    vec![Finding::warn(
        CHECK,
        format!(
            "processes of a shop that is gone still run: {}",
            some_of(&left)
        ),
        format!("End them: kill {}", pids.join(" ")),
    )]
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Verdict::{Fail, Ok as Well, Warn};
    use super::super::verdict;
    use super::*;

    #[test]
    fn a_folder_that_is_not_ours_is_a_failure_and_one_that_is_not_there_is_made() {
        let unwritable = |facts: &mut Facts| facts.place.unwritable = Some("read-only".to_owned());
        assert_eq!(verdict(folder, unwritable), Fail);
        assert_eq!(
            verdict(folder, |facts| facts.place.stranger = Some(1000)),
            Fail
        );
        assert_eq!(verdict(folder, |facts| facts.place.exists = false), Well);
    }

    #[test]
    fn a_newer_souks_folder_is_not_touched_and_an_older_ones_is_brought_up_to_date() {
        let of = |text: &str| {
            let text = Some(text.to_owned());
            move |facts: &mut Facts| facts.place.version = text
        };
        assert_eq!(verdict(version, of("0.2.0")), Fail);
        assert_eq!(verdict(version, of("0.0.9")), Well);
        assert_eq!(verdict(version, of("0.1.0")), Well);
        assert_eq!(verdict(version, |facts| facts.place.version = None), Well);
    }

    #[test]
    fn secrets_that_others_can_read_are_named_with_what_closes_them() {
        let mut facts = Facts::of_a_healthy_machine();
        facts.place.open_to_others = vec!["/srv/shop/credentials.json".into()];
        let finding = secrets(&facts).remove(0);
        assert_eq!(finding.verdict, Fail);
        assert_eq!(
            finding.remedy.unwrap(),
            "Close them: chmod -R go= /srv/shop/credentials.json"
        );
    }

    #[test]
    fn a_socket_has_103_bytes_and_no_more() {
        let long = |bytes: usize| {
            move |facts: &mut Facts| facts.place.socket = format!("/{:a<1$}", "", bytes - 1).into()
        };
        assert_eq!(verdict(socket, long(103)), Well);
        assert_eq!(verdict(socket, long(104)), Fail);
    }

    #[test]
    fn a_server_that_runs_is_left_behind_only_when_the_shop_is_closed() {
        let runs = |facts: &mut Facts| facts.postgres.survey.running = vec![7];
        assert_eq!(verdict(left_behind, runs), Warn);
        let open = |facts: &mut Facts| {
            facts.postgres.survey.running = vec![7];
            facts.shop = Shop::Open {
                pid: 1,
                parts: Ok(serde_json::Value::Null),
            };
        };
        assert_eq!(verdict(left_behind, open), Well);
        let orphan = |facts: &mut Facts| facts.left_behind = vec![(9, "orders".to_owned())];
        assert_eq!(verdict(left_behind, orphan), Warn);
    }
}
