//! The whole shop in memory: four functions, the broker between them, the provider, the house with its pieces, and the people.

mod asking;
mod delivery;
mod inventory;
mod orders;
mod payments;
mod post;
mod shipping;

use ::shipping::domain::Fact as Parcel;
use chrono::TimeDelta;

pub(crate) use self::{
    inventory::{Inventory, OVERSOLD, pieces},
    orders::Orders,
    payments::{Known, Origin, Payments},
    post::{Heard, Moment},
    shipping::Shipping,
};
use crate::{
    action::Action,
    broker::Broker,
    event::{Event, Function},
    provider::Provider,
    rules::{self, Broken},
    setup::Setup,
};

/// The whole shop.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// What it began with.
    pub(crate) setup: Setup,
    /// The time.
    pub(crate) moment: Moment,
    /// What waits to be heard.
    pub(crate) broker: Broker,
    /// The functions.
    pub(crate) orders: Orders,
    /// See above.
    pub(crate) inventory: Inventory,
    /// See above.
    pub(crate) payments: Payments,
    /// See above.
    pub(crate) shipping: Shipping,
    /// Who holds the money.
    pub(crate) provider: Provider,
    /// Pieces that lie in the house, by article.
    pub(crate) house: [i64; 2],
    /// Everything that was said, to find what was said twice.
    pub(crate) said: Vec<Event>,
    /// Dead letters that have an explanation: a person has to do something.
    pub(crate) explained: Vec<(Event, String)>,
    broken: Option<Broken>,
}

impl World {
    /// One in which nothing has happened.
    pub(crate) fn new(setup: &Setup) -> Self {
        let count = setup.baskets.len();
        Self {
            setup: setup.clone(),
            moment: Moment::start(setup.inboxes),
            broker: Broker::default(),
            orders: Orders::default(),
            inventory: Inventory::with(setup),
            payments: Payments::of(count),
            shipping: Shipping::of(count),
            provider: Provider::default(),
            house: setup.stock,
            said: Vec::new(),
            explained: Vec::new(),
            broken: None,
        }
    }

    /// Lets something happen, if it can; whether it did. Every rule that holds at any time is looked at afterwards.
    pub(crate) fn perform(&mut self, action: Action) -> Result<bool, Broken> {
        let happened = self.act(action);
        if let Some(broken) = self.broken.take() {
            return Err(broken);
        }
        if happened {
            rules::always(self)?;
        }
        Ok(happened)
    }

    fn act(&mut self, action: Action) -> bool {
        use Action::*;
        match action {
            Place => self.place(),
            Relay(function) => self.relay(function, false),
            RelayTwice(function) => self.relay(function, true),
            Deliver(letter) => self.deliver(letter, false),
            DeliverUnanswered(letter) => self.deliver(letter, true),
            Ask(n) => self.ask(n, true),
            AskInVain(n) => self.ask(n, false),
            Conclude(n) => self.conclude(n),
            Crash => self.crash(),
            ProviderAway => !std::mem::replace(&mut self.provider.is_away, true),
            ProviderBack => std::mem::replace(&mut self.provider.is_away, false),
            Notice(n) => self.notice(n, false),
            NoticeTwice(n) => self.notice(n, true),
            NoticeLost(n) => {
                let is_there = n < self.provider.notices.len();
                is_there.then(|| self.provider.notices.remove(n)).is_some()
            }
            Approve(order) => self.provider.decide(order, true),
            Refuse(order) => self.provider.decide(order, false),
            Complete(order) => self.payments.complete(&mut self.moment, order),
            Cancel(order) => self.orders.cancel(&mut self.moment, order),
            Dispatch(order) => self.dispatch(order),
            Arrive(order) => self
                .shipping
                .moves(&mut self.moment, order, Parcel::Arrived),
            RefundPart(order) => self.payments.refund(&mut self.moment, order, Some(1)),
            RefundAll(order) => self.payments.refund(&mut self.moment, order, None),
            Sweep(function) => self.sweep(function),
            Wait(seconds) => {
                self.moment.now += TimeDelta::seconds(seconds.into());
                true
            }
        }
    }

    fn place(&mut self) -> bool {
        let order = self.orders.rows.len();
        let Some(basket) = self.setup.baskets.get(order) else {
            return false;
        };
        self.orders.place(&mut self.moment, basket);
        true
    }

    /// A merchant packs what lies in the house, and nothing else.
    fn dispatch(&mut self, order: usize) -> bool {
        let Some(basket) = self.setup.baskets.get(order) else {
            return false;
        };
        let wanted = basket.pieces.map(i64::from);
        let lies = self
            .house
            .iter()
            .zip(wanted)
            .all(|(lies, wanted)| *lies >= wanted);
        if !lies
            || !self
                .shipping
                .moves(&mut self.moment, order, Parcel::HandedOver)
        {
            return false;
        }
        for (lies, wanted) in self.house.iter_mut().zip(wanted) {
            *lies -= wanted;
        }
        if let Err(broken) = rules::at_dispatch(self, order) {
            self.broken = Some(broken);
        }
        true
    }

    fn sweep(&mut self, function: Function) -> bool {
        match function {
            Function::Orders => {
                if let Err(why) = self.orders.sweep(&mut self.moment) {
                    self.broken = Some(Broken::new(format!("a sweep of orders: {why}")));
                }
            }
            Function::Inventory => self.inventory.sweep(&self.moment),
            Function::Payments => self.payments.sweep(&mut self.moment),
            Function::Shipping => return false,
        }
        true
    }
}
