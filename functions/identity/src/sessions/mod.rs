//! Sessions: somebody is logged in with a client. A session is opened with a first pair of tokens, goes on with each refresh,
//! and ends when its owner, its client or an operator says so, when it was not used for long, or when a refresh token
//! comes back that had been replaced: then somebody else has a copy of it.

mod answer;
mod open;
mod refresh;
mod refresh_store;
mod store;

pub(crate) use crate::seen::Seen;
pub(crate) use answer::TokenAnswer;
pub(crate) use open::{Opening, Tokens, open};
pub(crate) use refresh::{NotRefreshed, refresh};
pub(crate) use refresh_store::find_refreshable;
pub(crate) use store::{
    Session, end, end_all, end_all_of_client, end_own, forget_all, is_open, list,
};
