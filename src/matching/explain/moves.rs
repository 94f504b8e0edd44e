//! What comes of suggestions that nobody has answered yet, in sentences.

use super::{Sentence, gloss};
use crate::domain::run::Move;
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::solve::{Matching, Moved};
use crate::matching::world::World;

/// The suggestions that a matching moves, as people are told of them.
#[must_use]
pub fn moves(world: &World, matching: &Matching) -> Vec<Move> {
    matching.moves.moved.iter().map(|moved| told(world, matching, moved)).collect()
}

fn told(world: &World, matching: &Matching, moved: &Moved) -> Move {
    let held = moved.held;
    let need = &world.needs[held.need];
    let service = &world.offer_of(held.line).service;
    let Sentence { zh, en } = Sentence::told(|lang| sentence(world, matching, moved, lang));
    Move {
        match_id: world.suggested[held.place].id,
        need_id: need.id,
        need_title: need.title.clone(),
        service_id: service.id,
        service_title: service.title.clone(),
        capacity_id: world.lines[held.line].capacity.id,
        quantity: held.quantity,
        left: moved.left,
        gain: moved.gain,
        zh,
        en,
    }
}

fn sentence(world: &World, matching: &Matching, moved: &Moved, lang: Lang) -> String {
    let (held, need) = (moved.held, &world.needs[moved.held.need]);
    let measure = need.measure.label(lang);
    let title = gloss(lang, &need.title, need.title_en.as_deref());
    let quoted = |line: usize, quantity: i64| {
        let service = &world.offer_of(line).service;
        let title = gloss(lang, &service.title, service.title_en.as_deref());
        lang.pick(format!("“{title}”{quantity}{measure}"), format!("“{title}” ({quantity} {measure})"))
    };
    let before = quoted(held.line, held.quantity);
    let own = matching.placements.iter().filter(|placed| placed.candidate.need == held.need);
    let after: Vec<String> = own.map(|placed| quoted(placed.candidate.line, placed.quantity)).collect();
    let after = if after.is_empty() {
        lang.pick("暂不安排", "nothing").to_owned()
    } else {
        after.join(lang.pick("、", ", "))
    };
    let gain = moved.gain.map_or_else(String::new, |gain| {
        lang.pick(
            format!("；若保持原推荐，扣除调整代价后整体仍少{gain}分"),
            format!("; left as it is, the whole would lose {gain} point(s) beyond what moving costs"),
        )
    });
    lang.pick(
        format!("“{title}”原推荐{before}，改为{after}{gain}。"),
        format!("“{title}” was suggested {before} and now gets {after}{gain}."),
    )
}

/// What comes of all suggestions in one sentence; `None` where there is none that may be moved.
#[must_use]
pub fn moved(matching: &Matching) -> Option<Sentence> {
    let (kept, moved) = (matching.moves.kept.len(), matching.moves.moved.len());
    if kept + moved == 0 {
        return None;
    }
    let gain = matching.moves.gain.filter(|gain| *gain > 0);
    Some(Sentence::told(|lang| {
        let told = lang.pick(
            format!("已推荐待答复的对接：保持{kept}项，调整{moved}项"),
            format!("Suggested and not answered yet: {kept} stay as they are, {moved} move"),
        );
        let gain = gain.map_or_else(String::new, |gain| {
            lang.pick(
                format!("，扣除调整代价后整体多{gain}分"),
                format!(", for {gain} point(s) more in all, beyond what moving costs"),
            )
        });
        told + &gain + lang.pick("。", ".")
    }))
}
