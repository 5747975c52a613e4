//! The life of a reservation: `(state, fact) -> verdict`, for facts in any order, late, and more than once.
//!
//! It does not know how many pieces there are: whether something can be reserved or leave is asked of the stock then.

/// What became of what an order has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The pieces are set aside.
    Held,
    /// Given back, or never taken, as the order was cancelled.
    Released,
    /// Given back, as the order was not confirmed in time.
    Expired,
    /// There was too little.
    Rejected,
    /// The parcel has left.
    BookedOut,
}

/// What can happen to a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The order is paid for: the pieces are kept until they leave.
    OrderConfirmed,
    /// The order will not be shipped.
    OrderCancelled,
    /// The parcel has left the house.
    ShipmentDispatched,
    /// Nobody has confirmed the order in time.
    TimeOver,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hold the pieces without a limit in time.
    Keep,
    /// Give the pieces back.
    GiveBack(State),
    /// Hold the pieces again, if they are still there.
    TakeAgain,
    /// The pieces leave; `held` says whether they were set aside for this order.
    BookOut {
        /// Whether they were set aside, or have to come out of what is free.
        held: bool,
    },
    /// No piece moves, only this is to be known from now on.
    Note(State),
    /// Nothing: it was known, or something stronger has overtaken it.
    Nothing,
}

impl State {
    /// Its name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::BookedOut => "booked_out",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "held" => Some(Self::Held),
            "released" => Some(Self::Released),
            "expired" => Some(Self::Expired),
            "rejected" => Some(Self::Rejected),
            "booked_out" => Some(Self::BookedOut),
            _ => None,
        }
    }
}

/// What a fact does to a reservation. Every pair is spelled out, so that a new state or fact does not compile until it is decided.
pub fn step(state: State, fact: Fact) -> Verdict {
    use {Fact::*, State::*, Verdict::*};
    match (state, fact) {
        (Held, OrderConfirmed) => Keep,
        (Held, OrderCancelled) => GiveBack(Released),
        (Held, TimeOver) => GiveBack(Expired),
        (Held, ShipmentDispatched) => BookOut { held: true },

        // The payment came after all. Somebody else may have the pieces by now.
        (Expired, OrderConfirmed) => TakeAgain,
        // So that a confirmation which is still on its way does not take them again.
        (Expired, OrderCancelled) => Note(Released),

        // What has left has left, whatever was promised.
        (Released | Expired | Rejected, ShipmentDispatched) => BookOut { held: false },

        (Released | Rejected | BookedOut, OrderConfirmed)
        | (Released | Rejected | BookedOut, OrderCancelled)
        | (Released | Expired | Rejected | BookedOut, TimeOver)
        | (BookedOut, ShipmentDispatched) => Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: [Fact; 4] = [
        Fact::OrderConfirmed,
        Fact::OrderCancelled,
        Fact::ShipmentDispatched,
        Fact::TimeOver,
    ];
    const LENGTH_MAX: usize = 7;

    /// One piece, one order: what a reservation did to the stock.
    #[derive(Clone, Copy, Debug)]
    struct Told {
        state: State,
        reserved: i32,
        left: i32,
        cancelled: bool,
    }

    impl Told {
        fn reserved() -> Self {
            Self {
                state: State::Held,
                reserved: 1,
                left: 0,
                cancelled: false,
            }
        }

        /// `free`: whether there is a piece to be taken again.
        fn then(mut self, fact: Fact, free: bool) -> Self {
            self.cancelled |= fact == Fact::OrderCancelled;
            match step(self.state, fact) {
                Verdict::Keep | Verdict::Nothing => {}
                Verdict::Note(state) => self.state = state,
                Verdict::GiveBack(state) => {
                    (self.state, self.reserved) = (state, self.reserved - 1)
                }
                Verdict::TakeAgain if free => {
                    (self.state, self.reserved) = (State::Held, self.reserved + 1)
                }
                Verdict::TakeAgain => self.state = State::Rejected,
                Verdict::BookOut { held } => {
                    (self.state, self.left) = (State::BookedOut, self.left + 1);
                    self.reserved -= i32::from(held);
                }
            }
            self
        }
    }

    /// Calls `check` with every history: the facts so far, and where they led.
    fn every_history(check: &mut impl FnMut(&[Fact], Told)) {
        fn go_on(facts: &mut Vec<Fact>, told: Told, check: &mut impl FnMut(&[Fact], Told)) {
            check(facts, told);
            if facts.len() == LENGTH_MAX {
                return;
            }
            for (fact, free) in FACTS
                .into_iter()
                .flat_map(|fact| [(fact, true), (fact, false)])
            {
                facts.push(fact);
                go_on(facts, told.then(fact, free), check);
                facts.pop();
            }
        }
        go_on(&mut Vec::new(), Told::reserved(), check);
    }

    #[test]
    fn a_piece_is_promised_once_at_most_and_exactly_while_it_is_held() {
        every_history(&mut |facts, told| {
            assert_eq!(
                told.reserved,
                i32::from(told.state == State::Held),
                "{facts:?}"
            );
        });
    }

    #[test]
    fn a_piece_leaves_once_if_and_only_if_a_parcel_has_left() {
        every_history(&mut |facts, told| {
            assert_eq!(
                told.left,
                i32::from(facts.contains(&Fact::ShipmentDispatched)),
                "{facts:?}"
            );
        });
    }

    #[test]
    fn nothing_is_held_for_an_order_that_was_cancelled() {
        every_history(&mut |facts, told| {
            assert!(!told.cancelled || told.state != State::Held, "{facts:?}");
        });
    }

    #[test]
    fn a_state_keeps_its_name() {
        every_history(&mut |_, told| assert_eq!(State::named(told.state.name()), Some(told.state)));
    }
}
