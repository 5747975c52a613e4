//! Letters to customers: none twice.

use std::collections::BTreeMap;

use super::{Findings, Rule};
use crate::books::Books;

/// As notifications keeps them.
pub(super) const ONCE: Rule = Rule {
    name: "letters-once",
    means: "about one fact one letter is written, and it was mailed or refused",
    needs: &["dynamodb", "deadletters"],
    check: once,
};

/// As they arrived.
pub(super) const MAILED: Rule = Rule {
    name: "mails-once",
    means: "no mail came twice, but for the same Message-ID: its sender died between the mail and the note that it was sent",
    needs: &["mails"],
    check: mailed,
};

fn once(books: &Books, findings: &mut Findings) {
    let mut letters: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for letter in &books.letters {
        let key = (letter.account_id, letter.kind.as_str(), letter.order_id);
        letters.entry(key).or_default().push(&letter.state);
    }
    for ((account_id, kind, order_id), states) in letters {
        findings.look();
        let about = order_id.map_or_else(
            || format!("account {account_id}"),
            |id| format!("order {id}"),
        );
        let next = "souk logs notifications; souk dead-letters list";
        findings.expect(
            states.len() == 1,
            || format!("{about}: {kind} was written {} times", states.len()),
            next,
        );
        if states.contains(&"refused") {
            findings.note(format!("{about}: the mail server refuses {kind}"));
        }
        let waits = states.contains(&"pending");
        let is_excused = books.dead_letters.iter().any(|dead| {
            dead.is_open()
                && dead.destination == "notifications"
                && order_id.is_none_or(|id| dead.about == id.to_string())
        });
        if waits && is_excused {
            findings.note(format!(
                "{about}: {kind} is not mailed; its event is among the dead letters"
            ));
        }
        findings.expect(
            !waits || is_excused,
            || format!("{about}: {kind} was never mailed"),
            next,
        );
    }
}

fn mailed(books: &Books, findings: &mut Findings) {
    let mut mails: BTreeMap<_, BTreeMap<&str, usize>> = BTreeMap::new();
    for mail in &books.mails {
        findings.look();
        let key = (mail.to.as_str(), mail.subject.as_str(), mail.text.as_str());
        *mails
            .entry(key)
            .or_default()
            .entry(&mail.message_id)
            .or_default() += 1;
    }
    let mut again = 0;
    for ((to, subject, _), ids) in mails {
        again += ids.values().map(|count| count - 1).sum::<usize>();
        let next = "souk logs notifications; the mail server's page: souk ps";
        findings.expect(
            ids.len() == 1,
            || {
                format!(
                    "{to}: `{subject}` with the same words came as {:?}",
                    ids.keys()
                )
            },
            next,
        );
    }
    if again > 0 {
        findings.note(format!(
            "{again} mails came again under the same Message-ID: mail programs show them once"
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{breaks, healthy};

    #[test]
    fn a_letter_that_was_written_twice_is_found() {
        breaks("letters-once", |books| {
            books.letters.push(books.letters[0].clone())
        });
    }

    #[test]
    fn a_letter_that_was_never_mailed_is_found() {
        breaks("letters-once", |books| {
            "pending".clone_into(&mut books.letters[0].state)
        });
    }

    #[test]
    fn a_mail_under_two_message_ids_is_found_and_one_under_the_same_is_noted() {
        breaks("mails-once", |books| {
            let mut again = books.mails[0].clone();
            again.message_id += "-again";
            books.mails.push(again);
        });
        let mut books = healthy();
        books.mails.push(books.mails[0].clone());
        let report = crate::check(&books);
        assert!(report.is_kept, "{}", report.text(9));
        let mails = report
            .rules
            .iter()
            .find(|rule| rule.rule == "mails-once")
            .unwrap();
        assert_eq!(mails.notes.len(), 1);
    }
}
