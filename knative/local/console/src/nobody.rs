//! A shop that is not there.

use async_trait::async_trait;
use http::Method;
use serde_json::{Value, json};

use crate::problem::{Answer, Problem};
use crate::shop::Shop;

/// A shop without parts, of which nothing can be asked: for tests and measurements of what is received.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

#[async_trait]
impl Shop for Nobody {
    async fn parts(&self) -> Value {
        json!({"functions": [], "triggers": [], "faults": {}})
    }

    async fn platform_metrics(&self) -> String {
        String::new()
    }

    async fn orders(&self, _: usize) -> Answer {
        away()
    }

    async fn order_facts(&self, _: &str) -> Answer {
        away()
    }

    async fn triggers(&self) -> Answer {
        away()
    }

    async fn events(&self, _: usize, _: Option<&str>, _: Option<&str>) -> Answer {
        away()
    }

    async fn dead_letters(&self, _: Method, _: &str, _: Option<Value>) -> Answer {
        away()
    }

    async fn faults(&self) -> Answer {
        away()
    }

    async fn change_faults(&self, _: Value) -> Answer {
        away()
    }

    async fn manifests(&self) -> Answer {
        away()
    }

    async fn audit(&self) -> Answer {
        away()
    }

    async fn begin_audit(&self) -> Answer {
        away()
    }
}

fn away() -> Answer {
    Err(Problem::away("there is no shop behind this console"))
}
