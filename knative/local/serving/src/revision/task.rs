//! The task that owns a revision's instances. Everybody else sends it messages.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep_until};

use super::state::{Action, End, State};
use super::{Overview, Reach, Revision, Signs};
use crate::autoscaler::{self, Autoscaler, TICK};
use crate::instance::Instance;
use crate::port::Ports;
use crate::process::{Event, Order, Supervisor};
use crate::{InstanceState, Launcher};

/// How often the load is measured.
const SAMPLE: Duration = Duration::from_secs(1);
/// Messages of instances that may wait; further ones wait at their sender.
const EVENTS_MOST: usize = 64;

/// A wish to stop, and where to tell that it is done.
pub(super) struct Stop {
    /// How its instances are to end.
    pub(super) order: Order,
    pub(super) done: oneshot::Sender<()>,
}

/// What others see.
pub(super) struct Show {
    pub(super) overview: watch::Sender<Overview>,
    pub(super) signs: watch::Sender<Signs>,
}

/// Owns the state of one revision.
pub(super) struct Task {
    revision: Arc<Revision>,
    launcher: Arc<dyn Launcher>,
    ports: Ports,
    state: State,
    autoscaler: Autoscaler,
    running: BTreeMap<u32, Running>,
    events: mpsc::Receiver<Event>,
    report: mpsc::Sender<Event>,
    show: Show,
    reach: watch::Receiver<Reach>,
    clock: Interval,
    decided: Duration,
    cold_starts: u64,
    /// Who wants it to stop.
    stopping: Vec<oneshot::Sender<()>>,
}

struct Running {
    instance: Arc<Instance>,
    orders: watch::Sender<Order>,
}

impl Running {
    /// An order that stands above this one is not taken back.
    fn order(&self, order: Order) {
        self.orders.send_if_modified(|now| {
            let raised = *now < order;
            *now = order.max(*now);
            raised
        });
    }
}

impl Task {
    pub(super) fn new(
        revision: Arc<Revision>,
        launcher: Arc<dyn Launcher>,
        ports: Ports,
        show: Show,
    ) -> Self {
        let (report, events) = mpsc::channel(EVENTS_MOST);
        let mut clock = interval(SAMPLE);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let reach = revision.reach.subscribe();
        let mut task = Self {
            autoscaler: Autoscaler::new(autoscaler::here(&revision.service)),
            revision,
            launcher,
            ports,
            state: State::default(),
            running: BTreeMap::new(),
            events,
            report,
            show,
            reach,
            clock,
            decided: Duration::ZERO,
            cold_starts: 0,
            stopping: Vec::new(),
        };
        task.follow_reach();
        task
    }

    /// Runs until the revision is stopped and its last process has ended.
    pub(super) async fn run(mut self, mut stops: mpsc::Receiver<Stop>) {
        loop {
            self.reconcile();
            self.publish();
            if self.is_stopping() && self.state.is_empty() {
                break;
            }
            tokio::select! {
                Some(event) = self.events.recv() => self.hear(event),
                Some(stop) = stops.recv() => self.stop(stop),
                Ok(()) = self.reach.changed() => self.follow_reach(),
                () = self.revision.wanted.notified() => self.wake(),
                _ = self.clock.tick(), if self.is_awake() => self.measure(),
                () = due(&self.revision, self.state.due()) => {}
            }
        }
        stops.close();
        for done in self.stopping {
            // Who asked may have gone.
            let _ = done.send(());
        }
    }

    fn is_stopping(&self) -> bool {
        !self.stopping.is_empty()
    }

    fn is_awake(&self) -> bool {
        !self.is_stopping() && (self.state.desired() > 0 || !self.state.is_empty())
    }

    /// Routes point at the revision now, or no longer do.
    fn follow_reach(&mut self) {
        if self.is_stopping() {
            return;
        }
        let reach = *self.reach.borrow_and_update();
        let now = self.revision.now();
        self.autoscaler.set_reachable(reach != Reach::Unreachable);
        let least = match reach {
            Reach::Tried => {
                self.autoscaler.activate(now);
                self.first()
            }
            Reach::Reachable => self.revision.service.scale.min,
            Reach::Unreachable => 0,
        };
        if self.state.desired() < least {
            self.state.desire(least);
        }
        let idle = self.revision.balancer().load().in_flight() == 0;
        if reach == Reach::Unreachable && idle && !self.show.signs.borrow().up {
            // Nobody waits to see it come up any more.
            self.autoscaler.give_up(now);
            self.state.desire(0);
        }
    }

    /// How many instances show that the revision comes up.
    fn first(&self) -> u32 {
        let scale = &self.revision.service.scale;
        let first = scale.min.max(scale.initial).max(1);
        match scale.max {
            0 => first,
            most => first.min(most),
        }
    }

    /// A request waits. At zero nobody waits for the next tick; otherwise the autoscaler sees it in its load.
    fn wake(&mut self) {
        if self.is_stopping() || self.state.desired() > 0 {
            return;
        }
        let now = self.revision.now();
        if self.revision.balancer().load().in_flight() == 0 {
            return;
        }
        self.revision.balancer().load().take(now);
        self.autoscaler.first_request(now);
        self.clock.reset();
        self.cold_starts += 1;
        self.decide(now);
    }

    fn measure(&mut self) {
        let now = self.revision.now();
        let sample = self.revision.balancer().load().take(now);
        self.autoscaler.record(now, sample);
        // Half a sample of tolerance: timers are late by some milliseconds, each time others.
        if now + SAMPLE / 2 >= self.decided + TICK {
            self.decide(now);
        }
    }

    fn decide(&mut self, now: Duration) {
        self.decided = now;
        let (ready, before) = (self.state.ready(), self.state.desired());
        let desired = self.autoscaler.decide(now, ready, before);
        if desired != before {
            let function = &self.revision.service.object.name;
            tracing::info!(function, from = before, to = desired, "scaling");
        }
        self.state.desire(desired);
        if desired == 0 && *self.reach.borrow() == Reach::Tried {
            let why = format!(
                "no instance of {} was ready in time; its log says why: souk logs {}",
                self.revision.service.revision, self.revision.service.object.name
            );
            self.show_failure(why.into());
        }
        if desired == 0 && self.revision.balancer().waiting() > 0 {
            // It came in just now and is not in the averages yet.
            self.revision.wake();
        }
    }

    fn hear(&mut self, event: Event) {
        let now = self.revision.now();
        match event {
            Event::Ready(id) => self.probed(id, now, true),
            Event::Unready(id) => self.probed(id, now, false),
            Event::Ended(id, how) => self.ended(id, now, &how),
        }
    }

    fn probed(&mut self, id: u32, now: Duration, ready: bool) {
        self.state.probed(id, now, ready);
        if self.state.ready() >= self.first() {
            self.show.signs.send_if_modified(|signs| {
                let news = !signs.up;
                signs.up = true;
                news
            });
        }
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let mut balancer = self.revision.balancer();
        if self.state.of(id) == Some(InstanceState::Ready) {
            balancer.add(Arc::clone(&running.instance));
        } else {
            balancer.remove(id);
        }
    }

    fn ended(&mut self, id: u32, now: Duration, how: &str) {
        self.running.remove(&id);
        self.revision.balancer().remove(id);
        let name = &self.revision.service.object.name;
        match self.state.ended(id, now) {
            End::Expected => tracing::info!(function = name, how, "ended"),
            End::Unexpected => tracing::warn!(function = name, how, "ended by itself"),
            End::AgainAndAgain { times, until } => {
                let why = format!(
                    "the process of {} ended {times} times in a row before it was ready ({how}); \
                     its log says why: souk logs {name}",
                    self.revision.service.revision
                );
                tracing::error!(function = name, "{why}");
                let why: Arc<str> = why.into();
                self.revision.balancer().fail(until, Arc::clone(&why));
                self.show_failure(why);
            }
        }
    }

    fn show_failure(&self, why: Arc<str>) {
        self.show
            .signs
            .send_modify(|signs| signs.failure = Some(why));
    }

    fn stop(&mut self, stop: Stop) {
        self.stopping.push(stop.done);
        self.state.desire(0);
        for running in self.running.values() {
            running.order(stop.order);
        }
    }

    fn reconcile(&mut self) {
        let running = &self.running;
        let in_flight = |id: u32| running.get(&id).map_or(0, |one| one.instance.in_flight());
        for action in self.state.reconcile(self.revision.now(), in_flight) {
            match action {
                Action::Launch(id) => self.launch(id),
                Action::Drain(id) => self.drain(id),
            }
        }
    }

    fn launch(&mut self, id: u32) {
        let port = match self.ports.take() {
            Ok(port) => port,
            Err(error) => {
                let how = format!("cannot be started: {error}");
                return self.ended(id, self.revision.now(), &how);
            }
        };
        let instance = Arc::new(Instance::new(id, port.number()));
        let (order, orders) = watch::channel(Order::Run);
        let supervisor = Supervisor {
            service: Arc::clone(&self.revision.service),
            instance: Arc::clone(&instance),
            port,
            launcher: Arc::clone(&self.launcher),
            orders,
            events: self.report.clone(),
        };
        tokio::spawn(supervisor.run());
        let orders = order;
        self.running.insert(id, Running { instance, orders });
    }

    fn drain(&mut self, id: u32) {
        self.revision.balancer().remove(id);
        if let Some(running) = self.running.get(&id) {
            running.order(Order::Drain);
        }
    }

    fn publish(&self) {
        let instance = |(&id, running): (&u32, &Running)| {
            Some((Arc::clone(&running.instance), self.state.of(id)?))
        };
        self.show.overview.send_replace(Overview {
            instances: self.running.iter().filter_map(instance).collect(),
            desired: self.state.desired(),
            cold_starts: self.cold_starts,
        });
    }
}

async fn due(revision: &Revision, at: Option<Duration>) {
    match at {
        Some(at) => sleep_until(revision.started + at).await,
        None => pending().await,
    }
}
