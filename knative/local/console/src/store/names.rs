//! Services by number: a row says which one, and a trace has a bit for each.

use std::collections::HashMap;

use rusqlite::Connection;

/// Services with a higher number share the last bit, and stand in no trace's list.
const OWN_BITS: i64 = 62;

/// Knows the numbers of all services.
#[derive(Debug, Default)]
pub(super) struct Services(HashMap<String, i64>);

impl Services {
    pub(super) fn read(file: &Connection) -> rusqlite::Result<Self> {
        let mut rows = file.prepare_cached("SELECT name, id FROM services")?;
        let all = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        all.collect::<rusqlite::Result<_>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of a service, which is made for one that is new.
    pub(super) fn number(&mut self, file: &Connection, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.0.get(name) {
            return Ok(*id);
        }
        file.prepare_cached("INSERT INTO services (name) VALUES (?1)")?
            .execute([name])?;
        let id = file.last_insert_rowid();
        self.0.insert(name.to_owned(), id);
        Ok(id)
    }

    /// The number of a service that is known.
    pub(super) fn known(&self, name: &str) -> Option<i64> {
        self.0.get(name).copied()
    }

    /// The names behind the bits, sorted.
    pub(super) fn of_bits(&self, bits: i64) -> Vec<String> {
        let is_in = |id: i64| id <= OWN_BITS && bits & bit(id) != 0;
        let names = self.0.iter().filter(|(_, id)| is_in(**id));
        let mut names: Vec<String> = names.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// The name of a number.
    pub(super) fn name(&self, id: i64) -> String {
        let found = self.0.iter().find(|(_, number)| **number == id);
        found.map(|(name, _)| name.clone()).unwrap_or_default()
    }
}

/// The bit of a service.
pub(super) fn bit(id: i64) -> i64 {
    1 << (id.clamp(1, OWN_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_a_bit_and_the_last_one_is_shared() {
        assert_eq!((bit(1), bit(2), bit(62)), (1, 2, 1 << 61));
        assert_eq!(bit(63), bit(62));
        let all = [("orders", 1), ("broker", 2), ("late", 99)];
        let services = Services(all.map(|(name, id)| (name.to_owned(), id)).into());
        assert_eq!(services.of_bits(3), ["broker", "orders"]);
        assert_eq!(services.of_bits(bit(99)), [""; 0]);
    }
}
