//! What starts processes is somebody else's: it knows executables, variables and where output goes.

use std::io;

use futures::future::BoxFuture;
use souk_plan::model::ServicePlan;
use tokio::process::Child;

/// Starts the process of one instance.
///
/// The child must die with souk; its output goes where the implementor wants. stdin must be closed.
pub trait Launcher: Send + Sync + 'static {
    /// The process makes a process group of its own: whoever is left in that ends with it.
    ///
    /// `runtime` are the variables of the runtime contract (`PORT`, `K_SERVICE`, `K_CONFIGURATION`, `K_REVISION`), to be
    /// added to what the manifest says.
    fn launch(
        &self,
        service: &ServicePlan,
        runtime: Vec<(String, String)>,
    ) -> BoxFuture<'static, io::Result<Child>>;
}
