//! PromQL that many panels ask.

/// A quantile of a histogram, over the interval that Grafana finds right. `by` names labels to keep apart, each with a comma behind it.
pub(crate) fn quantile(quantile: &str, histogram: &str, matchers: &str, by: &str) -> String {
    format!(
        "histogram_quantile({quantile}, sum by ({by}le) \
             (rate({histogram}_bucket{{{matchers}}}[$__rate_interval])))"
    )
}

/// The share of what a counter counts that is bad, from 0 to 1, kept apart by these labels. 0 where nothing ever was bad.
pub(crate) fn share(by: &str, counter: &str, matchers: &str, bad: &str) -> String {
    let comma = if matchers.is_empty() { "" } else { "," };
    let all = rate(by, counter, matchers);
    let bad = rate(by, counter, &format!("{matchers}{comma}{bad}"));
    format!("({bad} or 0 * {all}) / {all}")
}

/// How fast counters grow, kept apart by these labels.
pub(crate) fn rate(by: &str, counter: &str, matchers: &str) -> String {
    format!("sum by ({by}) (rate({counter}{{{matchers}}}[$__rate_interval]))")
}

/// How much counters grew in what is shown at once, kept apart by these labels.
pub(crate) fn grown(by: &str, counter: &str, matchers: &str) -> String {
    format!("sum by ({by}) (increase({counter}{{{matchers}}}[$__rate_interval]))")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_0_where_nothing_was_ever_bad() {
        let asked = share("route", "requests_total", "", "code=\"500\"");
        assert_eq!(
            asked,
            "(sum by (route) (rate(requests_total{code=\"500\"}[$__rate_interval])) \
             or 0 * sum by (route) (rate(requests_total{}[$__rate_interval]))) \
             / sum by (route) (rate(requests_total{}[$__rate_interval]))"
        );
    }
}
