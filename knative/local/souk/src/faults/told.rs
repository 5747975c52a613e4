//! What goes wrong on purpose, for Prometheus: whoever is woken by an alert shall see that it was meant.

use std::fmt::Write as _;

use souk_network::metric_head;

use super::{Disk, Mails, Provider, Status};

const NAME: &str = "souk_fault_active";

/// Every fault that there is, 1 while it is on.
pub(super) fn text(status: &Status) -> String {
    let provider = |mood| status.provider == Some(mood);
    let faults = [
        ("deliveries", status.deliveries.is_some()),
        ("broker-disk-full", status.broker_disk == Disk::Full),
        ("provider-slow", provider(Provider::Slow)),
        ("provider-fail", provider(Provider::Fail)),
        ("provider-hang", provider(Provider::Hang)),
        ("mails-fail", status.mails == Some(Mails::Fail)),
        ("function-dead", !status.functions.is_empty()),
        ("poison", status.poisoned_lately),
    ];
    let mut text = String::new();
    let help = "Something goes wrong on purpose";
    metric_head(&mut text, NAME, "gauge", help);
    for (fault, on) in faults {
        let _ = writeln!(text, "{NAME}{{fault=\"{fault}\"}} {}", u8::from(on));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_told_and_those_that_are_on_are_1() {
        let status = Status {
            allowed: true,
            deliveries: None,
            broker_disk: Disk::Ok,
            provider: Some(Provider::Slow),
            mails: None,
            functions: ["payments".to_owned()].into(),
            poisoned: 1,
            poisoned_lately: false,
        };
        let text = text(&status);
        let on: Vec<&str> = text.lines().filter(|line| line.ends_with(" 1")).collect();
        assert_eq!(
            on,
            [
                "souk_fault_active{fault=\"provider-slow\"} 1",
                "souk_fault_active{fault=\"function-dead\"} 1"
            ]
        );
        assert_eq!(text.lines().count(), 2 + 8);
    }
}
