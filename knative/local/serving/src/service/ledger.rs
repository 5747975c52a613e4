//! Where Services are remembered. Files are somebody else's.

use std::io;

use souk_plan::model::ObjectName;

use super::ServiceRecord;

/// Remembers Services from one start of the runtime to the next.
pub trait Ledger: Send + Sync + 'static {
    /// Writes down how a Service is now.
    ///
    /// # Errors
    /// When it cannot be written: it is reported, and the Service goes on.
    fn write(&self, service: &ServiceRecord) -> io::Result<()>;

    /// A Service is no more.
    ///
    /// # Errors
    /// When that cannot be written down.
    fn forget(&self, service: &ObjectName) -> io::Result<()>;
}

/// Remembers nothing.
pub(crate) struct Forgetful;

impl Ledger for Forgetful {
    fn write(&self, _: &ServiceRecord) -> io::Result<()> {
        Ok(())
    }

    fn forget(&self, _: &ObjectName) -> io::Result<()> {
        Ok(())
    }
}
