//! The metrics that `docs/observability.md` lists.

use std::collections::BTreeSet;

use crate::{Failure, repository};

/// What the last parts of a histogram's series are called.
const PARTS: [&str; 3] = ["_bucket", "_count", "_sum"];

/// Every metric in the tables under "Metrics", as Prometheus spells it; a histogram without `_bucket`, `_sum` and `_count`.
///
/// # Errors
///
/// When the page cannot be read.
pub fn documented() -> Result<BTreeSet<String>, Failure> {
    let text = repository::text(&repository::root().join("docs/observability.md"))?;
    Ok(listed(&text))
}

/// The metric that a series is part of: a histogram's parts stand for the whole.
pub fn metric_of(series: &str) -> &str {
    let whole = PARTS.iter().find_map(|part| series.strip_suffix(part));
    whole.unwrap_or(series)
}

/// The second column of each table between the heading "Metrics" and the next one of its kind.
fn listed(text: &str) -> BTreeSet<String> {
    let section = text
        .lines()
        .skip_while(|line| *line != "## Metrics")
        .skip(1);
    let section = section.take_while(|line| !line.starts_with("## "));
    let columns = section.filter_map(|line| line.strip_prefix('|')?.split('|').nth(1));
    columns
        .flat_map(|column| column.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_second_column_of_this_section_counts() {
        let text = "## Traces\n| a | `no` | c |\n## Metrics\n| OpenTelemetry | Prometheus |\n|---|---|\n\
                    | `a.b` | `a_b`, `c_d` | `label` |\n### Of some\n| x | `e` |\n## More\n| a | `no` |\n";
        let found = listed(text);
        assert_eq!(
            found.iter().map(String::as_str).collect::<Vec<_>>(),
            ["a_b", "c_d", "e"]
        );
    }

    #[test]
    fn parts_of_a_histogram_stand_for_the_whole() {
        assert_eq!(metric_of("a_seconds_bucket"), "a_seconds");
        assert_eq!(metric_of("kn_revision_pods_count"), "kn_revision_pods");
        assert_eq!(metric_of("a_total"), "a_total");
    }
}
