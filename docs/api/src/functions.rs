//! The functions that answer the public.

use souk_kit::api::Api;

/// A function and what it can be asked.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) api: Api,
}

/// In the order in which somebody who reads about the shop comes across them.
pub(crate) fn all() -> Vec<Function> {
    let function = |name, api: fn() -> Api| Function { name, api: api() };
    vec![
        function("identity", identity::api),
        function("catalog", catalog::api),
        function("carts", carts::api),
        function("orders", orders::api),
        function("payments", payments::api),
        function("shipping", shipping::api),
        function("inventory", inventory::api),
        function("notifications", notifications::api),
        function("intake", intake::api),
        function("deadletters", deadletters::api),
        function("portal", portal::api),
    ]
}
