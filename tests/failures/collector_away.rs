//! Whoever takes traces and metrics hangs: nobody who orders notices.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use journeys::process::status_kib;
use journeys::{Shop, manifests};

const ORDERS: usize = 30;
/// What a function's container may have (knative/base), the smallest of them.
const MEMORY_KIB_MAX: u64 = 64 * 1024;

/// An address that takes connections and everything that is sent, and never answers.
struct Hanging {
    url: String,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Hanging {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let connections = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&connections);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push(connection);
            }
        });
        Self {
            url: format!("http://{address}"),
            connections,
        }
    }

    /// How often it was called.
    fn called(&self) -> usize {
        let connections = self.connections.lock();
        connections.unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_confirmed_while_the_collector_hangs_and_functions_stay_small_and_end() {
    let hanging = Hanging::start();
    let manifests = manifests::telling(&hanging.url);
    let shop = Shop::start(&manifests.arguments());
    let customer = shop.customer().await;
    for _ in 0..ORDERS {
        let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
        let _ = customer.until(&order_id, "confirmed").await;
    }
    assert!(hanging.called() > 0, "nobody has told it anything");
    for (function, pid) in shop.local().running_functions() {
        let most = status_kib(pid, "VmHWM:");
        // Two passwords at once are what identity needs most for.
        assert!(
            most < MEMORY_KIB_MAX || function == "identity",
            "{function}: {most} KiB"
        );
    }
    shop.audit();
    // They try to tell it the rest before they end, for two seconds at most.
    let began = Instant::now();
    let closed = shop.local().souk(&["down"]);
    assert!(closed.status.success(), "{closed:?}");
    eprintln!("closed after {} ms", began.elapsed().as_millis());
}
