use crate::domain::subgraph::{self, Findings, SubgraphProblemCode};
use crate::graph::error::lang;
use async_graphql::{Context, Object};

/// One thing that is wrong with a submitted schema.
pub struct SubgraphProblem(pub subgraph::Problem);

/// One thing that is wrong with a submitted schema.
#[Object]
impl SubgraphProblem {
    /// What kind of thing, for programs.
    async fn code(&self) -> SubgraphProblemCode {
        self.0.code
    }

    /// Where: `Type`, `Type.field`, `@directive`; empty where it is about the whole.
    async fn path(&self) -> &str {
        &self.0.path
    }

    /// The line in the submitted text, from 1; null where it is about the whole.
    async fn line(&self) -> Option<i64> {
        self.0.line
    }

    /// The column in that line, from 1.
    async fn column(&self) -> Option<i64> {
        self.0.column
    }

    /// The rule, and what to do, in the language of the request.
    async fn message(&self, ctx: &Context<'_>) -> &str {
        self.0.message(lang(ctx))
    }
}

/// One difference between two schemas that breaks those who ask the older one.
pub struct SchemaChange(pub subgraph::SchemaChange);

/// One difference between two schemas that breaks those who ask the older one.
#[Object]
impl SchemaChange {
    /// What was changed, as `Type.field(argument)`.
    async fn path(&self) -> &str {
        &self.0.path
    }

    /// What became of it, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> &str {
        self.0.message(lang(ctx))
    }
}

/// What checking a schema found. Nothing was written.
pub struct SubgraphCheck(pub Findings);

/// What checking a schema found. Nothing was written.
#[Object]
impl SubgraphCheck {
    /// What is wrong with it; empty where it may join.
    async fn problems(&self) -> Vec<SubgraphProblem> {
        self.0.problems.iter().cloned().map(SubgraphProblem).collect()
    }

    /// What it would break for those who ask the live graph.
    async fn breaking_changes(&self) -> Vec<SchemaChange> {
        self.0.breaking.iter().cloned().map(SchemaChange).collect()
    }

    /// The fields that it adds to the roots and to the hub's types, as `Type.field`.
    async fn adds(&self) -> &[String] {
        &self.0.adds
    }

    /// The fields of the hub that would be sent to the partner, since its own fields require them, as `Type.field`.
    async fn reads(&self) -> &[String] {
        &self.0.reads
    }
}
