//! How a newer version of an event type understands what the older one said.

use crate::Contract;

/// The next version of an event type.
///
/// The older one goes on to be published beside it until nobody hears it any more; and what was said in it may still be on its
/// way, or lie among the dead letters, long after that.
pub trait Upcast: Contract {
    /// The version before.
    type Older: Contract;

    /// The same fact in the words of this version. It always succeeds, is about the same subject and has the same key; what the
    /// older version did not say is left open, never made up.
    fn upcast(older: Self::Older) -> Self;
}
