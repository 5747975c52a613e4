//! souk-serving.
