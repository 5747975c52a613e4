//! A shop whose functions and Jobs run from their images, each in a container of podman: `.ci/journeys-in-images`.
//!
//! Ignored elsewhere: they need podman, and the images in the folder that `SOUK_IMAGES` names.

mod containers;
mod ending;
mod limits;
mod refusals;
