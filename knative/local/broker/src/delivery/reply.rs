//! An event that a subscriber answers with.

use std::sync::Arc;

use crate::event::Event;
use crate::ingress::fits_into_a_record;
use crate::log::{Log, Topic};

/// Puts it into the broker, past the ingress. Nothing keeps a trigger from hearing its own replies, here as there.
pub(super) async fn store(log: &Log, topic: &Arc<Topic>, reply: Event) -> Result<(), String> {
    if !fits_into_a_record(&reply) {
        return Err(format!("its reply {} is larger than 1 MiB", reply.named()));
    }
    let stored = log.append(topic, reply).await;
    stored.map_err(|error| format!("its reply: {error}"))
}
