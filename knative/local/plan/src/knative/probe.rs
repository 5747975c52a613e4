//! `readinessProbe`: when an instance may get requests.

use crate::fields::Fields;
use crate::model::{ProbeAction, ProbePlan};
use crate::yaml::Value;

/// Reads the probe; without one Knative connects to the port.
pub(super) fn read(fields: Option<Fields<'_>>, container_port: u16) -> ProbePlan {
    let mut plan = ProbePlan {
        action: ProbeAction::TcpSocket,
        period_seconds: 0,
        timeout_seconds: 1,
        success_threshold: 1,
        failure_threshold: 3,
        initial_delay_seconds: 0,
    };
    let Some(mut fields) = fields else {
        return plan;
    };
    let seconds = || 0..=i64::from(i32::MAX);
    plan.period_seconds = fields.number("periodSeconds", seconds()).unwrap_or(0);
    plan.initial_delay_seconds = fields.number("initialDelaySeconds", seconds()).unwrap_or(0);
    plan.success_threshold = fields
        .number("successThreshold", 1..=i64::from(i32::MAX))
        .unwrap_or(1);
    for (name, target) in [
        ("timeoutSeconds", Target::Timeout),
        ("failureThreshold", Target::Failures),
    ] {
        let Some(field) = fields.take(name) else {
            continue;
        };
        let number: u32 = field.number(seconds()).unwrap_or(0);
        match (number, plan.period_seconds) {
            (0, _) => (),
            (_, 0) => field.wrong("may not be set when periodSeconds is 0 or absent"),
            (number, _) => target.set(&mut plan, number),
        }
    }
    plan.action = action(&mut fields, container_port);
    plan
}

#[derive(Clone, Copy)]
enum Target {
    Timeout,
    Failures,
}

impl Target {
    fn set(self, plan: &mut ProbePlan, number: u32) {
        match self {
            Self::Timeout => plan.timeout_seconds = number.into(),
            Self::Failures => plan.failure_threshold = number,
        }
    }
}

fn action(fields: &mut Fields<'_>, container_port: u16) -> ProbeAction {
    fields.refuse(
        &["exec", "grpc"],
        "is not supported here; httpGet and tcpSocket are",
    );
    let http = fields.fields("httpGet");
    let tcp = fields.fields("tcpSocket");
    if http.is_some() && tcp.is_some() {
        fields.wrong("must have one of httpGet and tcpSocket, not both");
    }
    if let Some(mut tcp) = tcp {
        only_port(&mut tcp, container_port);
    }
    match http {
        Some(mut http) => {
            only_port(&mut http, container_port);
            http_get(&mut http)
        }
        None => ProbeAction::TcpSocket,
    }
}

fn http_get(fields: &mut Fields<'_>) -> ProbeAction {
    if let Some(scheme) = fields.take("scheme")
        && scheme.text().is_some_and(|text| text != "HTTP")
    {
        scheme.wrong("only HTTP is supported here");
    }
    let path = fields.text("path").unwrap_or("/");
    let mut headers = Vec::new();
    for mut header in fields
        .list("httpHeaders")
        .iter()
        .filter_map(|field| field.fields())
    {
        let name = header.required_text("name");
        let value = header.text("value").unwrap_or_default();
        headers.extend(name.map(|name| (name.to_owned(), value.to_owned())));
    }
    ProbeAction::HttpGet {
        path: path.to_owned(),
        headers,
    }
}

/// Knative may only probe the container's own port.
fn only_port(fields: &mut Fields<'_>, container_port: u16) {
    let Some(port) = fields.take("port") else {
        return;
    };
    let own = i64::from(container_port);
    if !matches!(port.node().value, Value::Whole(number) if number == 0 || number == own) {
        port.wrong(format!("must be the container's port {own}; leave it away"));
    }
}
