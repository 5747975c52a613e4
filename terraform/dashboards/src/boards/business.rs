//! What the shop lives on: orders, money, stock, letters.

use crate::dashboard::Dashboard;
use crate::panel::{Drawn, Panel, Unit};
use crate::queries::{grown, quantile};

const REACHED: &str = "souk_orders_transitions_total";
const ASKED: &str = "souk_payments_operations_total";

pub(crate) fn board() -> Dashboard {
    Dashboard::new(
        "business",
        "Souk: business",
        "What the shop lives on: orders, money, stock and letters.",
    )
    .link(
        "OrderCompletionBudgetBurns",
        "docs/runbooks/OrderCompletionBudgetBurns.md",
    )
    .link(
        "PaymentProviderAway",
        "docs/runbooks/PaymentProviderAway.md",
    )
    .row("In what is shown", in_short())
    .row("Orders", orders())
    .row("Money", money())
    .row("Stock and letters", rest())
}

fn in_short() -> Vec<Panel> {
    let number = |title, unit, about| Panel::new(title, unit, about).drawn(Drawn::Number).wide(6);
    let reached =
        |state: &str| format!("sum(increase({REACHED}{{souk_order_state=\"{state}\"}}[$__range]))");
    vec![
        number("Orders placed", Unit::Count, "Orders that were taken.").ask(reached("placed"), "placed"),
        number("Of which confirmed", Unit::Share, "Orders that got their stock and their money.")
            .ask(format!("{} / {}", reached("confirmed"), reached("placed")), "confirmed"),
        number("Revenue", Unit::Money, "Of confirmed orders, by currency.")
            .ask("sum by (souk_currency) (increase(souk_orders_revenue_total[$__range])) \
             / 100", "{{souk_currency}}"),
        number("Declined payments", Unit::Share, "The share of the authorisations that the bank or the provider \
             declined.")
            .ask(
                format!(
                    "(sum(increase({ASKED}{{souk_payment_operation=\"authorize\",souk_outcome=\"declined\"}}[$__range])) or vector(0)) / \
                     sum(increase({ASKED}{{souk_payment_operation=\"authorize\",souk_outcome=~\"done|declined\"}}[$__range]))"
                ),
                "declined",
            ),
    ]
}

fn orders() -> Vec<Panel> {
    vec![
        Panel::new(
            "Orders by state",
            Unit::Count,
            "Orders that reached a state.",
        )
        .ask(
            grown("souk_order_state", REACHED, ""),
            "{{souk_order_state}}",
        ),
        Panel::new(
            "Cancelled, by reason",
            Unit::Count,
            "payment_timed_out is the shop's own doing: look for who was silent.",
        )
        .ask(
            grown("souk_reason", REACHED, "souk_order_state=\"cancelled\""),
            "{{souk_reason}}",
        )
        .drawn(Drawn::Stacked),
        Panel::new(
            "From placed to decided",
            Unit::Seconds,
            "How long customers wait until their order is confirmed or cancelled. \
             The promise: 99 % within 60 s.",
        )
        .quantiles("souk_orders_saga_duration_seconds", "")
        .bad_from(60.0),
        Panel::new(
            "The same by how it ended, 95th percentile",
            Unit::Seconds,
            "Confirmations are quick; what was cancelled may have waited for its \
             customer.",
        )
        .ask(
            quantile(
                "0.95",
                "souk_orders_saga_duration_seconds",
                "",
                "souk_order_state, ",
            ),
            "{{souk_order_state}}",
        ),
    ]
}

fn money() -> Vec<Panel> {
    vec![
        Panel::new("Revenue", Unit::Money, "Of confirmed orders, by currency.").ask(
            "sum by (souk_currency) \
             (increase(souk_orders_revenue_total[$__rate_interval])) / 100",
            "{{souk_currency}}",
        ),
        Panel::new(
            "What the provider was asked, by outcome",
            Unit::Count,
            "declined: the customer's bank said no. refused: it will never do it. \
             away: it did not answer.",
        )
        .ask(
            grown("souk_payment_operation, souk_outcome", ASKED, ""),
            "{{souk_payment_operation}} {{souk_outcome}}",
        ),
        Panel::new(
            "Money moved",
            Unit::Money,
            "Authorised, taken, let go and given back.",
        )
        .ask(
            "sum by (souk_payment_operation, souk_currency) \
             (increase(souk_payments_amount_total[$__rate_interval])) / 100",
            "{{souk_payment_operation}} {{souk_currency}}",
        ),
        Panel::new(
            "Payments put off",
            Unit::Count,
            "As the provider was away; they go on by themselves when it is back.",
        )
        .ask(
            "sum(increase(souk_payments_postponed_total[$__rate_interval]))",
            "put off",
        )
        .bad_from(1.0),
        Panel::new(
            "The provider's answers, 95th percentile",
            Unit::Seconds,
            "See the runbook PaymentsSlow.",
        )
        .ask(
            quantile(
                "0.95",
                "http_client_request_duration_seconds",
                "service_name=\"payments\"",
                "peer_service, ",
            ),
            "{{peer_service}}",
        )
        .bad_from(1.5),
    ]
}

fn rest() -> Vec<Panel> {
    vec![
        Panel::new(
            "Orders that found too little stock",
            Unit::Count,
            "What could have been sold.",
        )
        .ask(
            "sum(increase(souk_inventory_rejections_total[$__rate_interval]))",
            "rejected",
        ),
        Panel::new(
            "Reservations that expired",
            Unit::Count,
            "Held for an order that nobody confirmed in time.",
        )
        .ask(
            "sum(increase(souk_inventory_expirations_total[$__rate_interval]))",
            "expired",
        ),
        Panel::new(
            "Letters",
            Unit::Count,
            "Attempts to mail one. refused: by the mail server, see the runbook \
             LettersRefused.",
        )
        .ask(
            grown("souk_letter_kind, souk_outcome", "souk_letters_total", ""),
            "{{souk_letter_kind}} {{souk_outcome}}",
        )
        .drawn(Drawn::Stacked),
    ]
}
