//! What the demo tells beside the matching.

use super::story::Story;
use crate::cli::matching::{Report, print};
use crate::domain::text::Lang;
use std::fmt::Write as _;

/// The matching of the street, with where its data come from.
pub fn matching(lang: Lang, tale: &Story, report: &Report) -> String {
    let (facts, made_up) = tale.origins();
    let heading = lang.pick(
        format!(
            "\n朝阳街道 · 需求与服务匹配\n\
             数据：{facts} 项出自新闻报道，{made_up} 项为演示虚构（见数据文件中的 origin）。\n"
        ),
        format!(
            "\nChaoyang Street: needs and services, matched\n\
             Data: {facts} things are from a newspaper report, {made_up} are made up (see origin in the data file).\n"
        ),
    );
    let summary = print::summary(lang, &report.world, &report.matching);
    format!("{heading}{summary}{}", print::body(lang, report))
}

/// The tokens, each with whom it is for.
pub fn tokens(lang: Lang, tokens: &[(String, String)]) -> String {
    let mut text = lang
        .pick(
            "演示令牌（放入请求头 Authorization: Bearer …，有效期30天）：\n",
            "Tokens of the demo (send as Authorization: Bearer …, good for 30 days):\n",
        )
        .to_owned();
    for (secret, bearer) in tokens {
        let _ = writeln!(text, "  {secret}  {bearer}");
    }
    text
}
