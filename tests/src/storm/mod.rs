//! A storm: orders at a steady rate while processes are killed and frozen, deliveries come late, twice and out of order, and the broker's
//! disk is full; then quiet, a clock that is moved past every deadline, and the audit.
//!
//! What is done is a pure function of the settings and their seed ([`schedule`]); what comes of it depends on the machine.

mod caller;
mod chance;
mod confirm;
mod counts;
pub mod schedule;
mod story;
mod strike;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

pub use counts::Counts;
pub use schedule::Settings;

use crate::Shop;
use crate::shopping::PASSWORD;
use caller::{Caller, Login};
use story::Cast;
use strike::Target;

/// How long stories may go on when no more orders come.
const STORIES_END_WITHIN: Duration = Duration::from_secs(420);
/// Past the time to pay, the time to confirm and every sweep.
const JUMPS: [&str; 2] = ["50m", "50m"];
const SWEPT_WITHIN: Duration = Duration::from_secs(4);
/// More pieces than all orders ask for.
const PLENTY: u32 = 900_000;

/// How a storm ended.
pub struct Outcome {
    /// Whether every rule is kept and every accepted order is there.
    pub is_kept: bool,
    /// What the audit says.
    pub audit: String,
    /// What was counted.
    pub counts: Arc<Counts>,
    /// How long orders were placed.
    pub storm: Duration,
    /// How long it all took.
    pub whole: Duration,
    /// The shop, still open.
    pub shop: Shop,
}

/// A shop that can be struck in every way, started for it.
#[must_use]
pub fn shop() -> Shop {
    Shop::start(&["--movable-clock".to_owned(), "--faults".to_owned()])
}

/// Lets a storm go over a shop; `told` hears of its progress, about once a second.
///
/// # Panics
///
/// When the shop cannot be prepared, or does not open again.
pub async fn over(shop: Shop, settings: &Settings, mut told: impl FnMut(String)) -> Outcome {
    let counts = Arc::new(Counts::default());
    let cast = Arc::new(cast(&shop, &counts).await);
    let deliveries = json!({ "duplicate": 0.1, "delay_ms": 500, "seed": settings.seed });
    let began = Instant::now();
    let storm = {
        let target = Target {
            local: shop.local(),
            counts: &counts,
            deliveries,
        };
        target.begin().await;
        let placed = AtomicU64::new(0);
        let stories = place(settings, &cast, &placed);
        let strikes = strike_all(settings, &target, &placed);
        let mut progress = interval(Duration::from_secs(1));
        let work = async { tokio::join!(stories, strikes) };
        tokio::pin!(work);
        let mut stories = loop {
            tokio::select! {
                (stories, ()) = &mut work => break stories,
                _ = progress.tick() => told(line(&placed, &counts, began)),
            }
        };
        let storm = began.elapsed();
        target.end().await;
        let all_told = timeout(STORIES_END_WITHIN, async {
            while stories.join_next().await.is_some() {}
        })
        .await;
        if all_told.is_err() {
            counts.give_up("a story did not end in time");
        }
        told(line(&placed, &counts, began));
        storm
    };
    let (is_kept, audit) = settle(&shop, &counts).await;
    Outcome {
        is_kept,
        audit,
        storm,
        whole: began.elapsed(),
        counts,
        shop,
    }
}

fn line(placed: &AtomicU64, counts: &Counts, began: Instant) -> String {
    let (placed, accepted, told) = (placed.load(Relaxed), counts.accepted().len(), counts.told());
    let seconds = began.elapsed().as_secs();
    format!(
        "{seconds} s: {placed} orders begun, {accepted} accepted, {told} ended, {} kills",
        counts.kills()
    )
}

/// Begins the orders at a steady rate, whatever becomes of those before.
async fn place(settings: &Settings, cast: &Arc<Cast>, placed: &AtomicU64) -> JoinSet<()> {
    let mut stories = JoinSet::new();
    let mut due = interval(Duration::from_secs_f64(1.0 / settings.rate));
    for (number, purchase) in (0..).zip(schedule::purchases(settings)) {
        due.tick().await;
        let (cast, seed) = (Arc::clone(cast), settings.seed);
        stories.spawn(async move { cast.tell(seed, number, purchase).await });
        placed.fetch_add(1, Relaxed);
    }
    stories
}

async fn strike_all(settings: &Settings, target: &Target<'_>, placed: &AtomicU64) {
    for strike in schedule::strikes(settings) {
        while placed.load(Relaxed) <= strike.after && placed.load(Relaxed) < settings.orders {
            sleep(Duration::from_millis(20)).await;
        }
        target.strike(&strike).await;
    }
}

/// People and goods.
async fn cast(shop: &Shop, counts: &Arc<Counts>) -> Cast {
    let caller = |login| Caller::new(&shop.gateway, login, Arc::clone(counts));
    let customers = join_all((0..schedule::CUSTOMERS).map(async |_| {
        let (_, email) = shop.visitor().new_customer().await;
        caller(Login::Account(email, PASSWORD.to_owned()))
    }));
    let customers = customers.await;
    let mut guests = Vec::new();
    for _ in 0..schedule::GUESTS {
        let guest = shop.guest().await;
        guests.push(caller(Login::Guest(guest.refresh_token().to_owned())));
    }
    let merchant = &shop.credentials.accounts.merchant;
    let mut articles = Vec::new();
    for article in 0..schedule::ARTICLES {
        let is_scarce = article + 1 == schedule::ARTICLES;
        articles.push(shop.new_article(if is_scarce { 20 } else { PLENTY }).await);
    }
    Cast {
        merchant: caller(Login::Account(
            merchant.email.clone(),
            merchant.password.clone(),
        )),
        counts: Arc::clone(counts),
        customers,
        guests,
        articles,
    }
}

/// Waits for quiet, moves the clock past what is due, sends dead letters again as an operator would, and asks the audit.
async fn settle(shop: &Shop, counts: &Counts) -> (bool, String) {
    // What is under way comes to its end first, as it would in real time.
    let _ = shop.audited(&["--wait", "120"]);
    redrive(shop, counts);
    for jump in JUMPS {
        shop.clock_advance(jump);
        sleep(SWEPT_WITHIN).await;
        let _ = shop.audited(&["--wait", "120"]);
    }
    redrive(shop, counts);
    let promised = promised(counts);
    let file = promised.1.to_str().expect("a path in UTF-8");
    let arguments = ["--wait", "180", "--promised", file];
    let (is_kept, said) = shop.audited(&arguments);
    // What is still there was refused again: somebody would have to look at it, and nobody should have to.
    let left = open_letters(shop).len();
    match left {
        0 => (is_kept, said),
        _ => (
            false,
            format!("{said}{left} dead letters are left, and were sent again in vain\n"),
        ),
    }
}

/// Sends all dead letters again, each to who did not take it, and counts which.
fn redrive(shop: &Shop, counts: &Counts) {
    let letters = open_letters(shop);
    if letters.is_empty() {
        return;
    }
    for letter in &letters {
        counts.struck(&format!("dead letter sent again: {letter}"));
    }
    let redriven = shop.local().souk(&["dead-letters", "redrive", "--all"]);
    let said = String::from_utf8_lossy(&redriven.stderr);
    eprintln!("{} dead letters sent again: {said}", letters.len());
}

/// The dead letters that nobody has dealt with: type and destination of each.
fn open_letters(shop: &Shop) -> Vec<String> {
    let rules = shop.audit_rules(&["--wait", "0"]);
    let letters = rules.iter().find(|rule| rule["rule"] == "dead-letters");
    let notes = letters.and_then(|rule| rule["notes"].as_array());
    let notes = notes.expect("the report has notes about dead letters");
    let notes = notes
        .iter()
        .filter_map(|note| note.as_str()?.split_once(" about "));
    notes.map(|(letter, _)| letter.to_owned()).collect()
}

/// The accepted orders in a file.
fn promised(counts: &Counts) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("promised");
    let mut ids = String::new();
    for id in counts.accepted() {
        let _ = writeln!(ids, "{id}");
    }
    std::fs::write(&file, ids).expect("a file can be written");
    (folder, file)
}
