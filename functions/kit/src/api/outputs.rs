//! What the answers are in the document.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::{Cached, Either, Located, Once, Output, Reply, Schemas, Status, Tagged, Written};
use crate::{Problem, http::Json};

const JSON: &str = "application/json";

impl Output for () {
    fn replies(_: &mut Schemas) -> Vec<Reply> {
        vec![Reply::empty(200)]
    }
}

impl<T: JsonSchema> Output for Json<T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        vec![Reply::of(200, JSON, schemas.written::<T>())]
    }
}

impl<T: JsonSchema> Output for Written<T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        Json::<T>::replies(schemas)
    }
}

/// Problems come from the extractors and from the `Doc`.
impl<T: Output> Output for Result<T, Problem> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        T::replies(schemas)
    }
}

impl<const CODE: u16, T: Output> Output for Status<CODE, T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        let replies = T::replies(schemas).into_iter();
        replies
            .map(|reply| Reply {
                status: CODE,
                ..reply
            })
            .collect()
    }
}

impl<T: Output> Output for Located<T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        let schema = json!({ "type": "string", "format": "uri-reference" });
        with::<T>(schemas, "Location", "Where it is from now on.", &schema)
    }
}

impl<T: Output> Output for Tagged<T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        let schema = json!({ "type": "string", "pattern": "^\"[!#-~]+\"$" });
        with::<T>(schemas, "ETag", "The tag of the state it is in.", &schema)
    }
}

impl<T: Output> Output for Cached<T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        let schema = json!({ "type": "string" });
        with::<T>(
            schemas,
            "Cache-Control",
            "How long it may be kept.",
            &schema,
        )
    }
}

impl<A: Output, B: Output> Output for Either<A, B> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        let mut replies = A::replies(schemas);
        replies.extend(B::replies(schemas));
        replies
    }
}

impl<T: Output> Output for Once<T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        T::replies(schemas)
    }
}

fn with<T: Output>(
    schemas: &mut Schemas,
    name: &'static str,
    description: &str,
    schema: &Value,
) -> Vec<Reply> {
    let replies = T::replies(schemas).into_iter();
    replies
        .map(|reply| reply.header(name, description, schema.clone()))
        .collect()
}
