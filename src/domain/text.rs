//! The two languages of the hub, and enums whose values are short texts everywhere outside Rust.

use serde::{Deserialize, Serialize};

/// The language in which a person is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Chinese, the default: the hub's users read it.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The language of a tag such as `zh-CN`, `en_GB.UTF-8` or an `Accept-Language` header: the first tag that
    /// names one of the two wins, and Chinese where none does.
    #[must_use]
    pub fn from_tag(tags: &str) -> Self {
        let known = |tag: &str| match tag.trim_start().get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        };
        tags.split(',').find_map(known).unwrap_or_default()
    }

    /// The one of two texts that this language reads.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// An enum declared with `text_enum!`: stored, exchanged and configured as a short text.
pub trait TextEnum: Copy + Eq + Sized + 'static {
    /// Every value, in the order of its declaration.
    const ALL: &'static [Self];
    /// The text that stands for the value in the database, in files and in configuration.
    fn as_str(self) -> &'static str;
    /// What a person reads for the value.
    fn label(self, lang: Lang) -> &'static str;
    /// What the value means: its documentation.
    fn description(self) -> &'static str;
}

/// A text that is no value of the enum it was read as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not one of: {expected}")]
pub struct UnknownText {
    /// The text as it was given.
    pub text: String,
    /// The texts that would have been understood.
    pub expected: String,
}

/// Declares an enum with, for each value, its stored text and its Chinese and English label.
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[doc = $doc:literal])+ $variant:ident = $text:literal, $zh:literal, $en:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, async_graphql::Enum,
        )]
        $vis enum $name {
            $( $(#[doc = $doc])+ #[serde(rename = $text)] $variant, )+
        }

        impl $crate::domain::text::TextEnum for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            fn label(self, lang: $crate::domain::text::Lang) -> &'static str {
                match self { $(Self::$variant => lang.pick($zh, $en)),+ }
            }

            fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::text::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::domain::text::UnknownText {
                        text: text.chars().take(64).collect(),
                        expected: [$($text),+].join(", "),
                    }),
                }
            }
        }

        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            str: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <str as sqlx::Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <str as sqlx::Type<DB>>::compatible(info)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            &'r str: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<'r, DB>>::decode(value)?.parse()?)
            }
        }
    };
}
pub(crate) use text_enum;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_from_locales_and_headers() {
        for (tags, lang) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("en_GB.UTF-8", Lang::En),
            ("fr, en;q=0.5", Lang::En),
            ("", Lang::Zh),
            ("é", Lang::Zh),
        ] {
            assert_eq!(Lang::from_tag(tags), lang, "{tags}");
        }
    }
}
