//! Two streets with everything that a street can have, each private text of which carries the street's mark.

use super::matches::{part, proposal};
use super::{Streets, need_facts, service_facts, year};
use crate::hub::{Hub, administrator};
use chrono::{NaiveDate, NaiveTime};
use gongjian_hub::domain::area::AreaKind;
use gongjian_hub::domain::directive::DirectiveKind;
use gongjian_hub::domain::id::{AreaId, NeedId, ServiceId, UnitId};
use gongjian_hub::domain::matches::Side as MatchSide;
use gongjian_hub::domain::need::Outcome;
use gongjian_hub::domain::place::Place;
use gongjian_hub::domain::subgraph::{Findings, Namespace, Problem, SubgraphProblemCode};
use gongjian_hub::domain::unit::UnitKind;
use gongjian_hub::domain::viewer::{Actor, Scope, Viewer};
use gongjian_hub::store::alliance::{self, NewAlliance};
use gongjian_hub::store::area::{self, NewArea};
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::contact::NewContact;
use gongjian_hub::store::directive::{self, NewDirective};
use gongjian_hub::store::matches::{self, NewRating};
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::run::{self, NewRun};
use gongjian_hub::store::service::{self, NewAvailability, ServiceFacts};
use gongjian_hub::store::sql::Sql;
use gongjian_hub::store::subgraph::{self, Submitted};
use gongjian_hub::store::token::{self, NewToken};
use gongjian_hub::store::unit::{self, UnitFacts};
use gongjian_hub::store::{account, need, session, unit_capacity};
use std::collections::BTreeSet;

/// Tables whose rows are somebody's, with what the global ids of their rows begin with.
const TABLES: [(&str, &str); 21] = [
    ("subgraph", "SELECT id FROM subgraph"),
    ("publication", "SELECT id FROM publication"),
    ("area", "SELECT id FROM area"),
    ("unit", "SELECT id FROM partner_unit"),
    ("alliance", "SELECT id FROM alliance"),
    ("service", "SELECT id FROM service"),
    ("capacity", "SELECT id FROM capacity"),
    ("allowance", "SELECT id FROM unit_capacity"),
    ("need", "SELECT id FROM need"),
    ("match", "SELECT id FROM match"),
    ("fulfilment", "SELECT id FROM fulfilment"),
    ("rating", "SELECT id FROM rating"),
    ("directive", "SELECT id FROM directive"),
    ("run", "SELECT id FROM matching_run"),
    ("planned", "SELECT id FROM matching_run_match"),
    ("unmet", "SELECT id FROM matching_run_unmet"),
    ("contact", "SELECT id FROM contact"),
    ("event", "SELECT id FROM event"),
    ("account", "SELECT id FROM account"),
    ("grant", "SELECT id FROM account_grant"),
    ("token", "SELECT id FROM token"),
];

/// What of a street everybody may see, and who acts there.
pub struct Side {
    pub mark: &'static str,
    pub street: AreaId,
    pub community: AreaId,
    pub unit: UnitId,
    pub second: UnitId,
    pub talks: ServiceId,
}

impl Side {
    pub fn liaison(&self) -> Viewer {
        Viewer::local(Actor::Liaison { unit: self.unit })
    }

    pub fn second_liaison(&self) -> Viewer {
        Viewer::local(Actor::Liaison { unit: self.second })
    }

    pub fn staff(&self) -> Viewer {
        Viewer::local(Actor::Staff { street: self.street, community: self.community })
    }

    pub fn coordinator(&self) -> Viewer {
        Viewer::local(Actor::Coordinator { street: self.street })
    }

    fn facts(&self, what: &str) -> NeedFacts {
        let mark = self.mark;
        NeedFacts {
            title: format!("{mark}-need-{what}"),
            title_en: Some(format!("{mark}-need-en")),
            description: Some(format!("{mark}-description")),
            contact: Some(NewContact { name: format!("{mark}联系人"), phone: self.phone() }),
            quantity: 5,
            ..need_facts("")
        }
    }

    /// A number that nobody else in the stories has.
    pub fn phone(&self) -> String {
        format!("1379{:07}", self.mark.bytes().map(u32::from).sum::<u32>())
    }
}

impl Hub {
    /// Every id there is, as the graph writes it.
    pub async fn every_id(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (kind, text) in TABLES {
            let rows: Vec<(uuid::Uuid,)> =
                self.store.read().await.unwrap().all(Sql::new(text, vec![])).await.unwrap();
            found.extend(rows.into_iter().map(|(id,)| format!("{kind}_{}", id.simple())));
        }
        found
    }

    /// What of a street everybody may see.
    pub async fn public_side(&self, streets: &Streets, mark: &'static str, near: bool) -> Side {
        let (street, community) = if near {
            (streets.street, streets.community)
        } else {
            (streets.far_street, streets.far_community)
        };
        let unit = self.registered(street, &format!("{street}图书馆"), mark).await;
        let second = self.registered(street, &format!("{street}银行"), mark).await;
        let talks = self.listed_service(unit, service_facts("反诈讲座", street), 1_000).await;
        self.listed_service(second, service_facts("防骗讲座", street), 1_000).await;
        let day = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let rule = NewAvailability {
            rrule: Some("FREQ=DAILY".into()),
            festival: None,
            starts_on: day,
            ends_on: None,
            start_time: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
            minutes: 120,
        };
        let admin = administrator();
        let all = async |tx: &mut Tx| {
            service::set_availability(tx, talks, std::slice::from_ref(&rule)).await?;
            unit_capacity::add(tx, unit, &year(2_000)).await?;
            let new = NewAlliance { street, name: "先锋共同体".into(), name_en: None, purpose: None };
            let alliance = alliance::create(tx, new).await?;
            alliance::join(tx, alliance, unit).await
        };
        self.change(&admin, all).await.unwrap();
        Side { mark, street, community, unit, second, talks }
    }

    async fn registered(&self, street: AreaId, name: &str, mark: &str) -> UnitId {
        let facts = UnitFacts {
            kind: UnitKind::PublicInstitution,
            name: name.into(),
            name_en: None,
            credit_code: None,
            address: None,
            place: Place::default(),
            liaison: Some(NewContact { name: format!("{mark}联络员"), phone: "13700000000".into() }),
        };
        let on = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let register = async |tx: &mut Tx| unit::register(tx, street, facts.clone(), &[street], on).await;
        self.change(&administrator(), register).await.unwrap()
    }

    async fn wanted(&self, side: &Side, what: &str, asking: Option<UnitId>) -> NeedId {
        self.open_need(side.community, asking, side.facts(what)).await
    }

    /// What of a street is nobody else's business; gives back the ids of it all.
    pub async fn private_side(&self, side: &Side) -> BTreeSet<String> {
        let before = self.every_id().await;
        let (liaison, staff, coordinator) = (side.liaison(), side.staff(), side.coordinator());
        let mark = side.mark;
        let draft = ServiceFacts {
            description: Some(format!("{mark}-service-description")),
            eligibility: Some(format!("{mark}-eligibility")),
            ..service_facts(&format!("{mark}-draft-service"), side.street)
        };
        let draft = self.draft_service(side.unit, draft, 10).await;
        self.draft_need(side.community, side.facts("draft")).await;
        let returned = self.draft_need(side.community, side.facts("returned")).await;
        let merged = self.draft_need(side.community, side.facts("merged")).await;
        let pinned = self.wanted(side, "pinned", None).await;
        let proposed = self.wanted(side, "proposed", None).await;
        let accepted = self.wanted(side, "accepted", None).await;
        let closed = self.wanted(side, "closed", None).await;
        let cancelled = self.wanted(side, "cancelled", None).await;
        self.wanted(side, "unit", Some(side.second)).await;
        let reason = |what: &str| format!("{mark}-reason-{what}");
        let steps = async |tx: &mut Tx| {
            need::submit(tx, returned).await?;
            need::return_(tx, returned, &reason("returned")).await?;
            need::submit(tx, merged).await?;
            need::merge(tx, merged, pinned, &reason("merged")).await?;
            for (kind, service) in [(DirectiveKind::Pin, side.talks), (DirectiveKind::Prohibition, draft)] {
                let new =
                    NewDirective { kind, need: pinned, service, quantity: None, reason: reason("directive") };
                directive::give(tx, new).await?;
            }
            Ok(())
        };
        self.change(&coordinator, steps).await.unwrap();
        self.propose(&liaison, &proposal(proposed, side.talks, MatchSide::Offering, 5)).await.unwrap();
        let mut agreed = Vec::new();
        for need in [accepted, closed, cancelled] {
            let id =
                self.propose(&liaison, &proposal(need, side.talks, MatchSide::Offering, 5)).await.unwrap();
            agreed.push(self.change(&staff, async |tx| matches::accept(tx, id, None).await).await.unwrap());
        }
        let mut done = part(self, 5, 40);
        done.evidence = Some(format!("{mark}-evidence"));
        let deliver = async |tx: &mut Tx| {
            matches::record(tx, agreed[1], done.clone()).await?;
            matches::deliver(tx, agreed[1]).await
        };
        self.change(&liaison, deliver).await.unwrap();
        let close = async |tx: &mut Tx| {
            let rating = NewRating {
                solved: true,
                satisfied: true,
                stars: 5,
                comment: Some(format!("{mark}-comment")),
                called_back: true,
            };
            matches::rate(tx, agreed[1], rating).await?;
            matches::confirm(tx, agreed[1], None).await?;
            matches::cancel(tx, agreed[2], &reason("cancelled")).await?;
            need::close(tx, closed, Outcome::Solved).await
        };
        self.change(&staff, close).await.unwrap();
        let new = NewRun { area: side.street, category: None, what_if: None };
        self.change(&coordinator, async |tx| run::start(tx, &new).await).await.unwrap();
        assert!(run::carry_out_next(&self.store).await.unwrap());
        self.private_people(side).await;
        self.private_subgraph(side).await;
        self.every_id().await.difference(&before).cloned().collect()
    }

    async fn private_people(&self, side: &Side) {
        let mark = side.mark;
        let people = async |tx: &mut Tx| {
            let actor = Actor::Liaison { unit: side.unit };
            let name = format!("{mark}账号");
            let id = account::add(tx, &format!("{mark}-login"), &name, actor, None).await?;
            let account = account::by_login(tx, &format!("{mark}-login")).await?.expect("an account");
            let viewer = tx.viewer.clone();
            session::begin(tx, self.store.sign_in, &account, "oidc").await?;
            tx.viewer = viewer;
            let scopes = vec![Scope::Read];
            token::create(tx, NewToken { name: format!("{mark}-token"), actor, scopes, days: 30 }).await?;
            Ok(id)
        };
        self.change(&administrator(), people).await.unwrap();
    }

    async fn private_subgraph(&self, side: &Side) {
        let mark = side.mark;
        let words = |what: &str| format!("{mark}-subgraph-{what}");
        let problem = Problem::new(SubgraphProblemCode::Composition, words("path"), words("zh"), words("en"));
        let found = Findings {
            problems: vec![problem],
            adds: vec![words("adds")],
            reads: vec![words("reads")],
            ..Findings::default()
        };
        let url = format!("https://{mark}.example/graphql");
        let submitted = Submitted { url: url.clone(), sdl: format!("# {mark}-sdl"), found };
        let join = async |tx: &mut Tx| {
            let id = subgraph::register(tx, side.unit, &Namespace::new(mark)?, &url, 10).await?;
            subgraph::publish(tx, id, &submitted).await
        };
        self.change(&side.liaison(), join).await.unwrap();
    }

    /// A need of one street that a unit of the other serves: the one thing that both see a part of.
    pub async fn bridge(&self, near: &Side, far: &Side) -> BTreeSet<String> {
        // A community of its own: whoever has checked in at a community sees all needs that are open there.
        let new = NewArea {
            parent: far.street,
            kind: AreaKind::Community,
            name: "跨街社区".into(),
            name_en: None,
            place: Place::default(),
        };
        let community =
            self.change(&administrator(), async |tx| area::add(tx, new.clone()).await).await.unwrap();
        let before = self.every_id().await;
        let on = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let across = async |tx: &mut Tx| unit::check_in(tx, near.second, community, on).await;
        self.change(&administrator(), across).await.unwrap();
        let facts = NeedFacts { title: "zqx-need-bridge".into(), title_en: None, ..far.facts("bridge") };
        let need = self.open_need(community, None, facts).await;
        let service = service_facts("跨街道讲座", community);
        let service = self.listed_service(near.second, service, 10).await;
        let new = proposal(need, service, MatchSide::Offering, 5);
        self.propose(&near.second_liaison(), &new).await.unwrap();
        self.every_id().await.difference(&before).cloned().collect()
    }
}
