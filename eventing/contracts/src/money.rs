//! Amounts of money, exact to the minor unit. It converts nothing: two currencies never meet in one sum.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// An amount in minor units (cents) of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// How many minor units; 12.50 EUR is 1250.
    pub amount_minor: i64,
    /// Of which currency.
    pub currency: Currency,
}

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Why an amount could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// The two amounts are in different currencies.
    #[error("cannot combine {0} with {1}")]
    CurrenciesDiffer(Currency, Currency),
    /// The result is too large to be an amount.
    #[error("the amount is out of range")]
    OutOfRange,
    /// The text is not a currency code.
    #[error("a currency is three capital letters, such as EUR")]
    NotACurrency,
}

impl Money {
    /// An amount of a currency.
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self {
            amount_minor,
            currency,
        }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum of two amounts of the same currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let sum = self.amount_minor.checked_add(other.amount_minor);
        Ok(Self::new(sum.ok_or(MoneyError::OutOfRange)?, self.currency))
    }

    /// The difference of two amounts of the same currency.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let difference = self.amount_minor.checked_sub(other.amount_minor);
        Ok(Self::new(
            difference.ok_or(MoneyError::OutOfRange)?,
            self.currency,
        ))
    }

    /// The price of several pieces.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let product = self.amount_minor.checked_mul(i64::from(quantity));
        Ok(Self::new(
            product.ok_or(MoneyError::OutOfRange)?,
            self.currency,
        ))
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrenciesDiffer(self.currency, other.currency))
    }
}

impl fmt::Display for Money {
    /// Writes two decimals, as the shop's currencies have them: `12.50 EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let minor = self.amount_minor.unsigned_abs();
        write!(
            f,
            "{sign}{}.{:02} {}",
            minor / 100,
            minor % 100,
            self.currency
        )
    }
}

impl Currency {
    /// The euro, in which the shop keeps its prices.
    pub const EUR: Self = Self(*b"EUR");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only capital ASCII letters are let in")
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        let letters: [u8; 3] = code
            .as_bytes()
            .try_into()
            .map_err(|_| MoneyError::NotACurrency)?;
        if !letters.iter().all(u8::is_ascii_uppercase) {
            return Err(MoneyError::NotACurrency);
        }
        Ok(Self(letters))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A currency by its ISO 4217 code.", "type": "string", "pattern": "^[A-Z]{3}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_one_currency_add_up() {
        let sum = Money::new(1250, Currency::EUR)
            .times(3)
            .unwrap()
            .checked_add(Money::new(1, Currency::EUR));
        assert_eq!(sum, Ok(Money::new(3751, Currency::EUR)));
    }

    #[test]
    fn two_currencies_do_not_add_up() {
        let dollars: Currency = "USD".parse().unwrap();
        let sum = Money::new(1, Currency::EUR).checked_add(Money::new(1, dollars));
        assert_eq!(
            sum,
            Err(MoneyError::CurrenciesDiffer(Currency::EUR, dollars))
        );
    }

    #[test]
    fn an_amount_too_large_is_an_error_and_not_a_small_amount() {
        assert_eq!(
            Money::new(i64::MAX, Currency::EUR).times(2),
            Err(MoneyError::OutOfRange)
        );
        let most = Money::new(i64::MAX, Currency::EUR);
        assert_eq!(most.checked_add(most), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn only_three_capital_letters_are_a_currency() {
        for wrong in ["eur", "EURO", "EU", "", "\u{20ac}", "E R"] {
            assert_eq!(
                wrong.parse::<Currency>(),
                Err(MoneyError::NotACurrency),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn an_amount_reads_as_people_write_it() {
        assert_eq!(Money::new(1205, Currency::EUR).to_string(), "12.05 EUR");
        assert_eq!(Money::new(-5, Currency::EUR).to_string(), "-0.05 EUR");
    }
}
