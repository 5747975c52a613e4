//! How many streams are open in this instance: so many in all, and so many for one account.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

/// Each keeps a connection and looks into the table once a second.
const ALL_MAX: usize = 500;
/// More than one person has pages open.
const OF_ONE_MAX: usize = 10;

/// Counts open streams. Clones count the same ones.
#[derive(Clone, Default)]
pub(crate) struct Places(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    all: usize,
    by_account: HashMap<Uuid, usize>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// This instance has as many streams as it can have.
    Full,
    /// This account has as many as it may have.
    Greedy,
}

/// The place of a stream, free again when this is dropped.
pub(crate) struct Place {
    places: Places,
    account_id: Uuid,
}

impl Places {
    /// A place for a stream of this account.
    pub(crate) fn take(&self, account_id: Uuid) -> Result<Place, NoPlace> {
        let mut taken = self.taken();
        if taken.all >= ALL_MAX {
            return Err(NoPlace::Full);
        }
        let of_one = taken.by_account.entry(account_id).or_default();
        if *of_one >= OF_ONE_MAX {
            return Err(NoPlace::Greedy);
        }
        *of_one += 1;
        taken.all += 1;
        drop(taken);
        Ok(Place {
            places: self.clone(),
            account_id,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(of_one) = taken.by_account.get_mut(&self.account_id) {
            *of_one -= 1;
            if *of_one == 0 {
                taken.by_account.remove(&self.account_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_cannot_take_the_places_of_the_others() {
        let (places, greedy) = (Places::default(), Uuid::from_u128(1));
        let mut held: Vec<_> = (0..OF_ONE_MAX).map(|_| places.take(greedy)).collect();
        assert_eq!(places.take(greedy).err(), Some(NoPlace::Greedy));
        assert!(places.take(Uuid::from_u128(2)).is_ok());
        held.pop();
        assert!(places.take(greedy).is_ok(), "a place was given back");
    }

    #[test]
    fn an_instance_has_so_many_places_and_no_more() {
        let places = Places::default();
        let id = |n: usize| Uuid::from_u128((n / OF_ONE_MAX) as u128);
        let held: Vec<_> = (0..ALL_MAX).map(|n| places.take(id(n)).ok()).collect();
        assert!(held.iter().all(Option::is_some));
        assert_eq!(places.take(Uuid::max()).err(), Some(NoPlace::Full));
        drop(held);
        let taken = places.taken();
        assert!(taken.all == 0 && taken.by_account.is_empty());
    }
}
