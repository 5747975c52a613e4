//! Time zones from the machine's own database (`/usr/share/zoneinfo`, RFC 9636).

use std::fs;
use std::path::Path;

use super::posix_rule::Rule;

const DATABASE: &str = "/usr/share/zoneinfo";

/// A time zone: its changes so far, and the rule by which it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    /// Before the first change.
    first: i64,
    /// From when on which offset holds, in seconds.
    changes: Vec<(i64, i64)>,
    /// After the last change.
    rule: Option<Rule>,
}

/// The offset from UTC at some moment, and when it changes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) offset: i64,
    pub(super) until: Option<i64>,
}

impl Zone {
    pub(super) fn utc() -> Self {
        Self {
            first: 0,
            changes: Vec::new(),
            rule: None,
        }
    }

    /// By its name in the IANA database.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let harmless = name.split('/').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
        });
        if !harmless {
            return Err(format!("{name:?} is no time zone"));
        }
        if name == "UTC" {
            return Ok(Self::utc());
        }
        let file = Path::new(DATABASE).join(name);
        let bytes = fs::read(&file).map_err(|error| {
            format!(
                "the time zone {name} cannot be read from {} (package tzdata): {error}",
                file.display()
            )
        })?;
        Self::parse(&bytes).ok_or_else(|| format!("{} is no time zone file", file.display()))
    }

    #[cfg(test)]
    pub(super) fn with_rule(rule: &str) -> Option<Self> {
        Some(Self {
            rule: Some(Rule::parse(rule)?),
            ..Self::utc()
        })
    }

    /// Reads the 64-bit part of a TZif file.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (old, _) = Header::read(bytes)?;
        let start = Header::BYTES + old.block(4);
        let (header, body) = Header::read(bytes.get(start..)?)?;
        let (times, rest) = body.split_at_checked(8 * header.times)?;
        let (kinds, rest) = rest.split_at_checked(header.times)?;
        let (types, _) = rest.split_at_checked(6 * header.types)?;
        let offset = |kind: usize| {
            let bytes = types.get(6 * kind..6 * kind + 4)?;
            Some(i64::from(i32::from_be_bytes(bytes.try_into().ok()?)))
        };
        let changes = times.chunks_exact(8).zip(kinds).map(|(time, kind)| {
            Some((
                i64::from_be_bytes(time.try_into().ok()?),
                offset(usize::from(*kind))?,
            ))
        });
        let footer = str::from_utf8(body.get(header.block(8)..)?)
            .ok()?
            .trim_matches('\n');
        Some(Self {
            first: offset(0)?,
            changes: changes.collect::<Option<_>>()?,
            rule: if footer.is_empty() {
                None
            } else {
                Some(Rule::parse(footer)?)
            },
        })
    }

    /// The span that `time` (seconds since 1970) lies in.
    pub(super) fn span_at(&self, time: i64) -> Span {
        let place = self.changes.partition_point(|(from, _)| *from <= time);
        let listed = |place: usize| self.changes.get(place);
        match (listed(place), &self.rule) {
            (None, Some(rule)) => rule.span_at(time),
            (next, _) => Span {
                offset: place
                    .checked_sub(1)
                    .and_then(listed)
                    .map_or(self.first, |(_, offset)| *offset),
                until: next.map(|(from, _)| *from),
            },
        }
    }
}

/// Counts at the head of each part of a TZif file.
struct Header {
    utc_flags: usize,
    standard_flags: usize,
    leaps: usize,
    times: usize,
    types: usize,
    letters: usize,
}

impl Header {
    const BYTES: usize = 44;

    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (head, body) = bytes.split_at_checked(Self::BYTES)?;
        let counts = head.strip_prefix(b"TZif")?.get(16..)?;
        let count = |place: usize| {
            let bytes = counts.get(4 * place..4 * place + 4)?;
            usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
        };
        let header = Self {
            utc_flags: count(0)?,
            standard_flags: count(1)?,
            leaps: count(2)?,
            times: count(3)?,
            types: count(4)?,
            letters: count(5)?,
        };
        Some((header, body))
    }

    /// Bytes of the part that follows, whose times are `width` bytes wide.
    fn block(&self, width: usize) -> usize {
        self.times * (width + 1)
            + self.types * 6
            + self.letters
            + self.leaps * (width + 4)
            + self.standard_flags
            + self.utc_flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one change to `offset` at `time`, and a footer.
    fn file(time: i64, offset: i32, footer: &str) -> Vec<u8> {
        let header = |times: u32, types: u32| {
            let mut bytes = b"TZif2".to_vec();
            bytes.extend([0; 15]);
            for count in [0, 0, 0, times, types, 4] {
                bytes.extend(count.to_be_bytes());
            }
            bytes
        };
        let mut bytes = header(0, 1);
        bytes.extend([0; 6 + 4]);
        bytes.extend(header(1, 2));
        bytes.extend(time.to_be_bytes());
        bytes.push(1);
        bytes.extend([0; 6]);
        bytes.extend(offset.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(*b"ABC\0");
        bytes.extend(format!("\n{footer}\n").into_bytes());
        bytes
    }

    #[test]
    fn a_file_gives_its_changes_and_then_its_rule() {
        let zone = Zone::parse(&file(1000, 3600, "<+02>-2")).unwrap();
        assert_eq!(
            zone.span_at(999),
            Span {
                offset: 0,
                until: Some(1000)
            }
        );
        assert_eq!(zone.span_at(1000).offset, 7200);
        let zone = Zone::parse(&file(1000, 3600, "")).unwrap();
        assert_eq!(
            zone.span_at(1000),
            Span {
                offset: 3600,
                until: None
            }
        );
    }

    #[test]
    fn what_is_no_such_file_is_none() {
        assert_eq!(Zone::parse(b"TZif2"), None);
        assert_eq!(Zone::parse(b"no zone"), None);
        assert_eq!(Zone::parse(&file(0, 0, "CET-")), None);
    }
}
