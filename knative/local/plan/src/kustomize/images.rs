//! `images` of a kustomization.

use crate::fields::Field;
use crate::image::ImageName;
use crate::yaml::{Node, Value};

/// Another name, tag or digest for an image.
pub(super) struct NewImage {
    name: String,
    new_name: Option<String>,
    new_tag: Option<String>,
    digest: Option<String>,
}

impl NewImage {
    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.fields()?;
        let name = fields.required_text("name");
        let new_name = fields.text("newName").map(str::to_owned);
        let new_tag = fields.text("newTag").map(str::to_owned);
        let digest = fields.text("digest").map(str::to_owned);
        Some(Self {
            name: name?.to_owned(),
            new_name,
            new_tag,
            digest,
        })
    }

    /// Changes the containers of an object with a pod template.
    pub(super) fn change(&self, document: &mut Node) {
        let pod = ["spec", "template", "spec", "containers"]
            .iter()
            .try_fold(document, |node, name| node.get_mut(name));
        let Some(Value::List(containers)) = pod.map(|node| &mut node.value) else {
            return;
        };
        for image in containers
            .iter_mut()
            .filter_map(|container| container.get_mut("image"))
        {
            if let Some(changed) = image.text().and_then(|written| self.changed(written)) {
                image.value = Value::Text(changed);
            }
        }
    }

    fn changed(&self, written: &str) -> Option<String> {
        let mut image = ImageName::parse(written);
        if image.name != self.name {
            return None;
        }
        if let Some(name) = &self.new_name {
            image.name = name;
        }
        if self.new_tag.is_some() || self.digest.is_some() {
            image.tag = self.new_tag.as_deref();
            image.digest = self.digest.as_deref();
        }
        Some(image.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_replaces_a_digest_and_other_images_stay() {
        let image = NewImage {
            name: "r/orders".to_owned(),
            new_name: Some("s/orders".to_owned()),
            new_tag: Some("2".to_owned()),
            digest: None,
        };
        assert_eq!(
            image.changed("r/orders@sha256:0").as_deref(),
            Some("s/orders:2")
        );
        assert_eq!(image.changed("r/orders:1").as_deref(), Some("s/orders:2"));
        assert_eq!(image.changed("r/carts:1"), None);
    }
}
