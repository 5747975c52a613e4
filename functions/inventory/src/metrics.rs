//! What the shop wants to know of its stock. Told once the transaction is committed.

use souk_kit::metrics::Counter;

static REJECTIONS: Counter = Counter::new(
    "souk.inventory.rejections",
    "{order}",
    "Orders for which there were too few pieces.",
);
static EXPIRATIONS: Counter = Counter::new(
    "souk.inventory.expirations",
    "{reservation}",
    "Reservations that were given back as nobody had confirmed them in time.",
);

/// There was too little for an order.
pub(crate) fn rejected() {
    REJECTIONS.add(1, &[]);
}

/// So many reservations were given back.
pub(crate) fn expired(reservations: usize) {
    EXPIRATIONS.add(reservations as u64, &[]);
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use souk_kit::metrics::Readout;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn a_stock_out_and_a_reservation_that_expires_are_told() {
        let told = Readout::start();
        let rejections = || told.count("souk.inventory.rejections", &[]);
        let expirations = || told.count("souk.inventory.expirations", &[]);
        let before = (rejections(), expirations());
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        room.hear(&room.placed(&[("MUG", 11)])).await;
        room.next().await;
        for _ in 0..3 {
            room.reserved(&[("MUG", 1)]).await;
        }
        room.wait(TimeDelta::hours(1)).await;
        room.sweep().await;
        assert!(rejections() > before.0);
        assert!(expirations() >= before.1 + 3);
    }
}
