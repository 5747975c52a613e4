//! Keys in DynamoDB: one item each, in the function's own table.

use ::http::{HeaderMap, StatusCode};
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{AttributeValue, Put, TransactWriteItem},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{
    KEPT, Keeper, LEASE, Recall, ScopedKey,
    answer::{of_value, respond},
    keeper::{Claim, Kept, Shelf},
};
use crate::{
    Clock, Ids, Problem,
    dynamodb::{
        DynamoError, EXPIRES_AT, Item, Outbox, PK, Tx, key as key_of, number, read, read_maybe,
        text,
    },
};

const FINGERPRINT: &str = "fingerprint";
const ANSWER: &str = "answer";
/// Milliseconds since 1970, by the function's clock.
const USED_AT: &str = "used_at";
const HOLDER: &str = "holder";
/// Milliseconds since 1970, by the function's clock.
const HELD_UNTIL: &str = "held_until";
const CONDITION_FAILED: &str = "ConditionalCheckFailedException";

impl Outbox {
    /// What is known of a key. It is never in flight: the answer is there with the thing itself, see [`Tx::remember`].
    pub async fn recall(&self, key: &ScopedKey) -> Result<Recall, DynamoError> {
        let table = (self.client(), self.table());
        match look_up(table, key, self.clock().now()).await? {
            None | Some(Claim::Held | Claim::Ours) => Ok(Recall::New),
            Some(Claim::Mismatch) => Ok(Recall::Mismatch),
            Some(Claim::Answered(answer)) => match respond(&answer) {
                Ok(response) => Ok(Recall::Stored(response)),
                Err(error) => Err(DynamoError::Item(error.to_string())),
            },
        }
    }
}

impl Tx {
    /// Stores the answer with the commit, which is refused if there is one under this key by then.
    pub fn remember(
        &mut self,
        key: &ScopedKey,
        status: StatusCode,
        headers: &HeaderMap,
        body: &impl Serialize,
    ) -> Result<(), DynamoError> {
        let answer = serde_json::to_string(&of_value(status, headers, body))
            .map_err(|error| DynamoError::Item(error.to_string()))?;
        let now = self.now();
        let mut item = used(key, now);
        item.insert(ANSWER.to_owned(), text(answer));
        let put = Put::builder()
            .table_name(self.table())
            .set_item(Some(item))
            .condition_expression(format!(
                "attribute_not_exists({PK}) or {USED_AT} < :forgotten"
            ))
            .expression_attribute_values(":forgotten", millis(now - KEPT))
            .build()?;
        self.write(TransactWriteItem::builder().put(put).build());
        Ok(())
    }
}

impl Keeper {
    /// Keeps keys in a table of the kit's form.
    pub fn dynamodb(client: &Client, table: &str, clock: &Clock, ids: &Ids) -> Self {
        let shelf = DynamoShelf {
            client: client.clone(),
            table: table.to_owned(),
            clock: clock.clone(),
        };
        Self::on(shelf, ids.clone())
    }
}

impl From<&Outbox> for Keeper {
    fn from(outbox: &Outbox) -> Self {
        Self::dynamodb(
            outbox.client(),
            outbox.table(),
            outbox.clock(),
            outbox.ids(),
        )
    }
}

struct DynamoShelf {
    client: Client,
    table: String,
    clock: Clock,
}

impl DynamoShelf {
    fn held_until(&self) -> AttributeValue {
        millis(self.clock.now() + LEASE)
    }

    /// Whether the key is the holder's now.
    async fn take(
        &self,
        key: &ScopedKey,
        holder: Uuid,
        now: DateTime<Utc>,
    ) -> Result<bool, DynamoError> {
        let mut item = used(key, now);
        item.insert(HOLDER.to_owned(), text(holder));
        item.insert(HELD_UNTIL.to_owned(), self.held_until());
        let is_free = format!(
            "attribute_not_exists({PK}) or {USED_AT} < :forgotten \
             or (attribute_not_exists({ANSWER}) and {FINGERPRINT} = :fingerprint and {HELD_UNTIL} < :now)"
        );
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(is_free)
            .expression_attribute_values(":forgotten", millis(now - KEPT))
            .expression_attribute_values(":fingerprint", text(hex(&key.fingerprint)))
            .expression_attribute_values(":now", millis(now));
        was_done(put.send().await)
    }

    /// Changes a claim that is still the holder's.
    async fn change(
        &self,
        key: &ScopedKey,
        holder: Uuid,
        (update, name, value): (&str, &str, AttributeValue),
    ) -> Result<(), Problem> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(item_key(key)))
            .update_expression(update)
            .condition_expression(format!("{HOLDER} = :holder"))
            .expression_attribute_values(":holder", text(holder))
            .expression_attribute_values(name, value);
        was_done(update.send().await)?;
        Ok(())
    }

    async fn delete(&self, key: &ScopedKey, holder: Uuid) -> Result<(), Problem> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(item_key(key)))
            .condition_expression(format!("{HOLDER} = :holder"))
            .expression_attribute_values(":holder", text(holder));
        was_done(delete.send().await)?;
        Ok(())
    }
}

impl Shelf for DynamoShelf {
    fn claim<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, Claim> {
        Box::pin(async move {
            let now = self.clock.now();
            if self.take(key, holder, now).await? {
                return Ok(Claim::Ours);
            }
            let found = look_up((&self.client, &self.table), key, now).await?;
            // Given back at this moment: somebody had it just now.
            Ok(found.unwrap_or(Claim::Held))
        })
    }

    fn renew<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, ()> {
        Box::pin(async move {
            let update = format!("set {HELD_UNTIL} = :until");
            let change = (&*update, ":until", self.held_until());
            self.change(key, holder, change).await
        })
    }

    fn conclude<'a>(&'a self, key: &'a ScopedKey, holder: Uuid, answer: String) -> Kept<'a, ()> {
        Box::pin(async move {
            let update = format!("set {ANSWER} = :answer remove {HOLDER}, {HELD_UNTIL}");
            let change = (&*update, ":answer", text(answer));
            self.change(key, holder, change).await
        })
    }

    fn release<'a>(&'a self, key: &'a ScopedKey, holder: Uuid) -> Kept<'a, ()> {
        Box::pin(self.delete(key, holder))
    }
}

/// What an item says of a key; nothing if there is none, or an old one.
async fn look_up(
    (client, table): (&Client, &str),
    key: &ScopedKey,
    now: DateTime<Utc>,
) -> Result<Option<Claim>, DynamoError> {
    let get = client
        .get_item()
        .table_name(table)
        .set_key(Some(item_key(key)))
        .consistent_read(true);
    let Some(item) = get.send().await?.item else {
        return Ok(None);
    };
    if read::<i64>(&item, USED_AT)? < (now - KEPT).timestamp_millis() {
        return Ok(None);
    }
    if read::<String>(&item, FINGERPRINT)? != hex(&key.fingerprint) {
        return Ok(Some(Claim::Mismatch));
    }
    let answer = read_maybe(&item, ANSWER)?;
    Ok(Some(answer.map_or(Claim::Held, Claim::Answered)))
}

/// Whether a write was done: false if its condition did not hold.
fn was_done<T, E, R>(written: Result<T, SdkError<E, R>>) -> Result<bool, DynamoError>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match written {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some(CONDITION_FAILED) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn item_key(key: &ScopedKey) -> Item {
    let partition = format!("idempotency#{}#{}", key.caller, key.key);
    key_of(partition, format!("idempotency#{}", key.operation))
}

/// The item of a key that is used now. It is forgotten some time after it does not count any more.
fn used(key: &ScopedKey, now: DateTime<Utc>) -> Item {
    let mut item = item_key(key);
    let expires_at = now + KEPT + TimeDelta::hours(1);
    item.extend([
        (FINGERPRINT.to_owned(), text(hex(&key.fingerprint))),
        (USED_AT.to_owned(), millis(now)),
        (EXPIRES_AT.to_owned(), number(expires_at.timestamp())),
    ]);
    item
}

fn millis(at: DateTime<Utc>) -> AttributeValue {
    number(at.timestamp_millis())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
