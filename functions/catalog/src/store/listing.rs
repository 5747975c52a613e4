//! Products in the order of their SKUs: those of a category from one list, all of them from every shelf at once.

use std::collections::VecDeque;

use futures::future::try_join_all;
use souk_kit::dynamodb::{DynamoError, Outbox, text};

use super::{BY_CATEGORY, BY_SHELF, CATEGORY, SHELF, SHELVES, SKU, product_item};
use crate::domain::{Filter, Product, Sku};

/// How many products are looked at for one page. What is asked for may be rare; the page then ends early.
const LOOKED_AT_MAX: usize = 1_000;
/// How many are read at once where most are passed over.
const SLICE_NARROW: usize = 100;
/// Shelves are not evenly filled: what is read of each beyond its share, so that one round mostly suffices.
const SLICE_SPARE: usize = 3;

/// A part of a list.
pub(crate) struct Found {
    /// What the filter lets through.
    pub(crate) products: Vec<Product>,
    /// Where it goes on, if looking ended before there were enough of them.
    pub(crate) ended_early_at: Option<Sku>,
}

/// The first products after an SKU that the filter lets through.
pub(crate) async fn list(
    outbox: &Outbox,
    filter: &Filter,
    after: Option<&Sku>,
    wanted: usize,
) -> Result<Found, DynamoError> {
    let walk = Walk::begin(outbox, filter, after, wanted);
    look(walk, filter, wanted, LOOKED_AT_MAX).await
}

async fn look(
    mut walk: Walk<'_>,
    filter: &Filter,
    wanted: usize,
    looked_at_max: usize,
) -> Result<Found, DynamoError> {
    let mut found = Found {
        products: Vec::new(),
        ended_early_at: None,
    };
    let mut looked_at = None;
    for _ in 0..looked_at_max {
        let Some(product) = walk.next().await? else {
            return Ok(found);
        };
        looked_at = Some(product.sku.clone());
        if filter.lets_through(&product) {
            found.products.push(product);
        }
        if found.products.len() == wanted {
            return Ok(found);
        }
    }
    found.ended_early_at = looked_at;
    Ok(found)
}

/// Goes along all its aisles at once, in the order of SKUs.
struct Walk<'a> {
    outbox: &'a Outbox,
    aisles: Vec<Aisle>,
    slice: usize,
}

/// One partition of an index, and what was read of it already.
struct Aisle {
    index: &'static str,
    attribute: &'static str,
    value: String,
    after: Option<Sku>,
    ready: VecDeque<Product>,
    ended: bool,
}

impl<'a> Walk<'a> {
    fn begin(outbox: &'a Outbox, filter: &Filter, after: Option<&Sku>, wanted: usize) -> Self {
        let aisles: Vec<_> = match &filter.category {
            Some(category) => vec![Aisle::new(BY_CATEGORY, CATEGORY, category.clone(), after)],
            None => (0..SHELVES)
                .map(|shelf| Aisle::new(BY_SHELF, SHELF, shelf.to_string(), after))
                .collect(),
        };
        let slice = match aisles.len() {
            _ if filter.is_narrow() => SLICE_NARROW,
            1 => wanted,
            several => wanted.div_ceil(several) + SLICE_SPARE,
        };
        Self {
            outbox,
            aisles,
            slice,
        }
    }

    async fn next(&mut self) -> Result<Option<Product>, DynamoError> {
        while self.aisles.iter().any(Aisle::has_to_be_read) {
            let empty = self
                .aisles
                .iter_mut()
                .filter(|aisle| aisle.has_to_be_read());
            try_join_all(empty.map(|aisle| aisle.read(self.outbox, self.slice))).await?;
        }
        let aisles = self.aisles.iter_mut();
        let first = aisles
            .filter(|aisle| !aisle.ready.is_empty())
            .min_by(|a, b| a.front().cmp(&b.front()));
        Ok(first.and_then(|aisle| aisle.ready.pop_front()))
    }
}

impl Aisle {
    fn new(
        index: &'static str,
        attribute: &'static str,
        value: String,
        after: Option<&Sku>,
    ) -> Self {
        Self {
            index,
            attribute,
            value,
            after: after.cloned(),
            ready: VecDeque::new(),
            ended: false,
        }
    }

    fn has_to_be_read(&self) -> bool {
        self.ready.is_empty() && !self.ended
    }

    fn front(&self) -> Option<&Sku> {
        self.ready.front().map(|product| &product.sku)
    }

    /// Reads the next slice.
    async fn read(&mut self, outbox: &Outbox, slice: usize) -> Result<(), DynamoError> {
        let mut query = outbox
            .client()
            .query()
            .table_name(outbox.table())
            .index_name(self.index)
            .expression_attribute_names("#list", self.attribute)
            .expression_attribute_values(":list", text(&self.value))
            .limit(i32::try_from(slice).unwrap_or(i32::MAX));
        query = match &self.after {
            None => query.key_condition_expression("#list = :list"),
            Some(after) => query
                .key_condition_expression(format!("#list = :list and {SKU} > :after"))
                .expression_attribute_values(":after", text(after.as_str())),
        };
        let answer = query.send().await?;
        for item in answer.items() {
            self.ready.push_back(product_item::read_product(item)?);
        }
        if let Some(last) = self.ready.back() {
            self.after = Some(last.sku.clone());
        }
        self.ended = answer.last_evaluated_key.is_none();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Shop, details};

    #[tokio::test]
    async fn looking_ends_after_so_many_products_and_goes_on_from_there() {
        let shop = Shop::with(&["MUG-1", "MUG-2", "MUG-4", "MUG-5"]).await;
        let mut cheap = details();
        cheap["price"]["amount_minor"] = json!(1);
        shop.put("MUG-3", &cheap).await;
        let filter = Filter {
            price_max_minor: Some(1),
            ..Filter::default()
        };
        let (mut after, mut parts) = (None, Vec::new());
        loop {
            let walk = Walk::begin(shop.outbox(), &filter, after.as_ref(), 9);
            let found = look(walk, &filter, 9, 2).await.unwrap();
            parts.push(found.products.len());
            after = found.ended_early_at;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(parts, [0, 1, 0]);
    }
}
