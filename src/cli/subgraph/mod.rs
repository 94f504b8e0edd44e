mod hub;
mod print;

use super::{Desk, show};
use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use hub::Hub;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// 子图：检查、发布、批准、回退 | Subgraphs: check, publish, approve, roll back
#[derive(Subcommand, Debug)]
#[command(after_help = "这些命令通过 HTTP 访问枢纽，适合在单位自己的 CI 中使用。
These talk to a hub over HTTP: made for partners' CI.

示例 Examples:
  export GONGJIAN_HUB=https://hub.example GONGJIAN_TOKEN=gjh_…
  gongjian subgraph register library --url https://library.example/graphql
  gongjian subgraph check library --sdl schema.graphql
  gongjian subgraph publish library
  gongjian subgraph list
  gongjian subgraph approve library
  gongjian subgraph rollback 3

退出码 Exit codes:  0 成功 done  1 未通过 refused or failed  2 参数有误 not understood")]
pub enum Subgraph {
    /// 登记子图 | Register a subgraph
    #[command(after_help = "示例 Example:
  gongjian subgraph register library --url https://library.example/graphql")]
    Register {
        /// 名称，如 changsha-library；登记后不变 | Its name, for ever
        name: String,
        /// 接口地址（https） | Its endpoint (https)
        #[arg(long)]
        url: String,
        /// 单位编号，默认是令牌所属单位 | The unit's id; the token's own unit unless told
        #[arg(long, value_name = "ID")]
        unit: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// 检查 schema，不写入；有问题或破坏兼容时退出码为 1 | Check a schema, write nothing; exits 1 on problems
    #[command(after_help = "示例 Examples:
  gongjian subgraph check library                          由枢纽向接口获取 | the hub asks the endpoint
  gongjian subgraph check library --sdl schema.graphql     来自文件 | from a file
  node print-schema.js | gongjian subgraph check library --sdl - --json")]
    Check {
        #[command(flatten)]
        schema: Schema,
        /// 允许破坏兼容的改动 | Breaking changes are no failure
        #[arg(long)]
        allow_breaking: bool,
        #[command(flatten)]
        at: At,
    },
    /// 发布 schema，等待街道批准 | Publish a schema, which then waits for the street
    #[command(after_help = "示例 Examples:
  gongjian subgraph publish library
  gongjian subgraph publish library --sdl schema.graphql --url https://new.library.example/graphql")]
    Publish {
        #[command(flatten)]
        schema: Schema,
        #[command(flatten)]
        at: At,
    },
    /// 列出子图和总图版本 | List subgraphs and versions of the graph of all
    #[command(after_help = "示例 Examples:\n  gongjian subgraph list\n  gongjian subgraph list --json")]
    List {
        #[command(flatten)]
        at: At,
    },
    /// 批准待批准的发布，立即上线（街道协调员） | Approve what waits; it is live at once (coordinators)
    #[command(after_help = "示例 Examples:
  gongjian subgraph approve library
  gongjian subgraph approve library --allow-breaking")]
    Approve {
        /// 子图名称 | The subgraph's name
        name: String,
        /// 接受破坏兼容的改动 | Accept changes that break clients
        #[arg(long)]
        allow_breaking: bool,
        #[command(flatten)]
        at: At,
    },
    /// 回退到较早的总图版本 | Go back to an earlier version of the graph of all
    #[command(after_help = "示例 Example:\n  gongjian subgraph rollback 3")]
    Rollback {
        /// 版本号（见 subgraph list） | The version, from subgraph list
        number: i64,
        #[command(flatten)]
        at: At,
    },
}

/// Which hub, and how its answer is shown.
#[derive(Args, Debug)]
pub struct At {
    /// 枢纽地址 | The hub's address
    #[arg(long, env = "GONGJIAN_HUB", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    hub: String,
    /// 令牌 | The token
    #[arg(long, env = "GONGJIAN_TOKEN", hide_env_values = true, value_name = "SECRET")]
    token: Option<String>,
    /// 输出 JSON | Print JSON
    #[arg(long)]
    json: bool,
}

/// Whose schema, and where it comes from.
#[derive(Args, Debug)]
pub struct Schema {
    /// 子图名称 | The subgraph's name
    name: String,
    /// SDL 文件，- 为标准输入；默认由枢纽向接口获取 | SDL file, - for standard input; unless told the hub asks the endpoint
    #[arg(long, value_name = "FILE")]
    sdl: Option<PathBuf>,
    /// 新的接口地址 | Another endpoint
    #[arg(long)]
    url: Option<String>,
}

impl Subgraph {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        match self {
            Self::Register { name, url, unit, at } => register(desk, &at, &name, &url, unit).await,
            Self::Check { schema, allow_breaking, at } => check(desk, &at, &schema, allow_breaking).await,
            Self::Publish { schema, at } => publish(desk, &at, &schema).await,
            Self::List { at } => list(desk, &at).await,
            Self::Approve { name, allow_breaking, at } => approve(desk, &at, &name, allow_breaking).await,
            Self::Rollback { number, at } => rollback(desk, &at, number).await,
        }
    }
}

async fn register(desk: &Desk, at: &At, name: &str, url: &str, unit: Option<String>) -> Result<ExitCode> {
    let hub = Hub::new(desk, at)?;
    let unit = if let Some(unit) = unit {
        unit
    } else {
        let own = hub.ask("{ viewer { unit { id } } }", json!({})).await?;
        let own = own["viewer"]["unit"]["id"].as_str().map(str::to_owned);
        own.ok_or_else(|| anyhow!(desk.pick("请用 --unit 指明单位编号。", "Say whose it is with --unit.")))?
    };
    let input = json!({ "unitId": unit, "name": name, "url": url });
    let done =
        hub.change("registerSubgraph", input, "subgraph { name url state typePrefix fieldPrefix }").await?;
    if at.json {
        return shown(&done);
    }
    let (kinds, fields) = (text(&done, "/subgraph/typePrefix"), text(&done, "/subgraph/fieldPrefix"));
    show(&desk.pick(
        format!("已登记 {name}。类型以 {kinds} 开头，新增字段以 {fields} 开头。\n下一步：gongjian subgraph check {name}\n"),
        format!("{name} is registered. Its types begin with {kinds}, the fields it adds with {fields}.\nNext: gongjian subgraph check {name}\n"),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// What a schema's mutations take.
async fn input(desk: &Desk, hub: &Hub, schema: &Schema) -> Result<Value> {
    let mut input = json!({ "id": id(desk, hub, &schema.name).await?, "url": schema.url });
    if let Some(file) = &schema.sdl {
        input["sdl"] = read(file).with_context(|| file.display().to_string())?.into();
    }
    Ok(input)
}

fn read(file: &Path) -> std::io::Result<String> {
    if file.as_os_str() != "-" {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

async fn id(desk: &Desk, hub: &Hub, name: &str) -> Result<String> {
    let found =
        hub.ask("query($name: String!) { subgraph(name: $name) { id } }", json!({ "name": name })).await?;
    let found = found["subgraph"]["id"].as_str().map(str::to_owned);
    found.ok_or_else(|| unknown(desk, name))
}

fn unknown(desk: &Desk, name: &str) -> anyhow::Error {
    anyhow!(desk.pick(
        format!("没有子图 {name}，或令牌无权查看。请先登记：gongjian subgraph register {name} --url …"),
        format!("There is no subgraph {name}, or the token may not see it. Register it: gongjian subgraph register {name} --url …"),
    ))
}

const FOUND: &str = "problems { code path line column message } breakingChanges { path text } adds reads";

async fn check(desk: &Desk, at: &At, schema: &Schema, allow_breaking: bool) -> Result<ExitCode> {
    let hub = Hub::new(desk, at)?;
    let input = input(desk, &hub, schema).await?;
    let done = hub.change("checkSubgraph", input, &format!("check {{ {FOUND} }}")).await?;
    let found = &done["check"];
    let many = |list: &str| found[list].as_array().map_or(0, Vec::len);
    let (problems, breaking) = (many("problems"), many("breakingChanges"));
    if at.json {
        shown(found)?;
    } else {
        show(&print::found(desk, found))?;
    }
    let failed = problems > 0 || (breaking > 0 && !allow_breaking);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn publish(desk: &Desk, at: &At, schema: &Schema) -> Result<ExitCode> {
    let hub = Hub::new(desk, at)?;
    let input = input(desk, &hub, schema).await?;
    let selection = format!("publication {{ number state url {FOUND} }}");
    let done = hub.change("publishSubgraph", input, &selection).await?;
    let publication = &done["publication"];
    if at.json {
        shown(publication)?;
    } else {
        show(&print::found(desk, publication))?;
        show(&print::published(desk, &schema.name, publication))?;
    }
    Ok(if publication["state"] == "INVALID" { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn list(desk: &Desk, at: &At) -> Result<ExitCode> {
    let hub = Hub::new(desk, at)?;
    let query = "{
        subgraphs(first: 100) { nodes {
            name state url driftedAt pollFailure unit { name } live { number } waiting { number }
        } }
        live: supergraph { number }
        supergraphs(first: 20) { nodes { number cause restored createdAt subgraph { name } } }
    }";
    let found = hub.ask(query, json!({})).await?;
    if at.json {
        return shown(&found);
    }
    show(&print::list(desk, &found))?;
    Ok(ExitCode::SUCCESS)
}

async fn approve(desk: &Desk, at: &At, name: &str, allow_breaking: bool) -> Result<ExitCode> {
    let hub = Hub::new(desk, at)?;
    let query = "query($name: String!) { subgraph(name: $name) { waiting { id } } }";
    let found = hub.ask(query, json!({ "name": name })).await?;
    if found["subgraph"].is_null() {
        return Err(unknown(desk, name));
    }
    let Some(id) = found["subgraph"]["waiting"]["id"].as_str() else {
        bail!(desk.pick(
            format!("子图 {name} 没有待批准的发布。"),
            format!("Nothing of the subgraph {name} waits for approval."),
        ));
    };
    let input = json!({ "id": id, "acceptBreaking": allow_breaking });
    let done = hub.change("approveSubgraph", input, "publication { number state url adds reads }").await?;
    if at.json {
        return shown(&done["publication"]);
    }
    show(&print::published(desk, name, &done["publication"]))?;
    Ok(ExitCode::SUCCESS)
}

async fn rollback(desk: &Desk, at: &At, number: i64) -> Result<ExitCode> {
    let hub = Hub::new(desk, at)?;
    let selection = "supergraph { number restored }";
    let done = hub.change("rollbackSupergraph", json!({ "number": number }), selection).await?;
    if at.json {
        return shown(&done["supergraph"]);
    }
    let now = &done["supergraph"]["number"];
    show(&desk.pick(
        format!("已回退：第{now}版与第{number}版的成员相同，已上线。\n"),
        format!("Done: version {now} has the members of version {number} and is live.\n"),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints JSON for programs.
fn shown(value: &Value) -> Result<ExitCode> {
    show(&format!("{value:#}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn text<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}
