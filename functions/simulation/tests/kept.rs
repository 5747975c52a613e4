//! Schedules that have broken a rule once, made as small as they can be. Each file says what was wrong.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use souk_simulation::Schedule;

#[test]
fn what_has_broken_a_rule_once_breaks_none_now() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kept");
    let mut broken = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let schedule: Schedule = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        for inboxes in [true, false] {
            let mut schedule = schedule.clone();
            schedule.setup.inboxes = inboxes;
            if let Err(why) = schedule.run() {
                broken.push(format!("{}, inboxes {inboxes}: {why}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
