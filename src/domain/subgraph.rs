//! Partners' own graphs that join the hub's: what they are called, what they submit, and the graphs of all together.

mod name;

pub use name::Namespace;

use super::id::{AreaId, PublicationId, SubgraphId, SupergraphId, UnitId};
use super::text::{Lang, text_enum};
use super::viewer::Role;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

text_enum! {
    /// Where a subgraph stands.
    pub enum SubgraphState {
        /// It is registered; nothing of it has been approved yet.
        Registered = "registered", "已登记", "registered";
        /// It is part of the live graph.
        Live = "live", "已接入", "live";
        /// It has left the live graph; it may come back.
        Withdrawn = "withdrawn", "已退出", "withdrawn";
    }
}

text_enum! {
    /// Where a publication of a subgraph's schema stands.
    pub enum SubgraphPublicationState {
        /// Something is wrong with it; what was live before stays live.
        Invalid = "invalid", "未通过检查", "invalid";
        /// It is sound and waits for a coordinator.
        Waiting = "waiting", "待批准", "waiting for approval";
        /// It is part of the live graph.
        Live = "live", "已上线", "live";
        /// Another has taken its place, or its subgraph has left.
        Retired = "retired", "已停用", "retired";
        /// A coordinator has declined it.
        Declined = "declined", "未批准", "declined";
    }
}

text_enum! {
    /// Why there is another version of the graph of all.
    pub enum SupergraphCause {
        /// It is the first: the hub alone.
        Founded = "founded", "初建", "founded";
        /// A publication was approved.
        Approved = "approved", "批准接入", "approved";
        /// A subgraph was withdrawn.
        Withdrawn = "withdrawn", "退出", "withdrawn";
        /// An earlier version was gone back to.
        RolledBack = "rolled_back", "回退", "rolled back";
        /// The hub's own schema has changed.
        HubChanged = "hub_changed", "枢纽更新", "hub changed";
    }
}

text_enum! {
    /// What a gateway does about a partner's endpoint.
    pub enum SubgraphCircuit {
        /// It asks it.
        Closed = "closed", "正常", "closed";
        /// It has failed too often, so it is let be for a while.
        Open = "open", "熔断", "open";
        /// It is tried carefully.
        HalfOpen = "half_open", "试探", "half open";
    }
}

text_enum! {
    /// What is wrong with a submitted schema, for programs.
    pub enum SubgraphProblemCode {
        /// It is no GraphQL.
        Syntax = "syntax", "语法错误", "syntax error";
        /// It is larger than a subgraph may be.
        TooLarge = "too_large", "超出上限", "too large";
        /// It is no subgraph of federation version 2, or bends its directives.
        NotFederation = "not_federation", "不是联邦v2子图", "not federation v2";
        /// Something bears a name outside the partner's namespace.
        OutsideNamespace = "outside_namespace", "超出命名空间", "outside the namespace";
        /// It defines again what is the hub's.
        RedefinesHub = "redefines_hub", "重定义枢纽内容", "redefines what is the hub's";
        /// It uses a directive by which it would take over what is the hub's or another partner's.
        ForbiddenDirective = "forbidden_directive", "不允许的指令", "forbidden directive";
        /// It does not fit together with the live graph.
        Composition = "composition", "组合失败", "does not compose";
    }
}

/// One thing that is wrong with a submitted schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of thing, for programs.
    pub code: SubgraphProblemCode,
    /// Where: `Type`, `Type.field`, `@directive`; empty where it is about the whole.
    pub path: String,
    /// The line in the submitted text, from 1.
    pub line: Option<i64>,
    /// The column in that line, from 1.
    pub column: Option<i64>,
    /// The rule, and what to do, in Chinese.
    pub zh: String,
    /// The rule, and what to do, in English.
    pub en: String,
}

impl Problem {
    /// A problem with its sentence in both languages.
    pub fn new(
        code: SubgraphProblemCode,
        path: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self { code, path: path.into(), line: None, column: None, zh: zh.into(), en: en.into() }
    }

    /// Tells where in the submitted text it is.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.line = i64::try_from(line).ok();
        self.column = i64::try_from(column).ok();
        self
    }

    /// The rule and what to do, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// One difference between two schemas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaChange {
    /// What was changed, as `Type.field(argument)`.
    pub path: String,
    /// What became of it, in Chinese.
    pub zh: String,
    /// What became of it, in English.
    pub en: String,
}

impl SchemaChange {
    /// What became of it, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// What checking a schema found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong with it; empty where it may join.
    pub problems: Vec<Problem>,
    /// What would break for those who ask the live graph.
    pub breaking: Vec<SchemaChange>,
    /// The fields that it adds to the hub's types and to the roots.
    pub adds: Vec<String>,
    /// The fields of the hub that would be sent to it.
    pub reads: Vec<String>,
}

/// A partner's own graph.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Subgraph {
    /// Its id.
    pub id: SubgraphId,
    /// Its name, after which everything is called that it brings.
    pub name: String,
    /// The unit whose it is.
    pub unit_id: UnitId,
    /// The unit's street.
    pub street_id: AreaId,
    /// Where it is asked: as it was last submitted.
    pub url: String,
    /// Where it stands.
    pub state: SubgraphState,
    /// When its endpoint was last looked at.
    pub polled_at: Option<DateTime<Utc>>,
    /// Why that failed: a code; `None` where it did not.
    pub poll_failure: Option<String>,
    /// Since when its endpoint has said something else than what is live.
    pub drifted_at: Option<DateTime<Utc>>,
    /// What it says otherwise.
    #[sqlx(json)]
    pub drift: Vec<SchemaChange>,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

/// A schema that was submitted for a subgraph.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Publication {
    /// Its id.
    pub id: PublicationId,
    /// The subgraph.
    pub subgraph_id: SubgraphId,
    /// Counts the subgraph's publications, from 1.
    pub number: i64,
    /// Where it stands.
    pub state: SubgraphPublicationState,
    /// Where it would be asked.
    pub url: String,
    /// The hash of its text.
    pub sdl_hash: String,
    /// What was wrong with it when it was submitted.
    #[sqlx(json)]
    pub problems: Vec<Problem>,
    /// What it would have broken then.
    #[sqlx(json)]
    pub breaking: Vec<SchemaChange>,
    /// The fields that it adds to the hub's types and to the roots.
    #[sqlx(json)]
    pub adds: Vec<String>,
    /// The fields of the hub that are sent to it.
    #[sqlx(json)]
    pub reads: Vec<String>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// The part that whoever submitted it played.
    pub role: Role,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
    /// When it was approved or declined.
    pub decided_at: Option<DateTime<Utc>>,
}

/// A version of the graph of all.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Supergraph {
    /// Its id.
    pub id: SupergraphId,
    /// Counts the versions, from 1.
    pub number: i64,
    /// Why it was made.
    pub cause: SupergraphCause,
    /// Whose joining, renewal or leaving it was.
    pub subgraph_id: Option<SubgraphId>,
    /// The version that was gone back to.
    pub restored: Option<i64>,
    /// The hash of the text that a gateway works by.
    pub sdl_hash: String,
    /// The hash of the text that clients see.
    pub api_hash: String,
    /// The hash of the hub's own part.
    pub hub_hash: String,
    /// The part that whoever made it played.
    pub role: Role,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A subgraph that is part of a version of the graph of all.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Member {
    /// The subgraph.
    pub subgraph_id: SubgraphId,
    /// Its name.
    pub name: String,
    /// The unit whose it is.
    pub unit_id: UnitId,
    /// The unit's street.
    pub street_id: AreaId,
    /// The publication that is part of it.
    pub publication_id: PublicationId,
    /// Where it is asked.
    pub url: String,
    /// The hash of its schema.
    pub sdl_hash: String,
}

/// How a partner's endpoint answers, as one gateway sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerHealth {
    /// The subgraph.
    pub subgraph: SubgraphId,
    /// What the gateway does about it.
    pub circuit: SubgraphCircuit,
    /// Requests of the last minute or so.
    pub requests: i64,
    /// Those of them that failed.
    pub failures: i64,
    /// Half of them took no longer than so many milliseconds.
    pub p50_millis: i64,
    /// All but one in a hundred took no longer than so many milliseconds.
    pub p99_millis: i64,
    /// The last failure: a code such as `TIMEOUT`.
    pub last_failure: Option<String>,
    /// When that was.
    pub last_failure_at: Option<DateTime<Utc>>,
}

/// How a partner's endpoint answers, as it is kept for each gateway.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HeardHealth {
    /// The subgraph.
    pub subgraph_id: SubgraphId,
    /// The gateway.
    pub replica: Uuid,
    /// When it last told.
    pub heard_at: DateTime<Utc>,
    /// See [`PartnerHealth::circuit`].
    pub circuit: SubgraphCircuit,
    /// See [`PartnerHealth::requests`].
    pub requests: i64,
    /// See [`PartnerHealth::failures`].
    pub failures: i64,
    /// See [`PartnerHealth::p50_millis`].
    pub p50_millis: i64,
    /// See [`PartnerHealth::p99_millis`].
    pub p99_millis: i64,
    /// See [`PartnerHealth::last_failure`].
    pub last_failure: Option<String>,
    /// See [`PartnerHealth::last_failure_at`].
    pub last_failure_at: Option<DateTime<Utc>>,
}
