//! One statement: its text with `$1`, `$2`, … and the values that belong there, the same for both databases.

use crate::domain::id::{
    AccountId, AllianceId, AreaId, AvailabilityId, CapacityId, CategoryId, ContactId, DirectiveId, EventId,
    FulfilmentId, GrantId, Id, MatchId, NeedId, PlannedId, PublicationId, RatingId, RunId, ServiceId,
    SessionId, SubgraphId, SupergraphId, TokenId, UnitCapacityId, UnitId, UnmetId,
};
use crate::domain::service::TargetGroups;
use crate::domain::text::TextEnum;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::fmt::Write as _;
use uuid::Uuid;

/// A value to bind. `None` keeps its type, since PostgreSQL asks for it.
#[derive(Debug, Clone)]
pub enum Value {
    /// An id.
    Uuid(Option<Uuid>),
    /// A text.
    Text(Option<String>),
    /// A whole number.
    Int(Option<i64>),
    /// Yes or no.
    Bool(Option<bool>),
    /// A moment.
    Time(Option<DateTime<Utc>>),
    /// A day.
    Date(Option<NaiveDate>),
    /// A time of day.
    TimeOfDay(Option<NaiveTime>),
    /// A JSON document.
    Json(Option<serde_json::Value>),
}

macro_rules! values {
    ($($type:ty => $variant:ident, |$value:ident| $into:expr;)+) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self::$variant(Some($into))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $into))
            }
        }
    )+};
}

values! {
    Uuid => Uuid, |value| value;
    String => Text, |value| value;
    &str => Text, |value| value.to_owned();
    i64 => Int, |value| value;
    TargetGroups => Int, |value| value.bits();
    bool => Bool, |value| value;
    DateTime<Utc> => Time, |value| value;
    NaiveDate => Date, |value| value;
    NaiveTime => TimeOfDay, |value| value;
    serde_json::Value => Json, |value| value;
    AreaId => Uuid, |value| value.uuid();
    CategoryId => Uuid, |value| value.uuid();
    UnitId => Uuid, |value| value.uuid();
    AllianceId => Uuid, |value| value.uuid();
    ServiceId => Uuid, |value| value.uuid();
    CapacityId => Uuid, |value| value.uuid();
    UnitCapacityId => Uuid, |value| value.uuid();
    AvailabilityId => Uuid, |value| value.uuid();
    NeedId => Uuid, |value| value.uuid();
    MatchId => Uuid, |value| value.uuid();
    FulfilmentId => Uuid, |value| value.uuid();
    RatingId => Uuid, |value| value.uuid();
    DirectiveId => Uuid, |value| value.uuid();
    RunId => Uuid, |value| value.uuid();
    PlannedId => Uuid, |value| value.uuid();
    UnmetId => Uuid, |value| value.uuid();
    ContactId => Uuid, |value| value.uuid();
    EventId => Uuid, |value| value.uuid();
    TokenId => Uuid, |value| value.uuid();
    AccountId => Uuid, |value| value.uuid();
    GrantId => Uuid, |value| value.uuid();
    SessionId => Uuid, |value| value.uuid();
    SubgraphId => Uuid, |value| value.uuid();
    PublicationId => Uuid, |value| value.uuid();
    SupergraphId => Uuid, |value| value.uuid();
}

impl<T: TextEnum> From<T> for Value {
    fn from(value: T) -> Self {
        Self::Text(Some(value.as_str().to_owned()))
    }
}

impl<T: TextEnum> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        Self::Text(value.map(|value| value.as_str().to_owned()))
    }
}

/// A statement under construction or complete.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Sql {
    /// A complete statement. The text is the project's own; whatever comes from outside is a value.
    #[must_use]
    pub fn new(text: &'static str, values: Vec<Value>) -> Self {
        Self { text: text.to_owned(), values }
    }

    /// Appends text of the project's own.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends the place of one more value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Appends a list of values in parentheses, for `IN`; an empty list holds nothing.
    pub fn list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        self.push("(");
        let before = self.values.len();
        for value in values {
            if self.values.len() > before {
                self.push(", ");
            }
            self.bind(value);
        }
        if self.values.len() == before {
            self.push("NULL");
        }
        self.push(")")
    }

    /// Appends `($1, $2), ($3, $4), …`: the rows of an insert.
    pub fn rows(&mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> &mut Self {
        for (at, row) in rows.into_iter().enumerate() {
            self.push(if at == 0 { "" } else { ", " }).list(row);
        }
        self
    }

    /// Appends a condition that every word of a search occurs in a column of lower-case text.
    pub fn search(&mut self, column: &str, words: &str) -> &mut Self {
        for word in words.to_lowercase().split_whitespace().take(8) {
            let pattern: String = word.chars().take(64).fold(String::from("%"), |mut pattern, c| {
                if matches!(c, '%' | '_' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(c);
                pattern
            });
            self.push(" AND ").push(column).push(" LIKE ").bind(pattern + "%").push(" ESCAPE '\\'");
        }
        self
    }
}

/// A complete statement: `sql!("SELECT … WHERE id = $1", id)`.
macro_rules! sql {
    ($text:literal $(, $value:expr)* $(,)?) => {
        $crate::store::sql::Sql::new($text, vec![$($crate::store::sql::Value::from($value)),*])
    };
}
pub(crate) use sql;
