//! Kong's services.

use url::Url;

use super::{entity, file, plugin, route};
use crate::fields::{Field, Fields};
use crate::model::{GatewayPlan, KongService};

const MAX_TIMEOUT_MS: i64 = 2_147_483_646;
const TIMEOUT_MS: u64 = 60_000;

/// Where a service's requests go.
struct Upstream {
    host: String,
    port: u16,
    path: Option<String>,
}

/// Reads a service with its routes and plugins.
pub(super) fn read(field: &Field<'_>, gateway: &mut GatewayPlan) {
    let Some(mut fields) = field.fields() else {
        return;
    };
    let name = file::name(&mut fields);
    entity::id(&mut fields, "services", name.unwrap_or_default());
    fields.refuse(
        &[
            "ca_certificates",
            "client_certificate",
            "tls_sans",
            "tls_verify",
            "tls_verify_depth",
        ],
        "is not supported here: functions are reached by http",
    );
    let upstream = upstream(&mut fields);
    let mut timeout = |name| {
        fields
            .number(name, 1..=MAX_TIMEOUT_MS)
            .unwrap_or(TIMEOUT_MS)
    };
    let (connect, read, write) = (
        timeout("connect_timeout"),
        timeout("read_timeout"),
        timeout("write_timeout"),
    );
    let retries = fields.number("retries", 0..=32_767).unwrap_or(5);
    let enabled = fields.flag("enabled").unwrap_or(true);
    for route in fields.list("routes") {
        route::read(&route, name, gateway);
    }
    for field in fields.list("plugins") {
        let scope = plugin::Scope {
            service: name.map(str::to_owned),
            ..plugin::Scope::default()
        };
        gateway.plugins.extend(plugin::read(&field, scope));
    }
    let (Some(name), Some(upstream)) = (name, upstream) else {
        return;
    };
    gateway.services.push(KongService {
        name: name.to_owned(),
        host: upstream.host,
        port: upstream.port,
        path: upstream.path,
        retries,
        connect_timeout_ms: connect,
        read_timeout_ms: read,
        write_timeout_ms: write,
        enabled,
        at: field.at().to_string(),
    });
}

fn upstream(fields: &mut Fields<'_>) -> Option<Upstream> {
    if let Some(url) = fields.take("url") {
        fields.refuse(
            &["host", "path", "port", "protocol"],
            "may not stand beside url",
        );
        return of_url(&url);
    }
    if let Some(protocol) = fields.take("protocol")
        && protocol.text().is_some_and(|text| text != "http")
    {
        protocol.wrong("only http is supported here");
    }
    let port = fields.number("port", 0..=i64::from(u16::MAX)).unwrap_or(80);
    let path = fields.text("path").map(str::to_owned);
    let host = fields.required_text("host")?.to_owned();
    Some(Upstream { host, port, path })
}

fn of_url(field: &Field<'_>) -> Option<Upstream> {
    let text = field.text()?;
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http");
    let Some((url, host)) = url.and_then(|url| Some((url.clone(), url.host_str()?.to_owned())))
    else {
        field.wrong("must be a URL that begins with http://");
        return None;
    };
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        field.wrong("may hold host, port and path only");
    }
    // The parser makes `/` of no path, which is the same to Kong.
    let path = (url.path() != "/").then(|| url.path().to_owned());
    Some(Upstream {
        host,
        port: url.port().unwrap_or(80),
        path,
    })
}
