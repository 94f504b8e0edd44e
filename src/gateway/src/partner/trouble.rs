//! Why a partner did not answer.

use gongjian_hub::domain::text::Lang;

/// Why a partner did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It took too long.
    Late,
    /// It cannot be reached.
    Unreachable,
    /// Its address is none that the hub calls.
    Forbidden,
    /// Its answer is larger than it may be.
    TooLarge,
    /// It answered with this status of HTTP.
    Status(u16),
    /// What it answered is no GraphQL.
    NotGraphQl,
    /// It failed too often, and is left alone for a while.
    Paused,
    /// One request wanted more of partners than it may.
    TooMuch,
    /// The question could not be put.
    Unasked,
}

impl Trouble {
    /// Whether another try at once may go better.
    pub(super) fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::Status(502..=504))
    }

    /// Whether it tells against the partner.
    pub(super) fn is_the_partners(self) -> bool {
        match self {
            Self::Late | Self::Unreachable | Self::TooLarge | Self::NotGraphQl => true,
            Self::Status(status) => status >= 500,
            Self::Forbidden | Self::Paused | Self::TooMuch | Self::Unasked => false,
        }
    }

    /// The code in an error's extensions.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Late => "PARTNER_TIMEOUT",
            Self::Unreachable => "PARTNER_UNREACHABLE",
            Self::Forbidden => "PARTNER_FORBIDDEN",
            Self::TooLarge => "PARTNER_TOO_LARGE",
            Self::Status(_) | Self::NotGraphQl => "PARTNER_BAD_ANSWER",
            Self::Paused => "PARTNER_PAUSED",
            Self::TooMuch | Self::Unasked => "LIMIT_REACHED",
        }
    }

    /// What people are told of it.
    #[must_use]
    pub fn message(self, lang: Lang, name: &str) -> String {
        let (zh, en) = match self {
            Self::Late => ("未能及时答复".to_owned(), "did not answer in time".to_owned()),
            Self::Unreachable => ("无法连接".to_owned(), "cannot be reached".to_owned()),
            Self::Forbidden => (
                "的地址不在允许访问的范围内".to_owned(),
                "has an address that the hub does not call".to_owned(),
            ),
            Self::TooLarge => ("的答复超过上限".to_owned(), "answered more than it may".to_owned()),
            Self::Status(status) => (format!("答复了 HTTP {status}"), format!("answered HTTP {status}")),
            Self::NotGraphQl => {
                ("的答复不是有效的 GraphQL".to_owned(), "answered something that is no GraphQL".to_owned())
            }
            Self::Paused => (
                "连续出错，暂停访问片刻".to_owned(),
                "failed several times and is left alone for a moment".to_owned(),
            ),
            Self::TooMuch | Self::Unasked => (
                "未被访问：本次请求需要共建单位答复的太多，请缩小查询范围".to_owned(),
                "was not asked: this request wants too much of partner units; ask for less".to_owned(),
            ),
        };
        lang.pick(
            format!("共建单位服务 {name} {zh}；其他部分不受影响。"),
            format!("The partner's service {name} {en}; the rest is not affected."),
        )
    }
}
