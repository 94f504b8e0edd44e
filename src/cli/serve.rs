use super::Desk;
use anyhow::{Result, anyhow};
use clap::Args;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;

/// 启动枢纽 | Serve the hub
#[derive(Args, Debug)]
#[command(after_help = "示例 Examples:
  gongjian serve
  gongjian serve --listen 0.0.0.0:8080 --database-url postgres://hub@db/hub")]
pub struct Serve {
    /// 监听地址，默认 127.0.0.1:8080 | Address and port, 127.0.0.1:8080 unless told
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, mut desk: Desk) -> Result<ExitCode> {
        let (address, database) = (desk.config.listen, desk.config.database_url.to_string());
        let app = desk.open().await?;
        let listener = listen(&desk, address).await?;
        let address = listener.local_addr()?;
        print!("{}", welcome(&desk, &address.to_string(), &database));
        app.serve(listener, stop()).await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes the address to answer at.
///
/// # Errors
/// Where another program has it or it is none of this machine's.
pub(super) async fn listen(desk: &Desk, address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        anyhow!(desk.pick(
            format!("无法在 {address} 监听：{error}。用 --listen 换一个地址或端口。"),
            format!("Cannot listen at {address}: {error}. Choose another with --listen."),
        ))
    })
}

/// What a person may open while the hub serves.
pub(super) fn welcome(desk: &Desk, address: &str, database: &str) -> String {
    desk.pick(
        format!(
            "共建枢纽已启动，按 Ctrl-C 停止。数据库：{database}\n  \
             查询台   http://{address}/graphiql\n  接口     http://{address}/graphql\n  \
             状态     http://{address}/healthz  /readyz  /metrics\n"
        ),
        format!(
            "Gongjian Hub is up; Ctrl-C stops it. Database: {database}\n  \
             query page   http://{address}/graphiql\n  graph        http://{address}/graphql\n  \
             state        http://{address}/healthz  /readyz  /metrics\n"
        ),
    )
}

/// Waits for Ctrl-C or, on Unix, for SIGTERM.
pub(super) async fn stop() {
    let interrupted = async {
        // Where the signal cannot be had, the hub runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
