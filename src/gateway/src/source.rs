//! A supergraph that an operator names: a file or a URL.

use std::path::PathBuf;
use std::time::Duration;

/// Where a supergraph comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// What is at a URL.
    Url(String),
}

/// A supergraph that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the supergraph")]
    File(#[from] std::io::Error),
    /// The URL does not answer.
    #[error("cannot fetch the supergraph")]
    Url(#[from] reqwest::Error),
}

impl Source {
    /// What a text names.
    #[must_use]
    pub fn new(text: &str) -> Self {
        if text.starts_with("http://") || text.starts_with("https://") {
            Self::Url(text.to_owned())
        } else {
            Self::File(text.into())
        }
    }

    /// How often it is worth looking again.
    #[must_use]
    pub fn pause(&self) -> Duration {
        match self {
            Self::File(_) => Duration::from_secs(1),
            Self::Url(_) => Duration::from_secs(10),
        }
    }

    /// The supergraph.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub async fn read(&self) -> Result<String, Error> {
        Ok(match self {
            Self::File(path) => tokio::fs::read_to_string(path).await?,
            Self::Url(url) => reqwest::get(url).await?.error_for_status()?.text().await?,
        })
    }
}
