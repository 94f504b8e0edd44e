//! What the hub writes down about its own running. It never holds what people sent or were sent.

use crate::config::{Log, LogFormat};
use crate::domain::text::Lang;
use crate::graph::broken;
use anyhow::{Result, anyhow};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Begins to write the log to the standard error: all that is asked for where the hub serves, warnings else.
pub fn begin(log: &Log, serves: bool, lang: Lang) -> Result<()> {
    let filter = EnvFilter::try_new(if serves { log.filter.as_str() } else { "warn" }).map_err(|error| {
        anyhow!(lang.pick(format!("log.filter 有误：{error}"), format!("log.filter is wrong: {error}")))
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let begun = match log.format {
        LogFormat::Json => lines.json().try_init(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    begun.map_err(|error| anyhow!("{error}"))?;
    if serves {
        std::panic::set_hook(Box::new(broken::log));
    }
    Ok(())
}
