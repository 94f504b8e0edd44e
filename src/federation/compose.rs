//! Putting graphs together: the MIT-licensed composition of The Guild, bundled into one script, in an engine that has the
//! language alone, with limits to its memory and its time. Each composition has an engine of its own, so whatever a
//! hostile schema may do in there ends with it.

use super::Settings;
use crate::domain::subgraph::{Problem, SubgraphProblemCode as Code};
use rquickjs::{Context, Function, Runtime};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The script; `tests/clients/compose.mjs` makes it.
const SCRIPT: &str = include_str!("compose/compose.js");
/// How deep the script may call itself, in bytes.
const STACK: usize = 16 << 20;

/// A graph that is put together with others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) sdl: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Graph {
    /// What a gateway works by.
    pub(super) sdl: String,
    /// What clients see.
    pub(super) api: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Done { sdl: String, api: String },
    Refused { errors: Vec<Said> },
}

#[derive(Deserialize)]
struct Said {
    code: String,
    message: String,
}

/// Puts graphs together, beside the threads that answer requests.
pub(super) async fn compose(parts: &[Part], settings: &Settings) -> Result<Graph, Vec<Problem>> {
    let input = serde_json::to_string(parts).map_err(|error| vec![broken(&error)])?;
    let patience = Duration::from_secs(settings.compose_seconds);
    let memory = settings.compose_mebibytes << 20;
    let (told, answer) = oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("compose".to_owned())
        .stack_size(2 * STACK)
        // Whoever waited may have given up.
        .spawn(move || drop(told.send(run(&input, patience, memory))));
    if let Err(error) = spawned {
        return Err(vec![broken(&error)]);
    }
    let answer = answer.await.unwrap_or_else(|error| Err(vec![broken(&error)]))?;
    match serde_json::from_str(&answer) {
        Ok(Answer::Done { sdl, api }) => Ok(Graph { sdl, api }),
        Ok(Answer::Refused { errors }) => Err(errors.iter().map(refused).collect()),
        Err(error) => Err(vec![broken(&error)]),
    }
}

fn run(input: &str, patience: Duration, memory: usize) -> Result<String, Vec<Problem>> {
    let runtime = Runtime::new().map_err(|error| vec![broken(&error)])?;
    runtime.set_memory_limit(memory);
    runtime.set_max_stack_size(STACK);
    // It lives for one composition: looking for circles to free costs more than it brings.
    runtime.set_gc_threshold(memory / 2);
    let deadline = Instant::now() + patience;
    runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() > deadline)));
    let context = Context::full(&runtime).map_err(|error| vec![broken(&error)])?;
    let answer = context.with(|ctx| {
        ctx.eval::<(), _>(SCRIPT)?;
        let compose: Function<'_> = ctx.globals().get("compose")?;
        compose.call::<_, String>((input,))
    });
    answer.map_err(|error| {
        if Instant::now() > deadline {
            return vec![too_dear("时间", "time")];
        }
        tracing::warn!(%error, "composing ended early");
        vec![too_dear("内存", "memory")]
    })
}

fn too_dear(zh: &str, en: &str) -> Problem {
    Problem::new(
        Code::TooLarge,
        "",
        format!("组合这份 schema 超出了允许的{zh}，请简化后重试。"),
        format!("Composing this schema took more {en} than is allowed; make it simpler."),
    )
}

/// Too many wait already.
pub(super) fn busy() -> Problem {
    Problem::new(
        Code::TooLarge,
        "",
        "枢纽正在检查其他子图，请一分钟后重试。",
        "The hub is checking other subgraphs; try again in a minute.",
    )
}

/// Our own fault: what it is, is in the log.
pub(super) fn broken(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "graphs could not be put together");
    Problem::new(
        Code::Composition,
        "",
        "枢纽未能完成组合检查，请稍后重试；仍不行请告诉管理员。",
        "The hub could not compose this; try again later, and tell the administrator if it stays so.",
    )
}

fn refused(said: &Said) -> Problem {
    let Said { code, message } = said;
    let zh = match code.as_str() {
        "INVALID_GRAPHQL" => "schema 本身不完整：引用了没有定义的类型、字段或指令，或定义重复",
        "KEY_INVALID_FIELDS"
        | "KEY_FIELDS_SELECT_INVALID_TYPE"
        | "KEY_FIELDS_HAS_ARGS"
        | "KEY_INVALID_FIELDS_TYPE" => "@key 中的字段有误",
        "REQUIRES_INVALID_FIELDS" | "REQUIRES_FIELDS_MISSING_EXTERNAL" | "REQUIRES_INVALID_FIELDS_TYPE" => {
            "@requires 中的字段有误，须为标有 @external 的字段"
        }
        "PROVIDES_INVALID_FIELDS" | "PROVIDES_FIELDS_MISSING_EXTERNAL" | "PROVIDES_ON_NON_OBJECT_FIELD" => {
            "@provides 中的字段有误"
        }
        "EXTERNAL_UNUSED" => "标有 @external 的字段没有用到，请删去",
        "EXTERNAL_TYPE_MISMATCH" | "FIELD_TYPE_MISMATCH" | "TYPE_KIND_MISMATCH" => {
            "与总图中同名的定义类型不一致"
        }
        "INVALID_FIELD_SHARING" => "同一字段由多个子图提供，却没有标 @shareable",
        "SATISFIABILITY_ERROR" => "有的查询无法从各子图中取齐数据，请检查 @key 和引用",
        "NO_QUERIES" => "没有可查询的字段",
        "INVALID_LINK_DIRECTIVE_USAGE" | "INVALID_LINK_IDENTIFIER" | "UNKNOWN_FEDERATION_LINK_VERSION" => {
            "@link 的写法有误"
        }
        "EMPTY_MERGED_INPUT_TYPE" | "EMPTY_MERGED_ENUM_TYPE" => "合并后没有可用的字段或值",
        _ => "与总图组合时出错",
    };
    Problem::new(
        Code::Composition,
        "",
        format!("{zh}（{code}）：{message}"),
        format!("It does not compose ({code}): {message}"),
    )
}
