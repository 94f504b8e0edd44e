//! What a request consists of, the same for every way in which it comes.

use super::answer::Failure;
use crate::domain::text::Lang;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a request consists of.
#[derive(Debug, Default)]
pub struct Params {
    /// The document itself.
    pub query: Option<String>,
    /// The name of a trusted document.
    pub document_id: Option<String>,
    /// Which of the document's operations is to run.
    pub operation_name: Option<String>,
    /// What the document leaves open.
    pub variables: Map<String, Value>,
    /// What clients and servers agree on beside GraphQL.
    pub extensions: Map<String, Value>,
}

/// A parameter that is missing or of the wrong type, by its name.
#[derive(Debug, Clone, Copy)]
pub struct Bad(pub &'static str);

impl Params {
    /// Reads a JSON object; what it does not know is left alone.
    ///
    /// # Errors
    /// The first parameter of the wrong type.
    pub fn from_json(body: Value) -> Result<Self, Bad> {
        let Value::Object(mut body) = body else { return Err(Bad("query")) };
        let mut take = |name: &'static str| body.remove(name).unwrap_or_default();
        let mut word = |name: &'static str| match take(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(Bad(name)),
        };
        let (query, document_id) = (word("query")?, word("documentId")?);
        let operation_name = word("operationName")?.filter(|name| !name.is_empty());
        let mut map = |name: &'static str| match take(name) {
            Value::Null => Ok(Map::new()),
            Value::Object(map) => Ok(map),
            _ => Err(Bad(name)),
        };
        Ok(Self {
            query,
            document_id,
            operation_name,
            variables: map("variables")?,
            extensions: map("extensions")?,
        })
    }
}

/// The same as texts in a URL.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UrlParams {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl TryFrom<UrlParams> for Params {
    type Error = Bad;

    fn try_from(params: UrlParams) -> Result<Self, Bad> {
        let map = |name: &'static str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
            None => Ok(Map::new()),
            Some(text) => serde_json::from_str::<Option<Map<String, Value>>>(&text)
                .map(Option::unwrap_or_default)
                .map_err(|_| Bad(name)),
        };
        Ok(Self {
            query: params.query,
            document_id: params.document_id,
            operation_name: params.operation_name.filter(|name| !name.is_empty()),
            variables: map("variables", params.variables)?,
            extensions: map("extensions", params.extensions)?,
        })
    }
}

impl Bad {
    /// What the client is told.
    pub fn failure(self, lang: Lang) -> Failure {
        let Self(name) = self;
        Failure::new(
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
            lang.pick(
                format!("参数 {name} 缺失或类型不对；每次请求只含一个操作，不支持批量。"),
                format!("The parameter {name} is missing or of the wrong type; one operation a request, no batches."),
            ),
        )
    }
}

/// Whether nothing that would run is a mutation or, unless they are taken here, a subscription.
pub fn only_reads(document: &ExecutableDocument, name: Option<&str>, follow: bool) -> bool {
    document
        .operations
        .iter()
        .filter(|(own, _)| name.is_none() || own.is_none_or(|own| Some(own.as_str()) == name))
        .all(|(_, operation)| match operation.node.ty {
            OperationType::Query => true,
            OperationType::Mutation => false,
            OperationType::Subscription => follow,
        })
}
