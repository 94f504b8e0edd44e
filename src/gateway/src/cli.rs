//! The command: what `gongjian serve` and `gongjian demo` do, with the gateway beside.

use crate::engine::{Engine, Handle, Limits};
use crate::partner::{Guard, Partners, Settings};
use crate::samples::Samples;
use crate::source::Source;
use crate::token::Signer;
use crate::watch;
use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Parser, Subcommand};
use futures_util::future::BoxFuture;
use gongjian_hub::app::App;
use gongjian_hub::cli::{Attach, Common, Serving, main_with};
use gongjian_hub::config::Config;
use gongjian_hub::domain::text::Lang;
use std::process::ExitCode;
use std::sync::Arc;

/// 共建枢纽与网关：各共建单位自己的图并入一张图。
/// Gongjian Hub with its gateway: the partner units' own graphs join into one.
#[derive(Parser, Debug)]
#[command(
    name = "gongjian-gateway",
    version,
    verbatim_doc_comment,
    arg_required_else_help = true,
    after_help = "示例 Examples:
  gongjian-gateway demo --partners            一个街道和三家已接入的单位 | a street, and three partners that have joined
  gongjian-gateway serve                      同 gongjian serve，并带网关 | as gongjian serve, with the gateway
  gongjian-gateway --database-url sqlite::memory: serve --supergraph FILE    审计网关 | for audits of the gateway"
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Serve(Serve),
    Demo(Demo),
}

/// 启动枢纽和网关 | Serve the hub and the gateway
#[derive(Args, Debug)]
#[group(skip)]
struct Serve {
    #[command(flatten)]
    hub: gongjian_hub::cli::Serve,
    #[command(flatten)]
    issuer: Issuer,
    /// 只服务这份 supergraph（文件或 URL），不含枢纽自己的图；供网关审计使用
    /// Serve this supergraph (a file or a URL) without the hub's own graph: for audits of the gateway
    #[arg(long, value_name = "FILE|URL", verbatim_doc_comment)]
    supergraph: Option<String>,
}

/// 演示：一个街道，以及网关 | A street to look at, and the gateway
#[derive(Args, Debug)]
#[group(skip)]
struct Demo {
    #[command(flatten)]
    hub: gongjian_hub::cli::Demo,
    #[command(flatten)]
    issuer: Issuer,
    /// 另启动三家示例单位，并让它们接入 | Start three sample partners too, and have them join
    #[arg(long)]
    partners: bool,
}

#[derive(Args, Debug)]
struct Issuer {
    /// 签给共建单位的令牌中的签发者，默认 `http://监听地址` | The issuer in tokens for partners, `http://ADDR` unless told
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// What is attached to the hub.
struct Gateway {
    issuer: Option<String>,
    supergraph: Option<String>,
    samples: Option<Samples>,
}

/// Runs the command that the arguments name. Exit codes: 0 done, 1 failed, 2 not understood.
#[must_use]
pub fn main() -> ExitCode {
    hive_router::init_rustls_crypto_provider();
    let Cli { common, command } = Cli::parse();
    let (serving, gateway) = match command {
        Command::Serve(Serve { hub, issuer, supergraph }) => {
            (Serving::Serve(hub), Gateway { issuer: issuer.issuer, supergraph, samples: None })
        }
        Command::Demo(Demo { hub, issuer, partners }) => {
            let samples = partners.then(Samples::listen).transpose();
            let Ok(samples) = samples else { return ExitCode::FAILURE };
            (Serving::Demo(hub), Gateway { issuer: issuer.issuer, supergraph: None, samples })
        }
    };
    main_with(common, serving, Box::new(gateway))
}

impl Attach for Gateway {
    fn set_up(&mut self, config: &mut Config) -> Result<()> {
        if let Some(samples) = &self.samples {
            config.federation.inside.extend(samples.hosts());
        }
        Ok(())
    }

    fn attach(self: Box<Self>, app: &mut App, lang: Lang) -> BoxFuture<'_, Result<()>> {
        Box::pin((*self).begin(app, lang))
    }
}

impl Gateway {
    async fn begin(self, app: &mut App, lang: Lang) -> Result<()> {
        let issuer = self.issuer.unwrap_or_else(|| format!("http://{}", app.config.listen));
        let signer = Signer::new(&app.store, issuer).await.map_err(|error| anyhow!(error.message(lang)))?;
        let signer = Arc::new(signer);
        let guard = match &self.supergraph {
            Some(_) => Guard::Open,
            None => Guard::Reach(app.federation.reach().clone()),
        };
        let hub = self.supergraph.is_none().then(|| app.schema.clone());
        let partners = Partners::new(Settings::default(), guard);
        let engine = Engine::new(hub, partners, signer.clone(), Limits::default());
        tokio::spawn(watch::keys(signer, app.store.clone()));
        if let Some(given) = self.supergraph {
            let source = Source::new(&given);
            let sdl = source.read().await.with_context(|| given.clone())?;
            engine.swap(&sdl).with_context(|| given)?;
            tokio::spawn(watch::text(engine.clone(), source));
        } else {
            let live = app.federation.adopt(&app.store).await;
            let live = live.map_err(|error| anyhow!(error.message(lang)))?;
            engine.swap(&live.sdl)?;
            tokio::spawn(watch::registry(engine.clone(), app.store.clone()));
            tokio::spawn(watch::health(engine.clone(), app.store.clone()));
        }
        if let Some(samples) = self.samples {
            samples.start(app)?;
        }
        app.beyond = Some(Arc::new(Handle(engine)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
