//! What an order is and how it moves. Pure: nothing here waits, stores, or knows what time it is.

mod basket;
mod email;
mod facts;
mod milestone;
mod month;
mod news;
mod notes;
mod order;
mod partitions;
mod reasons;
mod saga;

pub use basket::{Basket, LINES_MAX, PriceTag, PriceTags, Priced, QUANTITY_MAX};
pub use email::{EMAIL_CHARS_MAX, is_email};
pub use facts::{Announcement, Contradiction, Fact};
pub use milestone::Milestone;
pub use month::Month;
pub use news::{Heard, News};
pub use notes::{Cancellation, Notes, PaymentProblem};
pub use order::{Order, Parcel, Purchase};
pub use partitions::{Partition, Upkeep};
pub use reasons::{cancellation_named, cancellation_text, reason_after, reason_named, reason_text};
pub use saga::{State, Verdict, step};
