//! The audit finds what is wrong: stores of a real shop are broken by hand, one after the other, and mended again.

use journeys::{Client, Shop};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

/// What is broken, how, how it is mended, and the rules that see it.
struct Wound {
    function: &'static str,
    breaks: &'static str,
    mends: &'static str,
    seen_by: &'static [&'static str],
}

/// `$1` is the shipped order. Statements of which some take no order are given one all the same.
const WOUNDS: &[Wound] = &[
    Wound {
        function: "inventory",
        breaks: "update stock set on_hand = on_hand + 1 where $1::uuid is not null and sku = (select sku from movements order by 1 limit 1)",
        mends: "update stock set on_hand = on_hand - 1 where $1::uuid is not null and sku = (select sku from movements order by 1 limit 1)",
        seen_by: &["stock-adds-up"],
    },
    Wound {
        function: "inventory",
        breaks: "update reservations set state = 'released' where order_id = $1",
        mends: "update reservations set state = 'booked_out' where order_id = $1",
        seen_by: &["orders-agree"],
    },
    Wound {
        function: "payments",
        breaks: "update ledger set outcome = 'refused', reason = 'by hand' where order_id = $1 and kind = 'capture'",
        mends: "update ledger set outcome = 'done', reason = null where order_id = $1 and kind = 'capture'",
        seen_by: &["money-ledger"],
    },
    Wound {
        function: "orders",
        breaks: "update orders set state = 'awaiting_payment' where order_id = $1",
        mends: "update orders set state = 'delivered' where order_id = $1",
        seen_by: &["orders-explained", "orders-agree"],
    },
    Wound {
        function: "orders",
        breaks: "insert into outbox (event_id, kept, emitted_at) select $1::text, '{}', now() + interval '1 day'",
        mends: "delete from outbox where event_id = $1::text",
        seen_by: &["quiet", "outboxes-empty"],
    },
    Wound {
        function: "orders",
        breaks: "update inbox set source = source || $1::text where source = '/functions/inventory'",
        mends: "update inbox set source = replace(source, $1::text, '')",
        seen_by: &["events-handled"],
    },
    Wound {
        function: "shipping",
        breaks: "update shipments set lines = '[]' where order_id = $1",
        mends: "select $1::uuid",
        seen_by: &["stock-left-once"],
    },
];

/// An order that has gone all the way.
async fn delivered(shop: &Shop) -> uuid::Uuid {
    let (customer, merchant) = (shop.customer().await, shop.merchant().await);
    let sku = shop.new_article(5).await;
    let order_id = customer.order(&sku, 2, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = merchant.shipment_of(&order_id).await;
    let dispatched = merchant
        .dispatch(&shipment, &format!("TN-{order_id}"))
        .await;
    let _ = dispatched.expect(200);
    let path = format!("/v1/shipments/{shipment}/deliver");
    let key = format!("deliver-{order_id}");
    let arrived = merchant.post_once(&path, &key, json!({})).await;
    let _ = arrived.expect(200);
    let _ = customer.until(&order_id, "delivered").await;
    order_id.parse().expect("an order's id is a UUID")
}

async fn change(shop: &Shop, function: &str, statement: &'static str, order_id: uuid::Uuid) {
    let mut conn = PgConnection::connect(&shop.local().database_url(function))
        .await
        .expect("the database answers");
    let changed = sqlx::query(statement)
        .bind(order_id)
        .execute(&mut conn)
        .await;
    changed.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// The same mail comes again under another Message-ID, and is thrown away.
fn a_second_mail(shop: &Shop) {
    let mails = shop.local().data_dir().join("stand-ins/mail-server/mails");
    let mut files = std::fs::read_dir(&mails)
        .expect("there are mails")
        .flatten();
    let first = files.find(|file| file.path().extension().is_some_and(|kind| kind == "eml"));
    let text =
        std::fs::read_to_string(first.expect("there is a mail").path()).expect("it can be read");
    let again = mails.join("again.eml");
    std::fs::write(&again, text.replace("Message-ID: <", "Message-ID: <again-"))
        .expect("a file can be written");
    assert_eq!(shop.broken_rules(&[]), ["stock-left-once", "mails-once"]);
    std::fs::remove_file(again).expect("it can be removed");
}

/// The provider holds money for an order that nobody has placed.
async fn money_of_nobody(shop: &Shop) {
    let key = shop
        .local()
        .data_dir()
        .join("stand-ins/payment-provider/api-key");
    let key = std::fs::read_to_string(key).expect("the stand-in keeps its key");
    let page = shop.local().page_of("payment-provider");
    let page = page.expect("the provider has a page");
    let provider = Client::elsewhere(&page).with_token(key.trim());
    let order_id = uuid::Uuid::nil().to_string();
    let form = [
        ("amount", "100"),
        ("currency", "eur"),
        ("payment_method", "pm_card_visa"),
        ("payment_method_types[]", "card"),
        ("capture_method", "manual"),
        ("confirm", "true"),
        ("metadata[order_id]", &order_id),
    ];
    let _ = provider
        .form("/v1/payment_intents", &form)
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_store_that_is_broken_by_hand_breaks_the_rules_about_it_and_no_others() {
    let shop = Shop::start(&[]);
    let (customer, declined) = (
        shop.customer().await,
        "pm_card_visa_chargeDeclinedInsufficientFunds",
    );
    let cancelled = customer.order("COF-ETH-250", 1, declined).await;
    let _ = customer.until(&cancelled, "cancelled").await;
    let order_id = delivered(&shop).await;
    shop.audit();
    for wound in WOUNDS {
        change(&shop, wound.function, wound.breaks, order_id).await;
        // What moves for ever is not waited for long.
        let moves = wound.seen_by.contains(&"quiet");
        let broken = shop.broken_rules(if moves { &["--wait", "4"] } else { &[] });
        assert_eq!(broken, wound.seen_by, "{}", wound.breaks);
        change(&shop, wound.function, wound.mends, order_id).await;
    }
    a_second_mail(&shop);
    money_of_nobody(&shop).await;
    // The last wound cannot be mended, nor the money of nobody; and somebody was promised an order.
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("promised");
    std::fs::write(&file, uuid::Uuid::nil().to_string()).expect("a file can be written");
    let promised = file.to_str().expect("its name is text");
    let broken = shop.broken_rules(&["--promised", promised]);
    let expected = ["orders-promised", "stock-left-once", "money-charged-once"];
    assert_eq!(broken, expected);
}
