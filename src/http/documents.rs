//! Documents that clients name instead of sending them: trusted ones from a manifest that was written when the client
//! was built, and others by Apollo's protocol of automatic persisted queries, kept as long as there is room.

use super::params::{Bad, Params};
use crate::domain::text::Lang;
use crate::graph::error::coded;
use async_graphql::parser::parse_query;
use async_graphql::{Request, ServerError, Variables};
use moka::sync::Cache;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which documents clients may name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The manifest of trusted documents: a JSON object from ids to documents, as graphql-codegen's client preset writes
    /// it (`persisted-documents.json`).
    pub file: Option<PathBuf>,
    /// Whether trusted documents alone are run.
    pub only: bool,
    /// Room for automatic persisted queries, in bytes; 0 switches them off.
    pub automatic_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { file: None, only: false, automatic_bytes: 8 << 20 }
    }
}

/// The documents that can be named.
#[derive(Debug)]
pub struct Documents {
    trusted: HashMap<String, String>,
    only: bool,
    automatic: Option<Cache<String, Arc<str>>>,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file is no JSON object of texts.
    #[error("{0} is no manifest")]
    NoManifest(PathBuf, #[source] serde_json::Error),
    /// A document is no GraphQL, or not the one that its key promises.
    #[error("a document in {0} cannot be used: {1}")]
    Wrong(PathBuf, String),
    /// Nothing could be run at all.
    #[error("only trusted documents are to run, and there are none")]
    Nothing,
}

/// A request that is not run.
pub enum NotRun {
    /// It is no request.
    Bad(Bad),
    /// Its document is not to be had, or not to be run.
    Refused(ServerError),
}

impl Documents {
    /// Reads the manifest.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub fn load(settings: &Settings) -> Result<Self, Error> {
        let trusted = settings.file.as_deref().map(manifest).transpose()?.unwrap_or_default();
        if settings.only && trusted.is_empty() {
            return Err(Error::Nothing);
        }
        let size =
            |key: &String, document: &Arc<str>| u32::try_from(key.len() + document.len()).unwrap_or(u32::MAX);
        let room = (settings.automatic_bytes > 0 && !settings.only).then_some(settings.automatic_bytes);
        let automatic = room.map(|room| Cache::builder().max_capacity(room).weigher(size).build());
        Ok(Self { trusted, only: settings.only, automatic })
    }

    /// The request with its document, wherever that comes from.
    ///
    /// # Errors
    /// See [`NotRun`].
    pub fn resolve(&self, lang: Lang, mut params: Params) -> Result<Request, NotRun> {
        let query = params.query.take();
        let document = match (params.document_id.take(), persisted(&params)) {
            (Some(_), _) if query.is_some() => return Err(NotRun::Bad(Bad("documentId"))),
            (Some(id), _) => self.trusted.get(&id).cloned().ok_or_else(|| not_found(lang, &id))?,
            (None, Some(hash)) => self.persisted(lang, hash?, query)?,
            (None, None) => match query {
                None => return Err(NotRun::Bad(Bad("query"))),
                Some(_) if self.only => return Err(not_trusted(lang)),
                Some(query) => query,
            },
        };
        Ok(request(document, params))
    }

    fn persisted(&self, lang: Lang, hash: String, query: Option<String>) -> Result<String, NotRun> {
        if query.as_ref().is_some_and(|query| sha256(query) != hash) {
            let message = lang.pick(
                "sha256Hash 与所附的 query 不符。",
                "sha256Hash is not the hash of the query that came with it.",
            );
            return Err(refused("PERSISTED_QUERY_HASH_MISMATCH", message));
        }
        let trusted = [&format!("sha256:{hash}"), &hash].into_iter().find_map(|key| self.trusted.get(key));
        match (trusted, query, &self.automatic) {
            (Some(trusted), _, _) => Ok(trusted.clone()),
            (None, Some(_), _) if self.only => Err(not_trusted(lang)),
            (None, Some(query), cache) => {
                if let Some(cache) = cache {
                    cache.insert(hash, Arc::from(query.as_str()));
                }
                Ok(query)
            }
            // Apollo's clients know these two sentences by heart.
            (None, None, None) if !self.only => {
                Err(refused("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"))
            }
            (None, None, cache) => {
                let seen = cache.as_ref().and_then(|cache| cache.get(&hash));
                seen.map(|document| document.as_ref().to_owned())
                    .ok_or_else(|| refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))
            }
        }
    }
}

/// The hash of an Apollo client's `persistedQuery`, where there is one.
fn persisted(params: &Params) -> Option<Result<String, NotRun>> {
    let asked = params.extensions.get("persistedQuery").filter(|asked| !asked.is_null())?;
    let hash = asked["sha256Hash"].as_str().filter(|hash| hash.len() == 64 && asked["version"] == 1);
    Some(hash.map(str::to_ascii_lowercase).ok_or(NotRun::Bad(Bad("extensions"))))
}

fn request(document: String, params: Params) -> Request {
    let mut request = Request::new(document);
    request.operation_name = params.operation_name;
    request.variables = Variables::from_json(Value::Object(params.variables));
    for (name, value) in params.extensions {
        if let Ok(value) = async_graphql::Value::from_json(value) {
            request.extensions.insert(name, value);
        }
    }
    request
}

fn manifest(file: &Path) -> Result<HashMap<String, String>, Error> {
    let bytes = std::fs::read(file).map_err(|error| Error::Unreadable(file.to_owned(), error))?;
    let documents: HashMap<String, String> =
        serde_json::from_slice(&bytes).map_err(|error| Error::NoManifest(file.to_owned(), error))?;
    for (key, document) in &documents {
        let promised = key.strip_prefix("sha256:");
        if promised.is_some_and(|promised| promised != sha256(document)) || parse_query(document).is_err() {
            return Err(Error::Wrong(file.to_owned(), key.clone()));
        }
    }
    Ok(documents)
}

fn sha256(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing into a text never fails.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn refused(code: &str, message: &str) -> NotRun {
    NotRun::Refused(coded(code, message))
}

fn not_found(lang: Lang, id: &str) -> NotRun {
    let id: String = id.chars().take(80).collect();
    NotRun::Refused(coded(
        "PERSISTED_QUERY_NOT_FOUND",
        lang.pick(
            format!("没有标识为 {id} 的受信任文档。请把构建前端时生成的 persisted-documents.json 交给枢纽管理员。"),
            format!("There is no trusted document {id}. Give the persisted-documents.json of your build to the hub's administrator."),
        ),
    ))
}

fn not_trusted(lang: Lang) -> NotRun {
    refused(
        "DOCUMENT_NOT_TRUSTED",
        lang.pick(
            "本枢纽只运行受信任的文档：请发送 documentId，不要发送 query。",
            "This hub runs trusted documents only: send a documentId instead of a query.",
        ),
    )
}

impl Error {
    /// What is wrong and what to do, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Unreadable(file, error) => lang.pick(
                format!("无法读取受信任文档清单 {}：{error}。请检查 documents.file。", file.display()),
                format!("Cannot read the manifest of trusted documents {}: {error}. Check documents.file.", file.display()),
            ),
            Self::NoManifest(file, error) => lang.pick(
                format!("{} 不是受信任文档清单（JSON 对象，键为标识，值为文档）：{error}。", file.display()),
                format!("{} is no manifest of trusted documents (a JSON object from ids to documents): {error}.", file.display()),
            ),
            Self::Wrong(file, key) => lang.pick(
                format!("{} 中的文档 {key} 无法使用：语法有误，或与 sha256 标识不符。请重新生成清单。", file.display()),
                format!("The document {key} in {} cannot be used: it is no GraphQL, or not what its sha256 key promises. Write the manifest again.", file.display()),
            ),
            Self::Nothing => lang.pick(
                "已设置只运行受信任文档（documents.only），但没有清单。请设置 documents.file。".to_owned(),
                "Only trusted documents are to run (documents.only), but there are none: set documents.file.".to_owned(),
            ),
        }
    }
}
