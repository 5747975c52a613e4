//! The table `price_list`: what catalog has published, as far as it was heard.

use std::collections::HashMap;

use souk_contracts::{Money, ProductPublishedV2, ProductWithdrawn};
use sqlx::PgPool;

use crate::domain::PriceTag;

type Row = (String, Option<String>, Option<i64>, Option<String>);

/// The tags of those articles that were heard of; none for those that were withdrawn.
pub(crate) async fn find(
    pool: &PgPool,
    skus: &[&str],
) -> Result<HashMap<String, Option<PriceTag>>, sqlx::Error> {
    let select = "select sku, name, price_minor, currency from price_list where sku = any($1)";
    let rows: Vec<Row> = sqlx::query_as(select).bind(skus).fetch_all(pool).await?;
    rows.into_iter().map(tag).collect()
}

/// Notes a price, unless something newer is known. Hearing it again changes nothing, so it needs no inbox.
pub(crate) async fn publish(
    pool: &PgPool,
    product: &ProductPublishedV2,
) -> Result<(), sqlx::Error> {
    let upsert = "insert into price_list (sku, version, name, price_minor, currency) values ($1, $2, $3, $4, $5) \
                  on conflict (sku) do update set version = excluded.version, name = excluded.name, \
                  price_minor = excluded.price_minor, currency = excluded.currency \
                  where price_list.version < excluded.version";
    let query = sqlx::query(upsert)
        .bind(&product.sku)
        .bind(product.version)
        .bind(&product.name)
        .bind(product.price.amount_minor)
        .bind(product.price.currency.as_str());
    query.execute(pool).await.map(drop)
}

/// Notes that an article is not sold any more, unless something newer is known.
pub(crate) async fn withdraw(pool: &PgPool, product: &ProductWithdrawn) -> Result<(), sqlx::Error> {
    let upsert = "insert into price_list (sku, version) values ($1, $2) \
                  on conflict (sku) do update set version = excluded.version, name = null, price_minor = null, \
                  currency = null where price_list.version < excluded.version";
    sqlx::query(upsert)
        .bind(&product.sku)
        .bind(product.version)
        .execute(pool)
        .await
        .map(drop)
}

fn tag((sku, name, price_minor, currency): Row) -> Result<(String, Option<PriceTag>), sqlx::Error> {
    let (Some(name), Some(price_minor), Some(currency)) = (name, price_minor, currency) else {
        return Ok((sku, None));
    };
    let currency = currency
        .parse()
        .map_err(|error: souk_contracts::MoneyError| sqlx::Error::Decode(error.into()))?;
    let price = Money::new(price_minor, currency);
    Ok((sku, Some(PriceTag { name, price })))
}
