//! Which metrics an expression asks for, by a parser of PromQL.

use std::collections::BTreeSet;
use std::convert::Infallible;

use promql_parser::label::METRIC_NAME;
use promql_parser::parser::{self, Expr, VectorSelector};
use promql_parser::util::{ExprVisitor, walk_expr};

use crate::Failure;

/// What Grafana puts a duration in for.
const INTERVALS: [&str; 2] = ["$__rate_interval", "$__range"];

/// The metrics that an expression asks for. Grafana's own variables for durations may stand in it.
///
/// # Errors
///
/// When it is no PromQL, or asks for a metric by a pattern.
pub fn metrics(expression: &str) -> Result<BTreeSet<String>, Failure> {
    let refused = |why: String| Failure::Promql {
        expression: expression.to_owned(),
        why,
    };
    let plain = INTERVALS
        .iter()
        .fold(expression.to_owned(), |text, name| text.replace(name, "5m"));
    let parsed = parser::parse(&plain).map_err(refused)?;
    let mut found = Found::default();
    match walk_expr(&mut found, &parsed) {
        Ok(_) if found.nameless => Err(refused("a selector names no metric".to_owned())),
        Ok(_) => Ok(found.names),
    }
}

#[derive(Default)]
struct Found {
    names: BTreeSet<String>,
    nameless: bool,
}

impl Found {
    fn take(&mut self, selector: &VectorSelector) {
        let by_label = || {
            let matchers = selector.matchers.find_matchers(METRIC_NAME);
            matchers.first().map(|matcher| matcher.value.clone())
        };
        match selector.name.clone().or_else(by_label) {
            Some(name) => {
                self.names.insert(name);
            }
            None => self.nameless = true,
        }
    }
}

impl ExprVisitor for Found {
    type Error = Infallible;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, Infallible> {
        match expression {
            Expr::VectorSelector(selector) => self.take(selector),
            Expr::MatrixSelector(matrix) => self.take(&matrix.vs),
            _ => {}
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_selector_is_found_wherever_it_stands() {
        let expression = "histogram_quantile(0.9, sum by (le) (rate(a_bucket{x=\"y\"}[$__rate_interval]))) \
                          and on () (max_over_time(sum(b)[1m:15s]) > c offset 5m or vector(0))";
        let found = metrics(expression).unwrap();
        let found: Vec<_> = found.iter().map(String::as_str).collect();
        assert_eq!(found, ["a_bucket", "b", "c"]);
    }

    #[test]
    fn what_is_no_promql_or_names_no_metric_is_refused() {
        assert!(metrics("sum(rate(a[5m])").is_err());
        assert!(metrics("sum({job=\"x\"})").is_err());
    }
}
