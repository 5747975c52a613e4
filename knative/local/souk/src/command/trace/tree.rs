//! Spans as a tree: each below the one that caused it, brothers by when they began.

use std::collections::HashMap;

use serde_json::Value;

/// A span and how deep it stands.
pub(super) struct Placed<'a> {
    pub(super) span: &'a Value,
    pub(super) depth: usize,
    /// It names a parent that is not here.
    pub(super) is_orphan: bool,
}

/// In the order in which they are printed. Every span is there once, whatever its parents say.
pub(super) fn placed(spans: &[Value]) -> Vec<Placed<'_>> {
    let numbers: HashMap<&str, usize> = spans
        .iter()
        .enumerate()
        .filter_map(|(number, span)| Some((span["id"].as_str()?, number)))
        .collect();
    let parent = |span: &Value| numbers.get(span["parent"].as_str()?).copied();
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    for (number, span) in spans.iter().enumerate() {
        match parent(span).filter(|parent| *parent != number) {
            Some(parent) => children.entry(parent).or_default().push(number),
            None => roots.push(number),
        }
    }
    let mut seen = vec![false; spans.len()];
    let mut found = walk(spans, by_start(spans, roots), &children, &mut seen);
    // A ring has no root.
    let ring: Vec<usize> = (0..spans.len()).filter(|number| !seen[*number]).collect();
    found.extend(walk(spans, ring, &children, &mut seen));
    found
}

fn walk<'a>(
    spans: &'a [Value],
    roots: Vec<usize>,
    children: &HashMap<usize, Vec<usize>>,
    seen: &mut [bool],
) -> Vec<Placed<'a>> {
    let mut found = Vec::new();
    let mut left: Vec<(usize, usize)> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    while let Some((number, depth)) = left.pop() {
        if std::mem::replace(&mut seen[number], true) {
            continue;
        }
        let span = &spans[number];
        found.push(Placed {
            span,
            depth,
            is_orphan: depth == 0 && !span["parent"].is_null(),
        });
        let below = children.get(&number).cloned().unwrap_or_default();
        let below = by_start(spans, below).into_iter().rev();
        left.extend(below.map(|child| (child, depth + 1)));
    }
    found
}

fn by_start(spans: &[Value], mut numbers: Vec<usize>) -> Vec<usize> {
    numbers.sort_by_key(|number| spans[*number]["start_us"].as_i64().unwrap_or(0));
    numbers
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn span(id: &str, parent: Option<&str>, start: i64) -> Value {
        json!({ "id": id, "parent": parent, "start_us": start })
    }

    fn ids(spans: &[Value]) -> Vec<(String, usize, bool)> {
        let placed = placed(spans);
        placed
            .iter()
            .map(|one| {
                (
                    one.span["id"].as_str().unwrap().to_owned(),
                    one.depth,
                    one.is_orphan,
                )
            })
            .collect()
    }

    fn at(id: &str, depth: usize) -> (String, usize, bool) {
        (id.to_owned(), depth, false)
    }

    #[test]
    fn each_span_stands_below_its_parent_and_brothers_by_when_they_began() {
        let spans = [
            span("late", Some("root"), 30),
            span("root", None, 0),
            span("grandchild", Some("early"), 40),
            span("early", Some("root"), 10),
        ];
        let expected = [
            at("root", 0),
            at("early", 1),
            at("grandchild", 2),
            at("late", 1),
        ];
        assert_eq!(ids(&spans), expected);
    }

    #[test]
    fn a_span_whose_parent_is_not_here_is_an_orphan_and_is_shown() {
        let spans = [span("root", None, 0), span("lost", Some("gone"), 5)];
        assert_eq!(ids(&spans), [at("root", 0), ("lost".to_owned(), 0, true)]);
    }

    #[test]
    fn a_ring_and_a_span_that_is_its_own_parent_end() {
        let spans = [
            span("a", Some("b"), 0),
            span("b", Some("a"), 1),
            span("self", Some("self"), 2),
        ];
        assert_eq!(ids(&spans).len(), 3);
    }
}
