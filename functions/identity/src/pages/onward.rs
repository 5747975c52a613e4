//! Where a login leads to: on with an authorization request, or to one's sessions. Nowhere else, whatever the address says.

use souk_kit::Problem;

use crate::{
    app::App,
    authorize::{Parameters, form_target, recipient},
};

const AUTHORIZE: &str = "/oauth2/authorize?";
const SESSIONS: &str = "/account/sessions";

/// What follows a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Onward {
    /// The request goes on.
    Authorize(Parameters),
    /// One's sessions.
    Sessions,
}

/// Whom a login is for, as the page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Purpose {
    /// The name of the client.
    pub(crate) client: Option<String>,
    /// The address that the client expects.
    pub(crate) login_hint: Option<String>,
    /// Where the form's answer may lead.
    pub(crate) target: Option<String>,
}

impl Onward {
    /// What `continue` says.
    pub(crate) fn read(text: Option<&str>) -> Self {
        match text.and_then(|text| text.strip_prefix(AUTHORIZE)) {
            Some(query) => Self::Authorize(Parameters::read(query)),
            None => Self::Sessions,
        }
    }

    /// The address, which is always one of ours.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Authorize(parameters) => format!("{AUTHORIZE}{}", parameters.query()),
            Self::Sessions => SESSIONS.to_owned(),
        }
    }

    /// The login page that leads there.
    pub(crate) fn login(&self) -> String {
        crate::authorize::with_parameters("/account/login", &[("continue", &self.address())])
    }

    /// For whom it is, as far as the request is good.
    pub(crate) async fn purpose(&self, app: &App) -> Result<Purpose, Problem> {
        let Self::Authorize(parameters) = self else {
            return Ok(Purpose::default());
        };
        let Ok(recipient) = recipient(app, parameters).await? else {
            return Ok(Purpose::default());
        };
        Ok(Purpose {
            target: form_target(&recipient.redirect_uri),
            client: Some(recipient.client.name),
            login_hint: parameters.get("login_hint").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_a_request_or_home_and_never_elsewhere() {
        let request = "/oauth2/authorize?client_id=a&state=%26";
        assert_eq!(Onward::read(Some(request)).address(), request);
        for elsewhere in [
            "https://evil.example/",
            "//evil.example/oauth2/authorize?x=1",
            "/\\evil.example",
            "/oauth2/authorize/../../evil",
            "javascript:alert(1)",
            "/v1/orders",
            "",
        ] {
            assert_eq!(
                Onward::read(Some(elsewhere)),
                Onward::Sessions,
                "{elsewhere}"
            );
        }
        assert_eq!(Onward::read(None).address(), "/account/sessions");
    }

    #[test]
    fn a_request_survives_the_address_of_the_login_page() {
        let onward = Onward::read(Some("/oauth2/authorize?state=%26%3D&x=1"));
        let login = onward.login();
        let query = Parameters::read(login.strip_prefix("/account/login?").unwrap());
        assert_eq!(Onward::read(query.get("continue")), onward);
    }
}
