//! The one form of table. In production Terraform makes them; where nobody did, the function does.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::create_table::builders::CreateTableFluentBuilder,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType, TableStatus, TimeToLiveSpecification,
    },
};
use tokio::time::{Instant, sleep};

use super::{DynamoError, client, settings};
use crate::{Env, Reader, StartError};

/// The attribute that is the partition key of every table.
pub const PK: &str = "pk";
/// The attribute that is the sort key of every table.
pub const SK: &str = "sk";
/// The attribute after whose time (seconds since 1970) an item is forgotten.
pub const EXPIRES_AT: &str = "expires_at";

const CREATION_TIMEOUT: Duration = Duration::from_secs(30);
const CREATION_POLL: Duration = Duration::from_millis(100);

/// A table with the keys `pk` and `sk`, and its global indexes.
#[derive(Debug, Clone)]
pub struct TableSpec {
    name: String,
    indexes: Vec<Index>,
}

#[derive(Debug, Clone)]
struct Index {
    name: &'static str,
    partition_key: &'static str,
    sort_key: Option<&'static str>,
}

impl TableSpec {
    /// A table without indexes.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            indexes: Vec::new(),
        }
    }

    /// Adds a global index over text attributes, which holds whole items.
    pub fn index(
        mut self,
        name: &'static str,
        partition_key: &'static str,
        sort_key: impl Into<Option<&'static str>>,
    ) -> Self {
        self.indexes.push(Index {
            name,
            partition_key,
            sort_key: sort_key.into(),
        });
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Makes the table that the setting `name_in` names, and nothing else: for [`crate::Program::migrate`].
pub async fn migrate(
    env: Env,
    name_in: &str,
    spec: impl FnOnce(&str) -> TableSpec,
) -> Result<(), StartError> {
    let mut r = Reader::new(&env);
    let (settings, name) = (settings(&mut r), r.required::<String>(name_in));
    let (settings, name) = r.finish(|| Some((settings?, name?)))?;
    Ok(ensure_table(&client(settings).await, &spec(&name)).await?)
}

/// Makes the table if it is not there, and waits until it can be used.
pub async fn ensure_table(client: &Client, spec: &TableSpec) -> Result<(), DynamoError> {
    if status(client, &spec.name).await? == Some(TableStatus::Active) {
        return Ok(());
    }
    match create(client, spec)?.send().await {
        Ok(_) => {}
        // Another instance, or an earlier one, has begun to make it.
        Err(SdkError::ServiceError(error)) if error.err().is_resource_in_use_exception() => {}
        Err(error) => return Err(error.into()),
    }
    until_active(client, &spec.name).await?;
    forget_in_time(client, &spec.name).await
}

async fn status(client: &Client, table: &str) -> Result<Option<TableStatus>, DynamoError> {
    match client.describe_table().table_name(table).send().await {
        Ok(answer) => Ok(answer.table.and_then(|table| table.table_status)),
        Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn create(client: &Client, spec: &TableSpec) -> Result<CreateTableFluentBuilder, DynamoError> {
    let mut request = client
        .create_table()
        .table_name(&spec.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(keys(PK, Some(SK))?));
    let mut attributes = vec![PK, SK];
    for index in &spec.indexes {
        attributes.extend(
            [Some(index.partition_key), index.sort_key]
                .into_iter()
                .flatten(),
        );
        let all = Projection::builder()
            .projection_type(ProjectionType::All)
            .build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(keys(index.partition_key, index.sort_key)?))
            .projection(all);
        request = request.global_secondary_indexes(index.build()?);
    }
    attributes.sort_unstable();
    attributes.dedup();
    for name in attributes {
        let text = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S);
        request = request.attribute_definitions(text.build()?);
    }
    Ok(request)
}

fn keys(partition_key: &str, sort_key: Option<&str>) -> Result<Vec<KeySchemaElement>, DynamoError> {
    let key = |name, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    let mut keys = vec![key(partition_key, KeyType::Hash)?];
    if let Some(sort_key) = sort_key {
        keys.push(key(sort_key, KeyType::Range)?);
    }
    Ok(keys)
}

/// DynamoDB tells nobody when a table is ready, so it has to be asked.
async fn until_active(client: &Client, table: &str) -> Result<(), DynamoError> {
    let deadline = Instant::now() + CREATION_TIMEOUT;
    while status(client, table).await? != Some(TableStatus::Active) {
        if Instant::now() > deadline {
            return Err(DynamoError::Unavailable(format!(
                "the table {table} is still being made"
            )));
        }
        sleep(CREATION_POLL).await;
    }
    Ok(())
}

async fn forget_in_time(client: &Client, table: &str) -> Result<(), DynamoError> {
    let ttl = TimeToLiveSpecification::builder()
        .attribute_name(EXPIRES_AT)
        .enabled(true)
        .build()?;
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(ttl)
        .send()
        .await?;
    Ok(())
}
