//! A cart: each change makes the next version of it, and lets it live on.

use chrono::{DateTime, TimeDelta, Utc};
use souk_contracts::PricedLine;
use uuid::Uuid;

use super::Line;

/// The most carts that an account has at once.
pub const CARTS_MAX: usize = 20;
/// The most carts that a guest has at once.
pub const GUEST_CARTS_MAX: usize = 1;
/// The most articles in a cart: as many as an order has.
pub const LINES_MAX: usize = 50;

/// What somebody means to order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    /// The cart.
    pub cart_id: Uuid,
    /// What is in it: each article once, in the order in which they were put in.
    pub lines: Vec<Line>,
    /// Grows with every change.
    pub version: i64,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// From when it is there no more, in whole seconds.
    pub expires_at: DateTime<Utc>,
}

/// There is no room for another article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyLines;

impl Cart {
    /// An empty cart.
    pub fn new(cart_id: Uuid, now: DateTime<Utc>, lifetime: TimeDelta) -> Self {
        Self {
            cart_id,
            lines: Vec::new(),
            version: 1,
            created_at: now,
            updated_at: now,
            expires_at: whole_seconds(now + lifetime),
        }
    }

    /// Whether it is there no more, though it may still be in the table.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= now
    }

    /// The cart with so many pieces of an article, whatever there were of it.
    pub fn with(
        &self,
        sku: &str,
        quantity: u32,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
    ) -> Result<Self, TooManyLines> {
        let mut lines = self.lines.clone();
        let line = Line {
            sku: sku.to_owned(),
            quantity,
            set_at: now,
        };
        match lines.iter().position(|known| known.sku == sku) {
            Some(at) => lines[at] = line,
            None if lines.len() < LINES_MAX => lines.push(line),
            None => return Err(TooManyLines),
        }
        Ok(self.next(lines, now, lifetime))
    }

    /// The cart without an article; none if there is none of it.
    pub fn without(&self, sku: &str, now: DateTime<Utc>, lifetime: TimeDelta) -> Option<Self> {
        self.keep(|line| line.sku != sku, now, lifetime)
    }

    /// The cart after an order was placed from it; none if nothing of that is in it.
    ///
    /// What was put in or changed since stays: only lines that were ordered just as they are go.
    pub fn after_order(
        &self,
        ordered: &[PricedLine],
        placed_at: DateTime<Utc>,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
    ) -> Option<Self> {
        let was_ordered = |line: &Line| {
            line.set_at <= placed_at
                && ordered
                    .iter()
                    .any(|other| other.sku == line.sku && other.quantity == line.quantity)
        };
        self.keep(|line| !was_ordered(line), now, lifetime)
    }

    fn keep(
        &self,
        stays: impl Fn(&Line) -> bool,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
    ) -> Option<Self> {
        let lines: Vec<_> = self
            .lines
            .iter()
            .filter(|line| stays(line))
            .cloned()
            .collect();
        (lines.len() < self.lines.len()).then(|| self.next(lines, now, lifetime))
    }

    fn next(&self, lines: Vec<Line>, now: DateTime<Utc>, lifetime: TimeDelta) -> Self {
        Self {
            cart_id: self.cart_id,
            lines,
            version: self.version + 1,
            created_at: self.created_at,
            updated_at: now,
            expires_at: whole_seconds(now + lifetime),
        }
    }
}

/// DynamoDB forgets by the second; what is answered is what is kept.
fn whole_seconds(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use souk_contracts::{Currency, Money};

    use super::*;

    const LIFETIME: TimeDelta = TimeDelta::hours(1);

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn cart(lines: &[(&str, u32)]) -> Cart {
        let new = Cart::new(Uuid::nil(), at(0), LIFETIME);
        lines.iter().fold(new, |cart, (sku, quantity)| {
            cart.with(sku, *quantity, at(0), LIFETIME).unwrap()
        })
    }

    fn lines(cart: &Cart) -> Vec<(&str, u32)> {
        let lines = cart.lines.iter();
        lines
            .map(|line| (line.sku.as_str(), line.quantity))
            .collect()
    }

    fn ordered(lines: &[(&str, u32)]) -> Vec<PricedLine> {
        let line = |(sku, quantity): &(&str, u32)| PricedLine {
            sku: (*sku).into(),
            name: String::new(),
            quantity: *quantity,
            unit_price: Money::new(1, Currency::EUR),
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn a_quantity_is_set_and_not_added() {
        let cart = cart(&[("MUG", 2), ("CUP", 1), ("MUG", 3)]);
        assert_eq!(lines(&cart), [("MUG", 3), ("CUP", 1)]);
        assert_eq!(cart.version, 4);
    }

    #[test]
    fn a_full_cart_takes_no_other_article_but_more_of_those_in_it() {
        let skus: Vec<_> = (0..LINES_MAX).map(|n| format!("SKU-{n}")).collect();
        let filled: Vec<_> = skus.iter().map(|sku| (sku.as_str(), 1)).collect();
        let full = cart(&filled);
        assert_eq!(full.with("MUG", 1, at(0), LIFETIME), Err(TooManyLines));
        assert!(full.with("SKU-7", 2, at(0), LIFETIME).is_ok());
    }

    #[test]
    fn a_change_lets_the_cart_live_on() {
        let cart = cart(&[("MUG", 2)]);
        assert!(!cart.has_expired(at(59)));
        assert!(cart.has_expired(at(60)));
        let changed = cart.without("MUG", at(30), LIFETIME).unwrap();
        assert!(!changed.has_expired(at(89)));
        assert!(changed.has_expired(at(90)));
    }

    #[test]
    fn what_is_not_in_the_cart_cannot_be_taken_out() {
        assert_eq!(cart(&[("MUG", 2)]).without("CUP", at(0), LIFETIME), None);
    }

    #[test]
    fn an_order_takes_out_what_was_ordered_and_nothing_else() {
        let before = cart(&[("MUG", 2), ("CUP", 1)]);
        let changed = before.with("CUP", 4, at(2), LIFETIME).unwrap();
        let refilled = changed.with("HAT", 1, at(2), LIFETIME).unwrap();
        let bought = ordered(&[("MUG", 2), ("CUP", 1)]);
        let emptied = before.after_order(&bought, at(1), at(3), LIFETIME);
        assert_eq!(lines(&emptied.unwrap()), []);
        let rest = refilled.after_order(&bought, at(1), at(3), LIFETIME);
        assert_eq!(lines(&rest.unwrap()), [("CUP", 4), ("HAT", 1)]);
    }

    #[test]
    fn the_same_article_put_in_again_after_the_order_stays() {
        let again = cart(&[("MUG", 2)]).with("MUG", 2, at(2), LIFETIME).unwrap();
        let bought = ordered(&[("MUG", 2)]);
        assert_eq!(again.after_order(&bought, at(1), at(3), LIFETIME), None);
    }

    #[test]
    fn what_was_changed_while_it_was_being_ordered_stays() {
        let bought = ordered(&[("MUG", 2)]);
        let changed = cart(&[("MUG", 5)]);
        assert_eq!(changed.after_order(&bought, at(1), at(3), LIFETIME), None);
    }
}
