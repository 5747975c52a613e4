//! What can happen in a world just now. What stands in the list more than once is more likely.

use shipping::domain::State as Parcel;

use crate::{action::Action, event::Function, world::World};

/// How long nothing happens, in seconds: a moment, a retry.
const PAUSES: [u32; 5] = [1, 1, 5, 12, 40];
/// Longer than the payment window, the holding time, a day.
const LONG_PAUSES: [u32; 3] = [910, 1810, 90_000];
/// A long pause comes once in so many actions, and so does a customer who cancels, or no order would ever get anywhere.
const RARE: u64 = 90;

/// What a number chooses of what can happen now. `options` is room to work in.
pub(crate) fn action(world: &World, number: u64, options: &mut Vec<Action>) -> Action {
    let (rest, number) = (number % RARE, (number / RARE) as usize);
    match rest {
        0 => return Action::Wait(LONG_PAUSES[number % LONG_PAUSES.len()]),
        1 => return Action::Cancel(number % world.setup.baskets.len()),
        _ => {}
    }
    fill(world, options);
    options[number % options.len()]
}

/// Fills `options` with what can happen; there is always something.
fn fill(world: &World, options: &mut Vec<Action>) {
    use Action::*;
    options.clear();
    options.extend(PAUSES.map(Wait));
    let sweeps = [Function::Orders, Function::Inventory, Function::Payments];
    options.extend(sweeps.map(Sweep));
    if world.orders.rows.len() < world.setup.baskets.len() {
        options.extend([Place; 8]);
    }
    let outboxes = [
        (Function::Orders, &world.orders.post),
        (Function::Inventory, &world.inventory.post),
        (Function::Payments, &world.payments.post),
        (Function::Shipping, &world.shipping.post),
    ];
    for (function, post) in outboxes {
        if !post.outbox.is_empty() {
            options.extend([Relay(function); 12]);
            options.push(RelayTwice(function));
        }
    }
    for waiting in world.broker.ready(world.moment.now) {
        options.extend([Deliver(waiting.letter()); 8]);
        options.push(DeliverUnanswered(waiting.letter()));
    }
    at_the_provider(world, options);
    people(world, options);
}

fn at_the_provider(world: &World, options: &mut Vec<Action>) {
    use Action::*;
    for (n, question) in world.payments.questions.iter().enumerate() {
        match question.reply {
            Some(_) => options.extend([Conclude(n); 12]),
            None => {
                options.extend([Ask(n); 12]);
                options.push(AskInVain(n));
            }
        }
    }
    if !world.payments.questions.is_empty() {
        options.push(Crash);
    }
    match world.provider.is_away {
        true => options.extend([ProviderBack; 4]),
        false => options.push(ProviderAway),
    }
    for n in 0..world.provider.notices.len() {
        options.extend([Notice(n), Notice(n), NoticeTwice(n), NoticeLost(n)]);
    }
}

fn people(world: &World, options: &mut Vec<Action>) {
    use Action::*;
    for order in 0..world.orders.rows.len() {
        match world.shipping.orders[order].shipment {
            Some(Parcel::Booked) => options.extend([Dispatch(order); 8]),
            Some(Parcel::Dispatched) => options.extend([Arrive(order); 5]),
            _ => {}
        }
        if world.provider.waits_for_customer(order) {
            options.extend([Approve(order); 6]);
            options.push(Refuse(order));
        }
        if world.payments.known[order].is_some() {
            options.extend([Complete(order), RefundPart(order), RefundAll(order)]);
        }
    }
}
