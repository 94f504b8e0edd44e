//! The harness: a fresh hub for each test, on either database, with a clock that stands still.

use async_graphql::{Request, Variables};
use chrono::{DateTime, TimeZone as _, Utc};
use gongjian_hub::clock::Clock;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::federation::{Federation, Settings};
use gongjian_hub::graph::{self, Asked, Schema};
use gongjian_hub::store::Store;
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};

/// Tells one story on both databases: `both!(name, |hub| { … });`, on several threads where it begins with `parallel`.
macro_rules! both {
    (parallel $name:ident, |$hub:ident| $story:block) => {
        crate::hub::both!($name, |$hub| $story, flavor = "multi_thread", worker_threads = 4);
    };
    ($name:ident, |$hub:ident| $story:block) => {
        crate::hub::both!($name, |$hub| $story, flavor = "current_thread");
    };
    ($name:ident, |$hub:ident| $story:block, $($runtime:tt)+) => {
        mod $name {
            use super::*;

            async fn story($hub: &crate::hub::Hub) $story

            #[tokio::test($($runtime)+)]
            async fn sqlite() {
                story(&crate::hub::Hub::sqlite().await).await;
            }

            #[tokio::test($($runtime)+)]
            async fn postgres() {
                story(&crate::hub::Hub::postgres().await).await;
            }
        }
    };
}
pub(crate) use both;

/// A hub of its own for one test.
pub struct Hub {
    pub store: Store,
    pub schema: Schema,
    /// Opens a second store on the same database: another process of the same hub.
    pub url: String,
    _folder: Option<TempDir>,
}

/// The moment at which every test begins: a Monday morning in Changsha.
pub fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).single().expect("a moment")
}

impl Hub {
    /// On SQLite, in a file of its own.
    pub async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(migrated_file).await;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hub.db");
        std::fs::write(&file, template).expect("a database file");
        Self::open(format!("sqlite:{}", file.display()), Some(folder)).await
    }

    /// On PostgreSQL, in a database of its own.
    pub async fn postgres() -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        static CREATING: Mutex<()> = Mutex::const_new(());
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let template = TEMPLATE.get_or_init(migrated_database).await;
        let name = format!("{template}_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        {
            let _one_at_a_time = CREATING.lock().await;
            administer(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        }
        Self::open(database_url(&name), None).await
    }

    async fn open(url: String, folder: Option<TempDir>) -> Self {
        let store = Store::open(&url, Clock::fake(monday())).await.expect("a store");
        let schema = graph::schema().data(federation()).finish();
        Self { store, schema, url, _folder: folder }
    }

    /// The same hub in another process, by its own clock.
    pub async fn twin(&self, clock: Clock) -> Arc<Self> {
        let store = Store::open(&self.url, clock).await.expect("a store");
        Arc::new(Self { store, schema: self.schema.clone(), url: self.url.clone(), _folder: None })
    }

    /// The same hub with another schema.
    pub fn with_schema(&self, schema: Schema) -> Self {
        Self { store: self.store.clone(), schema, url: self.url.clone(), _folder: None }
    }

    /// Asks in Chinese and gives back the whole response as JSON.
    pub async fn ask(&self, viewer: &Viewer, query: &str, variables: Value) -> Value {
        self.ask_in(Lang::Zh, viewer, query, variables).await
    }

    /// Asks in a language and gives back the whole response as JSON.
    pub async fn ask_in(&self, lang: Lang, viewer: &Viewer, query: &str, variables: Value) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let asked = Asked { viewer: viewer.clone(), lang };
        let response = graph::execute(&self.schema, &self.store, asked, request).await;
        serde_json::to_value(response).expect("a response is JSON")
    }

    /// Asks what must succeed, and gives back its data.
    pub async fn data(&self, viewer: &Viewer, query: &str, variables: Value) -> Value {
        let mut response = self.ask(viewer, query, variables).await;
        assert_eq!(response.get("errors"), None, "{query}");
        response["data"].take()
    }

    /// Runs a mutation `name(input: …) { <selection> errors { code field message } }` and gives back its payload.
    pub async fn mutate(&self, viewer: &Viewer, name: &str, input: Value, selection: &str) -> Value {
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {selection} errors {{ code field message }} }} }}"
        );
        self.data(viewer, &query, serde_json::json!({ "input": input })).await[name].take()
    }

    /// Runs a mutation that must be refused, and gives back the code and the path of the field.
    pub async fn refused(&self, viewer: &Viewer, name: &str, input: Value) -> (String, String) {
        let payload = self.mutate(viewer, name, input, "").await;
        let error = &payload["errors"][0];
        let path: Vec<&str> =
            error["field"].as_array().expect("a refusal").iter().filter_map(Value::as_str).collect();
        (error["code"].as_str().expect("a code").to_owned(), path.join("."))
    }

    /// How many statements the work runs.
    pub async fn statements<T>(&self, work: impl Future<Output = T>) -> u64 {
        let before = self.store.statements();
        work.await;
        self.store.statements() - before
    }
}

/// How other graphs join. All stories share it, and with it what it remembers of graphs that it put together; a machine
/// that has much else to do may take its time.
pub fn federation() -> Federation {
    static SHARED: LazyLock<Federation> = LazyLock::new(|| {
        Federation::new(Settings { compose_seconds: 300, ..Settings::default() }, graph::subgraph_sdl())
    });
    SHARED.clone()
}

/// Somebody who may do everything.
pub fn administrator() -> Viewer {
    Viewer::local(Actor::Administrator)
}

async fn migrated_file() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("template.db");
    let store =
        Store::open(&format!("sqlite:{}", file.display()), Clock::fake(monday())).await.expect("a store");
    store.migrate().await.expect("migrations");
    store.close().await;
    std::fs::read(file).expect("the template")
}

async fn migrated_database() -> String {
    let name = format!("gongjian_{}", std::process::id());
    administer(&format!("DROP DATABASE IF EXISTS {name}")).await;
    administer(&format!("CREATE DATABASE {name}")).await;
    let store = Store::open(&database_url(&name), Clock::fake(monday())).await.expect("a store");
    store.migrate().await.expect("migrations");
    store.close().await;
    name
}

fn server_url() -> String {
    std::env::var("GONGJIAN_TEST_POSTGRES_URL")
        .expect("GONGJIAN_TEST_POSTGRES_URL must name a PostgreSQL server; tests/run starts one")
}

fn database_url(name: &str) -> String {
    let url = server_url();
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    format!("{server}/{name}")
}

async fn administer(statement: &str) {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
    let mut connection = PgConnection::connect(&server_url()).await.expect("PostgreSQL");
    connection.execute(AssertSqlSafe(statement.to_owned())).await.expect(statement);
}
