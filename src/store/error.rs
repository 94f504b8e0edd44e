//! What can go wrong below the graph: the caller's mistake, a missing right, or our own fault.

use crate::domain::id::BadId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Lang, TextEnum as _};
use std::error::Error as _;

/// A failed operation. Whatever it is, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's mistake, told as data.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The caller may not do this.
    #[error("denied to a {0:?}")]
    Denied(crate::domain::viewer::Role),
    /// What this was worked out from has changed meanwhile: it has to be worked out again.
    #[error("overtaken by another change")]
    Overtaken,
    /// The database failed: our own fault.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The database's tables could not be brought up to date.
    #[error("the database could not be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Something that the database holds cannot be read: our own fault.
    #[error("unreadable data: {0}")]
    Corrupt(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BadId> for Error {
    fn from(bad: BadId) -> Self {
        Self::Refused(bad.into())
    }
}

impl Error {
    /// Whether a row with the same key was there already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.kind().is_some_and(|kind| kind == sqlx::error::ErrorKind::UniqueViolation)
    }

    /// Whether a rule held by the database itself was broken.
    #[must_use]
    pub fn breaks_a_check(&self) -> bool {
        self.kind().is_some_and(|kind| kind == sqlx::error::ErrorKind::CheckViolation)
    }

    /// Whether the same transaction may well succeed when tried again: a deadlock, a serialisation failure, a busy
    /// database file, another change that came first.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        if matches!(self, Self::Overtaken) {
            return true;
        }
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        matches!(
            error.code().as_deref(),
            Some("40001" | "40P01" | "55P03" | "5" | "6" | "261" | "517" | "262")
        )
    }

    /// What is wrong and what to do, for whoever runs the hub: it quotes the database, so it is not for clients.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Refused(refusal) => refusal.message(lang).to_owned(),
            Self::Denied(role) => lang.pick(
                format!("身份“{}”不能进行此操作。", role.label(Lang::Zh)),
                format!("The part \"{}\" may not do this.", role.label(Lang::En)),
            ),
            Self::Overtaken => overtaken().message(lang).to_owned(),
            Self::Database(_) | Self::Migrate(_) | Self::Corrupt(_) => {
                let cause = self.source().map_or_else(|| self.to_string(), ToString::to_string);
                lang.pick(
                    format!("数据库出错：{cause}。运行 gongjian doctor 查看原因。"),
                    format!("The database failed: {cause}. Run gongjian doctor to see why."),
                )
            }
        }
    }

    /// Whether a table is missing: the database was never migrated. SQLite has no code of its own for this.
    #[must_use]
    pub fn lacks_table(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
    }

    fn kind(&self) -> Option<sqlx::error::ErrorKind> {
        match self {
            Self::Database(sqlx::Error::Database(error)) => Some(error.kind()),
            _ => None,
        }
    }
}

/// What whoever was overtaken again and again is told.
#[must_use]
pub fn overtaken() -> Refusal {
    Refusal::new(
        Code::Outdated,
        "其他人正在同时更改，没有更改任何内容，请稍后重试。",
        "Others are changing this at the same time; nothing was changed. Try again.",
    )
}

/// The result of an operation of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Names the input field that a refusal concerns, where it does not name one yet.
#[must_use]
pub fn at(field: &str, error: Error) -> Error {
    match error {
        Error::Refused(refusal) if refusal.field.is_empty() => Error::Refused(refusal.at(field)),
        other => other,
    }
}

/// Names the input object that the field of a refusal belongs to.
#[must_use]
pub fn inside(object: &str, error: Error) -> Error {
    match error {
        Error::Refused(refusal) => Error::Refused(refusal.inside(object)),
        other => other,
    }
}
