//! souk-gateway.
