//! Who gets which request: the activator's throttler of one revision.
//!
//! Pure but for the channels on which waiting requests hear. It knows ready instances only; who starts them is the
//! revision's task.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::instance::Instance;
use crate::load::Load;

/// `breakerQueueDepth` in Knative's `pkg/activator/net/throttler.go`.
const WAITING_MOST: usize = 10_000;
/// Up to this limit the first instance with room is taken (`pickLBPolicy` there).
const FIRST_AVAILABLE_UP_TO: u32 = 3;

/// Why a request gets no instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many wait already.
    QueueFull,
    /// The shop is closing.
    Stopping,
    /// The process ends again and again; the text says so.
    Failing(Arc<str>),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::QueueFull => "pending request queue full",
            Self::Stopping => "shutting down",
            Self::Failing(why) => why,
        })
    }
}

/// What a waiting request hears.
pub(crate) type Turn = Result<Arc<Instance>, Refusal>;

/// What a request gets.
#[derive(Debug)]
pub(crate) enum Admission {
    /// An instance, at once.
    Go(Arc<Instance>),
    /// A place in the queue, and where to hear of an instance.
    Wait(u64, oneshot::Receiver<Turn>),
    /// Nothing.
    Refused(Refusal),
}

/// The ready instances of one revision and the requests that wait for one.
#[derive(Debug)]
pub(crate) struct Balancer {
    /// `containerConcurrency`; 0: no limit.
    limit: u32,
    ready: Vec<Arc<Instance>>,
    next: usize,
    waiting: VecDeque<(u64, oneshot::Sender<Turn>)>,
    places_given: u64,
    failing: Option<(Duration, Arc<str>)>,
    stopping: bool,
    load: Load,
}

impl Balancer {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            ready: Vec::new(),
            next: 0,
            waiting: VecDeque::new(),
            places_given: 0,
            failing: None,
            stopping: false,
            load: Load::default(),
        }
    }

    pub(crate) fn load(&mut self) -> &mut Load {
        &mut self.load
    }

    /// Whether an instance is ready, with room or without.
    pub(crate) fn has_instance(&self) -> bool {
        !self.ready.is_empty()
    }

    /// An instance with room, or a place in the queue behind all who wait.
    pub(crate) fn admit(&mut self, now: Duration) -> Admission {
        if self.stopping {
            return Admission::Refused(Refusal::Stopping);
        }
        if let Some(why) = self.failing(now).filter(|_| self.ready.is_empty()) {
            return Admission::Refused(Refusal::Failing(why));
        }
        if self.waiting.is_empty()
            && let Some(instance) = self.pick()
        {
            instance.enter();
            return Admission::Go(instance);
        }
        if self.waiting.len() >= WAITING_MOST {
            return Admission::Refused(Refusal::QueueFull);
        }
        let (turn, heard) = oneshot::channel();
        self.places_given += 1;
        self.waiting.push_back((self.places_given, turn));
        Admission::Wait(self.places_given, heard)
    }

    /// A request's answer has ended: its room is the next one's.
    pub(crate) fn release(&mut self, instance: &Instance) {
        instance.leave();
        self.serve_waiting();
    }

    /// A waiting request went away.
    pub(crate) fn give_up(&mut self, place: u64) {
        if let Ok(index) = self
            .waiting
            .binary_search_by_key(&place, |(place, _)| *place)
        {
            self.waiting.remove(index);
        }
    }

    /// An instance is ready.
    pub(crate) fn add(&mut self, instance: Arc<Instance>) {
        self.failing = None;
        self.ready.push(instance);
        self.serve_waiting();
    }

    /// An instance is to get no more requests.
    pub(crate) fn remove(&mut self, id: u32) {
        self.ready.retain(|instance| instance.id() != id);
    }

    /// Until then there will be no instance: those who wait are told why, and so are those who come.
    pub(crate) fn fail(&mut self, until: Duration, why: Arc<str>) {
        if self.ready.is_empty() {
            self.refuse_waiting(&Refusal::Failing(Arc::clone(&why)));
            self.failing = Some((until, why));
        }
    }

    /// No more requests.
    pub(crate) fn stop(&mut self) {
        self.stopping = true;
        self.ready.clear();
        self.refuse_waiting(&Refusal::Stopping);
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Why there is no instance at this moment.
    pub(crate) fn failing(&self, now: Duration) -> Option<Arc<str>> {
        let (until, why) = self.failing.as_ref()?;
        (now < *until).then(|| Arc::clone(why))
    }

    fn serve_waiting(&mut self) {
        while !self.waiting.is_empty()
            && let Some(instance) = self.pick()
            && let Some((_, turn)) = self.waiting.pop_front()
        {
            instance.enter();
            if let Err(Ok(instance)) = turn.send(Ok(instance)) {
                instance.leave();
            }
        }
    }

    fn refuse_waiting(&mut self, why: &Refusal) {
        for (_, turn) in self.waiting.drain(..) {
            // Who does not hear it has gone.
            let _ = turn.send(Err(why.clone()));
        }
    }

    /// The policies of `pickLBPolicy`: the less loaded of two, the first with room, or one after the other.
    fn pick(&mut self) -> Option<Arc<Instance>> {
        let instances = self.ready.len();
        let has_room = |index: &usize| self.ready[*index].in_flight() < self.limit;
        let index = match self.limit {
            0 => self.less_loaded_of_two()?,
            limit if limit <= FIRST_AVAILABLE_UP_TO => (0..instances).find(has_room)?,
            _ => (self.next..self.next + instances)
                .map(|index| index % instances)
                .find(has_room)?,
        };
        self.next = index + 1;
        Some(Arc::clone(&self.ready[index]))
    }

    fn less_loaded_of_two(&self) -> Option<usize> {
        let instances = self.ready.len();
        if instances <= 1 {
            return instances.checked_sub(1);
        }
        let first = rand::random_range(0..instances);
        // Any but the first, each as likely.
        let second = (first + rand::random_range(1..instances)) % instances;
        let less = self.ready[second].in_flight() < self.ready[first].in_flight();
        Some(if less { second } else { first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1);

    fn balancer(limit: u32, instances: u32) -> Balancer {
        let mut balancer = Balancer::new(limit);
        for id in 0..instances {
            balancer.add(Arc::new(Instance::new(id, 1)));
        }
        balancer
    }

    fn admitted(balancer: &mut Balancer) -> Option<u32> {
        match balancer.admit(NOW) {
            Admission::Go(instance) => Some(instance.id()),
            _ => None,
        }
    }

    fn waits(balancer: &mut Balancer) -> (u64, oneshot::Receiver<Turn>) {
        match balancer.admit(NOW) {
            Admission::Wait(place, heard) => (place, heard),
            other => panic!("{other:?}"),
        }
    }

    fn heard(turn: &mut oneshot::Receiver<Turn>) -> u32 {
        turn.try_recv().unwrap().unwrap().id()
    }

    #[test]
    fn no_instance_gets_more_than_its_limit() {
        let mut balancer = balancer(2, 2);
        let given: Vec<_> = (0..4).map(|_| admitted(&mut balancer)).collect();
        assert_eq!(given, [Some(0), Some(0), Some(1), Some(1)]);
        waits(&mut balancer);
    }

    #[test]
    fn a_higher_limit_goes_round() {
        let mut balancer = balancer(10, 3);
        let given: Vec<_> = (0..4).map(|_| admitted(&mut balancer)).collect();
        assert_eq!(given, [Some(0), Some(1), Some(2), Some(0)]);
    }

    #[test]
    fn without_a_limit_the_less_loaded_of_two_is_taken() {
        let mut balancer = balancer(0, 2);
        for _ in 0..10 {
            admitted(&mut balancer).unwrap();
        }
        let loads: Vec<u32> = balancer.ready.iter().map(|one| one.in_flight()).collect();
        assert_eq!(loads, [5, 5]);
    }

    #[test]
    fn who_waits_longest_is_next() {
        let mut balancer = balancer(1, 1);
        admitted(&mut balancer).unwrap();
        let (_, mut first) = waits(&mut balancer);
        let (_, mut second) = waits(&mut balancer);
        let instance = Arc::clone(&balancer.ready[0]);
        balancer.release(&instance);
        assert_eq!(heard(&mut first), 0);
        assert!(second.try_recv().is_err());
        balancer.add(Arc::new(Instance::new(7, 1)));
        assert_eq!(heard(&mut second), 7);
    }

    #[test]
    fn who_went_away_takes_no_room() {
        let mut balancer = balancer(1, 0);
        let (place, gone) = waits(&mut balancer);
        let (_, deaf) = waits(&mut balancer);
        let (_, mut patient) = waits(&mut balancer);
        drop((gone, deaf));
        balancer.give_up(place);
        assert_eq!(balancer.waiting(), 2);
        balancer.add(Arc::new(Instance::new(0, 1)));
        assert_eq!(heard(&mut patient), 0);
        assert_eq!(balancer.ready[0].in_flight(), 1);
    }

    #[test]
    fn the_queue_has_an_end() {
        let mut balancer = balancer(1, 0);
        let _waiting: Vec<_> = (0..WAITING_MOST).map(|_| waits(&mut balancer)).collect();
        assert!(matches!(
            balancer.admit(NOW),
            Admission::Refused(Refusal::QueueFull)
        ));
    }

    #[test]
    fn a_process_that_always_ends_is_waited_for_no_longer_until_it_is_tried_again() {
        let mut balancer = balancer(0, 0);
        let (_, mut turn) = waits(&mut balancer);
        balancer.fail(NOW * 2, "it ends".into());
        let refused = Refusal::Failing("it ends".into());
        assert_eq!(turn.try_recv().unwrap().unwrap_err(), refused);
        assert!(matches!(balancer.admit(NOW), Admission::Refused(why) if why == refused));
        assert!(matches!(balancer.admit(NOW * 2), Admission::Wait(..)));
    }

    #[test]
    fn after_the_stop_nobody_is_let_in() {
        let mut balancer = balancer(0, 1);
        balancer.stop();
        assert!(matches!(
            balancer.admit(NOW),
            Admission::Refused(Refusal::Stopping)
        ));
    }
}
