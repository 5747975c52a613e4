//! Everything that is known, in memory: intents, refunds, and what keys were used for. Older things are forgotten.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::{
    journal::{Record, Saved},
    records::{Intent, Refund},
};

/// Beyond these the oldest are forgotten; the real provider forgets keys after a day.
const INTENTS_KEPT: usize = 200_000;
const REFUNDS_KEPT: usize = 50_000;
const KEYS_KEPT: usize = 20_000;

#[derive(Default)]
pub(crate) struct State {
    intents: BTreeMap<String, Intent>,
    refunds: BTreeMap<String, Refund>,
    saved: HashMap<String, Saved>,
    keys: VecDeque<String>,
}

impl State {
    /// Everything that these records say, in their order.
    pub(crate) fn of(records: Vec<Record>) -> Self {
        let mut state = Self::default();
        records.into_iter().for_each(|record| state.apply(record));
        state
    }

    /// Takes a record in.
    pub(crate) fn apply(&mut self, record: Record) {
        if let Some(intent) = record.intent {
            self.intents.insert(intent.id.clone(), intent);
        }
        if let Some(refund) = record.refund {
            self.refunds.insert(refund.id.clone(), refund);
        }
        if let Some(saved) = record.saved {
            self.keys.push_back(saved.key.clone());
            self.saved.insert(saved.key.clone(), saved);
        }
        self.forget();
    }

    /// The same as records.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record> {
        let intents = self.intents.values().cloned().map(|intent| Record {
            intent: Some(intent),
            ..Record::default()
        });
        let refunds = self.refunds.values().cloned().map(|refund| Record {
            refund: Some(refund),
            ..Record::default()
        });
        let saved = self.keys.iter().filter_map(|key| self.saved.get(key));
        let saved = saved.cloned().map(|saved| Record {
            saved: Some(saved),
            ..Record::default()
        });
        intents.chain(refunds).chain(saved)
    }

    pub(crate) fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.get(id)
    }

    /// Some intents, newest first, older than `after`.
    pub(crate) fn intents<'a>(&'a self, after: Option<&str>) -> impl Iterator<Item = &'a Intent> {
        let after = after.map(str::to_owned);
        let older = move |intent: &&Intent| after.as_ref().is_none_or(|after| intent.id < *after);
        self.intents.values().rev().filter(older)
    }

    /// What a key was used for.
    pub(crate) fn saved(&self, key: &str) -> Option<&Saved> {
        self.saved.get(key)
    }

    fn forget(&mut self) {
        if self.intents.len() > INTENTS_KEPT {
            self.intents.pop_first();
        }
        if self.refunds.len() > REFUNDS_KEPT {
            self.refunds.pop_first();
        }
        if self.keys.len() > KEYS_KEPT
            && let Some(key) = self.keys.pop_front()
        {
            self.saved.remove(&key);
        }
    }
}
