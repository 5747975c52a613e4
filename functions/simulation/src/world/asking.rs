//! What goes between payments and the provider: questions, answers, notices, and crashes between them.

use super::{Origin, World};

impl World {
    pub(super) fn ask(&mut self, n: usize, is_heard: bool) -> bool {
        let Some(question) = self.payments.questions.get_mut(n) else {
            return false;
        };
        if question.reply.is_some() {
            return false;
        }
        let (order, now) = (question.order, self.moment.now);
        let asked = (&*question.payment, &question.entry);
        let reply = match self.provider.is_away {
            true => None,
            false => self.provider.ask(&self.setup, order, asked, now),
        };
        match reply {
            Some(reply) if is_heard => question.reply = Some(reply),
            _ => {
                let (origin, heard) = self.payments.unclear(&mut self.moment, n);
                self.answer_for(order, origin, heard);
            }
        }
        true
    }

    pub(super) fn conclude(&mut self, n: usize) -> bool {
        let Some(question) = self.payments.questions.get(n) else {
            return false;
        };
        let order = question.order;
        let Some((origin, heard)) = self.payments.conclude(&mut self.moment, n) else {
            return false;
        };
        self.answer_for(order, origin, heard);
        true
    }

    pub(super) fn crash(&mut self) -> bool {
        let questions = std::mem::take(&mut self.payments.questions);
        for question in &questions {
            if let Origin::Event { delivery, .. } = question.origin {
                self.broker.unanswered(delivery);
            }
        }
        !questions.is_empty()
    }

    pub(super) fn notice(&mut self, n: usize, twice: bool) -> bool {
        let Some(notice) = self.provider.notices.get(n).cloned() else {
            return false;
        };
        if !twice {
            self.provider.notices.remove(n);
        }
        self.payments.notice(&mut self.moment, &notice);
        true
    }
}
