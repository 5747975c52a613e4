//! Customers who order all the time and expect every answer to be right.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use journeys::{Client, Shop};
use tokio::task::JoinSet;

/// Who order at the same time.
const CUSTOMERS: usize = 4;

/// Orders under way.
pub(crate) struct Load {
    customers: JoinSet<(Client, Vec<String>)>,
    is_over: Arc<AtomicBool>,
    placed: Arc<AtomicUsize>,
}

impl Load {
    /// Each customer places an order, looks at it, and places the next.
    pub(crate) async fn of(shop: &Shop, sku: &str) -> Self {
        let mut load = Self {
            customers: JoinSet::new(),
            is_over: Arc::new(AtomicBool::new(false)),
            placed: Arc::new(AtomicUsize::new(0)),
        };
        for _ in 0..CUSTOMERS {
            let (customer, sku) = (shop.customer().await, sku.to_owned());
            let (is_over, placed) = (Arc::clone(&load.is_over), Arc::clone(&load.placed));
            load.customers.spawn(async move {
                let mut orders = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    // Any answer but the right one ends the test.
                    let order_id = customer.order(&sku, 1, "pm_card_visa").await;
                    let order = customer.get(&format!("/v1/orders/{order_id}")).await;
                    let _ = order.expect(200);
                    orders.push(order_id);
                    placed.fetch_add(1, Ordering::Relaxed);
                }
                (customer, orders)
            });
        }
        load
    }

    /// Orders placed so far.
    ///
    /// # Panics
    ///
    /// When a customer had a wrong answer.
    pub(crate) fn placed(&mut self) -> usize {
        if let Some(ended) = self.customers.try_join_next() {
            let _ = ended.expect("a customer had a wrong answer");
        }
        self.placed.load(Ordering::Relaxed)
    }

    /// No further orders. Waits until each is confirmed, and gives their ids.
    pub(crate) async fn end(mut self) -> Vec<String> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        while let Some(customer) = self.customers.join_next().await {
            let (customer, orders) = customer.expect("a customer had a wrong answer");
            for order_id in &orders {
                let _ = customer.until(order_id, "confirmed").await;
            }
            all.extend(orders);
        }
        all
    }
}
