//! Who keeps the keys of a function: claims, and answers. What is kept is in the function's own store.

use std::sync::Arc;

use axum::response::Response;
use futures::future::BoxFuture;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{ScopedKey, answer::respond};
use crate::{Ids, Problem};

/// Keeps the keys of a function, and the answers that were given under them. Clones share it.
#[derive(Clone)]
pub struct Keeper {
    shelf: Arc<dyn Shelf>,
    ids: Ids,
    secret: Option<Arc<Zeroizing<[u8; 32]>>>,
}

/// What became of a claim.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The key is the holder's, until its lease ends.
    Ours,
    /// There is an answer.
    Answered(String),
    /// The key was used for another request.
    Mismatch,
    /// Another holder has it.
    Held,
}

/// Where keys are kept. A claim has a holder: whoever has lost it can neither renew nor conclude it.
pub(super) trait Shelf: Send + Sync {
    /// Claims a key that is new, was used too long ago, or whose claim has run out.
    fn claim<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, Claim>;

    /// Begins the lease anew.
    fn renew<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, ()>;

    /// Stores the answer, if the claim is still the holder's.
    fn conclude<'a>(&'a self, key: &'a ScopedKey, holder: Uuid, answer: String) -> Kept<'a, ()>;

    /// Gives the key back: the request may be made anew.
    fn release<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, ()>;
}

pub(super) type Kept<'a, T> = BoxFuture<'a, Result<T, Problem>>;

/// What is to be done about a request with a key.
pub(super) enum Begun {
    /// The handler is to be asked.
    Claimed(Held),
    /// It was asked before.
    Answered(Response),
}

/// A claimed key. Dropped without [`Held::conclude`], it is given back: whoever asks again need not wait.
pub(super) struct Held {
    keeper: Keeper,
    key: Arc<ScopedKey>,
    holder: Uuid,
    is_over: bool,
}

impl Keeper {
    /// Keeps what it is told on this shelf.
    pub(super) fn on(shelf: impl Shelf + 'static, ids: Ids) -> Self {
        let shelf = Arc::new(shelf);
        Self {
            shelf,
            ids,
            secret: None,
        }
    }

    /// Makes fingerprints with a secret of the function (HMAC), so that whoever reads the store cannot find out by trying what
    /// was in a request: for functions that are sent passwords.
    pub fn with_secret(mut self, secret: [u8; 32]) -> Self {
        self.secret = Some(Arc::new(Zeroizing::new(secret)));
        self
    }

    /// Claims a key, or says what is known of it.
    pub(super) async fn begin(&self, mut key: ScopedKey) -> Result<Begun, Problem> {
        if let Some(secret) = &self.secret {
            key.blind(secret);
        }
        let holder = self.ids.next();
        match self.shelf.claim(&key, holder).await? {
            Claim::Ours => Ok(Begun::Claimed(Held {
                keeper: self.clone(),
                key: Arc::new(key),
                holder,
                is_over: false,
            })),
            Claim::Answered(answer) => {
                let response = respond(&answer).map_err(Problem::internal)?;
                Ok(Begun::Answered(response))
            }
            Claim::Mismatch => Err(super::recall::reused()),
            Claim::Held => Err(super::in_flight()),
        }
    }
}

impl Held {
    /// Goes on holding it.
    pub(super) async fn renew(&self) -> Result<(), Problem> {
        self.keeper.shelf.renew(&self.key, self.holder).await
    }

    /// Gives the key back: the request may be made anew.
    pub(super) async fn give_back(mut self) {
        self.is_over = true;
        release(self.keeper.clone(), Arc::clone(&self.key), self.holder).await;
    }

    /// Stores the answer.
    pub(super) async fn conclude(mut self, answer: String) -> Result<(), Problem> {
        // Even if this fails the thing was done: the lease runs out, and nobody is told to try at once.
        self.is_over = true;
        let shelf = &self.keeper.shelf;
        shelf.conclude(&self.key, self.holder, answer).await
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_over {
            tokio::spawn(release(
                self.keeper.clone(),
                Arc::clone(&self.key),
                self.holder,
            ));
        }
    }
}

async fn release(keeper: Keeper, key: Arc<ScopedKey>, holder: Uuid) {
    if let Err(problem) = keeper.shelf.release(&key, holder).await {
        tracing::warn!(%problem, "a key could not be given back; its claim runs out by itself");
    }
}
