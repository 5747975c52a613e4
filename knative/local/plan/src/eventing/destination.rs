//! Destinations: where events go, by reference or by address.

use url::Url;

use crate::fields::{Field, Fields};
use crate::known::Known;
use crate::model::{ObjectName, SinkUrl};
use crate::names::{broker_address, service_address};
use crate::object::Kind;

/// Reads a destination of an object in this namespace.
pub(super) fn read(field: &Field<'_>, namespace: &str, known: &Known) -> Option<SinkUrl> {
    let mut fields = field.fields()?;
    fields.refuse(
        &["CACerts", "audience"],
        "is not supported here: there is no TLS and no OIDC between parts of one machine",
    );
    let reference = fields.fields("ref");
    let uri = fields.take("uri");
    match (reference, uri) {
        (Some(reference), None) => address(reference, namespace, known),
        (Some(reference), Some(uri)) => {
            let uri = relative(&uri);
            let base = address(reference, namespace, known)?;
            join(field, &base, uri?)
        }
        (None, Some(uri)) => absolute(&uri),
        (None, None) => {
            field.wrong("must have ref or uri");
            None
        }
    }
}

/// The address of an object that takes events.
fn address(mut reference: Fields<'_>, namespace: &str, known: &Known) -> Option<SinkUrl> {
    let api_version = reference.required_text("apiVersion");
    let kind = reference.required("kind");
    let name = reference.required("name");
    let namespace = reference.text("namespace").unwrap_or(namespace);
    let (api_version, kind, name) = (api_version?, kind?, name?);
    let written = kind.text()?;
    let object = ObjectName {
        namespace: namespace.to_owned(),
        name: name.text()?.to_owned(),
    };
    let (found, address) = match Kind::find(api_version, written) {
        Some(Kind::Service) => (Kind::Service, service_address(&object)),
        Some(Kind::Broker) => (Kind::Broker, broker_address(&object)),
        _ => {
            let supported = "serving.knative.dev/v1 Service and eventing.knative.dev/v1 Broker are";
            kind.wrong(format!(
                "{api_version} {written} is not supported here; {supported}"
            ));
            return None;
        }
    };
    if let Some(missing) = known.missing(found, &object) {
        name.wrong(missing);
        return None;
    }
    Some(address)
}

fn relative<'a>(uri: &Field<'a>) -> Option<&'a str> {
    let text = uri.text()?;
    if Url::parse(text).is_ok() || text.starts_with("//") {
        uri.wrong("must be relative, such as `/events`, where there is a ref");
        return None;
    }
    Some(text)
}

/// As URLs are resolved: `/extra` replaces the path of a Broker's address.
fn join(field: &Field<'_>, base: &str, uri: &str) -> Option<SinkUrl> {
    let joined = Url::parse(base).and_then(|base| base.join(uri));
    match joined {
        Ok(url) => Some(url.into()),
        Err(error) => {
            field.wrong(format!("uri: {error}"));
            None
        }
    }
}

fn absolute(uri: &Field<'_>) -> Option<SinkUrl> {
    let text = uri.text()?;
    let wrong = match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must hold no user and password: Knative drops them"
        }
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "must begin with http:// or https://"
        }
        Ok(_) => return Some(text.to_owned()),
        Err(_) => "must be a URL, such as `http://example.com/events`, where there is no ref",
    };
    uri.wrong(wrong);
    None
}
