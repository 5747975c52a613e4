//! What an order is and how it moves. Pure: nothing here waits, stores, or knows what time it is.

mod basket;
mod email;
mod month;
mod order;
mod partitions;
mod saga;

pub use basket::{Basket, LINES_MAX, PriceTag, PriceTags, Priced, QUANTITY_MAX};
pub use email::{EMAIL_CHARS_MAX, is_email};
pub use month::Month;
pub use order::{Heard, News, Order, Parcel, Purchase};
pub use partitions::{Partition, Upkeep};
pub use saga::{
    Announcement, Contradiction, Fact, State, Verdict, reason_named, reason_text, step,
};
