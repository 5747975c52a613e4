//! A schedule: what a world begins with and what happens in it; made by chance, run, made smaller, kept.

use std::{fmt, str::FromStr};

use crate::{
    action::Action,
    chance::Chance,
    choose, quiet,
    rules::Broken,
    seen::Seen,
    setup::Setup,
    text::NotUnderstood,
    world::{OVERSOLD, World},
};

/// What a world begins with, and what happens in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What it begins with.
    pub setup: Setup,
    /// What happens. What cannot happen when its turn comes is passed over.
    pub actions: Vec<Action>,
}

/// What a schedule has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How many actions were tried, those until all was quiet included.
    pub steps: u64,
    /// Parcels whose pieces others were promised: a person has to count.
    pub oversold: u64,
    /// Dead letters about captures that the bank refuses: a person has to get the money.
    pub refused: u64,
    /// Orders that were cancelled.
    pub cancelled: u64,
    /// Orders whose parcel has left.
    pub sent: u64,
    /// Which pairs of the orders' table have happened.
    pub seen: Seen,
}

impl Schedule {
    /// The schedule of that number under a seed, and whether all rules hold in it.
    pub fn by_chance(seed: u64, number: u64) -> (Self, Result<Outcome, Broken>) {
        let mut chance = Chance::of(seed, number);
        let setup = Setup::by(&mut chance);
        let length = 8 + chance.below(180);
        Self::chosen_by(setup, (0..length).map(|_| chance.next()))
    }

    /// The schedule that numbers choose: each picks one of what can happen then.
    pub fn chosen(seed: u64, choices: &[u32]) -> (Self, Result<Outcome, Broken>) {
        let setup = Setup::by(&mut Chance::of(seed, 0));
        Self::chosen_by(setup, choices.iter().map(|choice| u64::from(*choice)))
    }

    fn chosen_by(
        setup: Setup,
        choices: impl Iterator<Item = u64>,
    ) -> (Self, Result<Outcome, Broken>) {
        let mut world = World::new(&setup);
        let (mut actions, mut options) = (Vec::new(), Vec::new());
        for choice in choices {
            let action = choose::action(&world, choice, &mut options);
            actions.push(action);
            if let Err(broken) = world.perform(action) {
                return (Self { setup, actions }, Err(broken));
            }
        }
        let steps = actions.len() as u64;
        let outcome = quiet::bring_to_rest(&mut world);
        (
            Self { setup, actions },
            outcome.map(|more| of(&world, steps + more)),
        )
    }

    /// Runs it in a new world until all is quiet.
    pub fn run(&self) -> Result<Outcome, Broken> {
        let mut world = World::new(&self.setup);
        let mut steps = 0;
        for action in &self.actions {
            steps += u64::from(world.perform(*action)?);
        }
        let more = quiet::bring_to_rest(&mut world)?;
        Ok(of(&world, steps + more))
    }

    /// The same with everything left out that is not needed for some rule to be broken.
    pub fn shrunk(mut self) -> Self {
        let mut size = self.actions.len().max(1);
        while size >= 1 {
            let mut at = 0;
            while at < self.actions.len() {
                let mut less = self.clone();
                less.actions.drain(at..(at + size).min(self.actions.len()));
                if less.run().is_err() {
                    self = less;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
        self
    }
}

fn of(world: &World, steps: u64) -> Outcome {
    use orders::domain::State;
    let states = || world.orders.rows.iter().map(|row| row.state);
    let cancelled = states().filter(|state| matches!(state, State::Cancelled(_)));
    let sent = states().filter(|state| matches!(state, State::Shipped | State::Delivered));
    let oversold = world.explained.iter();
    let oversold = oversold
        .filter(|(_, why)| why.starts_with(OVERSOLD))
        .count();
    Outcome {
        steps,
        oversold: oversold as u64,
        refused: (world.explained.len() - oversold) as u64,
        cancelled: cancelled.count() as u64,
        sent: sent.count() as u64,
        seen: world.orders.seen,
    }
}

/// As it stands in a kept file: the setup, and then an action a line.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.setup)?;
        self.actions
            .iter()
            .try_for_each(|action| writeln!(f, "{action}"))
    }
}

impl FromStr for Schedule {
    type Err = NotUnderstood;

    /// Lines that begin with `#` are for people.
    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let mut setup = Setup {
            inboxes: true,
            stock: [0; 2],
            baskets: Vec::new(),
        };
        let mut actions = Vec::new();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if !setup.read(line)? {
                actions.push(line.parse()?);
            }
        }
        Ok(Self { setup, actions })
    }
}
