//! The addresses that the shop listens on.

use super::super::facts::{Facts, Port, PortState};
use super::super::finding::Finding;

/// One finding for each address.
pub(super) fn ports(facts: &Facts) -> Vec<Finding> {
    facts.ports.iter().map(|port| one(port, facts)).collect()
}

fn one(port: &Port, facts: &Facts) -> Finding {
    let Port { name, address, .. } = *port;
    match &port.state {
        PortState::Free => Finding::ok(name, format!("{address} is free")),
        PortState::Answers => Finding::ok(name, format!("{address} takes connections")),
        PortState::Silent(why) => Finding::fail(
            name,
            format!("the shop does not answer at {address}: {why}"),
            format!("What it does: {0} logs souk. End it: {0} down", facts.here),
        ),
        PortState::Taken(by) => taken(port, by.as_ref(), facts),
        PortState::Unusable(why) => Finding::fail(
            name,
            format!("nobody can listen on {address}: {why}"),
            format!(
                "Name an address of this machine with a port above 1023: {} up {}",
                facts.here,
                option(port, address.port().max(8000))
            ),
        ),
    }
}

fn taken(port: &Port, by: Option<&(u32, String)>, facts: &Facts) -> Finding {
    let Port { name, address, .. } = *port;
    let who = match by {
        Some((pid, program)) => format!("{program} (pid {pid})"),
        None => "another user's program".to_owned(),
    };
    let what = format!("{address} is taken by {who}");
    if port.has_alternative {
        let what = format!("{what}; the shop takes a free port instead and says which");
        let remedy = format!("To choose one: {} up {}", facts.here, option(port, 0));
        return Finding::warn(name, what, remedy);
    }
    let elsewhere = format!(
        "{} up {}",
        facts.here,
        option(port, address.port().saturating_add(1))
    );
    let remedy = match by {
        Some((pid, _)) => format!("End it (kill {pid}), or listen elsewhere: {elsewhere}"),
        None => format!(
            "Listen elsewhere: {elsewhere}. Who it is: sudo ss -ltnp 'sport = :{}'",
            address.port()
        ),
    };
    Finding::fail(name, what, remedy)
}

/// The option that puts it elsewhere.
fn option(port: &Port, number: u16) -> String {
    let option = match port.name {
        "console" => "--console",
        _ => "--listen",
    };
    format!("{option} {}:{number}", port.address.ip())
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Verdict;
    use super::*;

    fn found(number: usize, state: PortState) -> Finding {
        let mut facts = Facts::of_a_healthy_machine();
        facts.ports[number].state = state;
        ports(&facts).remove(number)
    }

    #[test]
    fn a_port_that_is_taken_says_by_whom_and_where_else_to_listen() {
        let finding = found(0, PortState::Taken(Some((7, "nginx".to_owned()))));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.what.contains("nginx (pid 7)"), "{finding:?}");
        let remedy = finding.remedy.unwrap();
        assert!(remedy.contains("kill 7"), "{remedy}");
        assert!(remedy.contains("--listen 127.0.0.1:8001"), "{remedy}");
    }

    #[test]
    fn who_cannot_be_seen_is_not_named() {
        let finding = found(0, PortState::Taken(None));
        assert!(finding.what.contains("another user's"), "{finding:?}");
        assert!(finding.remedy.unwrap().contains("ss -ltnp"));
    }

    #[test]
    fn the_console_goes_elsewhere_by_itself() {
        let finding = found(1, PortState::Taken(Some((7, "nginx".to_owned()))));
        assert_eq!(finding.verdict, Verdict::Warn);
        assert!(finding.remedy.unwrap().contains("--console 127.0.0.1:0"));
    }

    #[test]
    fn an_open_shop_has_to_answer() {
        assert_eq!(found(0, PortState::Answers).verdict, Verdict::Ok);
        let silent = PortState::Silent("connection refused".to_owned());
        assert_eq!(found(0, silent).verdict, Verdict::Fail);
        let unusable = PortState::Unusable("permission denied".to_owned());
        assert_eq!(found(0, unusable).verdict, Verdict::Fail);
    }
}
