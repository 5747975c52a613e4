//! `env` and `envFrom` of a container.

use super::expand::Variables;
use crate::fields::{Field, Fields};
use crate::model::{ConfigKind, EnvValue, EnvVar, ObjectName};
use crate::needs::{Owner, Reference};

/// Set by Knative in every serving container.
pub(super) const OF_KNATIVE: [&str; 4] = ["PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION"];

/// An element of `envFrom`.
pub(super) type EnvFrom = (ConfigKind, ObjectName, String, bool);

/// Reads variables one after the other, as each may refer to those before it.
pub(super) struct Environment<'o> {
    owner: &'o Owner,
    /// Names that may not be set.
    reserved: &'static [&'static str],
    pub(super) variables: Variables,
    pub(super) references: Vec<Reference>,
}

impl<'o> Environment<'o> {
    pub(super) fn new(owner: &'o Owner, reserved: &'static [&'static str]) -> Self {
        Self {
            owner,
            reserved,
            variables: Variables::default(),
            references: Vec::new(),
        }
    }

    pub(super) fn env_from(&mut self, fields: &mut Fields<'_>) -> Vec<EnvFrom> {
        let read: Vec<EnvFrom> = fields
            .list("envFrom")
            .iter()
            .filter_map(|field| self.whole_object(field))
            .collect();
        self.variables.open = !read.is_empty();
        read
    }

    pub(super) fn env(&mut self, fields: &mut Fields<'_>) -> Vec<EnvVar> {
        let written = fields.list("env");
        written
            .iter()
            .filter_map(|field| self.variable(field))
            .collect()
    }

    fn whole_object(&mut self, field: &Field<'_>) -> Option<EnvFrom> {
        let mut fields = field.fields()?;
        let prefix = fields.text("prefix").unwrap_or_default().to_owned();
        let config_map = fields
            .fields("configMapRef")
            .map(|fields| (ConfigKind::ConfigMap, fields));
        let secret = fields
            .fields("secretRef")
            .map(|fields| (ConfigKind::Secret, fields));
        let (kind, mut reference) = match (config_map, secret) {
            (Some(one), None) | (None, Some(one)) => one,
            _ => {
                field.wrong("must have one of configMapRef and secretRef");
                return None;
            }
        };
        let name = reference.required_text("name");
        let optional = reference.flag("optional").unwrap_or(false);
        let object = self.owner.neighbour(name?);
        let need = self
            .owner
            .reference(field.at(), "envFrom", (kind, &object, None, optional));
        self.references.push(need);
        Some((kind, object, prefix, optional))
    }

    fn variable(&mut self, field: &Field<'_>) -> Option<EnvVar> {
        let mut fields = field.fields()?;
        let name = fields.required("name").and_then(|name| self.name(&name));
        let value = fields.take("value");
        let from = fields.fields("valueFrom");
        let name = name?;
        let value = match (value, from) {
            (Some(_), Some(_)) => {
                field.wrong(format!("{name}: must have one of value and valueFrom"));
                return None;
            }
            (Some(value), None) => self.literal(&value)?,
            (None, Some(from)) => self.key(name, field, from)?,
            (None, None) => EnvValue::Literal(String::new()),
        };
        let literal = match &value {
            EnvValue::Literal(text) => Some(text.as_str()),
            EnvValue::Ref { .. } => None,
        };
        self.variables.set(name, literal);
        Some(EnvVar {
            name: name.to_owned(),
            value,
        })
    }

    fn name<'a>(&self, field: &Field<'a>) -> Option<&'a str> {
        let name = field.text()?;
        if self.reserved.contains(&name) {
            field.wrong(format!(
                "`{name}` is set by Knative and may not be set here"
            ));
            return None;
        }
        let fits = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'=');
        if !fits {
            field.wrong(format!("`{name}` is not a variable's name"));
        }
        fits.then_some(name)
    }

    fn literal(&self, field: &Field<'_>) -> Option<EnvValue> {
        match self.variables.expand(field.text()?) {
            Ok(text) => Some(EnvValue::Literal(text)),
            Err(what) => {
                field.wrong(what);
                None
            }
        }
    }

    fn key(&mut self, variable: &str, field: &Field<'_>, mut from: Fields<'_>) -> Option<EnvValue> {
        from.refuse(
            &["fieldRef", "resourceFieldRef", "fileKeyRef"],
            "is refused by Knative; configMapKeyRef and secretKeyRef are supported",
        );
        let config_map = from
            .fields("configMapKeyRef")
            .map(|fields| (ConfigKind::ConfigMap, fields));
        let secret = from
            .fields("secretKeyRef")
            .map(|fields| (ConfigKind::Secret, fields));
        let (kind, mut reference) = match (config_map, secret) {
            (Some(one), None) | (None, Some(one)) => one,
            (Some(_), Some(_)) => {
                from.wrong("must have one of configMapKeyRef and secretKeyRef");
                return None;
            }
            (None, None) => return None,
        };
        let (name, key) = (
            reference.required_text("name"),
            reference.required_text("key"),
        );
        let optional = reference.flag("optional").unwrap_or(false);
        let (object, key) = (self.owner.neighbour(name?), key?.to_owned());
        let purpose = format!("env {variable}");
        let need =
            self.owner
                .reference(field.at(), &purpose, (kind, &object, Some(&key), optional));
        self.references.push(need);
        Some(EnvValue::Ref {
            kind,
            object,
            key,
            optional,
        })
    }
}
