//! Trace headers on their way through the broker.

use std::collections::BTreeMap;

use uuid::Uuid;

/// What goes out: the same trace with a span of the broker's own. `tracestate` belongs to a trace, `baggage` does not.
pub(super) fn onward(trace: &BTreeMap<String, String>) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    if let Some(parent) = trace
        .get("traceparent")
        .and_then(|parent| with_new_span(parent))
    {
        headers.push(("traceparent", parent));
        headers.extend(
            trace
                .get("tracestate")
                .map(|state| ("tracestate", state.clone())),
        );
    }
    headers.extend(
        trace
            .get("baggage")
            .map(|baggage| ("baggage", baggage.clone())),
    );
    headers
}

fn with_new_span(parent: &str) -> Option<String> {
    let fields: Vec<&str> = parent.split('-').collect();
    let &[version, trace, span, flags, ..] = fields.as_slice() else {
        return None;
    };
    let is_hex = |text: &str, length| {
        text.len() == length
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let names = |text: &str, length| is_hex(text, length) && text.bytes().any(|byte| byte != b'0');
    let valid = is_hex(version, 2)
        && version != "ff"
        && (version != "00" || fields.len() == 4)
        && names(trace, 32)
        && names(span, 16)
        && is_hex(flags, 2);
    let (_, span) = Uuid::new_v4().as_u64_pair();
    valid.then(|| format!("00-{trace}-{span:016x}-{flags}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn onward_of(parent: &str) -> Option<String> {
        let trace = BTreeMap::from([
            ("traceparent".to_owned(), parent.to_owned()),
            ("tracestate".to_owned(), "a=b".to_owned()),
        ]);
        let headers = onward(&trace);
        let parent = headers.iter().find(|(name, _)| *name == "traceparent");
        assert_eq!(
            parent.is_some(),
            headers.len() == 2,
            "tracestate goes with traceparent"
        );
        parent.map(|(_, value)| value.clone())
    }

    #[test]
    fn the_trace_goes_on_with_a_new_span() {
        let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let onward = onward_of(&parent).unwrap();
        assert!(onward.starts_with(&format!("00-{TRACE}-")) && onward.ends_with("-01"));
        assert_eq!(onward.len(), parent.len());
        assert_ne!(onward, parent);
    }

    #[test]
    fn what_is_no_traceparent_does_not_travel() {
        for parent in [
            "",
            "00-1-2-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert_eq!(onward_of(parent), None, "{parent}");
        }
    }
}
