use super::At;
use crate::cli::Desk;
use crate::clock::Clock;
use crate::domain::text::Lang;
use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::spawn_blocking;
use ureq::Agent;

/// How long the hub may take: it may have to ask an endpoint and to compose.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often a hub is asked that is not done in time.
const TRIES: usize = 12;
/// The longest answer, in bytes.
const LONGEST: u64 = 16 << 20;

/// A hub, asked over HTTP.
pub(super) struct Hub {
    agent: Agent,
    url: String,
    token: Option<String>,
    lang: Lang,
}

impl Hub {
    pub(super) fn new(desk: &Desk, at: &At) -> Result<Self> {
        let url = url::Url::parse(&at.hub).with_context(|| at.hub.clone())?;
        let url = if url.path() == "/" { url.join("graphql")? } else { url };
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .build()
            .into();
        Ok(Self { agent, url: url.to_string(), token: at.token.clone(), lang: desk.lang })
    }

    /// The data that a request is answered with.
    pub(super) async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("accept-language", self.lang.pick("zh", "en"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let asked = spawn_blocking(move || -> Result<(u16, String), ureq::Error> {
            let mut answer = request.send(body)?;
            let text = answer.body_mut().with_config().limit(LONGEST).read_to_string()?;
            Ok((answer.status().as_u16(), text))
        });
        let (status, text) = asked.await?.with_context(|| self.url.clone())?;
        let Ok(mut answer) = serde_json::from_str::<Value>(&text) else {
            bail!(self.lang.pick(
                format!("{} 的答复不是 GraphQL（状态 {status}）。请检查 --hub。", self.url),
                format!("{} does not answer in GraphQL (status {status}). Check --hub.", self.url),
            ));
        };
        if let Some(error) = answer["errors"].get(0) {
            let (code, told) = (&error["extensions"]["code"], error["message"].as_str().unwrap_or_default());
            bail!("{told} ({})", code.as_str().unwrap_or("ERROR"));
        }
        Ok(answer["data"].take())
    }

    /// The payload of a mutation that was done. A hub that has much to do may not be done with composing in time; it goes
    /// on with that, and has it when it is asked again.
    pub(super) async fn change(&self, name: &str, mut input: Value, selection: &str) -> Result<Value> {
        if name != "checkSubgraph" {
            input["idempotencyKey"] = Clock::system().id().to_string().into();
        }
        let mut tries = 1;
        loop {
            match self.try_change(name, input.clone(), selection).await {
                Err(error) if tries < TRIES && error.to_string().ends_with("(TIMEOUT)") => tries += 1,
                done => return done,
            }
        }
    }

    async fn try_change(&self, name: &str, input: Value, selection: &str) -> Result<Value> {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} errors {{ code field message }} }} }}"
        );
        let payload = self.ask(&query, json!({ "input": input })).await?[name].take();
        match payload["errors"].get(0) {
            None => Ok(payload),
            Some(error) => {
                let word = |name: &str| error[name].as_str().unwrap_or_default();
                Err(anyhow!("{} ({})", word("message"), word("code")))
            }
        }
    }
}
