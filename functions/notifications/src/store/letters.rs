//! The letters to the owner of an account: one item for each, under a key that the fact alone determines.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use chrono::{DateTime, Utc};
use souk_kit::{
    dynamodb::{DynamoError, PK, SK, number, read, text},
    page::PageQuery,
};
use uuid::Uuid;

use super::{
    Store,
    erasure::unless_gone,
    is_refused_by_condition,
    letter_item::{
        CLAIMED_UNTIL, Filed, RECIPIENT, REFUSAL, SENT_AT, STATE, State, account_key, claimed,
        filed, key_of,
    },
    sortable,
};
use crate::domain::{Kind, Letter, Update};

/// Who may mail a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Whoever has asked, and nobody else for the time being.
    Granted,
    /// Somebody else, at this moment.
    Taken,
    /// Nobody: it was sent.
    SentBefore,
}

impl Store {
    /// Asks to be the one who mails a letter, until some time.
    pub(crate) async fn claim(
        &self,
        letter: &Letter,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Claim, DynamoError> {
        let free =
            format!("attribute_not_exists({PK}) or (#state <> :sent and {CLAIMED_UNTIL} <= :now)");
        let put = self.client.put_item().table_name(&*self.table);
        let put = put
            .set_item(Some(claimed(letter, until)))
            .condition_expression(free)
            .expression_attribute_names("#state", STATE)
            .expression_attribute_values(":sent", text(State::Sent.name()))
            .expression_attribute_values(":now", number(now.timestamp_millis()));
        match put.send().await {
            Ok(_) => Ok(Claim::Granted),
            Err(error) if is_refused_by_condition(&error) => self.why_not(letter).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn why_not(&self, letter: &Letter) -> Result<Claim, DynamoError> {
        let get = self.client.get_item().table_name(&*self.table);
        let found = get
            .set_key(Some(key_of(letter)))
            .consistent_read(true)
            .send()
            .await?;
        let state = found.item().map(|item| read(item, STATE)).transpose()?;
        Ok(match state {
            Some(State::Sent) => Claim::SentBefore,
            _ => Claim::Taken,
        })
    }

    /// Where the customer is written to about the order that was placed; none if the letter about that is not filed, or is deleted.
    pub(crate) async fn recipient(&self, placed: &Update) -> Result<Option<String>, DynamoError> {
        let letter = Letter {
            kind: Kind::OrderPlaced,
            account_id: placed.account_id,
            recipient: String::new(),
            order_id: Some(placed.order_id),
            subject: String::new(),
            text: String::new(),
            at: placed.at,
        };
        let get = self.client.get_item().table_name(&*self.table);
        let found = get
            .set_key(Some(key_of(&letter)))
            .consistent_read(true)
            .send()
            .await?;
        found.item().map(|item| read(item, RECIPIENT)).transpose()
    }

    /// Lets others mail a letter that was claimed.
    pub(crate) async fn release(&self, letter: &Letter) -> Result<(), DynamoError> {
        self.note(letter, State::Pending, None).await
    }

    /// Notes that a letter was mailed.
    pub(crate) async fn note_sent(
        &self,
        letter: &Letter,
        now: DateTime<Utc>,
    ) -> Result<(), DynamoError> {
        let sent_at = sortable(now);
        self.note(letter, State::Sent, Some((SENT_AT, &sent_at)))
            .await
    }

    /// Notes that a letter cannot be mailed. Whoever is told of its fact once more may try again.
    pub(crate) async fn note_refused(&self, letter: &Letter, why: &str) -> Result<(), DynamoError> {
        self.note(letter, State::Refused, Some((REFUSAL, why)))
            .await
    }

    /// Ends a claim. The letter may have been deleted meanwhile: then there is nothing to note.
    async fn note(
        &self,
        letter: &Letter,
        state: State,
        detail: Option<(&str, &str)>,
    ) -> Result<(), DynamoError> {
        let update: UpdateItemFluentBuilder = self.client.update_item().table_name(&*self.table);
        let mut update = update
            .set_key(Some(key_of(letter)))
            .expression_attribute_names("#state", STATE)
            .expression_attribute_values(":state", text(state.name()))
            .expression_attribute_values(":over", number(0));
        let mut set = format!("set #state = :state, {CLAIMED_UNTIL} = :over");
        if let Some((name, value)) = detail {
            set.push_str(", #detail = :detail");
            update = update
                .expression_attribute_names("#detail", name)
                .expression_attribute_values(":detail", text(value));
        }
        let update = update.condition_expression(format!("attribute_exists({PK})"));
        unless_gone(update.update_expression(set).send().await)
    }

    /// One page of the letters to an account, newest first, and one more letter if there is one.
    pub(crate) async fn letters_to(
        &self,
        account_id: Uuid,
        after: Option<&str>,
        page: &PageQuery,
    ) -> Result<Vec<Filed>, DynamoError> {
        let mut condition = format!("{PK} = :account");
        let mut query = self
            .client
            .query()
            .table_name(&*self.table)
            .scan_index_forward(false)
            .limit(i32::try_from(page.fetch()).unwrap_or(i32::MAX))
            .expression_attribute_values(":account", text(account_key(account_id)));
        if let Some(after) = after {
            condition.push_str(&format!(" and {SK} < :after"));
            query = query.expression_attribute_values(":after", text(after));
        }
        let found = query.key_condition_expression(condition).send().await?;
        found.items().iter().map(filed).collect()
    }
}
