//! The SQL. What it means is decided elsewhere.

/// The columns of `orders`, by name: a statement that takes all there are fails once a later release has added one.
macro_rules! order_columns {
    () => {
        "order_id, account_id, email, state, cancel_reason, cancel_detail, lines, total_minor, currency, \
         payment_method, shipping_address, carrier, tracking_number, placed_at, updated_at"
    };
}

/// The same of `order_notes`, but for the order's id.
macro_rules! note_columns {
    () => {
        "confirmed_at, booked_at, cancellation_requested_at, cancellation_reason, cancellation_asked_at, \
         payment_problem, payment_problem_at"
    };
}

/// Orders with their notes, as they are read by whoever changes nothing.
macro_rules! select_noted {
    ($rest:literal) => {
        concat!(
            "select ",
            order_columns!(),
            ", ",
            note_columns!(),
            " from orders left join order_notes using (order_id) ",
            $rest
        )
    };
}

pub(crate) mod erasure;
pub(crate) mod notes;
pub(crate) mod orders;
pub(crate) mod partitions;
pub(crate) mod price_list;
mod row;
