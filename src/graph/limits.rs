//! What one request may ask for. Everything is counted before the framework looks at the document, in one pass that
//! visits each fragment once, so that a request that would be too much work costs next to nothing to refuse.

pub(crate) mod annotation;
mod budget;
pub(in crate::graph) mod error;
mod gate;
mod given;
mod lexer;
mod measure;
mod price;

pub use budget::Payer;
pub use gate::Gate;

use super::error::coded;
use super::page::MAX_ROWS;
use crate::domain::text::Lang;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::registry::Registry;
use async_graphql::{ServerError, Variables};
use error::within;
use given::Given;
use measure::Measure;
use price::Pricer;
use serde::Deserialize;

/// How much one request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the document.
    pub bytes: u64,
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
    /// Directives, such as `@include`.
    pub directives: u64,
    /// Pieces of the values in arguments and variables: scalars, lists, objects; a text counts again for each 64 bytes.
    pub values: u64,
    /// Lists and objects inside each other in a variable.
    pub value_depth: u64,
    /// Rows of a page.
    pub page_rows: i32,
    /// Points, as the schema prices its fields: those inside a list count once for each of its rows.
    pub cost: u64,
    /// Errors that are listed in an answer.
    pub errors: u64,
    /// Seconds that an operation may take.
    pub seconds: u64,
    /// Matchings that are tried out at the same time, for all who ask.
    pub solves: usize,
    /// Points that a token, or an address without one, may spend at once; 0 for no bound.
    pub budget: u32,
    /// Points that come back each second.
    pub budget_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 10,
            tokens: 2_000,
            fields: 1_000,
            aliases: 30,
            root_fields: 20,
            depth: 15,
            directives: 30,
            values: 10_000,
            value_depth: 16,
            page_rows: MAX_ROWS,
            cost: 20_000,
            errors: 20,
            seconds: 10,
            solves: 2,
            budget: 100_000,
            budget_per_second: 2_000,
        }
    }
}

/// Marks a request that the gateway makes of the hub on behalf of one that was measured already: such a document is written
/// by the planner, which repeats what it was asked under each type of an interface and batches entities under aliases.
#[derive(Debug, Clone, Copy)]
pub struct Inside;

/// How much longer the planner's documents may be than those that it was asked.
const PLANNED: u64 = 16;

/// Brackets inside each other: the parser calls itself for each of them.
const NESTING: u64 = 64;
/// Bytes of a name: an unknown one is held against every name that it might have been meant for.
const NAME: u64 = 200;
/// Levels of an introspection: tools ask for 15 or a few more.
const INTROSPECTION_DEPTH: u64 = 25;
/// Lists of types and fields inside each other in an introspection: tools ask for two, and each more multiplies the answer.
const INTROSPECTION_LISTS: u64 = 2;

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
        let document = self.parse(lang, query)?;
        self.measure(lang, &document, &Given::new(&document, variables))?;
        Ok(document)
    }

    /// Reads a document as [`Limits::read`] does, and prices the operation that would run.
    fn price(
        &self,
        lang: Lang,
        query: &str,
        variables: &Variables,
        registry: &Registry,
        operation: Option<&str>,
    ) -> Result<(ExecutableDocument, u64), ServerError> {
        let document = self.parse(lang, query)?;
        let given = Given::new(&document, variables);
        self.measure(lang, &document, &given)?;
        let cost = Pricer::new(registry, &document, &given).price(operation);
        within(lang, "cost", "查询成本", cost, self.cost)?;
        Ok((document, cost))
    }

    /// The limits of a request that is marked [`Inside`]. Cost and time stay what they are.
    fn inside(self) -> Self {
        Self {
            bytes: self.bytes.saturating_mul(PLANNED),
            tokens: self.tokens.saturating_mul(PLANNED),
            fields: self.fields.saturating_mul(PLANNED),
            aliases: self.aliases.saturating_mul(PLANNED),
            root_fields: self.root_fields.saturating_mul(PLANNED),
            depth: self.depth.saturating_mul(2),
            directives: self.directives.saturating_mul(PLANNED),
            values: self.values.saturating_mul(PLANNED),
            ..self
        }
    }

    fn parse(&self, lang: Lang, query: &str) -> Result<ExecutableDocument, ServerError> {
        within(lang, "bytes", "查询的字节数", query.len() as u64, self.bytes)?;
        let words = lexer::count(query, self.tokens);
        within(lang, "tokens", "查询的词符数", words.tokens, self.tokens)?;
        within(lang, "nesting", "括号嵌套层数", words.nesting, NESTING)?;
        within(lang, "name", "名称的字节数", words.longest, NAME)?;
        parse_query(query).map_err(|error| unreadable(lang, error.into()))
    }

    fn measure(
        &self,
        lang: Lang,
        document: &ExecutableDocument,
        given: &Given<'_>,
    ) -> Result<(), ServerError> {
        within(lang, "values", "变量的数据量", given.sent.pieces, self.values)?;
        within(lang, "valueDepth", "变量的嵌套层数", given.sent.depth, self.value_depth)?;
        let Some(sizes) = Measure::new(document, given).all() else {
            return Err(coded(
                "GRAPHQL_VALIDATION_FAILED",
                lang.pick("片段互相引用，形成了循环。", "The fragments refer to each other in a circle."),
            ));
        };
        for (limit, name, asked, most) in [
            ("fields", "字段数（片段展开后）", sizes.fields, self.fields),
            ("aliases", "别名数", sizes.aliases, self.aliases),
            ("rootFields", "顶层字段数", sizes.width, self.root_fields),
            ("depth", "字段层数", sizes.depth, self.depth),
            ("directives", "指令数", sizes.directives, self.directives),
            ("values", "参数的数据量", sizes.values, self.values),
            ("introspectionDepth", "内省查询的字段层数", sizes.introspection_depth, INTROSPECTION_DEPTH),
            ("introspectionLists", "内省查询的列表嵌套层数", sizes.introspection_lists, INTROSPECTION_LISTS),
        ] {
            within(lang, limit, name, asked, most)?;
        }
        Ok(())
    }
}

/// The parser draws a picture and ends with what it expected, in English, since that quotes the grammar.
fn unreadable(lang: Lang, error: ServerError) -> ServerError {
    let locations = error.locations;
    let told = error.message.rsplit("= ").next().unwrap_or_default().trim();
    let message = lang.pick(format!("查询语法有误：{told}"), format!("This is not GraphQL: {told}"));
    ServerError { locations, ..coded("GRAPHQL_PARSE_FAILED", message) }
}

#[cfg(test)]
mod tests;
