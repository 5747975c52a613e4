//! Hashes passwords and compares them: argon2id as OWASP has it (19 MiB, two passes), away from the threads that serve, and
//! only a few at a time, so that a rush of log-ins costs time and not memory.

mod hasher;

use argon2::password_hash::Error;
use souk_kit::{
    Problem,
    resilience::{Bulkhead, Full},
};
use thiserror::Error as ThisError;
use tokio::task::spawn_blocking;

use crate::domain::Password;
use hasher::Hasher;

/// Four times 19 MiB.
const AT_ONCE: usize = 4;
/// Behind more than these nobody would be answered within some seconds.
const WAITING_MAX: usize = 256;
const ASK_AGAIN_AFTER_SECONDS: u32 = 1;

/// Clones share the bound.
#[derive(Clone)]
pub(crate) struct Passwords {
    hasher: Hasher,
    bulkhead: Bulkhead,
}

/// Why nothing was computed.
#[derive(Debug, ThisError)]
pub(crate) enum NotComputed {
    /// Too many are waiting.
    #[error(transparent)]
    Busy(#[from] Full),
    /// The stored hash cannot be read, or there is no memory.
    #[error("argon2 fails: {0}")]
    Failed(String),
}

impl Passwords {
    /// Nothing is computed yet.
    pub(crate) fn new() -> Self {
        Self {
            hasher: Hasher::default(),
            bulkhead: Bulkhead::new(AT_ONCE, WAITING_MAX),
        }
    }

    /// The hash to be stored, with a new salt.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, NotComputed> {
        self.compute(move |hasher| hasher.hash(password.as_bytes()))
            .await
    }

    /// Whether the password is the one that was hashed. Without a hash it is not, after the same time.
    pub(crate) async fn is_right(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<bool, NotComputed> {
        self.compute(move |hasher| match hash {
            Some(hash) => hasher.is_right(password.as_bytes(), &hash),
            None => hasher.pretend(password.as_bytes()).map(|()| false),
        })
        .await
    }

    /// The place is kept until the work is done, even if nobody waits for it any more.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, NotComputed> {
        let place = self.bulkhead.enter().await?;
        let hasher = self.hasher.clone();
        let computed = spawn_blocking(move || {
            let _place = place;
            work(&hasher)
        });
        let failed = |error: &dyn std::fmt::Display| NotComputed::Failed(error.to_string());
        let outcome = computed.await.map_err(|error| failed(&error))?;
        outcome.map_err(|error| failed(&error))
    }
}

impl From<NotComputed> for Problem {
    fn from(error: NotComputed) -> Self {
        match error {
            NotComputed::Busy(_) => {
                let detail = "Too many are logging in at the moment.";
                Self::unavailable(detail, ASK_AGAIN_AFTER_SECONDS)
            }
            NotComputed::Failed(_) => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::offered(text.to_owned())
    }

    #[tokio::test]
    async fn only_the_right_password_is_right_and_nobodys_never_is() {
        let passwords = Passwords::new();
        let hash = passwords.hash(password("correct horse")).await.unwrap();
        let is_right = async |text, hash| passwords.is_right(password(text), hash).await.unwrap();
        assert!(is_right("correct horse", Some(hash.clone())).await);
        assert!(!is_right("wrong horse", Some(hash)).await);
        assert!(!is_right("correct horse", None).await);
    }

    #[tokio::test]
    async fn a_rush_is_refused_before_it_costs_memory() {
        let passwords = Passwords::new();
        let mut places = Vec::new();
        for _ in 0..AT_ONCE {
            places.push(passwords.bulkhead.enter().await.unwrap());
        }
        let rush = (0..=WAITING_MAX).map(|_| passwords.is_right(password("x"), None));
        let mut rush: Vec<_> = rush.map(Box::pin).collect();
        let mut answers = Vec::new();
        for one in &mut rush {
            answers.push(futures::poll!(one));
        }
        let refused = answers.iter().filter(|answer| answer.is_ready()).count();
        assert_eq!(refused, 1);
    }
}
