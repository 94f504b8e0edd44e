//! Three partners to look at: a library, a bank and a school, each with a graph of its own that joins the demo's street.

use async_graphql::{
    ComplexObject, Context, EmptyMutation, EmptySubscription, ID, Object, ObjectType, Request, Schema,
    SimpleObject, Variables,
};
use async_graphql_axum::GraphQL;
use axum::Router;
use axum::routing::post_service;
use gongjian_hub::app::App;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::graph::{self, Asked};
use gongjian_hub::store::Store;
use serde_json::{Value, json};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Their names, the units whose they are, and the ports that they answer at where these are free.
const PARTNERS: [(&str, &str, u16); 3] = [
    ("library", "湖南省图书馆", 4101),
    ("bank", "麓山惠民银行袁家岭支行", 4102),
    ("school", "长沙铁路第一中学", 4103),
];

/// The three, not joined yet.
#[derive(Debug)]
pub struct Samples(Vec<(&'static str, &'static str, TcpListener)>);

impl Samples {
    /// Takes an address for each.
    ///
    /// # Errors
    /// Where there is none left.
    pub fn listen() -> io::Result<Self> {
        let listener = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let all = PARTNERS.into_iter().map(|(name, unit, port)| {
            let listener = listener(port).or_else(|_| listener(0))?;
            listener.set_nonblocking(true)?;
            Ok((name, unit, listener))
        });
        Ok(Self(all.collect::<io::Result<_>>()?))
    }

    /// The addresses, as the hub's set-up names those inside the network.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        self.0.iter().filter_map(|(.., listener)| Some(listener.local_addr().ok()?.to_string())).collect()
    }

    /// Starts them, and has them join as soon as the street is there.
    ///
    /// # Errors
    /// Where they cannot be started.
    pub fn start(self, app: &App) -> io::Result<()> {
        let mut all = Vec::new();
        for (name, unit, listener) in self.0 {
            let address = listener.local_addr()?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let own = Unit::default();
            let router = match name {
                "library" => router(Library, own.clone()),
                "bank" => router(Bank, own.clone()),
                _ => router(School, own.clone()),
            };
            tokio::spawn(async move { axum::serve(listener, router).await });
            all.push((name, unit, address, own));
        }
        tokio::spawn(join(app.schema.clone(), app.store.clone(), all));
        Ok(())
    }
}

/// Registers, publishes and approves, as the street and its units would, as soon as the demo has loaded them.
async fn join(schema: graph::Schema, store: Store, all: Vec<(&'static str, &'static str, SocketAddr, Unit)>) {
    for (name, unit, address, own) in all {
        let unit = loop {
            let found = ask(&schema, &store, FIND, json!({ "name": name, "unit": unit })).await;
            match &found["units"]["nodes"][0]["id"] {
                Value::Null => tokio::time::sleep(Duration::from_millis(200)).await,
                id => break id.clone(),
            }
        };
        let _ = own.0.set(unit.as_str().unwrap_or_default().to_owned());
        let url = format!("http://{address}/graphql");
        ask(&schema, &store, REGISTER, json!({ "input": { "name": name, "url": url, "unitId": unit } }))
            .await;
        let found = ask(&schema, &store, FIND, json!({ "name": name, "unit": "" })).await;
        let published = json!({ "input": { "id": found["subgraph"]["id"], "url": url } });
        let published = ask(&schema, &store, PUBLISH, published).await;
        let waiting = &published["publishSubgraph"]["publication"]["id"];
        if waiting.is_string() {
            ask(&schema, &store, APPROVE, json!({ "input": { "id": waiting } })).await;
        }
    }
}

const FIND: &str = "query($name: String!, $unit: String) {
    subgraph(name: $name) { id }
    units(filter: { text: $unit }, first: 1) { nodes { id } }
}";
const REGISTER: &str = "mutation($input: RegisterSubgraphInput!) {
    registerSubgraph(input: $input) { errors { message } }
}";
const PUBLISH: &str = "mutation($input: PublishSubgraphInput!) {
    publishSubgraph(input: $input) { publication { id } errors { message } }
}";
const APPROVE: &str = "mutation($input: ApproveSubgraphInput!) {
    approveSubgraph(input: $input) { errors { message } }
}";

async fn ask(schema: &graph::Schema, store: &Store, query: &str, variables: Value) -> Value {
    let asked = Asked { viewer: Viewer::local(Actor::Administrator), lang: Lang::En };
    let request = Request::new(query).variables(Variables::from_json(variables));
    let response = graph::execute(schema, store, asked, request).await;
    let mut response = serde_json::to_value(response).unwrap_or_default();
    tracing::debug!(%response, "a sample partner joins");
    response["data"].take()
}

/// The id of the unit whose graph it is, once it is known.
#[derive(Debug, Clone, Default)]
struct Unit(Arc<OnceLock<String>>);

fn router<Q: ObjectType + 'static>(query: Q, own: Unit) -> Router {
    let schema = Schema::build(query, EmptyMutation, EmptySubscription).data(own).finish();
    Router::new().route("/graphql", post_service(GraphQL::new(schema)))
}

struct Library;
struct Bank;
struct School;

/// A sample partner's graph: a list of things on its own unit's page.
macro_rules! sample {
    ($module:ident, $query:ident, $unit:literal, $field:literal, $kind:literal, $hello:literal, [$($title:literal: $left:literal),+]) => {
        mod $module {
            use super::*;

            #[derive(SimpleObject)]
            #[graphql(name = $kind)]
            struct Thing {
                /// What it is.
                title: &'static str,
                /// Places that are left.
                places_left: i32,
            }

            /// A unit of the hub's.
            #[derive(SimpleObject)]
            #[graphql(complex)]
            struct PartnerUnit {
                id: ID,
            }

            #[ComplexObject]
            impl PartnerUnit {
                /// What is on there; null for other units.
                #[graphql(name = $field)]
                async fn things(&self, ctx: &Context<'_>) -> Option<Vec<Thing>> {
                    let own = ctx.data_opt::<Unit>().and_then(|unit| unit.0.get()).is_some_and(|unit| *unit == *self.id);
                    own.then(|| vec![$(Thing { title: $title, places_left: $left }),+])
                }
            }

            // Under any other name it is no root.
            #[Object(name = "Query")]
            impl super::$query {
                /// Whose graph this is.
                #[graphql(name = $hello)]
                async fn hello(&self) -> Option<&'static str> {
                    Some($unit)
                }

                #[graphql(entity)]
                async fn unit(&self, id: ID) -> PartnerUnit {
                    PartnerUnit { id }
                }
            }
        }
    };
}
sample!(library, Library, "湖南省图书馆", "library_events", "Library_Event", "library_hello", ["夜读 Reading night": 12, "反诈故事会 Stories against fraud": 30]);
sample!(bank, Bank, "麓山惠民银行袁家岭支行", "bank_lectures", "Bank_Lecture", "bank_hello", ["守住养老钱 Guard your pension": 40]);
sample!(school, School, "长沙铁路第一中学", "school_courses", "School_Course", "school_hello", ["书法入门 Calligraphy": 15, "智能手机 Smartphones": 3]);
