//! From one revision of a function to the next by canary steps, and back, while orders are placed.
//!
//! With `SOUK_PREVIOUS_RELEASE=<folder of executables>` the first revision runs those, on this checkout's tables.

mod canary;
mod events;
mod load;
mod revisions;
