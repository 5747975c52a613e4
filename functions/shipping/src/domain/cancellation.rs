//! What shipping says when an order is not to be shipped any more.

use super::state::State;

/// The answer to `cancellation.requested`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancellationAnswer {
    /// Something has left: nothing is cancelled. That it has left was said when it did, so nothing is said now.
    OnItsWay,
    /// It was asked because nobody had heard of a shipment, and there is one: that is said again, and it stays.
    StaysBooked,
    /// Nothing will leave: what waits to be packed is cancelled, and nothing will be booked. Said again if it was so before.
    GivenUp,
}

/// What is answered for an order with these shipments. `keeps_booked`: whether a shipment that waits to be packed is to stay.
pub fn answer(shipments: &[State], keeps_booked: bool) -> CancellationAnswer {
    let left = |state: &State| matches!(state, State::Dispatched | State::Delivered);
    if shipments.iter().any(left) {
        CancellationAnswer::OnItsWay
    } else if keeps_booked && shipments.contains(&State::Booked) {
        CancellationAnswer::StaysBooked
    } else {
        CancellationAnswer::GivenUp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_left_is_never_given_up_and_what_has_not_always_is_unless_it_is_to_stay() {
        use CancellationAnswer::*;
        for keeps_booked in [true, false] {
            for state in State::ALL {
                let expected = match (state, keeps_booked) {
                    (State::Dispatched | State::Delivered, _) => OnItsWay,
                    (State::Booked, true) => StaysBooked,
                    _ => GivenUp,
                };
                assert_eq!(answer(&[state], keeps_booked), expected, "{state:?}");
                let beside = answer(&[state, State::Dispatched], keeps_booked);
                assert_eq!(beside, OnItsWay);
            }
            assert_eq!(answer(&[], keeps_booked), GivenUp);
        }
    }
}
