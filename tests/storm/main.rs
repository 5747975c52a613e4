//! A short storm over a shop of its own. The long one: `cargo run --bin storm -- --orders 10000 --kills 500 --seed 1`.

use journeys::storm::schedule::{Blow, Victim, purchases, strikes};
use journeys::storm::{self, Settings};

/// About a minute on two cores. `SOUK_STORM_SEED` has another one come; a failure prints its seed and all that was done.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_frozen_late_or_full_the_books_are_right_in_the_end() {
    let seed = std::env::var("SOUK_STORM_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let settings = Settings {
        orders: 240,
        kills: 24,
        seed: seed.unwrap_or(6),
        rate: 6.0,
    };
    let shop = tokio::task::spawn_blocking(storm::shop)
        .await
        .expect("a shop opens");
    let outcome = storm::over(shop, &settings, |line| eprintln!("{line}")).await;
    eprintln!("{}", outcome.audit);
    if !outcome.is_kept {
        for strike in strikes(&settings) {
            eprintln!("{strike}");
        }
        panic!("seed {}: the books are not right, see above", settings.seed);
    }
    let counts = &outcome.counts;
    assert_eq!(
        counts.accepted().len(),
        240,
        "{:?} {:?}",
        counts.given_up(),
        counts.answers()
    );
    assert!(counts.kills() >= 12, "{:?}", counts.strikes());
}

const LONG: Settings = Settings {
    orders: 10_000,
    kills: 500,
    seed: 7,
    rate: 10.0,
};

#[test]
fn the_same_seed_is_the_same_storm_and_another_seed_is_another() {
    assert_eq!(strikes(&LONG), strikes(&LONG));
    assert_eq!(purchases(&LONG), purchases(&LONG));
    let other = Settings { seed: 8, ..LONG };
    assert_ne!(strikes(&LONG), strikes(&other));
    assert_ne!(purchases(&LONG), purchases(&other));
}

#[test]
fn everybody_is_struck_in_a_long_storm() {
    let all = strikes(&LONG);
    let kills = all
        .iter()
        .filter(|one| matches!(one.blow, Blow::Kill(_) | Blow::Freeze(..)));
    assert_eq!(kills.count(), 500);
    for victim in [
        Victim::Postgres,
        Victim::Provider,
        Victim::Mails,
        Victim::Runtime,
    ] {
        assert!(
            all.iter().any(|one| one.blow == Blow::Kill(victim)),
            "{victim:?}"
        );
    }
    assert!(all.iter().all(|one| one.after < LONG.orders));
}
