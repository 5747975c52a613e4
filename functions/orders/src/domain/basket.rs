//! What is to be ordered, and what it costs. It takes prices as given, and asks nobody for them.

use std::collections::{BTreeMap, HashMap};

use souk_contracts::{Money, MoneyError, PricedLine, StockLine};
use souk_kit::FieldError;

/// The most lines that an order has.
pub const LINES_MAX: usize = 50;
/// The most pieces of one article that are ordered at once.
pub const QUANTITY_MAX: u32 = 99;

/// Lines that can be ordered: each article once, in bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket(Vec<Line>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// Where the article was first named, for errors.
    position: usize,
    sku: String,
    quantity: u32,
}

/// What an article is called and costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTag {
    /// What it is called.
    pub name: String,
    /// What one piece costs.
    pub price: Money,
}

/// Price tags by SKU.
pub type PriceTags = HashMap<String, PriceTag>;

/// A basket with its prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The lines.
    pub lines: Vec<PricedLine>,
    /// What they cost together.
    pub total: Money,
}

impl Basket {
    /// Puts lines together: an article that is named twice becomes one line.
    pub fn of(lines: &[StockLine]) -> Result<Self, Vec<FieldError>> {
        let merged = merge(lines);
        let count = merged.len();
        if count == 0 || count > LINES_MAX {
            let detail = format!("there are {count} articles, allowed are 1 to {LINES_MAX}");
            return Err(vec![FieldError::new("lines", detail)]);
        }
        let errors: Vec<_> = merged.iter().filter_map(Line::excess).collect();
        if errors.is_empty() {
            Ok(Self(merged))
        } else {
            Err(errors)
        }
    }

    /// The articles in it.
    pub fn skus(&self) -> Vec<&str> {
        self.0.iter().map(|line| line.sku.as_str()).collect()
    }

    /// Puts prices to the lines; an article without a tag is none that is sold.
    pub fn price(&self, tags: &PriceTags) -> Result<Priced, Vec<FieldError>> {
        let priced: Vec<_> = self.0.iter().map(|line| line.price(tags)).collect();
        let errors: Vec<_> = priced
            .iter()
            .filter_map(|line| line.as_ref().err().cloned())
            .collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let lines: Vec<_> = priced.into_iter().flatten().collect();
        let total =
            total(&lines).map_err(|error| vec![FieldError::new("lines", error.to_string())])?;
        Ok(Priced { lines, total })
    }
}

impl Line {
    fn excess(&self) -> Option<FieldError> {
        let detail = || {
            format!(
                "{} pieces are ordered, allowed are 1 to {QUANTITY_MAX}",
                self.quantity
            )
        };
        (!(1..=QUANTITY_MAX).contains(&self.quantity)).then(|| self.error("quantity", detail()))
    }

    fn price(&self, tags: &PriceTags) -> Result<PricedLine, FieldError> {
        let unknown = || self.error("sku", format!("there is no product {}", self.sku));
        let tag = tags.get(&self.sku).ok_or_else(unknown)?;
        Ok(PricedLine {
            sku: self.sku.clone(),
            name: tag.name.clone(),
            quantity: self.quantity,
            unit_price: tag.price,
        })
    }

    fn error(&self, field: &str, detail: String) -> FieldError {
        FieldError::new(format!("lines[{}].{field}", self.position), detail)
    }
}

/// One line for each article, in the order in which they are first named.
fn merge(lines: &[StockLine]) -> Vec<Line> {
    let mut merged: BTreeMap<&str, Line> = BTreeMap::new();
    for (position, StockLine { sku, quantity }) in lines.iter().enumerate() {
        let line = merged.entry(sku).or_insert_with(|| Line {
            position,
            sku: sku.clone(),
            quantity: 0,
        });
        line.quantity = line.quantity.saturating_add(*quantity);
    }
    let mut merged: Vec<_> = merged.into_values().collect();
    merged.sort_by_key(|line| line.position);
    merged
}

fn total(lines: &[PricedLine]) -> Result<Money, MoneyError> {
    let zero = Money::zero(lines.first().map_or(souk_contracts::Currency::EUR, |line| {
        line.unit_price.currency
    }));
    lines.iter().try_fold(zero, |sum, line| {
        sum.checked_add(line.unit_price.times(line.quantity)?)
    })
}

#[cfg(test)]
mod tests {
    use souk_contracts::Currency;

    use super::*;

    fn line(sku: &str, quantity: u32) -> StockLine {
        StockLine {
            sku: sku.into(),
            quantity,
        }
    }

    fn tags(prices: &[(&str, i64, &str)]) -> PriceTags {
        let tag = |(sku, minor, currency): &(&str, i64, &str)| {
            let price = Money::new(*minor, currency.parse().unwrap());
            let name = format!("the {sku}");
            ((*sku).to_owned(), PriceTag { name, price })
        };
        prices.iter().map(tag).collect()
    }

    fn fields(errors: &[FieldError]) -> Vec<&str> {
        errors.iter().map(|error| error.field.as_str()).collect()
    }

    #[test]
    fn an_article_named_twice_is_one_line() {
        let basket = Basket::of(&[line("MUG", 2), line("CUP", 1), line("MUG", 3)]).unwrap();
        let priced = basket
            .price(&tags(&[("MUG", 1000, "EUR"), ("CUP", 1, "EUR")]))
            .unwrap();
        let quantities: Vec<_> = priced
            .lines
            .iter()
            .map(|line| (line.sku.as_str(), line.quantity))
            .collect();
        assert_eq!(quantities, [("MUG", 5), ("CUP", 1)]);
        assert_eq!(priced.total, Money::new(5001, Currency::EUR));
    }

    #[test]
    fn quantities_are_bounded_after_merging() {
        assert!(Basket::of(&[line("MUG", 99)]).is_ok());
        let errors = Basket::of(&[line("CUP", 1), line("MUG", 98), line("MUG", 2)]).unwrap_err();
        assert_eq!(fields(&errors), ["lines[1].quantity"]);
        let errors = Basket::of(&[line("MUG", u32::MAX), line("MUG", u32::MAX)]).unwrap_err();
        assert_eq!(fields(&errors), ["lines[0].quantity"]);
    }

    #[test]
    fn an_order_has_one_to_fifty_lines() {
        let lines = |count: usize| {
            (0..count)
                .map(|n| line(&format!("SKU-{n}"), 1))
                .collect::<Vec<_>>()
        };
        assert_eq!(fields(&Basket::of(&lines(0)).unwrap_err()), ["lines"]);
        assert!(Basket::of(&lines(LINES_MAX)).is_ok());
        assert_eq!(
            fields(&Basket::of(&lines(LINES_MAX + 1)).unwrap_err()),
            ["lines"]
        );
    }

    #[test]
    fn every_line_that_is_not_sold_is_named() {
        let basket = Basket::of(&[line("MUG", 1), line("CUP", 1), line("JAR", 1)]).unwrap();
        let errors = basket.price(&tags(&[("CUP", 1, "EUR")])).unwrap_err();
        assert_eq!(fields(&errors), ["lines[0].sku", "lines[2].sku"]);
    }

    #[test]
    fn an_order_has_one_currency() {
        let basket = Basket::of(&[line("MUG", 1), line("CUP", 1)]).unwrap();
        assert!(
            basket
                .price(&tags(&[("MUG", 1, "EUR"), ("CUP", 1, "USD")]))
                .is_err()
        );
    }

    #[test]
    fn a_total_too_large_is_refused_and_not_wrapped() {
        let basket = Basket::of(&[line("MUG", 2)]).unwrap();
        let errors = basket
            .price(&tags(&[("MUG", i64::MAX, "EUR")]))
            .unwrap_err();
        assert_eq!(fields(&errors), ["lines"]);
    }
}
