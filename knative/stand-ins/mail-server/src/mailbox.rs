//! The mails that arrived, newest last, each also a file. Does not know how they came or who looks at them.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mail_parser::MessageParser;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Older mails are forgotten beyond this many.
const MAILS_KEPT: usize = 1_000;

/// One mail as it was handed over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mail {
    /// Sorts by arrival.
    pub(crate) id: Uuid,
    /// `MAIL FROM`.
    pub(crate) from: String,
    /// `RCPT TO`.
    pub(crate) to: Vec<String>,
    /// The message's own subject.
    pub(crate) subject: String,
    /// The message's text, decoded.
    pub(crate) text: String,
}

/// All mails kept.
pub(crate) struct Mailbox {
    folder: PathBuf,
    mails: Mutex<VecDeque<Mail>>,
}

impl Mailbox {
    /// Opens the folder `mails` in `state_dir` and reads what an earlier run kept.
    pub(crate) fn open(state_dir: &Path) -> std::io::Result<Self> {
        let folder = state_dir.join("mails");
        std::fs::create_dir_all(&folder)?;
        let mut mails: Vec<Mail> = std::fs::read_dir(&folder)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .filter_map(|path| serde_json::from_slice(&std::fs::read(path).ok()?).ok())
            .collect();
        mails.sort_by_key(|mail| mail.id);
        Ok(Self {
            folder,
            mails: Mutex::new(mails.into()),
        })
    }

    /// Keeps one mail on disk, then in memory, so that a mail that was accepted can be read after a crash.
    pub(crate) fn keep(&self, from: String, to: Vec<String>, raw: &[u8]) -> std::io::Result<Uuid> {
        let mail = describe(from, to, raw);
        std::fs::write(self.path(mail.id, "eml"), raw)?;
        std::fs::write(self.path(mail.id, "json"), serde_json::to_vec(&mail)?)?;
        let id = mail.id;
        let mut mails = self.lock();
        mails.push_back(mail);
        let surplus = mails.len().saturating_sub(MAILS_KEPT);
        let forgotten: Vec<Mail> = mails.drain(..surplus).collect();
        drop(mails);
        forgotten.iter().for_each(|mail| self.remove(mail.id));
        Ok(id)
    }

    /// The mails to one address, or all, newest first.
    pub(crate) fn list(&self, to: Option<&str>) -> Vec<Mail> {
        let wanted = |mail: &&Mail| {
            to.is_none_or(|to| mail.to.iter().any(|one| one.eq_ignore_ascii_case(to)))
        };
        self.lock().iter().rev().filter(wanted).cloned().collect()
    }

    /// Everybody who was written to.
    pub(crate) fn recipients(&self) -> BTreeSet<String> {
        let mails = self.lock();
        mails.iter().flat_map(|mail| mail.to.clone()).collect()
    }

    /// One mail as it arrived.
    pub(crate) fn raw(&self, id: Uuid) -> Option<Vec<u8>> {
        std::fs::read(self.path(id, "eml")).ok()
    }

    /// Forgets all mails and says how many there were.
    pub(crate) fn clear(&self) -> usize {
        let mails = std::mem::take(&mut *self.lock());
        mails.iter().for_each(|mail| self.remove(mail.id));
        mails.len()
    }

    fn remove(&self, id: Uuid) {
        for extension in ["eml", "json"] {
            if let Err(error) = std::fs::remove_file(self.path(id, extension)) {
                tracing::warn!(%id, %error, "cannot remove a mail's file");
            }
        }
    }

    fn path(&self, id: Uuid, extension: &str) -> PathBuf {
        self.folder.join(format!("{id}.{extension}"))
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Mail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn describe(from: String, to: Vec<String>, raw: &[u8]) -> Mail {
    let message = MessageParser::default().parse(raw);
    let subject = message.as_ref().and_then(|message| message.subject());
    let text = message.as_ref().and_then(|message| message.body_text(0));
    Mail {
        id: Uuid::now_v7(),
        from,
        to,
        subject: subject.unwrap_or_default().to_owned(),
        text: text.unwrap_or_default().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &[u8] = b"From: shop@souk.example\r\nTo: a@souk.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHello\r\n";

    fn keep(mailbox: &Mailbox, to: &str) -> Uuid {
        mailbox
            .keep("shop@souk.example".to_owned(), vec![to.to_owned()], RAW)
            .unwrap()
    }

    #[test]
    fn a_mail_is_decoded_and_found_by_its_recipient() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        keep(&mailbox, "a@souk.example");
        keep(&mailbox, "b@souk.example");
        let mails = mailbox.list(Some("A@souk.example"));
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].subject, "Grüße");
        assert_eq!(mails[0].text.trim(), "Hello");
    }

    #[test]
    fn mails_outlive_the_process_and_are_listed_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        let first = keep(&mailbox, "a@souk.example");
        let second = keep(&mailbox, "a@souk.example");
        let reopened = Mailbox::open(folder.path()).unwrap();
        let ids: Vec<Uuid> = reopened.list(None).iter().map(|mail| mail.id).collect();
        assert_eq!(ids, [second, first]);
        assert_eq!(reopened.raw(first).as_deref(), Some(RAW));
    }

    #[test]
    fn clearing_leaves_no_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        keep(&mailbox, "a@souk.example");
        assert_eq!(mailbox.clear(), 1);
        assert_eq!(
            std::fs::read_dir(folder.path().join("mails"))
                .unwrap()
                .count(),
            0
        );
    }
}
