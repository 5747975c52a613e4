use souk_kit::Clock;

use super::*;
use crate::{MIGRATOR, testing::key_settings};

async fn started(pool: &PgPool, clock: &Clock, settings: KeySettings) -> Result<Keys, StartError> {
    let surroundings = (clock.clone(), Ids::system(), Chance::system());
    Keys::start(pool.clone(), surroundings, settings).await
}

fn noon() -> Clock {
    Clock::fixed(DateTime::from_timestamp(1_750_000_000, 0).unwrap())
}

fn names(keys: &Held, now: DateTime<Utc>) -> Vec<String> {
    let live = keys.ring.live(now);
    live.map(|key| key.key_id.clone()).collect()
}

#[tokio::test]
async fn instances_that_start_at_once_have_one_first_key() {
    let (pool, clock) = (souk_testing::postgres(&MIGRATOR).await, noon());
    let settings = KeySettings {
        first: None,
        ..key_settings()
    };
    let starting = (0..4).map(|_| started(&pool, &clock, settings.clone()));
    let mut seen = Vec::new();
    for keys in futures::future::join_all(starting).await {
        seen.push(names(&keys.unwrap().held().await.unwrap(), clock.now()));
    }
    assert_eq!(seen[0].len(), 1);
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    let key_id = seen[0][0].as_str();
    assert!(!key_id.contains('.') && key_id.is_ascii(), "{key_id}");
}

#[tokio::test]
async fn the_first_key_does_not_come_back_once_others_sign() {
    let (pool, clock, settings) = (
        souk_testing::postgres(&MIGRATOR).await,
        noon(),
        key_settings(),
    );
    let keys = started(&pool, &clock, settings.clone()).await.unwrap();
    let first = names(&keys.held().await.unwrap(), clock.now());
    keys.replace(&first[0]).await.unwrap();
    let again = started(&pool, &clock, settings).await.unwrap();
    let second = names(&again.held().await.unwrap(), clock.now());
    assert_eq!(second.len(), 1);
    assert_ne!(first, second);
}

#[tokio::test]
async fn what_one_instance_rotates_another_signs_with() {
    let (pool, clock, settings) = (
        souk_testing::postgres(&MIGRATOR).await,
        noon(),
        key_settings(),
    );
    let one = started(&pool, &clock, settings.clone()).await.unwrap();
    let other = started(&pool, &clock, settings.clone()).await.unwrap();
    one.rotate().await.unwrap();
    clock.advance(settings.lead);
    other.held_now().await.unwrap();
    let sign = async |keys: &Keys| {
        let token = keys.sign(Kind::Access, |_| serde_json::json!({})).await;
        jsonwebtoken::decode_header(token.unwrap()).unwrap().kid
    };
    one.held().await.unwrap();
    assert_eq!(sign(&one).await, sign(&other).await);
    assert_eq!(one.held().await.unwrap().ring.live(clock.now()).count(), 2);
}

#[tokio::test]
async fn with_another_encryption_key_it_does_not_start_and_says_why() {
    let (pool, clock, settings) = (
        souk_testing::postgres(&MIGRATOR).await,
        noon(),
        key_settings(),
    );
    started(&pool, &clock, settings.clone()).await.unwrap();
    let other = KeySettings {
        master: Master::of([9; 32]),
        ..settings
    };
    let refused = started(&pool, &clock, other)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(refused.contains("IDENTITY_KEY_ENCRYPTION_KEY"), "{refused}");
}

#[tokio::test]
async fn no_private_key_is_kept_in_clear() {
    let (pool, clock) = (souk_testing::postgres(&MIGRATOR).await, noon());
    started(&pool, &clock, key_settings()).await.unwrap();
    for row in store::all(&pool).await.unwrap() {
        assert!(!String::from_utf8_lossy(&row.sealed).contains("PRIVATE"));
        assert!(row.public_key_pem.contains("PUBLIC"));
    }
}
