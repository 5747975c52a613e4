//! W3C Trace Context, `traceparent` of version 00, as Kong reads and writes it.

use std::fmt;

use uuid::Uuid;

/// Which trace a request belongs to, and under which span what it causes hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TraceContext {
    trace: u128,
    parent: u64,
    sampled: bool,
}

impl TraceContext {
    /// Of a header's value. None: Kong ignores it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace) = (parts.next()?, parts.next()?);
        let (parent, flags) = (parts.next()?, parts.next()?);
        let lengths = (version, trace.len(), parent.len(), flags.len());
        let rest_fits = lengths == ("00", 32, 16, 2) && parts.next().is_none();
        // Numbers are read with a sign, which would be none of the digits here.
        if !rest_fits || text.contains('+') {
            return None;
        }
        let context = Self {
            trace: u128::from_str_radix(trace, 16).ok()?,
            parent: u64::from_str_radix(parent, 16).ok()?,
            sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1,
        };
        (context.trace != 0 && context.parent != 0).then_some(context)
    }

    /// A new trace, of which this share is sampled.
    pub(super) fn begin(sampling_rate: f64) -> Self {
        let trace = Uuid::new_v4().as_u128();
        Self {
            trace,
            parent: span_id(),
            sampled: is_sampled(trace, sampling_rate),
        }
    }

    /// The same trace, with a span of this gateway in between. Whoever began it has decided whether it is sampled.
    pub(super) fn child(self) -> Self {
        Self {
            parent: span_id(),
            ..self
        }
    }

    pub(super) fn trace_id(&self) -> String {
        format!("{:032x}", self.trace)
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trace,
            parent,
            sampled,
        } = self;
        write!(
            f,
            "00-{trace:032x}-{parent:016x}-{:02x}",
            u8::from(*sampled)
        )
    }
}

/// Half of a random UUID with the bits that are not random; never 0.
fn span_id() -> u64 {
    Uuid::new_v4().as_u64_pair().0
}

/// By the trace alone, so that everybody with the same rate decides the same. The last 62 bits are random.
#[allow(clippy::cast_precision_loss)] // A rate is not that exact.
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
        let child = context.child().to_string();
        assert!(
            child.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && child.ends_with("-01")
        );
        assert_ne!(child, CALLERS);
    }

    #[test]
    fn what_is_no_context_of_version_00_is_ignored() {
        for text in [
            "",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-xaf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }

    #[test]
    fn of_new_traces_about_the_share_asked_for_is_sampled() {
        let sampled = |rate| {
            let traces = (0..2_000).map(|_| TraceContext::begin(rate));
            traces.filter(|context| context.sampled).count()
        };
        assert_eq!((sampled(0.0), sampled(1.0)), (0, 2_000));
        let half = sampled(0.5);
        assert!((800..1_200).contains(&half), "{half}");
    }
}
