#![doc = include_str!("../README.md")]

mod gateway;
mod goods;
mod picture;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};

use crate::gateway::{Account, Gateway, Publisher};
use crate::goods::Article;

/// Products written at the same time.
const WRITERS: usize = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match open().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("open-shop: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn open() -> Result<()> {
    let articles = goods::all()?;
    let gateway = Gateway::new(&variable("GATEWAY_URL")?)?;
    let merchant = Account::new(variable("MERCHANT_EMAIL")?, variable("MERCHANT_PASSWORD")?);
    let email = variable("CUSTOMER_EMAIL")?;
    let customer = Account::new(email.clone(), variable("CUSTOMER_PASSWORD")?);

    gateway.register(&customer).await?;
    let token = gateway.log_in(&merchant).await?;
    let listed: Vec<bool> = stream::iter(&articles)
        .map(|article| list(&gateway, &token, article))
        .buffer_unordered(WRITERS)
        .try_collect()
        .await?;
    let new = listed.iter().filter(|new| **new).count();
    say(&format!(
        "{new} of {} products listed, the others were there",
        articles.len()
    ));

    let unknown = gateway.without_stock(&articles).await?;
    let erp = Publisher::new(variable("ERP_CLIENT_ID")?, variable("ERP_CLIENT_SECRET")?);
    gateway.report_goods(&erp, &unknown).await?;
    say(&format!(
        "goods received reported for {} products",
        unknown.len()
    ));
    gateway.until_stocked(&articles).await?;
    say("the shop is open; order something:");
    say(&first_order(&variable("GATEWAY_URL")?, &email));
    Ok(())
}

/// A first order, as one line for a shell. Whoever shows it knows the password; a log must not.
fn first_order(gateway: &str, email: &str) -> String {
    let json = "-H 'content-type: application/json'";
    let log_in = format!(r#"{{"email":"{email}","password":"<password of {email}>"}}"#);
    let order = r#"{"lines":[{"sku":"COF-ETH-250","quantity":2}],"payment_method":"pm_card_visa","shipping_address":{"name":"A. Reader","line1":"1 Main Street","postal_code":"10115","city":"Berlin","country":"DE"}}"#;
    format!(
        "curl -i {gateway}/v2/orders {json} -H \"idempotency-key: $RANDOM\" -H \"authorization: Bearer $(curl -s \
         {gateway}/v1/sessions {json} -d '{log_in}' | sed 's/.*access_token\":\"//;s/\".*//')\" -d '{order}'"
    )
}

/// Lists one product unless it is there; true when it was new.
async fn list(gateway: &Gateway, token: &str, article: &Article) -> Result<bool> {
    if gateway.knows(article).await? {
        return Ok(false);
    }
    gateway.put_product(token, article).await?;
    gateway
        .put_picture(token, article, picture::draw(article))
        .await?;
    Ok(true)
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| {
        format!(
            "the variable {name} is not set; knative/jobs/open-shop/open-shop.yaml names them all"
        )
    })
}

fn say(line: &str) {
    // A closed standard output is no reason to leave the shop shut.
    let _ = writeln!(std::io::stdout(), "{line}");
}
