//! souk-engines.
