//! What a schedule begins with: how many pieces there are, what will be ordered, with which card.

use std::fmt;

use crate::{chance::Chance, text};

/// Articles that there are.
pub(crate) const SKUS: [&str; 2] = ["MUG", "CUP"];
/// What a piece of each costs, in minor units.
pub(crate) const PRICES: [i64; 2] = [1250, 399];

/// A card, by what its bank will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// Holds the money and gives it.
    Good,
    /// Holds nothing.
    Declined,
    /// Wants the customer to confirm first.
    Confirmed,
    /// Holds the money, and will not give it.
    Refused,
}

/// What somebody orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basket {
    /// How many pieces of each article; one at least.
    pub pieces: [u32; 2],
    /// With what it is paid.
    pub card: Card,
}

/// What a schedule begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Whether functions recognise events by their ids. Without, their state alone must do.
    pub inboxes: bool,
    /// Pieces in the house of each article.
    pub stock: [i64; 2],
    /// What will be ordered.
    pub baskets: Vec<Basket>,
}

impl Card {
    const ALL: [Self; 4] = [Self::Good, Self::Declined, Self::Confirmed, Self::Refused];

    fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Declined => "declined",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }
}

impl Basket {
    /// What it costs.
    pub fn total(&self) -> i64 {
        let prices = self.pieces.iter().zip(PRICES);
        prices.map(|(count, price)| i64::from(*count) * price).sum()
    }
}

impl Setup {
    /// One by chance: few orders that get in each other's way.
    pub(crate) fn by(chance: &mut Chance) -> Self {
        let cards = [
            Card::Good,
            Card::Good,
            Card::Declined,
            Card::Confirmed,
            Card::Refused,
        ];
        let count = 1 + chance.below(4);
        let baskets = (0..count).map(|_| {
            let mug = chance.below(3) as u32;
            let cup = chance.below(2) as u32;
            Basket {
                pieces: [mug.max(u32::from(cup == 0)), cup],
                card: chance.one_of(&cards),
            }
        });
        let baskets = baskets.collect();
        Self {
            inboxes: chance.below(2) == 0,
            stock: [chance.below(8) as i64, chance.below(6) as i64],
            baskets,
        }
    }
}

/// As it stands in a kept file: `stock 3 1`, `inboxes no`, `order 2 0 good`.
impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "stock {} {}", self.stock[0], self.stock[1])?;
        writeln!(f, "inboxes {}", if self.inboxes { "yes" } else { "no" })?;
        for Basket { pieces, card } in &self.baskets {
            writeln!(f, "order {} {} {}", pieces[0], pieces[1], card.name())?;
        }
        Ok(())
    }
}

impl Setup {
    /// Takes in a line; whether it was one of a setup.
    pub(crate) fn read(&mut self, line: &str) -> Result<bool, text::NotUnderstood> {
        let unknown = || text::NotUnderstood(line.to_owned());
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["stock", mugs, cups] => self.stock = [text::number(mugs)?, text::number(cups)?],
            ["inboxes", word] => self.inboxes = word == "yes",
            ["order", mugs, cups, card] => {
                let card = Card::ALL.into_iter().find(|known| known.name() == card);
                self.baskets.push(Basket {
                    pieces: [text::number(mugs)?, text::number(cups)?],
                    card: card.ok_or_else(unknown)?,
                });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
