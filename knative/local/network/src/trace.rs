//! W3C Trace Context: the header `traceparent`, read and written.

use std::fmt;

use uuid::Uuid;

/// Which trace a request or an event belongs to, and the span under which hangs what it causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: u128,
    span: u64,
    sampled: bool,
}

impl TraceContext {
    /// Of a header's value. A later version than 00 may have more parts; what is known of them is read as version 00, as the
    /// recommendation says. None: the value is to be ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace = hex(parts.next()?, 32)?;
        let span = u64::try_from(hex(parts.next()?, 16)?).ok()?;
        let flags = hex(parts.next()?, 2)?;
        let has_more = parts.next().is_some();
        let is_known = version != 0xff && (version != 0 || !has_more);
        (is_known && trace != 0 && span != 0).then_some(Self {
            trace,
            span,
            sampled: flags & 1 == 1,
        })
    }

    /// A new trace, of which this share is sampled, from 0 to 1.
    #[must_use]
    pub fn begin(sampling_rate: f64) -> Self {
        let trace = Uuid::new_v4().as_u128();
        Self {
            trace,
            span: new_span_id(),
            sampled: is_sampled(trace, sampling_rate),
        }
    }

    /// The same trace, with a new span in between. Whoever began it has decided whether it is sampled.
    #[must_use]
    pub fn child(self) -> Self {
        self.with_span(new_span_id())
    }

    /// The same trace, with this span in between. It must not be 0.
    #[must_use]
    pub fn with_span(self, span: u64) -> Self {
        Self { span, ..self }
    }

    /// The trace; never 0.
    #[must_use]
    pub fn trace_id(self) -> u128 {
        self.trace
    }

    /// The span; never 0.
    #[must_use]
    pub fn span_id(self) -> u64 {
        self.span
    }

    /// Whether spans of this trace are kept.
    #[must_use]
    pub fn is_sampled(self) -> bool {
        self.sampled
    }
}

/// As version 00.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trace,
            span,
            sampled,
        } = self;
        write!(f, "00-{trace:032x}-{span:016x}-{:02x}", u8::from(*sampled))
    }
}

/// A number of so many lower case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let fits = text.len() == digits
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    u128::from_str_radix(text, 16).ok().filter(|_| fits)
}

/// Half of a random UUID with the bits that are not random; never 0.
fn new_span_id() -> u64 {
    Uuid::new_v4().as_u64_pair().0
}

/// By the trace alone, so that everybody with the same rate decides the same. The last 62 bits are random.
#[expect(clippy::cast_precision_loss, reason = "a rate is not that exact")]
fn is_sampled(trace: u128, rate: f64) -> bool {
    let random = (trace & ((1 << 62) - 1)) as f64;
    random < rate * (1_u64 << 62) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLERS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_callers_context_is_read_and_written_back_the_same() {
        let context = TraceContext::parse(CALLERS).unwrap();
        assert_eq!(context.to_string(), CALLERS);
        assert_eq!(context.span_id(), 0xb7ad_6b71_6920_3331);
        let child = context.child();
        assert_eq!(child.trace_id(), context.trace_id());
        assert!(child.is_sampled());
        assert_ne!(child.span_id(), context.span_id());
    }

    #[test]
    fn a_later_version_may_say_more_and_is_handed_on_as_00() {
        let later = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what";
        assert_eq!(TraceContext::parse(later).unwrap().to_string(), CALLERS);
    }

    #[test]
    fn what_is_no_context_is_ignored() {
        for text in [
            "",
            "00-1-2-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-xaf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }

    #[test]
    fn of_new_traces_about_the_share_asked_for_is_sampled() {
        let sampled = |rate| {
            let traces = (0..2_000).map(|_| TraceContext::begin(rate));
            traces.filter(|context| context.is_sampled()).count()
        };
        assert_eq!((sampled(0.0), sampled(1.0)), (0, 2_000));
        let half = sampled(0.5);
        assert!((800..1_200).contains(&half), "{half}");
    }
}
