use super::user::Part;
use super::{Desk, table};
use crate::domain::id::{BadId, TokenId};
use crate::domain::text::{Lang, TextEnum as _};
use crate::domain::viewer::{Actor, Scope, Token as Row, Viewer};
use crate::store::Store;
use crate::store::token::{self, NewToken};
use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// 创建、列出、轮换、撤销令牌 | Make, list, rotate and revoke tokens
#[derive(Subcommand, Debug)]
pub enum Token {
    /// 创建令牌；密钥只显示这一次 | Make a token; its secret is shown this once
    #[command(after_help = "示例 Examples:
  gongjian token create --name 王敏 --role coordinator --area 430102002
  gongjian token create --name 李秀英 --role liaison --unit 湖南省图书馆 --scopes read,write
  gongjian token create --name 社区工作站 --role staff --area 人民新村社区 --days 365
  gongjian token create --name 平台 --role administrator --scopes read,write,contacts")]
    Create(Create),
    /// 列出令牌 | List the tokens
    List,
    /// 换新密钥，旧密钥还可用一段时间 | Give it a new secret; the old one works on for a while
    #[command(after_help = "示例 Examples:
  gongjian token rotate token_0199…
  gongjian token rotate token_0199… --overlap-hours 72 --days 365")]
    Rotate {
        /// 令牌编号（见 token list） | The token's id, from token list
        #[arg(value_name = "ID")]
        id: String,
        /// 旧密钥还可用的小时数 | Hours for which the old secret works
        #[arg(long, default_value_t = 24)]
        overlap_hours: i64,
        /// 从现在起的有效天数，默认不变 | Days from now on, as before unless told
        #[arg(long)]
        days: Option<i64>,
    },
    /// 撤销令牌，立即失效 | Revoke a token at once
    #[command(after_help = "示例 Example:\n  gongjian token revoke token_0199…")]
    Revoke {
        /// 令牌编号（见 token list） | The token's id, from token list
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// A token to be made.
#[derive(Args, Debug)]
pub struct Create {
    /// 用途或使用人 | What or whom it is for
    #[arg(long)]
    name: String,
    #[command(flatten)]
    part: Part,
    /// 有效天数 | Days for which it works
    #[arg(long, default_value_t = 90)]
    days: i64,
    /// 权限 | Scopes: read, write, contacts, identity
    #[arg(long, value_delimiter = ',', default_value = "read,write,contacts")]
    scopes: Vec<Scope>,
}

impl Token {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let store = desk.store().await?;
        match self {
            Self::Create(create) => create.run(desk, &store).await?,
            Self::List => list(desk, &store).await?,
            Self::Rotate { id, overlap_hours, days } => {
                rotate(desk, &store, &id, overlap_hours, days).await?;
            }
            Self::Revoke { id } => revoke(desk, &store, &id).await?,
        }
        store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

impl Create {
    async fn run(self, desk: &Desk, store: &Store) -> Result<()> {
        let mut conn = store.read().await.map_err(|error| desk.failed(&error))?;
        let actor = self.part.actor(desk, &mut conn).await?;
        drop(conn);
        let new = NewToken { name: self.name, actor, scopes: self.scopes, days: self.days };
        let work = async {
            let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
            let made = token::create(&mut tx, new).await?;
            tx.commit().await?;
            Ok(made)
        };
        let (id, secret) = work.await.map_err(|error| desk.failed(&error))?;
        hand_over(desk, id, &secret);
        Ok(())
    }
}

fn hand_over(desk: &Desk, id: TokenId, secret: &str) {
    println!("{secret}");
    let told = desk.pick(
        format!("{id}：以上密钥只显示这一次，请妥善保管。使用时放入请求头 Authorization: Bearer {secret}"),
        format!(
            "{id}: keep the secret above, it is not shown again. Send it as Authorization: Bearer {secret}"
        ),
    );
    eprintln!("{told}");
}

async fn rotate(desk: &Desk, store: &Store, id: &str, hours: i64, days: Option<i64>) -> Result<()> {
    let id: TokenId = id.parse().map_err(|bad: BadId| desk.failed(&bad.into()))?;
    let work = async {
        let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
        let secret = token::rotate(&mut tx, id, hours, days).await?;
        tx.commit().await?;
        Ok(secret)
    };
    let secret = work.await.map_err(|error| desk.failed(&error))?;
    hand_over(desk, id, &secret);
    Ok(())
}

async fn list(desk: &Desk, store: &Store) -> Result<()> {
    let mut conn = store.read().await.map_err(|error| desk.failed(&error))?;
    let tokens = token::all(&mut conn).await.map_err(|error| desk.failed(&error))?;
    let mut table = table(desk.pick(
        ["编号", "用途", "密钥开头", "身份", "范围", "权限", "到期", "最近使用", "状态"],
        ["id", "for", "begins", "part", "of", "scopes", "expires", "last used", "state"],
    ));
    let now = store.clock.now();
    for token in &tokens {
        table.add_row([
            token.id.to_string(),
            token.name.clone(),
            format!("{}…", token.prefix),
            token.role.label(desk.lang).to_owned(),
            limits(token),
            token.scopes.clone(),
            token.expires_at.format("%Y-%m-%d").to_string(),
            token.used_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default(),
            state(token, now, desk.lang).to_owned(),
        ]);
    }
    println!("{table}");
    Ok(())
}

fn limits(token: &Row) -> String {
    let unit = token.unit_id.map(|id| id.to_string());
    let area = token.community_id.or(token.street_id).map(|id| id.to_string());
    unit.or(area).unwrap_or_default()
}

fn state(token: &Row, now: DateTime<Utc>, lang: Lang) -> &'static str {
    if token.revoked_at.is_some() {
        lang.pick("已撤销", "revoked")
    } else if token.expires_at <= now {
        lang.pick("已过期", "expired")
    } else {
        lang.pick("有效", "works")
    }
}

async fn revoke(desk: &Desk, store: &Store, id: &str) -> Result<()> {
    let id: TokenId = id.parse().map_err(|bad: BadId| desk.failed(&bad.into()))?;
    let work = async {
        let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
        token::revoke(&mut tx, id).await?;
        tx.commit().await
    };
    work.await.map_err(|error| desk.failed(&error))?;
    println!("{}", desk.pick(format!("已撤销 {id}"), format!("Revoked {id}")));
    Ok(())
}
