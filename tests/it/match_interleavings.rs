//! Several people at once, in two processes, doing whatever comes to their minds: nothing is ever overbooked, and the
//! trail tells all of it.

use crate::builders::matches::step_input;
use crate::builders::{need_facts, service_facts};
use crate::hub::{Hub, both};
use chrono::TimeDelta;
use gongjian_hub::domain::id::{MatchId, NeedId, ServiceId};
use gongjian_hub::domain::matches::MatchAction;
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::matches;
use serde_json::{Value, json};
use std::sync::Arc;

const CLIENTS: u64 = 6;
const STEPS: usize = 200;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.throw(from.len())]
    }
}

#[derive(Clone)]
struct World {
    viewers: Vec<Viewer>,
    needs: Vec<NeedId>,
    services: Vec<ServiceId>,
}

/// One client's steps. Whatever it is answered, it is never our own fault.
async fn live(hub: Arc<Hub>, world: World, mut dice: Dice) -> usize {
    let mut done = 0;
    for _ in 0..STEPS {
        let viewer = dice.pick(&world.viewers).clone();
        let found: Vec<(MatchId,)> = hub.rows("SELECT id FROM match ORDER BY id").await;
        let (name, input) = if found.is_empty() || dice.throw(3) == 0 {
            ("proposeMatch", claim(&world, &mut dice))
        } else if dice.throw(20) == 0 {
            hub.store.clock.advance(TimeDelta::hours(5));
            matches::expire(&hub.store).await.unwrap();
            continue;
        } else {
            let Some(step) = any_step(&mut dice, &found) else { continue };
            step
        };
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let query =
            format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
        let answer = hub.ask(&viewer, &query, json!({ "input": input })).await;
        match answer["errors"][0]["extensions"]["code"].as_str() {
            None => done += usize::from(answer["data"][name]["errors"] == json!([])),
            Some(code) => assert_eq!(code, "FORBIDDEN", "{name}: {answer}"),
        }
    }
    done
}

fn claim(world: &World, dice: &mut Dice) -> Value {
    json!({
        "needId": dice.pick(&world.needs).to_string(),
        "serviceId": dice.pick(&world.services).to_string(),
        "side": dice.pick(&["ASKING", "OFFERING"]),
        "quantity": dice.throw(4) + 1,
        "respondInHours": dice.throw(30) + 1,
    })
}

fn any_step(dice: &mut Dice, found: &[(MatchId,)]) -> Option<(&'static str, Value)> {
    // Going on is more likely than giving up, so that matches grow old.
    let forward = [
        MatchAction::Accept,
        MatchAction::Schedule,
        MatchAction::Record,
        MatchAction::Deliver,
        MatchAction::Confirm,
    ];
    let action = if dice.throw(4) > 0 { *dice.pick(&forward) } else { *dice.pick(MatchAction::ALL) };
    let (name, mut input) = step_input(action, dice.pick(found).0)?;
    if name == "acceptMatch" && dice.throw(3) == 0 {
        input["standIn"] = json!({ "side": dice.pick(&["ASKING", "OFFERING"]), "reason": "电话确认" });
    }
    Some((name, input))
}

both!(parallel whatever_several_people_do_at_once_the_books_are_right, |hub| {
    let pair = hub.pair(9).await;
    let mut world = World {
        viewers: vec![pair.liaison.clone(), pair.streets.staff.clone(), pair.streets.coordinator.clone()],
        needs: vec![pair.need],
        services: vec![pair.service],
    };
    for at in 0..3 {
        let title = format!("讲座{at}");
        world.needs.push(hub.open_need(pair.streets.community, None, need_facts(&title)).await);
        world.services.push(hub.listed_service(pair.unit, service_facts(&title, pair.streets.street), 7).await);
    }
    let mut clients = Vec::new();
    for seed in 0..CLIENTS {
        let process = hub.twin(hub.store.clock.clone()).await;
        clients.push(tokio::spawn(live(process, world.clone(), Dice(seed * 7_919 + 1))));
    }
    let mut done = 0;
    for client in clients {
        done += client.await.unwrap();
    }
    assert!(done > 60, "only {done} steps were done: the story says little");
    hub.require_sound().await;
});
