//! The console's door: who may come in, and what is behind it.

use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::console::{About, Console};
use crate::guard::{self, Guard};
use crate::shop::Shop;
use crate::telemetry::Telemetry;
use crate::{api, assets, receiver, shop};

/// Where the console listens and who may come in.
pub struct Door {
    /// Bound already.
    pub listener: TcpListener,
    /// What every request must bring. `None`: the listener is on the loopback interface, and requests must name it.
    pub token: Option<String>,
}

/// Answers from now on, until this process ends.
///
/// # Errors
///
/// When the listener cannot be used.
pub fn serve(
    door: Door,
    about: About,
    shop: Arc<dyn Shop>,
    telemetry: Telemetry,
) -> std::io::Result<()> {
    door.listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(door.listener)?;
    telemetry.watch_metrics(Arc::clone(&shop));
    let routes = routes(door.token, about, shop, telemetry);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(())
}

pub(crate) fn routes(
    token: Option<String>,
    about: About,
    shop: Arc<dyn Shop>,
    telemetry: Telemetry,
) -> Router {
    let console = Console {
        about: Arc::new(about),
        shop,
        telemetry: telemetry.clone(),
        last_look: api::LastLook::default(),
    };
    Router::new()
        .merge(api::routes())
        .merge(shop::routes())
        .merge(assets::routes())
        .with_state(console)
        .merge(receiver::routes(telemetry))
        .layer(from_fn_with_state(Guard::new(token), guard::watch))
}
