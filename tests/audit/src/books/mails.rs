//! The mails that the mail server of one machine keeps: one `.eml` each, the newest only.

use std::path::Path;

use anyhow::Result;

use super::Books;
use super::rows::MailSeen;

/// Fills in the mails of some folders. A mail that is forgotten while it is read is none.
pub(super) fn read(folders: &[impl AsRef<Path>], books: &mut Books) -> Result<()> {
    let mut files = std::collections::BTreeMap::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "eml") {
                files.insert(path.file_name().map(ToOwned::to_owned), path);
            }
        }
    }
    let texts = files.values().filter_map(|path| std::fs::read(path).ok());
    books.mails = texts
        .map(|text| mail(&String::from_utf8_lossy(&text)))
        .collect();
    Ok(())
}

fn mail(text: &str) -> MailSeen {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let head = head.replace("\n ", " ");
    let header = |name: &str| {
        let line = head.lines().find_map(|line| {
            let (header, value) = line.split_once(':')?;
            header
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        });
        line.unwrap_or_default()
    };
    MailSeen {
        message_id: header("message-id").trim_matches(['<', '>']).to_owned(),
        to: header("to"),
        subject: header("subject"),
        text: body.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_known_by_its_message_id() {
        let seen = mail(
            "To: a@b.example\r\nSubject: Your order\r\n is on its way\r\nMessage-ID: <1@b>\r\n\r\nHello\r\n",
        );
        assert_eq!(seen.message_id, "1@b");
        assert_eq!(seen.subject, "Your order is on its way");
        assert_eq!(seen.text, "Hello");
    }
}
