//! The matching of an area for programs.

use super::Report;
use crate::domain::area::Area;
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::compare::Change;
use crate::matching::explain;
use crate::matching::explain::Sentence;
use crate::matching::fairness::{Share, shares};
use crate::matching::solve::Reserve;
use crate::matching::world::World;
use anyhow::Result;
use serde_json::{Map, Value, json};

/// The whole report. Ids are those of the graph, points and quantities whole numbers, shares thousandths.
pub(super) fn report(area: &Area, report: &Report) -> Result<String> {
    let Report { world, settings, matching, comparison, asks, dial } = report;
    let matches = matching.placements.iter().map(|placed| {
        let need = &world.needs[placed.candidate.need];
        let service = &world.offers[placed.candidate.offer].service;
        json!({
            "need": {"id": need.id.to_string(), "title": need.title},
            "service": {"id": service.id.to_string(), "title": service.title},
            "capacity": world.lines[placed.candidate.line].capacity.id.to_string(),
            "quantity": placed.quantity,
            "suggested": placed.suggested.map(|place| world.suggested[place].id.to_string()),
            "measure": need.measure.as_str(),
            "score": placed.score.total,
            "reasons": explain::reasons(world, need, service, &placed.score),
            "nextBest": explain::next_best(world, placed).as_ref().map(both),
        })
    });
    let unmet = matching.unmet.iter().map(|unmet| {
        let need = &world.needs[unmet.need];
        json!({
            "need": {"id": need.id.to_string(), "title": need.title},
            "quantity": unmet.quantity,
            "reason": unmet.why.code().as_str(),
            "text": both(&explain::unmet(world, unmet)),
        })
    });
    let asks = asks.iter().map(|ask| {
        json!({
            "category": world.categories.get(ask.service.category).map(|category| &category.code),
            "measure": ask.service.measure.as_str(),
            "quantity": ask.service.quantity,
            "startsAt": ask.service.starts_at,
            "endsAt": ask.service.ends_at,
            "price": ask.price,
            "gain": ask.effect.gain,
            "people": ask.effect.people,
            "text": both(&explain::ask(world, ask)),
        })
    });
    let shares = shares(world, matching);
    let communities = shares.communities.iter().map(|(id, one)| (id.to_string(), share(one)));
    let groups = shares.groups.iter().map(|(group, one)| (group.as_str().to_owned(), share(one)));
    let dial = dial.iter().map(|step| {
        json!({
            "fairness": step.fairness.step(),
            "all": share(&step.shares.all),
            "worst": step.shares.worst(),
            "cost": step.cost,
        })
    });
    let comparison = comparison.as_ref().map(|comparison| {
        let list = |changes: &[Change]| changes.iter().map(change).collect::<Vec<_>>();
        json!({
            "gains": list(&comparison.gains),
            "losses": list(&comparison.losses),
            "moves": list(&comparison.moves),
        })
    });
    let whole = json!({
        "area": {"id": area.id.to_string(), "name": area.name},
        "fingerprint": world.fingerprint(settings).encode(),
        "cost": matching.certificate.primal,
        "provenCost": matching.certificate.dual,
        "foresight": matching.reserve.as_ref().map(|reserve| json!({
            "percent": settings.foresight.percent(),
            "expected": reserve.expected,
            "keptBack": kept_back(world, reserve),
            "cost": reserve.cost,
        })),
        "matches": matches.collect::<Vec<_>>(),
        "unmet": unmet.collect::<Vec<_>>(),
        "kept": matching.moves.kept.len(),
        "moves": explain::moves(world, matching),
        "moveGain": matching.moves.gain,
        "comparison": comparison,
        "asks": asks.collect::<Vec<_>>(),
        "fairness": {
            "all": share(&shares.all),
            "communities": communities.collect::<Map<String, Value>>(),
            "groups": groups.collect::<Map<String, Value>>(),
        },
        "dial": dial.collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

/// How much of which line is kept back for what is expected.
fn kept_back(world: &World, reserve: &Reserve) -> Map<String, Value> {
    let lines = world.lines.iter().zip(&reserve.kept).filter(|(_, kept)| **kept > 0);
    lines.map(|(line, kept)| (line.capacity.id.to_string(), json!(kept))).collect()
}

fn both(sentence: &Sentence) -> Value {
    json!({"zh": sentence.text(Lang::Zh), "en": sentence.text(Lang::En)})
}

fn share(share: &Share) -> Value {
    json!({"needs": share.needs, "served": share.served, "unmet": share.unmet()})
}

fn change(change: &Change) -> Value {
    json!({
        "need": {"id": change.need.id.to_string(), "title": change.need.title},
        "difference": change.difference(),
        "text": both(&explain::change(change)),
    })
}
