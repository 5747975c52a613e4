//! How many pieces there are and how many are promised. Every change is computed here, from levels that the caller has locked.

use std::collections::{BTreeMap, BTreeSet};

use souk_contracts::{Shortage, StockLine};

/// Pieces by article, in the order in which articles are locked.
pub type Pieces = BTreeMap<String, i64>;

/// What there is of each article.
pub type Levels = BTreeMap<String, Level>;

/// What there is of one article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Pieces in the house.
    pub on_hand: i64,
    /// Those of them that are promised.
    pub reserved: i64,
}

/// By how much the level of one article changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The article.
    pub sku: String,
    /// Pieces that come, or go.
    pub on_hand: i64,
    /// Pieces that are promised, or no longer are.
    pub reserved: i64,
}

impl Level {
    /// Pieces that nobody was promised.
    pub fn available(self) -> i64 {
        self.on_hand - self.reserved
    }
}

/// Lines put together: an article that is named twice counts once, with the sum.
pub fn pieces<'a>(lines: impl IntoIterator<Item = &'a StockLine>) -> Pieces {
    let mut pieces = Pieces::new();
    for StockLine { sku, quantity } in lines {
        *pieces.entry(sku.clone()).or_default() += i64::from(*quantity);
    }
    pieces
}

/// Promises every piece that is wanted, or none and says what is missing.
pub fn reserve(levels: &Levels, wanted: &Pieces) -> Result<Vec<Change>, Vec<Shortage>> {
    let shortages: Vec<_> = wanted
        .iter()
        .filter_map(|(sku, wanted)| shortage(levels, sku, *wanted))
        .collect();
    if !shortages.is_empty() {
        return Err(shortages);
    }
    let promise = |(sku, quantity): (&String, &i64)| Change {
        sku: sku.clone(),
        on_hand: 0,
        reserved: *quantity,
    };
    Ok(wanted.iter().map(promise).collect())
}

/// Takes a promise back.
pub fn release(held: &Pieces) -> Vec<Change> {
    let forget = |(sku, quantity): (&String, &i64)| Change {
        sku: sku.clone(),
        on_hand: 0,
        reserved: -quantity,
    };
    held.iter().map(forget).collect()
}

/// Lets pieces leave, and ends the promise that was made of `held` ones. Pieces that others were promised stay.
pub fn book_out(
    levels: &Levels,
    held: &Pieces,
    left: &Pieces,
) -> Result<Vec<Change>, Vec<Shortage>> {
    let skus: BTreeSet<_> = held.keys().chain(left.keys()).collect();
    let count = |pieces: &Pieces, sku: &String| pieces.get(sku).copied().unwrap_or_default();
    let missing = |sku: &&String| {
        let beyond = count(left, sku) - count(held, sku);
        (beyond > 0)
            .then(|| shortage(levels, sku, beyond))
            .flatten()
    };
    let shortages: Vec<_> = skus.iter().filter_map(missing).collect();
    if !shortages.is_empty() {
        return Err(shortages);
    }
    let leave = |sku: &String| Change {
        on_hand: -count(left, sku),
        reserved: -count(held, sku),
        sku: sku.clone(),
    };
    Ok(skus.into_iter().map(leave).collect())
}

/// Shortages in words.
pub fn describe(shortages: &[Shortage]) -> String {
    let describe =
        |Shortage {
             sku,
             requested,
             available,
         }: &Shortage| { format!("{sku}: {requested} wanted, {available} available") };
    shortages
        .iter()
        .map(describe)
        .collect::<Vec<_>>()
        .join("; ")
}

fn shortage(levels: &Levels, sku: &str, wanted: i64) -> Option<Shortage> {
    let available = levels.get(sku).copied().unwrap_or_default().available();
    (available < wanted).then(|| Shortage {
        sku: sku.to_owned(),
        requested: u32::try_from(wanted).unwrap_or(u32::MAX),
        available: u32::try_from(available).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(levels: &[(&str, i64, i64)]) -> Levels {
        let level = |(sku, on_hand, reserved): &(&str, i64, i64)| {
            (
                (*sku).to_owned(),
                Level {
                    on_hand: *on_hand,
                    reserved: *reserved,
                },
            )
        };
        levels.iter().map(level).collect()
    }

    fn some(pieces: &[(&str, i64)]) -> Pieces {
        pieces
            .iter()
            .map(|(sku, quantity)| ((*sku).to_owned(), *quantity))
            .collect()
    }

    fn change(sku: &str, on_hand: i64, reserved: i64) -> Change {
        Change {
            sku: sku.into(),
            on_hand,
            reserved,
        }
    }

    #[test]
    fn an_article_named_twice_counts_once_with_the_sum() {
        let line = |quantity| StockLine {
            sku: "MUG".into(),
            quantity,
        };
        assert_eq!(
            pieces(&[line(2), line(u32::MAX)]),
            some(&[("MUG", 2 + i64::from(u32::MAX))])
        );
    }

    #[test]
    fn all_is_reserved_or_nothing() {
        let levels = levels(&[("CUP", 5, 3), ("MUG", 10, 0)]);
        let reserved = reserve(&levels, &some(&[("CUP", 2), ("MUG", 10)]));
        assert_eq!(
            reserved,
            Ok(vec![change("CUP", 0, 2), change("MUG", 0, 10)])
        );
        let shortages = reserve(&levels, &some(&[("CUP", 3), ("HAT", 1), ("MUG", 1)])).unwrap_err();
        let named: Vec<_> = shortages
            .iter()
            .map(|s| (s.sku.as_str(), s.requested, s.available))
            .collect();
        assert_eq!(named, [("CUP", 3, 2), ("HAT", 1, 0)]);
    }

    #[test]
    fn what_was_held_leaves_and_the_rest_of_the_promise_ends() {
        let levels = levels(&[("CUP", 5, 5), ("MUG", 2, 2)]);
        let left = book_out(
            &levels,
            &some(&[("CUP", 2), ("MUG", 1)]),
            &some(&[("CUP", 1)]),
        );
        assert_eq!(left, Ok(vec![change("CUP", -1, -2), change("MUG", 0, -1)]));
    }

    #[test]
    fn pieces_that_others_were_promised_do_not_leave() {
        let levels = levels(&[("MUG", 5, 4)]);
        let none = Pieces::new();
        assert_eq!(
            book_out(&levels, &none, &some(&[("MUG", 1)])),
            Ok(vec![change("MUG", -1, 0)])
        );
        let shortages = book_out(&levels, &none, &some(&[("MUG", 2)])).unwrap_err();
        assert_eq!(describe(&shortages), "MUG: 2 wanted, 1 available");
    }

    /// Whatever is computed keeps `on_hand >= reserved >= 0`, as the table demands it.
    #[test]
    fn no_change_oversells() {
        let fits = |level: Level, change: &Change| {
            let reserved = level.reserved + change.reserved;
            reserved >= 0 && level.on_hand + change.on_hand >= reserved
        };
        for (on_hand, reserved, held, wanted) in numbers() {
            let levels = levels(&[("MUG", on_hand, reserved)]);
            let (held, wanted) = (some(&[("MUG", held)]), some(&[("MUG", wanted)]));
            let changes = [
                reserve(&levels, &wanted).unwrap_or_default(),
                book_out(&levels, &held, &wanted).unwrap_or_default(),
            ];
            assert!(
                changes
                    .iter()
                    .flatten()
                    .all(|change| fits(levels["MUG"], change)),
                "{levels:?} {held:?} {wanted:?}"
            );
        }
    }

    /// Every small stock, of which no more is held for one order than is promised at all.
    fn numbers() -> impl Iterator<Item = (i64, i64, i64, i64)> {
        (0..6).flat_map(|on_hand| {
            (0..=on_hand).flat_map(move |reserved| {
                (0..=reserved).flat_map(move |held| {
                    (1..8).map(move |wanted| (on_hand, reserved, held, wanted))
                })
            })
        })
    }
}
