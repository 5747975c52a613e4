//! Amounts as people read them.

/// Currencies whose smallest unit is the unit itself, in the provider's list.
const WITHOUT_DECIMALS: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
];
/// Currencies with a thousandth.
const WITH_THREE_DECIMALS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// `1,806.00 EUR` for 180600 and `eur`.
pub(crate) fn money(minor: i64, currency: &str) -> String {
    let currency = currency.to_ascii_uppercase();
    let decimals = decimals(&currency);
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (units, rest) = digits.split_at(digits.len() - decimals);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{rest} {currency}", grouped(units))
}

fn decimals(currency: &str) -> usize {
    if WITHOUT_DECIMALS.contains(&currency) {
        0
    } else if WITH_THREE_DECIMALS.contains(&currency) {
        3
    } else {
        2
    }
}

fn grouped(units: &str) -> String {
    let mut text = String::new();
    for (index, digit) in units.chars().enumerate() {
        if index > 0 && (units.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        assert_eq!(money(2580, "eur"), "25.80 EUR");
        assert_eq!(money(5, "eur"), "0.05 EUR");
        assert_eq!(money(-123_456_789, "usd"), "-1,234,567.89 USD");
        assert_eq!(money(1500, "jpy"), "1,500 JPY");
        assert_eq!(money(1, "kwd"), "0.001 KWD");
    }
}
