//! Whether an event fits into a Kafka record, headers and all.

use crate::event::Event;

/// `max.request.size` of the broker's producer.
const RECORD_BYTES_MAX: usize = 1 << 20;
/// Head of a record batch, and the most that the head of a record can take.
const OVERHEAD: usize = 61 + 21;

/// Whether Kafka's producer would send it.
pub(crate) fn fits_into_a_record(event: &Event) -> bool {
    record_bytes(event) <= RECORD_BYTES_MAX
}

/// `AbstractRecords.estimateSizeInBytesUpperBound`.
fn record_bytes(event: &Event) -> usize {
    let key = event.attribute("partitionkey").map_or(1, sized);
    let attributes = event.attributes.iter().map(|(name, value)| {
        let header = match name.as_str() {
            "datacontenttype" => "content-type".len(),
            other => "ce_".len() + other.len(),
        };
        varint(header) + header + sized(value)
    });
    let trace = event
        .trace
        .iter()
        .map(|(name, value)| sized(name) + sized(value));
    let headers: usize = attributes.chain(trace).sum();
    let data = varint(event.data.len()) + event.data.len();
    let count = varint(event.attributes.len() + event.trace.len());
    OVERHEAD + key + data + count + headers
}

fn sized(text: &str) -> usize {
    varint(text.len()) + text.len()
}

/// Bytes of a length in zigzag encoding.
fn varint(length: usize) -> usize {
    let bits = usize::BITS - (length << 1).leading_zeros();
    bits.max(1).div_ceil(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_where_the_real_one_was_measured() {
        for (bytes, fits) in [(1_048_350, true), (1_048_400, false)] {
            let id = ("id", "0192f0c1-7f5e-7c3e-a1f0-1c2d3e4f5a6b");
            let required = [("specversion", "1.0"), id, ("source", "/s"), ("type", "t")];
            let content_type = ("datacontenttype", "text/plain");
            let attributes = required.into_iter().chain([content_type]);
            let event = Event {
                attributes: attributes
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
                data: vec![b'x'; bytes].into(),
                ..Event::default()
            };
            assert_eq!(fits_into_a_record(&event), fits, "{bytes}");
        }
    }

    #[test]
    fn lengths_take_as_many_bytes_as_in_kafka() {
        for (length, bytes) in [(0, 1), (63, 1), (64, 2), (8191, 2), (8192, 3), (1 << 20, 4)] {
            assert_eq!(varint(length), bytes, "{length}");
        }
    }
}
