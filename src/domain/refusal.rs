//! A caller's mistake, as data: a stable code, the input field it concerns, a sentence in both languages.

use super::id::{BadId, Kind};
use super::text::{Lang, TextEnum, text_enum};

text_enum! {
    /// Why a request was refused. Every mutation has its own enum with those of these codes that it can answer.
    pub enum Code {
        /// The id is not one of this hub, or names another kind of thing.
        BadId = "bad_id", "编号有误", "bad id";
        /// Nothing with this id can be seen by the caller.
        NotFound = "not_found", "未找到", "not found";
        /// A text is empty, too long or holds characters that cannot be shown.
        BadText = "bad_text", "文字有误", "bad text";
        /// A number is outside its range.
        BadNumber = "bad_number", "数字超出范围", "bad number";
        /// A window, a date or a recurrence makes no sense.
        BadTime = "bad_time", "时间有误", "bad time";
        /// Two inputs that belong together do not fit, or one is missing.
        BadInput = "bad_input", "填写有误", "bad input";
        /// The state does not allow this; the message names the state and what is possible.
        IllegalTransition = "illegal_transition", "当前状态不允许", "illegal transition";
        /// Somebody else changed it in the meantime; load it again.
        Outdated = "outdated", "内容已被更新", "outdated";
        /// The service has less capacity left than asked for.
        NotEnoughCapacity = "not_enough_capacity", "容量不足", "not enough capacity";
        /// The need has less quantity open than offered.
        NotEnoughNeed = "not_enough_need", "需求余量不足", "not enough need left";
        /// The need asks for more in one claim; the message names how much.
        BelowSmallestLot = "below_smallest_lot", "低于最小认领量", "below the smallest lot";
        /// As many services serve the need as it allows; the message names how many.
        TooManyServices = "too_many_services", "承办服务已达上限", "too many services";
        /// The service and the need cannot go together; the message names the constraint.
        DoesNotFit = "does_not_fit", "不符合对接条件", "does not fit";
        /// A coordinator has forbidden this pair.
        Forbidden = "forbidden", "已被禁止对接", "forbidden pair";
        /// There is one already.
        AlreadyExists = "already_exists", "已存在", "already exists";
        /// Both sides have to confirm, and this side already has.
        AlreadyConfirmed = "already_confirmed", "本方已确认", "already confirmed";
        /// A coordinator may stand in for one side only, and has to say why.
        StandInRefused = "stand_in_refused", "不能代为确认", "stand-in refused";
        /// More was reported than had been agreed.
        OverDelivery = "over_delivery", "超出约定数量", "over-delivery";
        /// Nothing has been delivered yet.
        NothingDelivered = "nothing_delivered", "尚未办理", "nothing delivered";
        /// The unit that delivered cannot judge or close its own work.
        OwnWork = "own_work", "不能评定自己办理的事项", "own work";
        /// The idempotency key was used before with another request.
        KeyReused = "key_reused", "幂等键已用于其他请求", "idempotency key reused";
        /// The world has moved since the preview was made; the message names what moved.
        WorldMoved = "world_moved", "情况已变化", "the world has moved";
        /// It would break those who ask the live graph; the message names what, and how to approve it all the same.
        BreakingChange = "breaking_change", "破坏兼容", "breaking change";
        /// The schema has problems; the message names the first, and the publication all of them.
        BadSchema = "bad_schema", "schema 有误", "bad schema";
        /// A partner's endpoint cannot be reached, or must not be; the message says why.
        Unreachable = "unreachable", "无法访问", "unreachable";
        /// A limit of the hub was reached; the message names it and its value.
        LimitReached = "limit_reached", "超出上限", "limit reached";
    }
}

/// A refused request: nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// The path of the input field that it concerns, outermost first; empty where it concerns the whole.
    pub field: Vec<String>,
    zh: String,
    en: String,
}

impl Refusal {
    /// A refusal with its sentence in Chinese and in English.
    pub fn new(code: Code, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, field: Vec::new(), zh: zh.into(), en: en.into() }
    }

    /// Names the input field, as a path with dots (`capacities.0.quantity`).
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.field = path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        self
    }

    /// Names the input object that the field belongs to.
    #[must_use]
    pub fn inside(mut self, object: &str) -> Self {
        self.field.insert(0, object.to_owned());
        self
    }

    /// Names the list and the place in it that the field belongs to.
    #[must_use]
    pub fn inside_entry(mut self, list: &str, place: usize) -> Self {
        self.field.insert(0, place.to_string());
        self.inside(list)
    }

    /// The sentence in the reader's language.
    #[must_use]
    pub fn message(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }

    /// Nothing of this kind with the given id can be seen by the caller.
    #[must_use]
    pub fn not_found(kind: Kind) -> Self {
        Self::new(
            Code::NotFound,
            format!("没有找到这个{}，或者您无权查看。", kind.label(Lang::Zh)),
            format!("There is no such {}, or you may not see it.", kind.label(Lang::En)),
        )
    }
}

impl From<BadId> for Refusal {
    fn from(bad: BadId) -> Self {
        match bad {
            BadId::Malformed => Self::new(Code::BadId, "编号格式不正确。", "This is not an id of this hub."),
            BadId::OtherKind { found, expected } => Self::new(
                Code::BadId,
                format!("这是{}的编号，此处需要{}的编号。", found.label(Lang::Zh), expected.label(Lang::Zh)),
                format!(
                    "This id names a {}; the id of a {} is needed.",
                    found.label(Lang::En),
                    expected.label(Lang::En)
                ),
            ),
        }
    }
}
