//! From a handler's signature to its part of the document.

use super::{Input, Operation, Output};

/// A handler whose arguments and answer can be described. `Arguments` and `Answer` only tell implementations apart.
pub trait Documented<Arguments, Answer> {
    /// Whether the handler gives no answer without a token.
    const NEEDS_TOKEN: bool;
    /// Whether the token may be a parameter of the query.
    const TOKEN_IN_QUERY: bool;

    /// Whether the handler stores its answer itself under the request's `Idempotency-Key`.
    const STORES_ANSWER: bool;

    /// Writes down what the handler takes and gives.
    fn describe(operation: &mut Operation<'_>);
}

macro_rules! documented {
    ($($argument:ident),*) => {
        impl<F, Fut, Answer, $($argument),*> Documented<($($argument,)*), Answer> for F
        where
            F: FnOnce($($argument),*) -> Fut,
            Fut: Future<Output = Answer>,
            Answer: Output,
            $($argument: Input,)*
        {
            const NEEDS_TOKEN: bool = false $(|| $argument::NEEDS_TOKEN)*;
            const TOKEN_IN_QUERY: bool = false $(|| $argument::TOKEN_IN_QUERY)*;
            const STORES_ANSWER: bool = false $(|| $argument::STORES_ANSWER)*;

            fn describe(operation: &mut Operation<'_>) {
                $($argument::describe(operation);)*
                let replies = Answer::replies(operation.schemas());
                operation.reply(replies);
            }
        }
    };
}

documented!();
documented!(A);
documented!(A, B);
documented!(A, B, C);
documented!(A, B, C, D);
documented!(A, B, C, D, E);
documented!(A, B, C, D, E, G);
