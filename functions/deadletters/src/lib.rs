//! deadletters.
