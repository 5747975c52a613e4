//! What is wrong with the files, and where. Everything is collected before anything is said.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// One thing wrong: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// File and line: `knative/base/orders.yaml:31`.
    pub at: String,
    /// Names the field, and says what is supported or what to type.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl std::error::Error for Mistake {}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    file: Rc<str>,
    /// From 1; 0: the file as a whole.
    line: usize,
}

impl At {
    pub(crate) fn line(file: &Rc<str>, line: usize) -> Self {
        Self {
            file: Rc::clone(file),
            line,
        }
    }

    pub(crate) fn whole(file: &str) -> Self {
        Self {
            file: file.into(),
            line: 0,
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// Where readers write down what is wrong, so that they can go on.
#[derive(Debug, Default)]
pub(crate) struct Report(RefCell<Vec<(At, String)>>);

impl Report {
    pub(crate) fn add(&self, at: &At, what: impl Into<String>) {
        self.0.borrow_mut().push((at.clone(), what.into()));
    }

    /// All mistakes in the order of files and lines.
    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        let mut found = self.0.into_inner();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found.dedup();
        let mistakes = found.into_iter().map(|(at, what)| Mistake {
            at: at.to_string(),
            what,
        });
        mistakes.collect()
    }
}
