//! The real binary, killed without a word while units claim: what was answered is kept, and nothing is half done.

use crate::builders::{need_facts, service_facts};
use crate::hub::both;
use chrono::{DateTime, TimeDelta, Utc};
use gongjian_hub::clock::Clock;
use gongjian_hub::domain::id::MatchId;
use gongjian_hub::domain::service::{Measure, ServiceAction};
use gongjian_hub::domain::viewer::Actor;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::service::{self, NewCapacity};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

const CLIENTS: usize = 8;
const NEEDS: usize = 60;

/// A process of the hub; it is killed at the latest when the test ends.
pub struct Process {
    child: Child,
    address: String,
}

impl Process {
    pub fn start(database_url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gongjian"))
            .args(["--lang", "en", "--database-url", database_url, "serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = told
            .find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_owned()))
            .expect("the server tells its address");
        Self { child, address }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts a query; `None` where the server goes away.
pub async fn post(address: &str, token: &str, body: &Value) -> Option<Value> {
    let body = body.to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
}

const CLAIM: &str = "mutation($input: ProposeMatchInput!) {
    proposeMatch(input: $input) { match { id } errors { code } } }";

fn claim_of_today(title: &str, now: DateTime<Utc>) -> NeedFacts {
    NeedFacts { starts_at: now + TimeDelta::days(7), ends_at: now + TimeDelta::days(28), ..need_facts(title) }
}

both!(parallel a_killed_process_leaves_nothing_half_done, |hub| {
    let now = Clock::system().now();
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let service = hub.draft_service(unit, service_facts("反诈讲座", streets.street), 1).await;
    let year = NewCapacity {
        starts_at: now - TimeDelta::days(1),
        ends_at: now + TimeDelta::days(365),
        measure: Measure::Sessions,
        total: 10_000,
    };
    let offer = async |tx: &mut Tx| {
        service::add_capacity(tx, service, &year).await?;
        service::advance(tx, service, ServiceAction::Review, None).await?;
        service::advance(tx, service, ServiceAction::List, None).await
    };
    hub.change(&streets.coordinator, offer).await.unwrap();
    let mut needs = Vec::new();
    for at in 0..NEEDS {
        let facts = claim_of_today(&format!("讲座{at}"), now);
        needs.push(hub.open_need(streets.community, None, facts).await);
    }
    let token = hub.secret(Actor::Liaison { unit }, 3_650).await;
    let mut answered = Vec::new();
    for round in 1..=3 {
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut process = Process::start(&hub.url);
        let mut clients = Vec::new();
        for client in 0..CLIENTS {
            let mine: Vec<_> = needs.iter().skip(client).step_by(CLIENTS).copied().collect();
            let (address, token, tell) = (process.address.clone(), token.clone(), tell.clone());
            clients.push(tokio::spawn(async move {
                for need in mine {
                    let input = json!({ "needId": need.to_string(), "serviceId": service.to_string(),
                        "side": "OFFERING", "quantity": 1, "idempotencyKey": need.to_string() });
                    let body = json!({ "query": CLAIM, "variables": { "input": input } });
                    let Some(answer) = post(&address, &token, &body).await else { return };
                    let id = answer["data"]["proposeMatch"]["match"]["id"].as_str().map(ToOwned::to_owned);
                    tell.send(id.unwrap_or_else(|| panic!("{answer}"))).unwrap();
                }
            }));
        }
        drop(tell);
        // It dies in the middle of its work, later in each round.
        for _ in 0..round * 10 {
            answered.extend(told.recv().await);
        }
        process.kill();
        for client in clients {
            client.await.unwrap();
        }
        while let Some(id) = told.recv().await {
            answered.push(id);
        }
    }
    // Whoever was not answered asks again with the same key: everything is claimed once.
    let last = Process::start(&hub.url);
    for need in &needs {
        let input = json!({ "needId": need.to_string(), "serviceId": service.to_string(),
            "side": "OFFERING", "quantity": 1, "idempotencyKey": need.to_string() });
        let body = json!({ "query": CLAIM, "variables": { "input": input } });
        let answer = post(&last.address, &token, &body).await.expect("an answer");
        assert_eq!(answer["data"]["proposeMatch"]["errors"], json!([]), "{answer}");
    }
    drop(last);
    let kept: Vec<(MatchId,)> = hub.rows("SELECT id FROM match ORDER BY id").await;
    assert_eq!(kept.len(), NEEDS, "every need is claimed once");
    for id in &answered {
        assert!(kept.iter().any(|(kept,)| kept.to_string() == *id), "what was answered is kept: {id}");
    }
    hub.require_sound().await;
});
