//! cors, request-transformer.

use super::{ANY_NUMBER, Kind, Record, Schema, TEXT, text};

pub(super) const CORS: Schema = Schema {
    name: "cors",
    on_consumers: false,
    fields: &[
        ("origins", Kind::List(&TEXT)),
        (
            "methods",
            Kind::List(&Kind::OneOf(&[
                "GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT",
            ])),
        ),
        ("headers", Kind::List(&TEXT)),
        ("exposed_headers", Kind::List(&TEXT)),
        ("max_age", ANY_NUMBER),
        ("credentials", Kind::Flag),
        ("private_network", Kind::Flag),
        ("preflight_continue", Kind::Flag),
    ],
    rules: &[],
};

pub(super) const REQUEST_TRANSFORMER: Schema = Schema {
    name: "request-transformer",
    on_consumers: true,
    fields: &[
        ("http_method", Kind::Text(text::method)),
        (
            "remove",
            Kind::Record(&[
                ("headers", Kind::List(&Kind::Text(text::header_of_pair))),
                ("querystring", Kind::List(&TEXT)),
                ("body", Kind::List(&TEXT)),
            ]),
        ),
        (
            "rename",
            Kind::Record(&[
                ("headers", Kind::List(&Kind::Text(text::header_rename))),
                ("querystring", PAIRS),
                ("body", PAIRS),
            ]),
        ),
        (
            "replace",
            Kind::Record(&[
                ("headers", HEADER_PAIRS),
                ("querystring", PAIRS),
                ("body", PAIRS),
                ("uri", TEXT),
            ]),
        ),
        ("add", Kind::Record(ADDED)),
        ("append", Kind::Record(ADDED)),
    ],
    rules: &[],
};

const PAIRS: Kind = Kind::List(&Kind::Text(text::pair));
const HEADER_PAIRS: Kind = Kind::List(&Kind::Text(text::header_pair));
const ADDED: Record = &[
    ("headers", HEADER_PAIRS),
    ("querystring", PAIRS),
    ("body", PAIRS),
];
