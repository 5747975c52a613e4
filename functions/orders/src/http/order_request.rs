//! What a customer asks for when ordering, and what of it can be accepted.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use souk_contracts::{Address, StockLine};
use souk_kit::{Answer, Caller, FieldError, Problem};
use uuid::Uuid;

use crate::{
    app::App,
    domain::{Basket, EMAIL_CHARS_MAX, Priced, Purchase, is_email},
};

/// Longer than any name, street or city.
const TEXT_CHARS_MAX: usize = 100;
const POSTAL_CODE_CHARS_MAX: usize = 16;
/// Longer than the payment provider's names for means of payment.
/// Cards have 12 to 19 digits (ISO/IEC 7812).
const CARD_DIGITS_MIN: usize = 12;
const PAYMENT_METHOD_CHARS_MAX: usize = 100;

/// An order, from either `lines` or a cart, not both. It has no prices: they are the shop's.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderRequest {
    /// What is ordered: 1 to 50 articles, of each 1 to 99 pieces. An article that is named twice counts as one line.
    #[serde(default)]
    #[schemars(schema_with = "lines")]
    lines: Option<Vec<StockLine>>,
    /// One's cart, in place of `lines`.
    pub(super) cart_id: Option<Uuid>,
    /// The payment provider's name for the means of payment, such as `pm_card_visa`. The number of a card is none, and is refused.
    #[schemars(length(min = 1, max = PAYMENT_METHOD_CHARS_MAX), pattern(r"^[a-z]+_[A-Za-z0-9_]+$"))]
    payment_method: String,
    /// Where it goes.
    #[schemars(schema_with = "address")]
    shipping_address: Address,
    /// Where a guest is written to. Whoever has an account is written to at the account's address, and names none here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = EMAIL_CHARS_MAX), extend("format" = "email"))]
    email: Option<String>,
}

impl OrderRequest {
    /// Refuses what cannot be accepted, whatever the prices are.
    pub(super) fn check(&self, caller: &Caller) -> Answer<()> {
        self.check_fields(caller.email.as_deref())
    }

    fn check_fields(&self, own_email: Option<&str>) -> Answer<()> {
        let address = &self.shipping_address;
        let texts = [
            ("shipping_address.name", Some(&address.name)),
            ("shipping_address.line1", Some(&address.line1)),
            ("shipping_address.line2", address.line2.as_ref()),
            ("shipping_address.city", Some(&address.city)),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(field, text)| check_text(field, text?, TEXT_CHARS_MAX));
        let others = [
            check_text(
                "shipping_address.postal_code",
                &address.postal_code,
                POSTAL_CODE_CHARS_MAX,
            ),
            check_country(&address.country),
            check_payment_method(&self.payment_method),
            self.check_source(),
            check_email(own_email, self.email.as_deref()),
        ];
        let errors: Vec<_> = texts.chain(others.into_iter().flatten()).collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid(errors))
        }
    }

    /// The lines, or the cart's, with their prices.
    pub(super) async fn price(&self, app: &App, caller: &Caller) -> Answer<Priced> {
        let from_cart = match self.cart_id {
            Some(cart_id) => app.carts.lines(cart_id, caller.subject).await?,
            None => Vec::new(),
        };
        let lines = self.lines.as_deref().unwrap_or(&from_cart);
        let basket = Basket::of(lines).map_err(Problem::invalid)?;
        let tags = app.price_tags(&basket).await?;
        basket.price(&tags).map_err(Problem::invalid)
    }

    /// What is bought, at these prices.
    pub(super) fn purchase(self, caller: &Caller, priced: Priced) -> Purchase {
        Purchase {
            account_id: caller.subject,
            // One of them is there: that was checked.
            email: caller.email.clone().or(self.email).unwrap_or_default(),
            lines: priced.lines,
            total: priced.total,
            payment_method: self.payment_method,
            shipping_address: self.shipping_address,
        }
    }

    fn check_source(&self) -> Option<FieldError> {
        let detail = match (&self.lines, self.cart_id) {
            (Some(_), None) | (None, Some(_)) => return None,
            (Some(_), Some(_)) => "either `lines` or `cart_id`, not both",
            (None, None) => "either `lines` or `cart_id` is needed",
        };
        Some(FieldError::new("lines", detail))
    }
}

/// What [`Basket::of`] takes.
fn lines(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Vec::<StockLine>::json_schema(generator);
    schema.insert("minItems".to_owned(), 1.into());
    schema
}

/// An address within the bounds of [`OrderRequest::check`].
fn address(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Address::json_schema(generator);
    let mut bound = |field: &str, rule: &str, value: Value| {
        if let Some(field) = schema.pointer_mut(&format!("/properties/{field}")) {
            field[rule] = value;
        }
    };
    for field in ["name", "line1", "line2", "city"] {
        bound(field, "minLength", 1.into());
        bound(field, "maxLength", TEXT_CHARS_MAX.into());
    }
    bound("postal_code", "minLength", 1.into());
    bound("postal_code", "maxLength", POSTAL_CODE_CHARS_MAX.into());
    bound("country", "pattern", "^[A-Z]{2}$".into());
    schema
}

fn check_text(field: &str, text: &str, chars_max: usize) -> Option<FieldError> {
    let detail = if text.trim().is_empty() {
        "is empty".to_owned()
    } else if text.chars().count() > chars_max {
        format!("is longer than {chars_max} characters")
    } else if text.chars().any(char::is_control) {
        "contains control characters".to_owned()
    } else {
        return None;
    };
    Some(FieldError::new(field, detail))
}

fn check_country(code: &str) -> Option<FieldError> {
    let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    (!is_code).then(|| {
        FieldError::new(
            "shipping_address.country",
            "is not two capital letters, such as DE",
        )
    })
}

/// It is kept and sent on, so that it must never be a card's number, not even by a client's mistake. What is refused is not repeated.
fn check_payment_method(name: &str) -> Option<FieldError> {
    let is_name = name.split_once('_').is_some_and(|(kind, rest)| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        !kind.is_empty()
            && kind.bytes().all(|b| b.is_ascii_lowercase())
            && !rest.is_empty()
            && rest.bytes().all(plain)
    });
    let longest_number = name
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max();
    let fits = name.len() <= PAYMENT_METHOD_CHARS_MAX
        && is_name
        && longest_number.unwrap_or_default() < CARD_DIGITS_MIN;
    let detail = || {
        format!(
            "is no name that the payment provider gives, such as pm_card_visa, of at most {PAYMENT_METHOD_CHARS_MAX} characters"
        )
    };
    (!fits).then(|| FieldError::new("payment_method", detail()))
}

/// The address is the account's, or the request's where there is no account. Nobody has letters sent in somebody's name to
/// another address than the account's.
fn check_email(own: Option<&str>, named: Option<&str>) -> Option<FieldError> {
    let detail = match (own, named) {
        (Some(_), None) => return None,
        (None, Some(email)) if is_email(email) => return None,
        (Some(_), Some(_)) => "is the account's; none can be named here",
        (None, None) => "is needed: who has no account is written to there",
        (None, Some(_)) => "is not like somebody@example.com",
    };
    Some(FieldError::new("email", detail))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const OWN: &str = "ada@souk.example";

    fn request(change: impl FnOnce(&mut Value)) -> OrderRequest {
        let mut request = json!({
            "lines": [{ "sku": "MUG-BLUE", "quantity": 1 }],
            "payment_method": "pm_card_visa",
            "shipping_address": {
                "name": "Ada", "line1": "1 Main Street", "postal_code": "10115", "city": "Berlin", "country": "DE"
            },
        });
        change(&mut request);
        serde_json::from_value(request).unwrap()
    }

    fn refused(change: impl FnOnce(&mut Value)) -> String {
        let order = request(change);
        order
            .check_fields(Some(OWN))
            .unwrap_err()
            .detail()
            .to_owned()
    }

    #[test]
    fn an_order_with_everything_is_accepted() {
        assert!(request(|_| ()).check_fields(Some(OWN)).is_ok());
    }

    #[test]
    fn lines_and_cart_are_one_or_the_other() {
        assert!(refused(|order| order["cart_id"] = json!(Uuid::nil())).contains("not both"));
        assert!(refused(|order| order["lines"] = Value::Null).contains("is needed"));
    }

    #[test]
    fn a_guest_names_an_address_and_nobody_else_does() {
        let named = |email: Value| request(|order| order["email"] = email);
        let good = named(json!("grace.h+shop@mail.souk.example"));
        assert!(good.check_fields(None).is_ok());
        let theirs = good.check_fields(Some(OWN)).unwrap_err();
        assert!(theirs.detail().contains("is the account's"), "{theirs}");
        let none = request(|_| ()).check_fields(None).unwrap_err();
        assert!(none.detail().starts_with("email: is needed"), "{none}");
        let wrong = named(json!("grace")).check_fields(None).unwrap_err();
        assert!(wrong.detail().contains("is not like"), "{wrong}");
    }

    #[test]
    fn a_means_of_payment_is_the_providers_name_and_never_a_card() {
        let with = |name: &str| request(|order| order["payment_method"] = json!(name));
        for name in ["pm_card_visa", "pm_1MqLiJLkdIwHu7ixUEgbFdYF", "card_1A2b"] {
            assert!(with(name).check_fields(Some(OWN)).is_ok(), "{name}");
        }
        for name in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "pm_4242424242424242",
            "pm_",
            "_visa",
            "PM_card",
            "pm_card visa",
            &format!("pm_{}", "x".repeat(PAYMENT_METHOD_CHARS_MAX)),
        ] {
            let refused = with(name).check_fields(Some(OWN)).unwrap_err();
            assert!(!refused.detail().contains("4242"), "{refused}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let detail = refused(|order| {
            order["payment_method"] = json!("");
            order["shipping_address"]["country"] = json!("Germany");
            order["shipping_address"]["line2"] = json!("back\u{7}door");
            order["shipping_address"]["city"] = json!("x".repeat(101));
        });
        for field in ["payment_method", "country", "line2", "city"] {
            assert!(detail.contains(field), "{field} is not in: {detail}");
        }
    }
}
