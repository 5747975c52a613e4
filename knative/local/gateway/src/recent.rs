//! A map that cannot grow without bound: when it is full it forgets what has not been used for longest.

use std::collections::HashMap;
use std::hash::Hash;

/// Two generations: what is used moves to the young one; when that is full, the old one is dropped whole.
pub(crate) struct Recent<K, V> {
    bound: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash + Clone, V> Recent<K, V> {
    /// Keeps the last `bound` entries that were used, and at most twice as many.
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            bound,
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        if let Some(value) = self.old.remove(key) {
            self.insert(key.clone(), value);
        }
        self.young.get_mut(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.bound && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_is_forgotten() {
        let mut recent = Recent::new(10);
        recent.insert(0, "kept");
        for key in 1..1_000 {
            recent.insert(key, "passing");
            assert_eq!(recent.get_mut(&0), Some(&mut "kept"), "after {key}");
            assert!(recent.len() <= 20);
        }
        assert_eq!(recent.get_mut(&1), None);
        assert_eq!(recent.get_mut(&999), Some(&mut "passing"));
    }

    #[test]
    fn a_new_value_replaces_the_old_one_in_either_generation() {
        let mut recent = Recent::new(1);
        recent.insert("a", 1);
        recent.insert("b", 1);
        recent.insert("a", 2);
        assert_eq!(recent.get_mut(&"a"), Some(&mut 2));
    }
}
