//! Puts the hub together: the one place that knows every part.

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::text::Lang;
use crate::domain::viewer::{Actor, Viewer};
use crate::federation::Federation;
use crate::graph::beyond::Beyond;
use crate::graph::limits::Gate;
use crate::graph::matching::Solves;
use crate::graph::{self, Schema};
use crate::http::oidc::{BadProvider, Oidc};
use crate::http::{self, Documents, Metrics, Served};
use crate::store::{self, Store, contact, guess, idempotency, matches, refusals, run, session};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often the hub looks for what has run out.
const SWEEP: Duration = Duration::from_mins(1);
/// How long requests that are under way may take when the hub stops.
const GOODBYE: Duration = Duration::from_secs(10);

/// A hub, ready to serve.
pub struct App {
    /// How it is set up.
    pub config: Config,
    /// Its memory.
    pub store: Store,
    /// Its graph.
    pub schema: Schema,
    /// How partners' own graphs join it.
    pub federation: Federation,
    /// Documents that clients may name.
    pub documents: Documents,
    /// The OpenID provider by which people sign in, where there is one.
    pub oidc: Option<Oidc>,
    /// The gateway to the graphs of partner units, where there is one.
    pub beyond: Option<Arc<dyn Beyond>>,
}

/// A hub that cannot be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of the database cannot be made.
    #[error("cannot make the folder {0}")]
    Folder(PathBuf, #[source] std::io::Error),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] store::error::Error),
    /// The trusted documents cannot be used.
    #[error(transparent)]
    Documents(#[from] http::documents::Error),
    /// The OpenID provider cannot be used as it is set up.
    #[error(transparent)]
    Provider(#[from] BadProvider),
}

/// Opens the database of a configuration; the folder of an `SQLite` file is made where there is none.
///
/// # Errors
/// Where the folder cannot be made or the database cannot be reached.
pub async fn open_store(config: &Config, clock: Clock) -> Result<Store, Error> {
    let folder = config.database_url.file().and_then(std::path::Path::parent);
    if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| Error::Folder(folder.to_owned(), error))?;
    }
    let mut store = Store::open(config.database_url.secret(), clock).await?;
    store.respond_hours = config.claims.respond_hours;
    store.settings = Arc::new(config.matching.clone());
    store.sign_in = config.sign_in;
    Ok(store)
}

/// The graph with the limits of a configuration, and what it takes to let others join.
#[must_use]
pub fn schema(config: &Config, federation: Federation) -> Schema {
    let limits = config.limits;
    graph::schema()
        .data(federation)
        .data(limits)
        .data(Solves::new(limits))
        .extension(Gate::new(limits))
        .finish()
}

impl App {
    /// Reads the trusted documents, opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// Where the documents cannot be used, or the database cannot be reached or migrated.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, Error> {
        let documents = Documents::load(&config.documents)?;
        let oidc = config.oidc.clone().map(Oidc::new).transpose()?;
        let store = open_store(&config, clock).await?;
        store.migrate().await?;
        let federation = Federation::new(config.federation.clone(), graph::subgraph_sdl());
        let schema = schema(&config, federation.clone());
        Ok(Self { schema, federation, config, store, documents, oidc, beyond: None })
    }

    /// Serves until `stop` comes, then lets requests that are under way finish.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(false);
        let metrics = Metrics::of_process();
        let mut background = JoinSet::new();
        background.spawn(sweep_often(self.store.clone(), metrics.clone()));
        let store = self.store.clone();
        background.spawn(async move { store.listen().await });
        background.spawn(poll_often(self.federation.clone(), self.store.clone()));
        let mut runs = tokio::spawn(run::work(self.store.clone(), stopped.clone()));
        let settings = Arc::new(self.config.http);
        let router = http::router(Served {
            store: self.store.clone(),
            schema: self.schema,
            limits: self.config.limits,
            settings: settings.clone(),
            documents: Arc::new(self.documents),
            tickets: Arc::default(),
            metrics,
            oidc: self.oidc.map(Arc::new),
            beyond: self.beyond,
            stopping: stopped.clone(),
        });
        let serving = http::serve(listener, router, &settings, stopped);
        tokio::pin!(serving);
        tokio::select! {
            () = &mut serving => {}
            () = stop => {
                stopping.send_replace(true);
                let _ = timeout(GOODBYE, serving).await;
            }
        }
        stopping.send_replace(true);
        if timeout(GOODBYE, &mut runs).await.is_err() {
            runs.abort();
        }
        background.shutdown().await;
        if let Err(error) = refusals::tell(&self.store).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the last refusals are not in the trail"
            );
        }
        self.store.close().await;
    }
}

async fn sweep_often(store: Store, metrics: Metrics) {
    let mut often = interval(SWEEP);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        often.tick().await;
        metrics.tidy();
        if let Err(error) = sweep(&store).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the sweep failed; it is tried again");
        }
    }
}

/// Brings the hub's own part of the live graph up to date, and then looks at partners' endpoints once in a while.
async fn poll_often(federation: Federation, store: Store) {
    if let Err(error) = federation.keep_up(&store).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the hub's part of the live graph is not current"
        );
    }
    let mut often = interval(SWEEP);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        often.tick().await;
        if let Err(error) = federation.poll(&store).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "partners' endpoints were not looked at"
            );
        }
    }
}

/// Ends what has run out: matches that nobody answered in time, idempotency keys that nobody will repeat, matching runs
/// that were over long ago. And writes down what was refused.
///
/// # Errors
/// Where the database fails.
pub async fn sweep(store: &Store) -> store::error::Result<()> {
    refusals::tell(store).await?;
    contact::clear_away(store).await?;
    let expired = matches::expire(store).await?;
    if expired > 0 {
        tracing::info!(expired, "matches that nobody answered gave back what they held");
    }
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    idempotency::forget_old(&mut tx).await?;
    run::forget_old(&mut tx).await?;
    session::forget_old(&mut tx).await?;
    guess::forget_old(&mut tx).await?;
    tx.commit().await
}

impl Error {
    /// What is wrong and what to do, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Folder(folder, error) => lang.pick(
                format!("无法创建数据文件夹 {}：{error}。请检查权限，或用 --database-url 换一个位置。", folder.display()),
                format!("Cannot make the folder {}: {error}. Check its rights, or choose another place with --database-url.", folder.display()),
            ),
            Self::Store(error) => error.message(lang),
            Self::Documents(error) => error.message(lang),
            Self::Provider(error) => lang.pick(
                format!("统一身份认证配置有误：{error}。请检查配置的 [oidc] 一节。"),
                format!("The OpenID provider is set up wrong: {error}. See the section [oidc] of the configuration."),
            ),
        }
    }
}
