//! What will happen in a storm: a pure function of its settings, so that the same seed is the same storm.

use std::fmt;

use super::chance::Chance;

/// How much of everything.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Orders to place.
    pub orders: u64,
    /// Blows: kills and freezes, of functions, engines, stand-ins and the runtime.
    pub kills: u64,
    /// By which all chance is made.
    pub seed: u64,
    /// Orders in a second.
    pub rate: f64,
}

/// Who is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    /// One of the functions that run at that moment: the n-th of them, counted round.
    Function(u64),
    /// PostgreSQL, all of it.
    Postgres,
    /// The payment provider.
    Provider,
    /// The mail server.
    Mails,
    /// `souk` itself; killed, it is started again.
    Runtime,
}

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// SIGKILL.
    Kill(Victim),
    /// SIGSTOP, and SIGCONT after so many milliseconds.
    Freeze(Victim, u64),
    /// The broker's disk is full for so many milliseconds.
    DiskFull(u64),
    /// The provider is in a mode for so many milliseconds.
    ProviderMode(&'static str, u64),
    /// The mail server refuses mails for so many milliseconds.
    MailsFail(u64),
}

/// A blow, struck once so many orders were placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strike {
    /// So many orders.
    pub after: u64,
    /// What.
    pub blow: Blow,
}

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} orders: {:?}", self.after, self.blow)
    }
}

/// Who orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shopper {
    /// One of the customers.
    Customer(usize),
    /// One of the guests.
    Guest(usize),
}

/// What becomes of an order, as far as people decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Packed, sent, delivered.
    Delivered,
    /// Sent, and not heard of any more.
    Sent,
    /// Sent, and a part of the money given back.
    Refunded,
    /// Nobody packs it.
    Left,
    /// Its customer cancels at once.
    CancelledAtOnce,
    /// Its customer cancels when it is confirmed.
    CancelledLater,
    /// Its customer cancels while it is being sent.
    CancelledWhileSent,
}

/// An order to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// Who.
    pub shopper: Shopper,
    /// Which of the articles.
    pub article: usize,
    /// Pieces.
    pub quantity: u32,
    /// The provider's name for the card.
    pub card: &'static str,
    /// What becomes of it.
    pub fate: Fate,
}

/// Customers and guests.
pub const CUSTOMERS: usize = 8;
/// Guests.
pub const GUESTS: usize = 4;
/// Articles; the last of them is scarce.
pub const ARTICLES: usize = 4;

/// A card whose bank wants the customer to confirm the payment.
pub const TO_BE_CONFIRMED: &str = "pm_card_threeDSecure2Required";

/// All strikes, in their order.
#[must_use]
pub fn strikes(settings: &Settings) -> Vec<Strike> {
    let mut chance = Chance::new(settings.seed, 1);
    let mut strikes: Vec<_> = (0..settings.kills)
        .map(|number| {
            // Spread evenly, and not at the same distance.
            let (from, to) = (
                settings.orders * number / settings.kills,
                settings.orders * (number + 1) / settings.kills,
            );
            Strike {
                after: from + chance.below(to - from),
                blow: strike(&mut chance),
            }
        })
        .collect();
    for _ in 0..settings.kills / 12 {
        strikes.push(Strike {
            after: chance.below(settings.orders),
            blow: fault(&mut chance),
        });
    }
    strikes.sort_by_key(|strike| strike.after);
    strikes
}

fn strike(chance: &mut Chance) -> Blow {
    let function = Victim::Function(chance.next() % 1000);
    let victim = chance.one_of(&[
        (70, function),
        (9, Victim::Postgres),
        (8, Victim::Provider),
        (6, Victim::Mails),
        (3, Victim::Runtime),
    ]);
    let pause = 200 + chance.below(2800);
    match chance.below(4) {
        0 => Blow::Freeze(victim, pause),
        _ => Blow::Kill(victim),
    }
}

fn fault(chance: &mut Chance) -> Blow {
    let pause = 500 + chance.below(3500);
    let mode = chance.one_of(&[(1, "slow"), (1, "fail"), (1, "hang")]);
    chance.one_of(&[
        (2, Blow::DiskFull(pause)),
        (2, Blow::ProviderMode(mode, pause)),
        (1, Blow::MailsFail(pause)),
    ])
}

/// All orders.
#[must_use]
pub fn purchases(settings: &Settings) -> Vec<Purchase> {
    let mut chance = Chance::new(settings.seed, 2);
    (0..settings.orders)
        .map(|_| purchase(&mut chance))
        .collect()
}

fn purchase(chance: &mut Chance) -> Purchase {
    let at = |chance: &mut Chance, bound: usize| {
        usize::try_from(chance.below(bound as u64)).unwrap_or(0)
    };
    let (customer, guest) = (at(chance, CUSTOMERS), at(chance, GUESTS));
    Purchase {
        shopper: chance.one_of(&[(4, Shopper::Customer(customer)), (1, Shopper::Guest(guest))]),
        article: chance.one_of(&[(32, 0), (32, 1), (32, 2), (4, ARTICLES - 1)]),
        quantity: u32::try_from(1 + chance.below(3)).unwrap_or(1),
        card: chance.one_of(&[
            (87, "pm_card_visa"),
            (4, "pm_card_mastercard"),
            (6, "pm_card_visa_chargeDeclinedInsufficientFunds"),
            (3, TO_BE_CONFIRMED),
        ]),
        fate: chance.one_of(&[
            (50, Fate::Delivered),
            (15, Fate::Sent),
            (8, Fate::Refunded),
            (10, Fate::Left),
            (6, Fate::CancelledAtOnce),
            (6, Fate::CancelledLater),
            (5, Fate::CancelledWhileSent),
        ]),
    }
}
