//! How a hub is set up: what is built in, then a TOML file, then the environment, then the flags of the command line. A
//! concern's settings are declared where the concern lives; a key that nobody knows is refused.

use crate::domain::text::Lang;
use crate::federation;
use crate::graph::limits::Limits;
use crate::http;
use crate::matching::settings::Settings;
use crate::store::matches::DEFAULT_RESPOND_HOURS;
use crate::store::session::SignIn;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// What the names of environment variables begin with; `__` leads into a section: `GONGJIAN_LIMITS__DEPTH`.
const PREFIX: &str = "GONGJIAN_";
/// Variables of the test command, of the measurements and of those who ask a hub, which are no settings of one.
const FOREIGN: [&str; 5] =
    ["GONGJIAN_TEST_", "GONGJIAN_SCHEMA_", "GONGJIAN_BENCH_", "GONGJIAN_TOKEN", "GONGJIAN_HUB"];

/// How a hub is set up.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The database: `sqlite:<file>`, `sqlite::memory:` or `postgres://…`.
    pub database_url: DatabaseUrl,
    /// The address and the port to answer at.
    pub listen: SocketAddr,
    /// How much one request may ask for.
    pub limits: Limits,
    /// What the server bears with.
    pub http: http::Settings,
    /// Which documents clients may name instead of sending them.
    pub documents: http::documents::Settings,
    /// How matches wait.
    pub claims: Claims,
    /// How needs are matched where their street has not laid down anything else.
    pub matching: Settings,
    /// How people sign in.
    pub sign_in: SignIn,
    /// The OpenID provider by which people sign in; left out, there is none.
    pub oidc: Option<http::oidc::Settings>,
    /// How partners' own graphs join.
    pub federation: federation::Settings,
    /// What is written down about the hub's own running.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: DatabaseUrl("sqlite:gongjian-data/hub.db".to_owned()),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            limits: Limits::default(),
            http: http::Settings::default(),
            documents: http::documents::Settings::default(),
            claims: Claims::default(),
            matching: Settings::default(),
            sign_in: SignIn::default(),
            oidc: None,
            federation: federation::Settings::default(),
            log: Log::default(),
        }
    }
}

/// How matches wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Claims {
    /// For how many hours a match waits for an answer where nobody says otherwise; then it gives back what it holds.
    pub respond_hours: i64,
}

impl Default for Claims {
    fn default() -> Self {
        Self { respond_hours: DEFAULT_RESPOND_HOURS }
    }
}

/// The URL of a database. Its password is not shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole URL, the password included.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// The file of an `SQLite` database that is not in memory.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        let file = self.0.strip_prefix("sqlite:")?;
        let file = file.strip_prefix("//").unwrap_or(file);
        let file = file.split('?').next().unwrap_or(file);
        (!file.contains(":memory:")).then(|| Path::new(file))
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else { return f.write_str(&self.0) };
        let (server, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = path.split('?').next().unwrap_or(path);
        let host = server.rsplit_once('@').map_or(server, |(_, host)| host);
        let user = server.rsplit_once('@').and_then(|(login, _)| login.split(':').next());
        match user {
            Some(user) => write!(f, "{scheme}://{user}@{host}{path}"),
            None => write!(f, "{scheme}://{host}{path}"),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// What is written down about the hub's own running.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// From which level on, by part: `info`, `warn,gongjian_hub=debug`.
    pub filter: String,
    /// For people or for programs.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

/// For whom the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// What the flags of the command line say; they win over all else.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// See [`Config::database_url`].
    pub database_url: Option<String>,
    /// See [`Config::listen`].
    pub listen: Option<String>,
}

/// A set-up that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used: {0}")]
pub struct Error(#[from] config::ConfigError);

impl Error {
    /// What is wrong, for people. The part that quotes the file or the variable stays as it is.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        lang.pick(format!("配置有误：{}", self.0), format!("The configuration cannot be used: {}", self.0))
    }
}

impl Config {
    /// Reads the set-up.
    ///
    /// # Errors
    /// Where the file cannot be read, a key is unknown or a value is of the wrong kind.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<Self, Error> {
        let own = environment.into_iter().filter(|(name, _)| {
            name.starts_with(PREFIX) && !FOREIGN.iter().any(|foreign| name.starts_with(foreign))
        });
        let environment = config::Environment::with_prefix("GONGJIAN")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("http.origins")
            .source(Some(own.collect()));
        let mut builder = config::Config::builder();
        if let Some(file) = file {
            builder = builder.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let built = builder
            .add_source(environment)
            .set_override_option("database_url", flags.database_url.clone())?
            .set_override_option("listen", flags.listen.clone())?
            .build()?;
        Ok(built.try_deserialize()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str, environment: &[(&str, &str)], flags: &Flags) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hub.toml");
        std::fs::write(&file, toml).expect("a file");
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Some(&file), environment, flags).map_err(|error| error.message(Lang::Zh))
    }

    #[test]
    fn flags_win_over_the_environment_over_the_file_over_what_is_built_in() {
        let toml = "listen = '127.0.0.1:1'\n[limits]\ndepth = 9\ncost = 7\n[log]\nfilter = 'warn'";
        let environment = [
            ("GONGJIAN_LISTEN", "127.0.0.1:2"),
            ("GONGJIAN_LIMITS__DEPTH", "8"),
            ("GONGJIAN_HTTP__ORIGINS", "https://a.example,https://b.example"),
            ("GONGJIAN_TEST_POSTGRES_URL", "x"),
            ("GONGJIAN_TOKEN", "x"),
            ("HOME", "/"),
        ];
        let flags = Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() };
        let config = load(toml, &environment, &flags).expect("a configuration");
        assert_eq!(config.listen.port(), 3);
        assert_eq!((config.limits.depth, config.limits.cost), (8, 7));
        assert_eq!(config.limits.tokens, Limits::default().tokens);
        assert_eq!(config.http.origins, ["https://a.example", "https://b.example"]);
        assert_eq!(config.log.filter, "warn");
        assert_eq!(load("", &[], &Flags::default()), Ok(Config::default()));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (toml, environment, told) in [
            ("lissen = '127.0.0.1:1'", None, "lissen"),
            ("[limits]\ndeep = 3", None, "deep"),
            ("[limits]\ndepth = 'far'", None, "depth"),
            ("listen = 'everywhere'", None, "listen"),
            ("", Some(("GONGJIAN_DATABASE", "x")), "database"),
            ("= 3", None, "TOML"),
        ] {
            let refused = load(toml, environment.as_slice(), &Flags::default()).expect_err(toml);
            assert!(refused.starts_with("配置有误") && refused.contains(told), "{refused}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://hub:s3cret@db:5432/hub?password=x", "postgres://hub@db:5432/hub"),
            ("postgres://db/hub", "postgres://db/hub"),
            ("sqlite:a/b.db", "sqlite:a/b.db"),
        ] {
            assert_eq!(format!("{:?}", DatabaseUrl(url.to_owned())), shown);
        }
    }

    #[test]
    fn weights_that_do_not_add_up_are_refused() {
        let set = |value: &str| {
            let names = ["CATEGORY", "NEARNESS"].map(|name| format!("GONGJIAN_MATCHING__WEIGHTS__{name}"));
            let values = [value.to_owned(), "4000".to_owned()];
            Config::load(None, names.into_iter().zip(values), &Flags::default())
        };
        assert!(set("6000").is_ok());
        assert!(set("6001").is_err());
    }
}
