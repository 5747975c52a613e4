//! Personal data are not shown: who looks at a shop's events need not know who its customers are.

use serde_json::Value;

/// Names of members whose values name a person or where one lives.
const PERSONAL: [&str; 9] = [
    "email",
    "name",
    "line1",
    "line2",
    "postal_code",
    "city",
    "phone",
    "recipient",
    "password",
];
const MASK: &str = "***";

/// The same data with what names a person masked. An article's name is no person's: it stands beside its `sku`.
pub(super) fn personal(mut data: Value) -> Value {
    mask(&mut data);
    data
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(mask),
        Value::Object(members) => {
            let is_article = members.contains_key("sku");
            for (name, value) in members.iter_mut() {
                let names_article = is_article && name == "name";
                if PERSONAL.contains(&name.as_str()) && !names_article && !value.is_null() {
                    *value = MASK.into();
                } else {
                    mask(value);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_bought_and_where_it_goes_is_masked_and_what_was_bought_is_not() {
        let data = json!({
            "order_id": "1", "email": "ada@souk.example", "lines": [{ "sku": "MUG", "name": "Mug", "quantity": 1 }],
            "shipping_address": { "name": "Ada", "line1": "Street 1", "line2": null, "country": "DE" },
        });
        assert_eq!(
            personal(data),
            json!({
                "order_id": "1", "email": "***", "lines": [{ "sku": "MUG", "name": "Mug", "quantity": 1 }],
                "shipping_address": { "name": "***", "line1": "***", "line2": null, "country": "DE" },
            })
        );
    }
}
