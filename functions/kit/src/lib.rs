//! souk-kit.
