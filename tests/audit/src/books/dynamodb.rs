//! The tables in DynamoDB: letters, inboxes, outboxes. Scanned over the plain protocol, as the engine on one machine takes it: it
//! looks at the form of a signature only.

use std::collections::HashSet;

use anyhow::{Context as _, Result, bail};
use reqwest::Client;
use serde_json::{Value, json};

use super::Books;
use super::rows::Letter;

const SCAN: &str = "DynamoDB_20120810.Scan";
const QUERY: &str = "DynamoDB_20120810.Query";
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=audit/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

/// Fills in what the tables hold.
pub(super) async fn read(http: &Client, url: &str, books: &mut Books) -> Result<()> {
    for function in ["carts", "catalog", "notifications"] {
        let mut inbox = HashSet::new();
        let mut question = table(function);
        loop {
            let page = ask(http, url, SCAN, &question).await;
            let page = page.with_context(|| format!("souk-{function}"))?;
            let items = page["Items"].as_array().into_iter().flatten();
            items.for_each(|item| take(function, item, &mut inbox, books));
            if !goes_on(&mut question, &page) {
                break;
            }
        }
        books.inboxes.insert(function.to_owned(), inbox);
    }
    Ok(())
}

/// A question about a function's table as it is now.
fn table(function: &str) -> Value {
    json!({ "TableName": format!("souk-{function}"), "ConsistentRead": true })
}

/// Whether there is more than this page; if so, the question is for the next one.
fn goes_on(question: &mut Value, page: &Value) -> bool {
    let last = &page["LastEvaluatedKey"];
    question["ExclusiveStartKey"] = last.clone();
    !last.is_null()
}

/// One page; a table that is not there yet is empty.
async fn ask(http: &Client, url: &str, target: &str, question: &Value) -> Result<Value> {
    let request = http.post(url).header("x-amz-target", target);
    let request = request
        .header("authorization", SIGNATURE)
        .header("x-amz-date", "20260101T000000Z");
    let request = request
        .header("content-type", "application/x-amz-json-1.0")
        .body(question.to_string());
    let answer = request.send().await?;
    let (status, body) = (answer.status(), answer.text().await?);
    match status.is_success() {
        true => Ok(serde_json::from_str(&body)?),
        false if body.contains("ResourceNotFoundException") => Ok(Value::Null),
        false => bail!("{status}: {body}"),
    }
}

fn take(function: &str, item: &Value, inbox: &mut HashSet<(String, String)>, books: &mut Books) {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let (pk, sk) = (text("pk"), text("sk"));
    if let Some(named) = pk.strip_prefix("inbox#") {
        if let Some((source, id)) = named.rsplit_once('#') {
            inbox.insert((source.to_owned(), id.to_owned()));
        }
    } else if pk == "outbox" {
        books.outboxes.push((function.to_owned(), sk));
    } else if function == "notifications" {
        if let Some(account_id) = pk.strip_prefix("erased#") {
            books.erased.extend(account_id.parse::<uuid::Uuid>());
        } else if let Ok(account_id) = pk.trim_start_matches("account#").parse() {
            books.letters.push(Letter {
                account_id,
                kind: text("kind"),
                order_id: text("order_id").parse().ok(),
                state: text("state"),
            });
        }
    }
}

/// How many events lie in the tables' outboxes.
pub(super) async fn waiting(http: &Client, url: &str) -> Result<Vec<(String, usize)>> {
    let mut waiting = Vec::new();
    for function in ["carts", "catalog"] {
        let mut question = table(function);
        question["KeyConditionExpression"] = json!("pk = :o");
        question["ExpressionAttributeValues"] = json!({ ":o": { "S": "outbox" } });
        let mut events = 0;
        loop {
            let page = ask(http, url, QUERY, &question).await;
            let page = page.with_context(|| format!("souk-{function}"))?;
            events += page["Items"].as_array().map_or(0, Vec::len);
            if !goes_on(&mut question, &page) {
                break;
            }
        }
        if events > 0 {
            waiting.push((function.to_owned(), events));
        }
    }
    Ok(waiting)
}
