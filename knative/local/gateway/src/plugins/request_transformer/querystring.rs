//! Changes to the query, in Kong's order: remove, rename, replace, add, append.

use super::Config;
use super::pairs::pairs;
use crate::exchange::Exchange;
use crate::uri::query::Query;

type Pairs = Vec<(String, String)>;

pub(crate) struct QueryEdits {
    remove: Vec<String>,
    rename: Pairs,
    replace: Pairs,
    add: Pairs,
    append: Pairs,
}

impl QueryEdits {
    pub(crate) fn new(config: &Config) -> Result<Self, String> {
        Ok(Self {
            remove: config.remove.querystring.clone(),
            rename: pairs("rename.querystring", &config.rename.querystring)?,
            replace: pairs("replace.querystring", &config.replace.querystring)?,
            add: pairs("add.querystring", &config.add.querystring)?,
            append: pairs("append.querystring", &config.append.querystring)?,
        })
    }

    /// A query to which nothing is configured stays as the client spelt it.
    pub(crate) fn apply(&self, exchange: &mut Exchange) {
        let changes = [&self.rename, &self.replace, &self.add, &self.append];
        if self.remove.is_empty() && changes.iter().all(|pairs| pairs.is_empty()) {
            return;
        }
        let mut query = Query::parse(exchange.query.as_deref().unwrap_or_default());
        self.edit(&mut query);
        let text = query.to_string();
        exchange.query = (!text.is_empty()).then_some(text);
    }

    fn edit(&self, query: &mut Query) {
        for name in &self.remove {
            query.remove(name);
        }
        for (old, new) in &self.rename {
            query.rename(old, new);
        }
        for (name, value) in &self.replace {
            if query.has(name) {
                query.set(name, value);
            }
        }
        for (name, value) in &self.add {
            if !query.has(name) {
                query.append(name, value);
            }
        }
        for (name, value) in &self.append {
            query.append(name, value);
        }
    }
}
