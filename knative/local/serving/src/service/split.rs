//! Which revision a request goes to. Pure but for the dice.

use std::sync::Arc;

use super::Assigned;

/// Shares of a hundred, as the weighted clusters of the cluster's ingress.
#[derive(Debug)]
pub(crate) struct Split<T>(Vec<(u32, Arc<T>)>);

impl<T> Split<T> {
    /// Each revision with the number below which it is meant. `find` knows revisions by name.
    pub(crate) fn new(assigned: &[Assigned], find: impl Fn(&str) -> Option<Arc<T>>) -> Self {
        let mut below = 0;
        let shares = assigned.iter().filter(|one| one.percent > 0);
        let shares = shares.filter_map(|one| {
            below += one.percent;
            Some((below, find(&one.revision)?))
        });
        Self(shares.collect())
    }

    /// The revision of this request.
    pub(crate) fn pick(&self) -> Option<&Arc<T>> {
        match self.0.as_slice() {
            [(_, only)] => Some(only),
            shares => self.at(rand::random_range(0..shares.last()?.0)),
        }
    }

    fn at(&self, number: u32) -> Option<&Arc<T>> {
        let index = self.0.partition_point(|(below, _)| *below <= number);
        self.0.get(index).map(|(_, revision)| revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(shares: &[(&str, u32)]) -> Split<String> {
        let assigned: Vec<Assigned> = shares
            .iter()
            .map(|(revision, percent)| Assigned {
                revision: (*revision).to_owned(),
                percent: *percent,
                tag: None,
            })
            .collect();
        Split::new(&assigned, |name| Some(Arc::new(name.to_owned())))
    }

    #[test]
    fn each_revision_gets_as_many_of_a_hundred_as_it_was_given() {
        let split = split(&[("a", 70), ("b", 0), ("c", 25), ("d", 5)]);
        let count = |name: &str| {
            (0..100)
                .filter(|n| **split.at(*n).unwrap() == *name)
                .count()
        };
        assert_eq!(["a", "b", "c", "d"].map(count), [70, 0, 25, 5]);
    }

    #[test]
    fn chance_reaches_every_revision_and_nobody_without_a_share() {
        let split = split(&[("a", 50), ("b", 50), ("c", 0)]);
        let picked: std::collections::BTreeSet<&str> =
            (0..1000).map(|_| split.pick().unwrap().as_str()).collect();
        assert_eq!(picked.into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(super::Split::<String>(Vec::new()).pick().is_none());
    }
}
