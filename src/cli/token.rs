use super::find::{find_area, find_unit};
use super::{Desk, table};
use crate::domain::id::{BadId, TokenId};
use crate::domain::text::{Lang, TextEnum as _};
use crate::domain::viewer::{Actor, Role, Scope, Token as Row, Viewer};
use crate::store::Store;
use crate::store::conn::Conn;
use crate::store::token::{self, NewToken};
use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// 创建、列出、撤销令牌 | Make, list and revoke tokens
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
    /// 身份 | The part: liaison, staff, coordinator, administrator
    #[arg(long)]
    role: Role,
    /// 共建单位：编号或名称（liaison） | The unit, by id or name
    #[arg(long, value_name = "ID|NAME")]
    unit: Option<String>,
    /// 社区（staff）或街道（coordinator）：编号、名称或代码 | The community or street, by id, name or code
    #[arg(long, value_name = "ID|NAME|CODE")]
    area: Option<String>,
    /// 有效天数 | Days for which it works
    #[arg(long, default_value_t = 90)]
    days: i64,
    /// 权限 | Scopes: read, write, contacts
    #[arg(long, value_delimiter = ',', default_value = "read,write,contacts")]
    scopes: Vec<Scope>,
}

impl Token {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let store = desk.store().await?;
        match self {
            Self::Create(create) => create.run(desk, &store).await?,
            Self::List => list(desk, &store).await?,
            Self::Revoke { id } => revoke(desk, &store, &id).await?,
        }
        store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

impl Create {
    async fn run(self, desk: &Desk, store: &Store) -> Result<()> {
        let mut conn = store.read().await.map_err(|error| desk.failed(&error))?;
        let actor = self.actor(desk, &mut conn).await?;
        drop(conn);
        let new = NewToken { name: self.name, actor, scopes: self.scopes, days: self.days };
        let work = async {
            let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
            let made = token::create(&mut tx, new).await?;
            tx.commit().await?;
            Ok(made)
        };
        let (id, secret) = work.await.map_err(|error| desk.failed(&error))?;
        println!("{secret}");
        let told = desk.pick(
            format!("{id}：以上密钥只显示这一次，请妥善保管。使用时放入请求头 Authorization: Bearer {secret}"),
            format!("{id}: keep the secret above, it is not shown again. Send it as Authorization: Bearer {secret}"),
        );
        eprintln!("{told}");
        Ok(())
    }

    async fn actor(&self, desk: &Desk, conn: &mut Conn) -> Result<Actor> {
        let missing = |flag: &str| {
            anyhow!(desk.pick(format!("此身份需要 {flag}。"), format!("This part needs {flag}.")))
        };
        Ok(match self.role {
            Role::Public => bail!(desk.pick("公众不需要令牌。", "The public needs no token.")),
            Role::Administrator => Actor::Administrator,
            Role::Liaison => {
                let wanted = self.unit.as_deref().ok_or_else(|| missing("--unit"))?;
                Actor::Liaison { unit: find_unit(desk, conn, wanted).await?.id }
            }
            Role::Coordinator => {
                let wanted = self.area.as_deref().ok_or_else(|| missing("--area"))?;
                Actor::Coordinator { street: find_area(desk, conn, wanted).await?.id }
            }
            Role::Staff => {
                let wanted = self.area.as_deref().ok_or_else(|| missing("--area"))?;
                let area = find_area(desk, conn, wanted).await?;
                let street = area
                    .street_id
                    .ok_or_else(|| anyhow!(desk.pick("这不是社区。", "This area is not a community.")))?;
                Actor::Staff { street, community: area.id }
            }
        })
    }
}

async fn list(desk: &Desk, store: &Store) -> Result<()> {
    let mut conn = store.read().await.map_err(|error| desk.failed(&error))?;
    let tokens = token::all(&mut conn).await.map_err(|error| desk.failed(&error))?;
    let mut table = table(desk.pick(
        ["编号", "用途", "密钥开头", "身份", "范围", "权限", "到期", "状态"],
        ["id", "for", "begins", "part", "of", "scopes", "expires", "state"],
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
