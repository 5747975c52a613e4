//! When an instance is ready: its readiness probe, as queue-proxy runs it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use http::header::{CONNECTION, HOST, USER_AGENT};
use souk_plan::model::{ProbeAction, ProbePlan};
use tokio::time::{sleep, timeout};

use crate::pool::{connect, open};

/// `periodSeconds: 0` is Knative's own fast probing: every 50 ms, 100 ms for each attempt. The first attempts come sooner
/// here; a function that does not listen yet cannot tell.
const FAST_PERIOD: Duration = Duration::from_millis(50);
const FAST_TIMEOUT: Duration = Duration::from_millis(100);
/// Otherwise the activator, which asks queue-proxy every 200 ms, finds a new instance before the next period does.
const ACTIVATOR_PERIOD: Duration = Duration::from_millis(200);
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// Kubernetes' defaults, for an instance that has been ready.
const PERIOD_USUAL: Duration = Duration::from_secs(10);
const TIMEOUT_USUAL: Duration = Duration::from_secs(1);
const FAILURES_USUAL: u32 = 3;

/// The pauses between attempts: short at first, doubled up to the period.
#[derive(Debug)]
struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    fn of(probe: &ProbePlan) -> Self {
        Self {
            next: FIRST_PAUSE,
            longest: match probe.period_seconds {
                0 => FAST_PERIOD,
                seconds => Duration::from_secs(seconds).min(ACTIVATOR_PERIOD),
            },
        }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        Some(pause)
    }
}

/// Waits until the instance is ready, for as long as that takes.
pub(crate) async fn until_ready(probe: &ProbePlan, address: SocketAddr) {
    sleep(Duration::from_secs(probe.initial_delay_seconds)).await;
    let longest = match probe.period_seconds {
        0 => FAST_TIMEOUT,
        _ => Duration::from_secs(probe.timeout_seconds.max(1)),
    };
    let mut successes = 0;
    for pause in Pauses::of(probe) {
        successes = if succeeds(&probe.action, address, longest).await {
            successes + 1
        } else {
            0
        };
        if successes >= probe.success_threshold.max(1) {
            return;
        }
        sleep(pause).await;
    }
}

/// Waits until an instance that was ready is no longer.
pub(crate) async fn until_unready(probe: &ProbePlan, address: SocketAddr) {
    let (period, longest, failures_most) = match probe.period_seconds {
        0 => (PERIOD_USUAL, TIMEOUT_USUAL, FAILURES_USUAL),
        seconds => (
            Duration::from_secs(seconds),
            Duration::from_secs(probe.timeout_seconds.max(1)),
            probe.failure_threshold.max(1),
        ),
    };
    let mut failures = 0;
    while failures < failures_most {
        sleep(period).await;
        failures = if succeeds(&probe.action, address, longest).await {
            0
        } else {
            failures + 1
        };
    }
}

async fn succeeds(action: &ProbeAction, address: SocketAddr, longest: Duration) -> bool {
    let attempt = async {
        match action {
            ProbeAction::TcpSocket => open(address).await.is_ok(),
            ProbeAction::HttpGet { path, headers } => {
                matches!(get(address, path, headers).await, Ok(200..400))
            }
        }
    };
    timeout(longest, attempt).await.unwrap_or(false)
}

async fn get(address: SocketAddr, path: &str, headers: &[(String, String)]) -> io::Result<u16> {
    let mut request = Request::get(path)
        .header(HOST, address.to_string())
        .header(USER_AGENT, "kube-probe/1.34")
        .header(CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).map_err(io::Error::other)?;
    let answer = connect(address).await?.send_request(request).await;
    answer
        .map(|answer| answer.status().as_u16())
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use http::StatusCode;
    use tokio::net::TcpListener;

    use super::*;

    fn probe(path: &str) -> ProbeAction {
        ProbeAction::HttpGet {
            path: path.to_owned(),
            headers: vec![("x-probe".to_owned(), "1".to_owned())],
        }
    }

    fn pauses(period_seconds: u64) -> Vec<u64> {
        let plan = ProbePlan {
            action: ProbeAction::TcpSocket,
            period_seconds,
            timeout_seconds: 1,
            success_threshold: 1,
            failure_threshold: 3,
            initial_delay_seconds: 0,
        };
        Pauses::of(&plan)
            .take(10)
            .map(|pause| u64::try_from(pause.as_millis()).unwrap())
            .collect()
    }

    #[test]
    fn the_first_attempts_come_soon_and_the_later_ones_with_the_period() {
        assert_eq!(pauses(0), [1, 2, 4, 8, 16, 32, 50, 50, 50, 50]);
        assert_eq!(pauses(10), [1, 2, 4, 8, 16, 32, 64, 128, 200, 200]);
    }

    #[tokio::test]
    async fn statuses_from_200_to_399_are_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new()
            .route("/fine", get(|| async { StatusCode::FOUND }))
            .route("/ill", get(|| async { StatusCode::SERVICE_UNAVAILABLE }));
        tokio::spawn(axum::serve(listener, routes).into_future());
        let longest = Duration::from_secs(10);
        assert!(succeeds(&probe("/fine"), address, longest).await);
        assert!(!succeeds(&probe("/ill"), address, longest).await);
        assert!(succeeds(&ProbeAction::TcpSocket, address, longest).await);
    }

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_not_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let longest = Duration::from_secs(10);
        assert!(!succeeds(&ProbeAction::TcpSocket, address, longest).await);
    }
}
