//! Keeps the partitions of the orders as they should be. Part of the sweep: it comes every half hour, wherever the shop runs,
//! and has the clock that everything else here goes by.

use souk_kit::postgres::Tx;

use crate::{app::App, domain::Upkeep, store::partitions};

/// Makes the partitions of the months ahead, and takes off those that are older than what is kept.
pub(crate) async fn keep_partitions(app: &App) -> Result<(), sqlx::Error> {
    let mut tx = app.outbox.begin().await?;
    if !partitions::claim(tx.conn()).await? {
        return Ok(());
    }
    let attached = partitions::attached(tx.conn()).await?;
    let stray = partitions::stray(tx.conn()).await?;
    let upkeep = Upkeep::due(tx.now(), &attached, &stray, app.patience.kept_months);
    if upkeep.is_nothing() {
        return Ok(());
    }
    partitions::lock(tx.conn()).await?;
    for month in &upkeep.make {
        partitions::make(tx.conn(), *month).await?;
        tracing::info!(%month, "orders of this month have a partition");
    }
    detach(&mut tx, &upkeep).await?;
    tx.commit().await
}

/// A month in which an order is still under way stays, however old it is.
async fn detach(tx: &mut Tx, upkeep: &Upkeep) -> Result<(), sqlx::Error> {
    for partition in &upkeep.detach {
        if partitions::is_alive(tx.conn(), *partition).await? {
            tracing::warn!(%partition, "older than what is kept, but some of its orders are still under way");
        } else {
            partitions::detach(tx.conn(), *partition).await?;
            tracing::info!(%partition, "older than what is kept: a table of its own from now on");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::{DateTime, TimeDelta, Utc};
    use souk_kit::Role;
    use sqlx::query_scalar;
    use uuid::Uuid;

    use crate::testing::{ADA, Desk, payment_authorized};

    /// In a time for which the migration has made no partition.
    async fn desk_at(time: &str) -> Desk {
        Desk::open_at(time.parse().unwrap()).await
    }

    async fn partition_of(desk: &Desk, order_id: Uuid) -> String {
        let select = "select tableoid::regclass::text from orders where order_id = $1";
        let query = query_scalar(select).bind(order_id);
        query.fetch_one(desk.pool()).await.unwrap()
    }

    async fn attached(desk: &Desk) -> Vec<String> {
        let select = "select inhrelid::regclass::text from pg_inherits where inhparent = 'orders'::regclass order by 1";
        query_scalar(select).fetch_all(desk.pool()).await.unwrap()
    }

    async fn listed(desk: &Desk) -> Vec<Uuid> {
        let page = desk
            .get("/v1/orders", &desk.token(ADA, Role::Customer))
            .await
            .body;
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["order_id"].as_str().unwrap().parse().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn at_the_turn_of_the_year_each_order_is_in_its_own_month() {
        let mut desk = desk_at("2031-12-31T23:59:59.999Z").await;
        assert_eq!(desk.sweep().await, StatusCode::ACCEPTED);
        let last = desk.placed().await;
        desk.wait(TimeDelta::milliseconds(1)).await;
        let first = desk.placed().await;
        assert_eq!(partition_of(&desk, last).await, "orders_2031_12");
        assert_eq!(partition_of(&desk, first).await, "orders_2032_01");
        assert_eq!(listed(&desk).await, [first, last]);
    }

    #[tokio::test]
    async fn an_order_without_a_partition_is_taken_and_moved_when_there_is_one() {
        let mut desk = desk_at("2031-11-30T23:59:59.999Z").await;
        let (november, payable) = (desk.placed().await, desk.placed().await);
        desk.wait(TimeDelta::milliseconds(1)).await;
        let december = desk.placed().await;
        assert_eq!(partition_of(&desk, november).await, "orders_rest");
        let before = desk.order(november).await;

        assert_eq!(desk.sweep().await, StatusCode::ACCEPTED);
        assert_eq!(partition_of(&desk, november).await, "orders_2031_11");
        assert_eq!(partition_of(&desk, december).await, "orders_2031_12");
        assert_eq!(desk.order(november).await, before);
        assert_eq!(listed(&desk).await, [december, payable, november]);
        desk.hear(&desk.stock_reserved(payable)).await;
        desk.hear(&payment_authorized(payable)).await;
        assert_eq!(desk.order(payable).await["status"], "confirmed");
    }

    #[tokio::test]
    async fn sweeping_again_changes_nothing() {
        let desk = desk_at("2031-05-15T12:00:00Z").await;
        desk.sweep().await;
        let once = attached(&desk).await;
        let made = [
            "orders_2031_05",
            "orders_2031_06",
            "orders_2031_07",
            "orders_rest",
        ];
        assert_eq!(once[..4], made);
        desk.sweep().await;
        assert_eq!(attached(&desk).await, once);
    }

    #[tokio::test]
    async fn a_month_beyond_what_is_kept_is_taken_off_whole_unless_an_order_is_under_way() {
        let mut desk = desk_at("2031-01-15T12:00:00Z").await;
        desk.sweep().await;
        let (settled, open) = (desk.placed().await, desk.confirmed().await);
        // The unpaid one is cancelled by the next sweep, the paid one is still to be shipped.
        desk.wait(TimeDelta::days(3 * 365)).await;
        desk.sweep().await;
        assert!(attached(&desk).await.contains(&"orders_2031_01".to_owned()));

        desk.hear(&desk.dispatched(open)).await;
        desk.hear(&desk.delivered(open)).await;
        desk.sweep().await;
        let kept = attached(&desk).await;
        assert!(!kept.contains(&"orders_2031_01".to_owned()), "{kept:?}");
        let path = format!("/v1/orders/{settled}");
        let gone = desk.get(&path, &desk.token(ADA, Role::Customer)).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let rows = query_scalar::<_, i64>("select count(*) from orders_2031_01");
        assert_eq!(rows.fetch_one(desk.pool()).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn orders_of_before_are_where_they_were_and_their_statements_too() {
        let (url, now) = (souk_testing::postgres_url().await, Utc::now());
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        crate::MIGRATOR.run_to(2, &pool).await.unwrap();
        let insert = "insert into orders (order_id, account_id, email, state, lines, total_minor, currency, \
                      payment_method, shipping_address, placed_at, updated_at) \
                      values ($1, $2, 'ada@souk.example', 'confirmed', '[]', 1, 'EUR', 'pm', '{}', $3, $3)";
        let place = async |at: DateTime<Utc>| {
            let order_id = souk_kit::Ids::system().at(at);
            let query = sqlx::query(insert).bind(order_id).bind(ADA).bind(at);
            query.execute(&pool).await.unwrap();
            order_id
        };
        let old = [place(now - TimeDelta::days(400)).await, place(now).await];
        souk_kit::postgres::connect(&url, &crate::MIGRATOR, 2)
            .await
            .unwrap();

        let new = place(now + TimeDelta::days(70)).await;
        let select = "select order_id from orders where account_id = $1 order by placed_at desc, order_id desc";
        let query = query_scalar::<_, Uuid>(select).bind(ADA);
        assert_eq!(query.fetch_all(&pool).await.unwrap(), [new, old[1], old[0]]);
        let update = "update orders set state = 'shipped' where order_id = $1";
        for order_id in [old[0], old[1], new] {
            let done = sqlx::query(update)
                .bind(order_id)
                .execute(&pool)
                .await
                .unwrap();
            assert_eq!(done.rows_affected(), 1);
        }
        let again = sqlx::query(insert)
            .bind(old[1])
            .bind(ADA)
            .bind(now)
            .execute(&pool)
            .await;
        let error = again.unwrap_err().into_database_error().unwrap();
        assert!(
            error.is_unique_violation(),
            "an id is given once, as before"
        );
    }
}
