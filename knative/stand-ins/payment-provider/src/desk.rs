//! Where calls come in: each is recognised by its key, done once, written down, and only then answered.

use std::{
    collections::HashSet,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::Utc;
use tokio::sync::Notify;

use crate::{
    answer::{Answer, Failure},
    form::Form,
    journal::{self, Journal, Record, Saved},
    key,
    operation::{Operation, new_id},
    records::{Intent, Webhook},
    state::State,
    switches::{Mode, Switches, Webhooks},
};

/// The provider: its money, its memory and its moods.
pub struct Desk {
    api_key: String,
    /// Where it is reached, for pages that customers are sent to.
    base: String,
    books: Mutex<Books>,
    switches: Mutex<Switches>,
}

struct Books {
    state: State,
    journal: Journal,
    /// Keys of calls that are being worked on.
    in_use: HashSet<String>,
    /// Wakes who sends webhooks, if anybody does.
    postman: Option<Arc<Notify>>,
}

/// One call that changes something.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) form: Form,
    pub(crate) key: Option<String>,
}

/// What is known of a call before it is worked on.
pub(crate) enum Begun {
    /// Nothing: it has to be executed.
    New,
    /// It was answered before.
    Replay(Answer),
}

impl Desk {
    /// With everything that an earlier run has kept in this folder. Without a key that it is told, it makes one and keeps it there.
    pub fn open(state_dir: &Path, api_key: Option<String>) -> io::Result<Self> {
        std::fs::create_dir_all(state_dir)?;
        let state = State::of(journal::read(state_dir)?);
        let journal = Journal::begin(state_dir, state.records())?;
        Ok(Self {
            api_key: api_key.map_or_else(|| key::open(state_dir), Ok)?,
            books: Mutex::new(Books {
                state,
                journal,
                in_use: HashSet::new(),
                postman: None,
            }),
            base: "http://127.0.0.1".to_owned(),
            switches: Mutex::default(),
        })
    }

    /// The same, reached at this address.
    #[must_use]
    pub fn at(self, base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            ..self
        }
    }

    /// From now on each change is a webhook too, for whoever waits here.
    pub(crate) fn say_changes(&self) -> Arc<Notify> {
        let postman = Arc::new(Notify::new());
        self.books().postman = Some(Arc::clone(&postman));
        postman
    }

    /// Webhooks that nobody has taken yet; none while they are kept back.
    pub(crate) fn webhooks(&self) -> Vec<Webhook> {
        if self.switches().webhooks == Webhooks::Hold {
            return Vec::new();
        }
        self.look(|state| state.webhooks().cloned().collect())
    }

    /// Notes that a webhook was taken, or is given up.
    pub(crate) fn settle(&self, webhook: &str) {
        let record = Record {
            settled: Some(webhook.to_owned()),
            ..Record::default()
        };
        let mut books = self.books();
        if let Err(error) = books.journal.append(&record) {
            tracing::error!(%error, "the journal cannot be written");
        }
        books.state.apply(record);
    }

    /// The key that calls have to bring.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Looks whether a call is known; its key is in use until it is executed.
    pub(crate) fn begin(&self, call: &Call) -> Result<Begun, Failure> {
        let Some(key) = &call.key else {
            return Ok(Begun::New);
        };
        let mut books = self.books();
        match books.state.saved(key) {
            Some(saved) if saved.asked != call.asked() => return Err(Failure::key_reused(key)),
            Some(saved) => return Ok(Begun::Replay(saved.answer.clone())),
            None => {}
        }
        if books.in_use.insert(key.clone()) {
            Ok(Begun::New)
        } else {
            Err(Failure::key_in_use(key))
        }
    }

    /// Does what is asked.
    pub(crate) fn execute(&self, call: &Call) -> Answer {
        let mut books = self.books();
        let answer = books.execute(call, &self.base);
        if let Some(key) = &call.key {
            books.in_use.remove(key);
        }
        answer.unwrap_or_else(|failure| failure.answer())
    }

    /// Something out of what is known.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.books().state)
    }

    /// Some of the newest intents.
    pub(crate) fn newest(&self, count: usize) -> Vec<Intent> {
        self.look(|state| state.intents(None).take(count).cloned().collect())
    }

    /// How it behaves.
    pub(crate) fn switches(&self) -> Switches {
        *self.moods()
    }

    /// How it is to behave from now on.
    pub(crate) fn switch(&self, switches: Switches) {
        *self.moods() = match switches.next {
            Some(0) => switches.normal_again(),
            _ => switches,
        };
        // Only now: what was held may have to go.
        if let Some(postman) = &self.books().postman {
            postman.notify_one();
        }
    }

    /// What this call gets.
    pub(crate) fn take_mood(&self) -> (Mode, Duration) {
        self.moods().take()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moods(&self) -> MutexGuard<'_, Switches> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn execute(&mut self, call: &Call, base: &str) -> Result<Answer, Failure> {
        let now = Utc::now().timestamp();
        let effect = call.operation.perform(&self.state, &call.form, base, now)?;
        let answer = match effect.answer {
            Ok(view) => Answer::ok(&view),
            Err(failure) => failure.answer(),
        };
        let saved = call.key.as_ref().map(|key| Saved {
            key: key.clone(),
            asked: call.asked(),
            answer: answer.clone(),
        });
        let webhook = effect.intent.as_ref().filter(|_| self.is_news(call));
        let webhook = webhook.map(|intent| Webhook::of(intent, new_id("evt"), now));
        let record = Record {
            intent: effect.intent,
            refund: effect.refund,
            saved,
            webhook,
            settled: None,
        };
        self.journal
            .append(&record)
            .map_err(|error| Failure::not_kept(&error))?;
        self.state.apply(record);
        if let Some(postman) = &self.postman {
            postman.notify_one();
        }
        Ok(answer)
    }

    /// Whether what this call changes is said by a webhook. A refund changes nothing about how a payment stands.
    fn is_news(&self, call: &Call) -> bool {
        self.postman.is_some() && call.operation != Operation::CreateRefund
    }
}

impl Call {
    /// What its key stands for.
    fn asked(&self) -> String {
        format!("{}?{}", self.operation.path(), self.form.canonical())
    }
}
