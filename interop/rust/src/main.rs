//! A small agency on rdkafka.

use chrono::{SecondsFormat, Utc};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use serde_json::{Value, json};
use std::time::Duration;

type Failure = Box<dyn std::error::Error>;

const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> Result<(), Failure> {
    let file = std::env::args().nth(1).ok_or("usage: agency CONFIG.json")?;
    let told: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let (name, transactions) = (text(&told["name"]), told["transactions"] == true);
    let consumer: BaseConsumer = settings(&told)
        .set("group.id", name)
        .set("auto.offset.reset", "earliest")
        .create()?;
    let topics: std::collections::BTreeSet<&str> = list(&told["rules"])
        .iter()
        .map(|rule| text(&rule["on"]))
        .collect();
    consumer.subscribe(&topics.into_iter().collect::<Vec<_>>())?;
    let mut chosen = settings(&told);
    if told["codec"] != "" {
        chosen.set("compression.type", text(&told["codec"]));
    }
    if transactions {
        chosen.set("transactional.id", name);
    }
    let producer: BaseProducer = chosen.create()?;
    if transactions {
        producer.init_transactions(PATIENCE)?;
    }
    loop {
        let Some(record) = consumer.poll(Duration::from_secs(1)).transpose()? else {
            continue;
        };
        let heard: Value = serde_json::from_slice(record.payload().unwrap_or_default())?;
        let Some(rule) = rule_for(&told, &heard) else {
            continue;
        };
        if transactions {
            producer.begin_transaction()?;
            send(&producer, &heard, rule, "takes_back", "b")?;
            producer.abort_transaction(PATIENCE)?;
            producer.begin_transaction()?;
            send(&producer, &heard, rule, "says", "")?;
            producer.commit_transaction(PATIENCE)?;
        } else {
            send(&producer, &heard, rule, "says", "")?;
        }
    }
}

fn settings(told: &Value) -> ClientConfig {
    let mut made = ClientConfig::new();
    made.set("bootstrap.servers", text(&told["kafka"]));
    made
}

/// What the table has to say to an event; nothing if it is not for this agency.
fn rule_for<'a>(told: &'a Value, heard: &Value) -> Option<&'a Value> {
    let mine = format!("{}.", text(&told["name"]));
    list(&told["rules"]).iter().find(|rule| {
        text(&heard["correlationid"]).starts_with(&mine)
            && rule["on"] == heard["type"]
            && rule["where"].as_object().is_some_and(|all| {
                all.iter()
                    .all(|(name, value)| heard["data"][name] == *value)
            })
    })
}

fn send(
    producer: &BaseProducer<DefaultProducerContext>,
    heard: &Value,
    rule: &Value,
    which: &str,
    mark: &str,
) -> Result<(), Failure> {
    for (number, claim) in list(&rule[which]).iter().enumerate() {
        let value = report(heard, &rule["agency"], claim, &format!("{mark}{number}")).to_string();
        let record = BaseRecord::to("agency.reported")
            .key(text(&heard["subject"]))
            .payload(&value);
        producer.send(record).map_err(|(error, _)| error)?;
    }
    Ok(producer.flush(PATIENCE)?)
}

/// One report. Its id follows from what it answers: said twice, it still is the same report.
fn report(heard: &Value, agency: &Value, claim: &Value, number: &str) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("{}-{number}", text(&heard["id"])),
        "source": format!("/agency/{}", text(agency)),
        "type": "agency.reported",
        "subject": heard["subject"],
        "time": Utc::now().to_rfc3339_opts(SecondsFormat::Nanos, true),
        "datacontenttype": "application/json",
        "correlationid": heard["correlationid"],
        "causationid": heard["id"],
        "data": {"agency": agency, "officer": "CB-0001", "claim": claim},
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
