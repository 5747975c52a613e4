//! What can happen in a world. An action that cannot happen just now is passed over, so that any part of a schedule is one.

use std::{fmt, str::FromStr};

use crate::{
    event::{Function, NAMES},
    text::{NotUnderstood, number},
};

/// What can happen. Orders are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The next customer orders.
    Place,
    /// A function's outbox hands its oldest event to the broker.
    Relay(Function),
    /// The same, and the process dies before it has noted that: it is sent again.
    RelayTwice(Function),
    /// The broker delivers what waits.
    Deliver(Letter),
    /// The same, and the answer is lost: it will be delivered again.
    DeliverUnanswered(Letter),
    /// The n-th question reaches the provider, and its answer comes back.
    Ask(usize),
    /// The n-th question reaches the provider, and nobody hears the answer.
    AskInVain(usize),
    /// The answer to the n-th question is written down.
    Conclude(usize),
    /// The processes of payments die, with all questions that are under way.
    Crash,
    /// The provider answers nobody from now on.
    ProviderAway,
    /// It answers again.
    ProviderBack,
    /// The provider's n-th notice arrives.
    Notice(usize),
    /// The same, and it will come once more.
    NoticeTwice(usize),
    /// The n-th notice never arrives.
    NoticeLost(usize),
    /// A customer confirms the payment on the provider's page.
    Approve(usize),
    /// A customer does not confirm it.
    Refuse(usize),
    /// A customer comes back from that page.
    Complete(usize),
    /// A customer does not want an order any more.
    Cancel(usize),
    /// A merchant hands the parcel to a carrier.
    Dispatch(usize),
    /// A parcel arrives.
    Arrive(usize),
    /// A merchant gives back one minor unit.
    RefundPart(usize),
    /// A merchant gives back all that is left.
    RefundAll(usize),
    /// A PingSource calls a function.
    Sweep(Function),
    /// So many seconds pass.
    Wait(u32),
}

/// An event that waits at the broker for one function: the first one of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Letter {
    /// What it says.
    pub name: &'static str,
    /// About which order.
    pub order: usize,
    /// Who is to hear it.
    pub to: Function,
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.name, self.order, self.to.name())
    }
}

impl FromStr for Letter {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let unknown = || NotUnderstood(text.to_owned());
        let words: Vec<&str> = text.split(' ').collect();
        let [name, order, to] = words[..] else {
            return Err(unknown());
        };
        let known = NAMES.into_iter().find(|known| *known == name);
        Ok(Self {
            name: known.ok_or_else(unknown)?,
            order: number(order)?,
            to: Function::named(to).ok_or_else(unknown)?,
        })
    }
}

impl Action {
    fn words(self) -> (&'static str, String) {
        use Action::*;
        match self {
            Place => ("place", String::new()),
            Relay(f) => ("relay", f.name().to_owned()),
            RelayTwice(f) => ("relay-twice", f.name().to_owned()),
            Sweep(f) => ("sweep", f.name().to_owned()),
            Crash => ("crash", String::new()),
            ProviderAway => ("provider-away", String::new()),
            ProviderBack => ("provider-back", String::new()),
            Wait(seconds) => ("wait", seconds.to_string()),
            Deliver(n) => ("deliver", n.to_string()),
            DeliverUnanswered(n) => ("deliver-unanswered", n.to_string()),
            Ask(n) => ("ask", n.to_string()),
            AskInVain(n) => ("ask-in-vain", n.to_string()),
            Conclude(n) => ("conclude", n.to_string()),
            Notice(n) => ("notice", n.to_string()),
            NoticeTwice(n) => ("notice-twice", n.to_string()),
            NoticeLost(n) => ("notice-lost", n.to_string()),
            Approve(n) => ("approve", n.to_string()),
            Refuse(n) => ("refuse", n.to_string()),
            Complete(n) => ("complete", n.to_string()),
            Cancel(n) => ("cancel", n.to_string()),
            Dispatch(n) => ("dispatch", n.to_string()),
            Arrive(n) => ("arrive", n.to_string()),
            RefundPart(n) => ("refund-part", n.to_string()),
            RefundAll(n) => ("refund-all", n.to_string()),
        }
    }
}

/// A word, and what it is about.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, about) = self.words();
        write!(f, "{}", format!("{word} {about}").trim_end())
    }
}

impl FromStr for Action {
    type Err = NotUnderstood;

    fn from_str(line: &str) -> Result<Self, NotUnderstood> {
        use Action::*;
        let unknown = || NotUnderstood(line.to_owned());
        let (word, about) = line.split_once(' ').unwrap_or((line, ""));
        let function = || Function::named(about).ok_or_else(unknown);
        Ok(match word {
            "place" => Place,
            "relay" => Relay(function()?),
            "relay-twice" => RelayTwice(function()?),
            "sweep" => Sweep(function()?),
            "crash" => Crash,
            "provider-away" => ProviderAway,
            "provider-back" => ProviderBack,
            "wait" => Wait(number(about)?),
            "deliver" => Deliver(about.parse()?),
            "deliver-unanswered" => DeliverUnanswered(about.parse()?),
            "ask" => Ask(number(about)?),
            "ask-in-vain" => AskInVain(number(about)?),
            "conclude" => Conclude(number(about)?),
            "notice" => Notice(number(about)?),
            "notice-twice" => NoticeTwice(number(about)?),
            "notice-lost" => NoticeLost(number(about)?),
            "approve" => Approve(number(about)?),
            "refuse" => Refuse(number(about)?),
            "complete" => Complete(number(about)?),
            "cancel" => Cancel(number(about)?),
            "dispatch" => Dispatch(number(about)?),
            "arrive" => Arrive(number(about)?),
            "refund-part" => RefundPart(number(about)?),
            "refund-all" => RefundAll(number(about)?),
            _ => return Err(unknown()),
        })
    }
}
