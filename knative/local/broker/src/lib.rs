//! souk-broker.
