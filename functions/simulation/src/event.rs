//! The events of the saga, without their particulars: what happened to which order.

use std::fmt;

use chrono::{DateTime, Utc};
use souk_contracts::{CancelReason, CancellationReason};

/// The functions that the saga goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// Conducts it.
    Orders,
    /// Knows the pieces.
    Inventory,
    /// Talks to the provider.
    Payments,
    /// Sends parcels.
    Shipping,
}

/// What is said. The names are those of the contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// `order.placed`
    OrderPlaced,
    /// `stock.reserved`
    StockReserved,
    /// `stock.rejected`
    StockRejected,
    /// `payment.requested`
    PaymentRequested,
    /// `authentication.requested`
    AuthenticationRequested,
    /// `payment.authorized`
    PaymentAuthorized,
    /// `payment.declined`
    PaymentDeclined,
    /// `payment.captured`
    PaymentCaptured,
    /// `payment.voided`
    PaymentVoided,
    /// `payment.refunded`
    PaymentRefunded,
    /// `capture.refused`
    CaptureRefused,
    /// `payment.postponed`, which attempt it is.
    PaymentPostponed(u32),
    /// `order.confirmed`
    OrderConfirmed,
    /// `cancellation.requested`, and why.
    CancellationRequested(CancellationReason),
    /// `shipment.booked`
    ShipmentBooked,
    /// `shipment.cancelled`
    ShipmentCancelled,
    /// `shipment.dispatched`
    ShipmentDispatched,
    /// `shipment.delivered`
    ShipmentDelivered,
    /// `order.shipped`
    OrderShipped,
    /// `order.delivered`
    OrderDelivered,
    /// `order.cancelled`, and why.
    OrderCancelled(CancelReason),
}

/// The names of all events that somebody hears.
pub const NAMES: [&str; 15] = [
    "order.placed",
    "stock.reserved",
    "stock.rejected",
    "payment.requested",
    "payment.authorized",
    "payment.declined",
    "capture.refused",
    "payment.postponed",
    "order.confirmed",
    "cancellation.requested",
    "shipment.booked",
    "shipment.cancelled",
    "shipment.dispatched",
    "shipment.delivered",
    "order.cancelled",
];

/// An event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// By which inboxes know it.
    pub id: u32,
    /// What is said.
    pub what: What,
    /// About which order; orders are numbered from 0.
    pub order: usize,
    /// When it happened.
    pub at: DateTime<Utc>,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Orders,
        Self::Inventory,
        Self::Payments,
        Self::Shipping,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Inventory => "inventory",
            Self::Payments => "payments",
            Self::Shipping => "shipping",
        }
    }

    /// The function of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|function| function.name() == name)
    }
}

impl What {
    /// The type, without `dev.souk.` and version.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderPlaced => "order.placed",
            Self::StockReserved => "stock.reserved",
            Self::StockRejected => "stock.rejected",
            Self::PaymentRequested => "payment.requested",
            Self::AuthenticationRequested => "authentication.requested",
            Self::PaymentAuthorized => "payment.authorized",
            Self::PaymentDeclined => "payment.declined",
            Self::PaymentCaptured => "payment.captured",
            Self::PaymentVoided => "payment.voided",
            Self::PaymentRefunded => "payment.refunded",
            Self::CaptureRefused => "capture.refused",
            Self::PaymentPostponed(_) => "payment.postponed",
            Self::OrderConfirmed => "order.confirmed",
            Self::CancellationRequested(_) => "cancellation.requested",
            Self::ShipmentBooked => "shipment.booked",
            Self::ShipmentCancelled => "shipment.cancelled",
            Self::ShipmentDispatched => "shipment.dispatched",
            Self::ShipmentDelivered => "shipment.delivered",
            Self::OrderShipped => "order.shipped",
            Self::OrderDelivered => "order.delivered",
            Self::OrderCancelled(_) => "order.cancelled",
        }
    }

    /// One of each that somebody hears.
    pub fn each() -> [Self; 15] {
        [
            Self::OrderPlaced,
            Self::StockReserved,
            Self::StockRejected,
            Self::PaymentRequested,
            Self::PaymentAuthorized,
            Self::PaymentDeclined,
            Self::CaptureRefused,
            Self::PaymentPostponed(1),
            Self::OrderConfirmed,
            Self::CancellationRequested(CancellationReason::RequestedByCustomer),
            Self::ShipmentBooked,
            Self::ShipmentCancelled,
            Self::ShipmentDispatched,
            Self::ShipmentDelivered,
            Self::OrderCancelled(CancelReason::RequestedByCustomer),
        ]
    }

    /// Who hears it, as the Triggers in `eventing/base/triggers` say (a test compares them). Who only tells people about it is
    /// left out.
    pub fn consumers(self) -> &'static [Function] {
        use Function::*;
        match self {
            Self::OrderPlaced => &[Inventory],
            Self::StockReserved
            | Self::StockRejected
            | Self::PaymentAuthorized
            | Self::PaymentDeclined
            | Self::CaptureRefused
            | Self::ShipmentBooked
            | Self::ShipmentCancelled
            | Self::ShipmentDelivered => &[Orders],
            Self::PaymentRequested | Self::PaymentPostponed(_) => &[Payments],
            Self::OrderConfirmed => &[Inventory, Shipping],
            Self::CancellationRequested(_) => &[Shipping],
            Self::ShipmentDispatched => &[Orders, Inventory, Payments],
            Self::OrderCancelled(_) => &[Inventory, Payments, Shipping],
            Self::AuthenticationRequested
            | Self::PaymentCaptured
            | Self::PaymentVoided
            | Self::PaymentRefunded
            | Self::OrderShipped
            | Self::OrderDelivered => &[],
        }
    }

    /// Whether it is said at most once of an order. The others are answers, given as often as somebody asks, or attempts: a
    /// capture that was refused is tried again when its event comes again, which is how a merchant has it tried again.
    pub fn is_said_once(self) -> bool {
        !matches!(
            self,
            Self::PaymentPostponed(_)
                | Self::PaymentRefunded
                | Self::CaptureRefused
                | Self::CancellationRequested(_)
                | Self::ShipmentBooked
                | Self::ShipmentCancelled
        )
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of order {}", self.what.name(), self.order)
    }
}
