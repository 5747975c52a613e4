//! What Stripe's published test payment methods do when they are charged.

/// What becomes of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes through.
    Approved,
    /// The customer has to authenticate first, and nobody is there.
    NeedsAuthentication,
    /// It does not go through.
    Declined(Decline),
    /// There is no such payment method.
    Unknown,
}

/// Why a charge does not go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decline {
    pub(crate) code: &'static str,
    /// More precisely, where the card's issuer says so.
    pub(crate) decline_code: Option<&'static str>,
    pub(crate) message: &'static str,
}

const APPROVED: [&str; 20] = [
    "pm_card_visa",
    "pm_card_visa_debit",
    "pm_card_mastercard",
    "pm_card_mastercard_debit",
    "pm_card_mastercard_prepaid",
    "pm_card_amex",
    "pm_card_discover",
    "pm_card_diners",
    "pm_card_jcb",
    "pm_card_unionpay",
    "pm_card_us",
    "pm_card_gb",
    "pm_card_de",
    "pm_card_fr",
    "pm_card_it",
    "pm_card_es",
    "pm_card_nl",
    "pm_card_at",
    "pm_card_ch",
    "pm_card_pl",
];

/// What this payment method does.
pub(crate) fn verdict(payment_method: &str) -> Verdict {
    if APPROVED.contains(&payment_method) {
        return Verdict::Approved;
    }
    // Those of Visa have the brand in their name, and an older name without it.
    let decline = match payment_method
        .replacen("pm_card_visa_", "pm_card_", 1)
        .as_str()
    {
        "pm_card_authenticationRequired" | "pm_card_threeDSecure2Required" => {
            return Verdict::NeedsAuthentication;
        }
        "pm_card_chargeDeclined" => issuer("generic_decline", DECLINED),
        "pm_card_chargeDeclinedInsufficientFunds" => {
            issuer("insufficient_funds", "Your card has insufficient funds.")
        }
        "pm_card_chargeDeclinedLostCard" => issuer("lost_card", DECLINED),
        "pm_card_chargeDeclinedStolenCard" => issuer("stolen_card", DECLINED),
        "pm_card_chargeDeclinedVelocityLimitExceeded" => issuer(
            "card_velocity_exceeded",
            "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        ),
        "pm_card_chargeDeclinedFraudulent" | "pm_card_radarBlock" => issuer("fraudulent", DECLINED),
        "pm_card_chargeDeclinedExpiredCard" => plain("expired_card", "Your card has expired."),
        "pm_card_chargeDeclinedIncorrectCvc" => {
            plain("incorrect_cvc", "Your card's security code is incorrect.")
        }
        "pm_card_chargeDeclinedProcessingError" => plain(
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
        ),
        _ => return Verdict::Unknown,
    };
    Verdict::Declined(decline)
}

/// What a card is declined for that cannot be used without its owner.
pub(crate) const AUTHENTICATION_REQUIRED: Decline = Decline {
    code: "authentication_required",
    decline_code: Some("authentication_required"),
    message: "Your card was declined. This transaction requires authentication.",
};

const DECLINED: &str = "Your card was declined.";

const fn issuer(decline_code: &'static str, message: &'static str) -> Decline {
    Decline {
        code: "card_declined",
        decline_code: Some(decline_code),
        message,
    }
}

const fn plain(code: &'static str, message: &'static str) -> Decline {
    Decline {
        code,
        decline_code: None,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_payment_methods_do_what_their_names_say() {
        assert_eq!(verdict("pm_card_amex"), Verdict::Approved);
        assert_eq!(verdict("pm_1"), Verdict::Unknown);
        for (name, code, decline_code) in [
            (
                "pm_card_visa_chargeDeclined",
                "card_declined",
                Some("generic_decline"),
            ),
            (
                "pm_card_chargeDeclined",
                "card_declined",
                Some("generic_decline"),
            ),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ] {
            let Verdict::Declined(decline) = verdict(name) else {
                panic!("{name} is not declined")
            };
            assert_eq!((decline.code, decline.decline_code), (code, decline_code));
        }
    }
}
