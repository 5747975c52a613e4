//! A shop that answers from what a test gives it.

use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::Shop;
use crate::problem::{Answer, Problem};

/// Remembers what it was asked.
#[derive(Default)]
pub(crate) struct Pretended {
    /// `order_facts`; none: there is no such order.
    pub(crate) facts: Option<Value>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Pretended {
    fn note(&self, asked: String) -> Answer {
        self.asked.lock().unwrap().push(asked.clone());
        Ok(json!({ "asked": asked }))
    }
}

#[async_trait]
impl Shop for Pretended {
    async fn parts(&self) -> Value {
        json!({ "functions": [], "triggers": [] })
    }

    async fn platform_metrics(&self) -> String {
        String::new()
    }

    async fn orders(&self, limit: usize) -> Answer {
        self.note(format!("orders {limit}"))
    }

    async fn order_facts(&self, order_id: &str) -> Answer {
        self.facts
            .clone()
            .ok_or_else(|| Problem::not_found(format!("there is no order {order_id}")))
    }

    async fn triggers(&self) -> Answer {
        self.note("triggers".to_owned())
    }

    async fn events(&self, limit: usize, event_type: Option<&str>, key: Option<&str>) -> Answer {
        self.note(format!("events {limit} {event_type:?} {key:?}"))
    }

    async fn dead_letters(&self, method: http::Method, path: &str, body: Option<Value>) -> Answer {
        self.note(format!("{method} {path} {}", body.unwrap_or_default()))
    }

    async fn faults(&self) -> Answer {
        self.note("faults".to_owned())
    }

    async fn change_faults(&self, change: Value) -> Answer {
        self.note(format!("faults {change}"))
    }

    async fn manifests(&self) -> Answer {
        self.note("manifests".to_owned())
    }

    async fn audit(&self) -> Answer {
        self.note("audit".to_owned())
    }

    async fn begin_audit(&self) -> Answer {
        self.note("begin audit".to_owned())
    }
}
