//! A hub with two streets and a unit in each, its gateway, and partners.

use crate::hub::{Hub, administrator};
use crate::partner::Partner;
use crate::supergraph;
use async_graphql::{Request, Variables};
use chrono::NaiveDate;
use gongjian_gateway::engine::{Engine, Handle, Limits};
use gongjian_gateway::partner::{Guard, Partners, Settings};
use gongjian_gateway::token::Signer;
use gongjian_hub::app;
use gongjian_hub::config::Config;
use gongjian_hub::domain::area::AreaKind;
use gongjian_hub::domain::id::{AreaId, UnitId};
use gongjian_hub::domain::place::Place;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::unit::UnitKind;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::federation::Federation;
use gongjian_hub::graph::beyond::{Beyond, Both};
use gongjian_hub::graph::{self, Asked, Schema};
use gongjian_hub::store::area::{self, CodedArea};
use gongjian_hub::store::unit::{self, UnitFacts};
use serde_json::{Value, json};
use std::sync::{Arc, Once};
use std::time::Duration;

pub struct World {
    pub engine: Arc<Engine>,
    pub beyond: Arc<dyn Beyond>,
    pub schema: Schema,
    pub config: Config,
    pub library: Partner,
    pub bank: Partner,
    pub school: Partner,
    pub street: AreaId,
    pub unit: UnitId,
}

/// Impatient, so that tests are quick.
pub fn settings() -> Settings {
    Settings {
        patience: Duration::from_secs(2),
        bytes: 64 << 10,
        failures: 3,
        pause: Duration::from_secs(1),
        ..Settings::default()
    }
}

impl World {
    pub async fn new(hub: &Hub) -> Self {
        Self::with(hub, settings()).await
    }

    pub async fn with(hub: &Hub, settings: Settings) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(hive_router::init_rustls_crypto_provider);
        let (street, unit) = furnish(hub).await;
        let config = Config::default();
        let federation = Federation::new(config.federation.clone(), graph::subgraph_sdl());
        let schema = app::schema(&config, federation);
        let signer = Arc::new(Signer::new(&hub.store, "http://hub.example".to_owned()).await.unwrap());
        let partners = Partners::new(settings, Guard::Open);
        let engine = Engine::new(Some(schema.clone()), partners, signer, Limits::default());
        let (library, bank, school) =
            tokio::join!(Partner::start("library"), Partner::start("bank"), Partner::start("school"));
        let world = Self {
            beyond: Arc::new(Handle(engine.clone())),
            engine,
            schema,
            config,
            library,
            bank,
            school,
            street,
            unit,
        };
        assert!(world.engine.swap(&world.supergraph()).unwrap());
        world
    }

    pub fn supergraph(&self) -> String {
        let partners = [("library", &self.library), ("bank", &self.bank), ("school", &self.school)];
        supergraph::of(&partners.map(|(name, partner)| (name, partner.url.as_str())))
    }

    pub fn both(&self) -> Both<'_> {
        Both { beyond: &self.beyond, schema: &self.schema, limits: &self.config.limits }
    }

    /// Asks the hub with its gateway, in English.
    pub async fn ask(&self, hub: &Hub, viewer: &Viewer, query: &str, variables: Value) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let asked = Asked { viewer: viewer.clone(), lang: Lang::En };
        let response = self.both().execute(&hub.store, asked, request).await;
        serde_json::to_value(response).unwrap()
    }

    /// Asks as the public what must succeed.
    pub async fn data(&self, hub: &Hub, query: &str) -> Value {
        let mut answer =
            self.ask(hub, &Viewer::public(), query, json!({ "id": self.unit.to_string() })).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer}");
        answer["data"].take()
    }
}

async fn furnish(hub: &Hub) -> (AreaId, UnitId) {
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    for (code, name, kind, parent) in [
        ("43", "湖南省", AreaKind::Province, None),
        ("4301", "长沙市", AreaKind::City, Some("43")),
        ("430102", "芙蓉区", AreaKind::District, Some("4301")),
        ("430102002", "朝阳街街道", AreaKind::Street, Some("430102")),
    ] {
        let parent = parent.map(ToOwned::to_owned);
        let coded = CodedArea { code: code.into(), name: name.into(), kind, parent };
        area::import_level(&mut tx, &[coded]).await.unwrap();
    }
    let street = area::by_code(&mut tx, "430102002").await.unwrap().unwrap().id;
    let facts = UnitFacts {
        kind: UnitKind::PublicInstitution,
        name: "湖南图书馆".into(),
        name_en: None,
        credit_code: None,
        address: None,
        place: Place::default(),
        liaison: None,
    };
    let on = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    let unit = unit::register(&mut tx, street, facts, &[street], on).await.unwrap();
    tx.commit().await.unwrap();
    (street, unit)
}
