//! Lets a world come to rest: everything is sent, delivered, asked and answered, and time goes by until nothing is due any more.

use crate::{
    action::Action,
    event::Function,
    rules::{self, Broken},
    world::World,
};

/// How time goes by: the broker's pauses and claims that run out, the payment window, shipping's answer, the holding time, the
/// booking window; and once more, for what that has set going.
const WAITS: [u32; 8] = [1, 35, 910, 610, 1810, 90_000, 910, 610];
/// A world that is not at rest by then never will be.
const STEPS_MAX: u64 = 20_000;

/// Brings it to rest and looks at the rules that hold then; how many steps that took.
pub(crate) fn bring_to_rest(world: &mut World) -> Result<u64, Broken> {
    let mut steps = 0;
    world.perform(Action::ProviderBack)?;
    settle(world, &mut steps)?;
    for seconds in WAITS {
        world.perform(Action::Wait(seconds))?;
        for function in [Function::Orders, Function::Inventory, Function::Payments] {
            world.perform(Action::Sweep(function))?;
            settle(world, &mut steps)?;
        }
    }
    rules::quiet(world)?;
    Ok(steps)
}

/// Everything that can go on goes on; while nothing can, the broker's pauses are waited for.
fn settle(world: &mut World, steps: &mut u64) -> Result<(), Broken> {
    loop {
        if let Some(action) = next(world) {
            world.perform(action)?;
        } else if world.broker.is_empty() {
            return Ok(());
        } else {
            world.perform(Action::Wait(2))?;
        }
        *steps += 1;
        if *steps > STEPS_MAX {
            return Err(Broken::new("it does not come to rest"));
        }
    }
}

fn next(world: &mut World) -> Option<Action> {
    for function in Function::ALL {
        if !world.outbox(function).is_empty() {
            return Some(Action::Relay(function));
        }
    }
    if let Some(question) = world.payments.questions.first() {
        return Some(match question.reply {
            Some(_) => Action::Conclude(0),
            None => Action::Ask(0),
        });
    }
    if !world.provider.notices.is_empty() {
        return Some(Action::Notice(0));
    }
    let mut ready = world.broker.ready(world.moment.now);
    ready
        .next()
        .map(|waiting| Action::Deliver(waiting.letter()))
}
