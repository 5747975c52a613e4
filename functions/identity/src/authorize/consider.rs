//! From the parameters of a request to what is to be done about it.

use souk_kit::Problem;

use super::{
    Login, Parameters, Refusal, Request, consents,
    decide::{Allowed, Decision, Standing, decide},
    hint::read_hint,
    logins, redirect,
};
use crate::{
    accounts::store as accounts,
    app::App,
    clients,
    domain::{Account, Client, ClientKind, Scope},
};

/// The client that asks, and where it is answered. Both are known to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    /// The client.
    pub(crate) client: Client,
    /// One of its registered URIs; of a loopback address, with the port that the request names.
    pub(crate) redirect_uri: String,
    /// Given back with every answer.
    pub(crate) state: Option<String>,
}

/// A good request of somebody who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    /// Who is answered.
    pub(crate) recipient: Recipient,
    /// What was asked.
    pub(crate) request: Request,
    /// Who is asked.
    pub(crate) account: Account,
    /// Since when.
    pub(crate) login: Login,
    /// What the token would be good for.
    pub(crate) wanted: Scope,
    /// What was allowed before, where that is remembered.
    pub(crate) allowed: Option<Scope>,
}

/// What is to be done about a request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// Nobody knows where an answer would go: whoever sees the page is told.
    Nowhere(&'static str),
    /// The client is told why not.
    Refuse(Box<Recipient>, Refusal),
    /// The password is asked for.
    LogIn,
    /// Consent is asked for.
    Ask(Box<Asking>),
    /// A code is given.
    Grant(Box<Asking>),
}

/// Judges a request; `cookie` is what the browser shows of its login.
pub(crate) async fn consider(
    app: &App,
    parameters: &Parameters,
    cookie: Option<&str>,
) -> Result<Outcome, Problem> {
    let recipient = match recipient(app, parameters).await? {
        Ok(recipient) => recipient,
        Err(why) => return Ok(Outcome::Nowhere(why)),
    };
    let read = Request::read(parameters).and_then(|request| {
        let unreadable = Refusal::new("invalid_scope", "scope cannot be read.");
        let asked = request.scope.parse::<Scope>().map_err(|_| unreadable)?;
        Ok((request, asked))
    });
    let (request, asked) = match read {
        Ok(read) => read,
        Err(refusal) => return Ok(Outcome::Refuse(Box::new(recipient), refusal)),
    };
    let present = who(app, cookie).await?;
    judge(app, recipient, request, &asked, present).await
}

/// Whose request it is and where the answer goes, or why nobody can be answered.
pub(crate) async fn recipient(
    app: &App,
    parameters: &Parameters,
) -> Result<Result<Recipient, &'static str>, Problem> {
    let Some(client_id) = parameters.get("client_id") else {
        return Ok(Err("The request does not say which program it comes from."));
    };
    let client = clients::find(app.pool(), client_id).await?;
    let Some(client) = client.filter(|client| client.enabled && client.kind.acts_for_people())
    else {
        return Ok(Err("The program that has sent you here is not known."));
    };
    let Some(asked) = parameters.get("redirect_uri") else {
        return Ok(Err(
            "The request does not say where you would be sent back to.",
        ));
    };
    if !client
        .redirect_uris
        .iter()
        .any(|uri| redirect::is_registered(uri, asked))
    {
        return Ok(Err(
            "You would be sent back to an address that is not the program's.",
        ));
    }
    Ok(Ok(Recipient {
        redirect_uri: asked.to_owned(),
        state: parameters.get("state").map(str::to_owned),
        client,
    }))
}

/// Who is logged in, if the account still is there.
pub(crate) async fn who(
    app: &App,
    cookie: Option<&str>,
) -> Result<Option<(Login, Account)>, Problem> {
    let Some(cookie) = cookie else {
        return Ok(None);
    };
    let Some(login) = logins::find(app.pool(), cookie, app.now()).await? else {
        return Ok(None);
    };
    let account = accounts::find(app.pool(), login.account_id).await?;
    Ok(account.map(|account| (login, account)))
}

async fn judge(
    app: &App,
    recipient: Recipient,
    request: Request,
    asked: &Scope,
    present: Option<(Login, Account)>,
) -> Result<Outcome, Problem> {
    let client = &recipient.client;
    let (mut wanted, mut allowed) = (Scope::default(), None);
    if let Some((_, account)) = &present {
        wanted = client.scope_for(account.role, asked);
        allowed = remembered(app, &recipient, account).await?;
    }
    let expected = match &request.id_token_hint {
        Some(hint) => Some(read_hint(app, hint).await?.map(|hint| hint.subject)),
        None => None,
    };
    let standing = Standing {
        login: present.as_ref().map(|(login, _)| login.clone()),
        expected,
        wanted: wanted.clone(),
        allowed: if client.is_first_party() {
            Allowed::Everything
        } else {
            Allowed::Only(allowed.clone().unwrap_or_default())
        },
    };
    let decision = decide(&request, &standing, app.now());
    let Some((login, account)) = present else {
        return Ok(match decision {
            Decision::Refuse(refusal) => Outcome::Refuse(Box::new(recipient), refusal),
            _ => Outcome::LogIn,
        });
    };
    let asking = || {
        Box::new(Asking {
            recipient: recipient.clone(),
            request,
            account,
            login,
            wanted,
            allowed,
        })
    };
    Ok(match decision {
        Decision::LogIn => Outcome::LogIn,
        Decision::Refuse(refusal) => Outcome::Refuse(Box::new(recipient), refusal),
        Decision::Ask => Outcome::Ask(asking()),
        Decision::Grant => Outcome::Grant(asking()),
    })
}

/// What was allowed before. A program that anybody could pretend to be is not remembered (RFC 6749, 10.2): it shows no
/// secret, and answers go to where any program of the machine could listen.
async fn remembered(
    app: &App,
    recipient: &Recipient,
    account: &Account,
) -> Result<Option<Scope>, Problem> {
    let client = &recipient.client;
    if client.is_first_party() || !recipient.is_remembered() {
        return Ok(None);
    }
    let (account_id, client_id) = (account.account_id, &client.client_id);
    Ok(consents::find(app.pool(), account_id, client_id, client.registered_at).await?)
}

impl Recipient {
    /// Whether a consent is good for the next time too.
    pub(crate) fn is_remembered(&self) -> bool {
        self.client.kind == ClientKind::Confidential || !redirect::is_anybodys(&self.redirect_uri)
    }
}
