//! Everything that is known, in memory: intents, refunds, and what keys were used for. Older things are forgotten.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::{
    journal::{Record, Saved},
    records::{Intent, Refund, Webhook},
};

/// Beyond these the oldest are forgotten; the real provider forgets keys after a day.
const INTENTS_KEPT: usize = 200_000;
const REFUNDS_KEPT: usize = 50_000;
const KEYS_KEPT: usize = 20_000;
const WEBHOOKS_KEPT: usize = 10_000;

#[derive(Default)]
pub(crate) struct State {
    intents: BTreeMap<String, Intent>,
    refunds: BTreeMap<String, Refund>,
    saved: HashMap<String, Saved>,
    keys: VecDeque<String>,
    /// Those that nobody has taken yet.
    webhooks: BTreeMap<String, Webhook>,
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
        if let Some(webhook) = record.webhook {
            self.webhooks.insert(webhook.id.clone(), webhook);
        }
        if let Some(id) = record.settled {
            self.webhooks.remove(&id);
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
        let webhooks = self.webhooks.values().cloned().map(|webhook| Record {
            webhook: Some(webhook),
            ..Record::default()
        });
        intents.chain(refunds).chain(saved).chain(webhooks)
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

    /// Some refunds, newest first, of one intent or of all.
    pub(crate) fn refunds<'a>(
        &'a self,
        intent: Option<&str>,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Refund> {
        let (intent, after) = (intent.map(str::to_owned), after.map(str::to_owned));
        let wanted = move |refund: &&Refund| {
            after.as_ref().is_none_or(|after| refund.id < *after)
                && intent
                    .as_ref()
                    .is_none_or(|intent| refund.payment_intent == *intent)
        };
        self.refunds.values().rev().filter(wanted)
    }

    /// Webhooks that nobody has taken yet, oldest first.
    pub(crate) fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        self.webhooks.values()
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
        if self.webhooks.len() > WEBHOOKS_KEPT {
            self.webhooks.pop_first();
        }
        if self.keys.len() > KEYS_KEPT
            && let Some(key) = self.keys.pop_front()
        {
            self.saved.remove(&key);
        }
    }
}
