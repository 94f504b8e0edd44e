//! What one request may ask for. Everything is counted before the framework looks at the document, in one pass that
//! visits each fragment once, so that a request that would be too much work costs next to nothing to refuse.

mod lexer;
mod measure;

use super::Asked;
use super::error::coded;
use crate::domain::text::Lang;
use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextRequest, NextValidation,
};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Response, ServerError, ServerResult, ValidationResult, Variables, async_trait};
use measure::Measure;
use serde::Deserialize;
use std::sync::Arc;

/// How much one request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Words and signs of the document.
    pub tokens: u64,
    /// Fields, fragments written out.
    pub fields: u64,
    /// Fields that are renamed.
    pub aliases: u64,
    /// Fields of an operation's first level.
    pub root_fields: u64,
    /// Levels of fields; introspection has a limit of its own.
    pub depth: u64,
    /// Fields, those inside a list counted once for each row that a page may have.
    pub cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tokens: 2_000, fields: 1_000, aliases: 30, root_fields: 20, depth: 15, cost: 50_000 }
    }
}

/// Brackets inside each other: the parser calls itself for each of them.
const NESTING: u64 = 64;
/// Levels of an introspection: tools ask for 15 or a few more.
const INTROSPECTION_DEPTH: u64 = 25;
/// Lists inside each other in an introspection: tools ask for three, and each more multiplies the answer.
const INTROSPECTION_LISTS: u64 = 3;
/// Mistakes of a document that are told at once.
const TOLD: usize = 20;

impl Limits {
    /// Reads a document, unless it asks for too much.
    ///
    /// # Errors
    /// `LIMIT_REACHED` with the limit and its value; `GRAPHQL_PARSE_FAILED` where it is no GraphQL.
    pub fn read(
        &self,
        lang: Lang,
        query: &str,
        variables: &Variables,
    ) -> Result<ExecutableDocument, ServerError> {
        let (tokens, nesting) = lexer::count(query, self.tokens);
        within(lang, "tokens", "查询的词符数", tokens, self.tokens)?;
        within(lang, "nesting", "括号嵌套层数", nesting, NESTING)?;
        let document = parse_query(query).map_err(|error| unreadable(lang, error.into()))?;
        let Some(sizes) = Measure::new(&document, variables).all() else {
            return Err(coded(
                "GRAPHQL_VALIDATION_FAILED",
                lang.pick("片段互相引用，形成了循环。", "The fragments refer to each other in a circle."),
            ));
        };
        within(lang, "fields", "字段数（片段展开后）", sizes.fields, self.fields)?;
        within(lang, "aliases", "别名数", sizes.aliases, self.aliases)?;
        within(lang, "rootFields", "顶层字段数", sizes.width, self.root_fields)?;
        within(lang, "depth", "字段层数", sizes.depth, self.depth)?;
        within(
            lang,
            "introspectionDepth",
            "内省查询的字段层数",
            sizes.introspection_depth,
            INTROSPECTION_DEPTH,
        )?;
        within(
            lang,
            "introspectionLists",
            "内省查询的列表嵌套层数",
            sizes.introspection_lists,
            INTROSPECTION_LISTS,
        )?;
        within(lang, "cost", "查询成本", sizes.cost, self.cost)?;
        Ok(document)
    }
}

fn within(lang: Lang, limit: &str, name: &str, asked: u64, most: u64) -> Result<(), ServerError> {
    if asked <= most {
        return Ok(());
    }
    let message = lang.pick(
        format!("请求过大：{name}上限为{most}（{limit}）。"),
        format!("This request is too large: at most {most} for the limit {limit}."),
    );
    let mut error = coded("LIMIT_REACHED", message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("limit", limit);
    extensions.set("value", most);
    Err(error)
}

/// The parser draws a picture and ends with what it expected, in English, since that quotes the grammar.
fn unreadable(lang: Lang, error: ServerError) -> ServerError {
    let locations = error.locations;
    let told = error.message.rsplit("= ").next().unwrap_or_default().trim();
    let message = lang.pick(format!("查询语法有误：{told}"), format!("This is not GraphQL: {told}"));
    ServerError { locations, ..coded("GRAPHQL_PARSE_FAILED", message) }
}

impl ExtensionFactory for Limits {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_trait::async_trait]
impl Extension for Limits {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        response.errors.iter_mut().for_each(code);
        response
    }

    /// Stands in for the framework's own reading, whose check of fragments takes exponential time.
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        _: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let lang = ctx.data_opt::<Asked>().map(|asked| asked.lang).unwrap_or_default();
        self.read(lang, query, variables)
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await.map_err(|mut errors| {
            errors.truncate(TOLD);
            errors.iter_mut().for_each(code);
            errors
        })
    }
}

/// The framework's own errors are about the document and carry no code.
fn code(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", "GRAPHQL_VALIDATION_FAILED");
    }
}

#[cfg(test)]
mod tests;
