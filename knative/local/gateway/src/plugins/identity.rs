//! Who is calling, as plugins that authenticate write it down: in the exchange and in the `X-Consumer-*` headers.

use std::sync::Arc;

use http::Method;
use http::header::HeaderName;

use super::Setting;
use crate::consumers::Consumer;
use crate::exchange::Exchange;
use crate::exit::Exit;

const CONSUMER_ID: HeaderName = HeaderName::from_static("x-consumer-id");
const CONSUMER_CUSTOM_ID: HeaderName = HeaderName::from_static("x-consumer-custom-id");
const CONSUMER_USERNAME: HeaderName = HeaderName::from_static("x-consumer-username");
const CREDENTIAL_IDENTIFIER: HeaderName = HeaderName::from_static("x-credential-identifier");
const ANONYMOUS_CONSUMER: HeaderName = HeaderName::from_static("x-anonymous-consumer");

/// What an authenticating plugin does around its own check.
pub(crate) struct Door {
    /// Who comes in without credentials, if anybody may.
    anonymous: Option<Arc<Consumer>>,
    run_on_preflight: bool,
}

impl Door {
    pub(crate) fn new(
        setting: &Setting<'_>,
        anonymous: Option<&str>,
        run_on_preflight: bool,
    ) -> Result<Self, String> {
        let anonymous = anonymous.map(|name| {
            let consumer = setting.consumers.named(name).cloned();
            consumer.ok_or_else(|| format!("config.anonymous: there is no consumer `{name}`"))
        });
        Ok(Self {
            anonymous: anonymous.transpose()?,
            run_on_preflight,
        })
    }

    /// Runs the check where one is needed; who fails it is let in as the anonymous consumer or refused.
    pub(crate) fn pass(
        &self,
        exchange: &mut Exchange,
        check: impl FnOnce(&mut Exchange) -> Result<(), Box<Exit>>,
    ) -> Result<(), Box<Exit>> {
        let excused = !self.run_on_preflight && exchange.method == Method::OPTIONS;
        let already_in = self.anonymous.is_some() && exchange.credential.is_some();
        if excused || already_in {
            return Ok(());
        }
        match (check(exchange), &self.anonymous) {
            (Err(exit), Some(_)) if exit.status.is_server_error() => Err(exit),
            (Err(_), Some(anonymous)) => {
                identify(exchange, anonymous, None);
                Ok(())
            }
            (outcome, _) => outcome,
        }
    }
}

/// Sets the consumer and, unless it is the anonymous one, the credential.
pub(crate) fn identify(
    exchange: &mut Exchange,
    consumer: &Arc<Consumer>,
    credential: Option<&str>,
) {
    exchange.set_header(CONSUMER_ID, Some(&consumer.id.to_string()));
    exchange.set_header(CONSUMER_CUSTOM_ID, consumer.custom_id.as_deref());
    exchange.set_header(CONSUMER_USERNAME, Some(&consumer.username));
    exchange.set_header(CREDENTIAL_IDENTIFIER, credential);
    exchange.set_header(ANONYMOUS_CONSUMER, credential.is_none().then_some("true"));
    exchange.consumer = Some(Arc::clone(consumer));
    exchange.credential = credential.map(str::to_owned);
}
