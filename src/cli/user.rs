use super::find::{find_area, find_unit};
use super::{Desk, table};
use crate::domain::account::Account;
use crate::domain::text::{Lang, TextEnum as _};
use crate::domain::viewer::{Actor, Role, Viewer};
use crate::store::account::{self, OneTime};
use crate::store::conn::{Conn, Tx};
use crate::store::error::Error as StoreError;
use crate::store::subject::{self, Subject};
use crate::store::{Store, grant};
use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// 开通、列出、重置、停用账号 | Make, list, reset and disable accounts
#[derive(Subcommand, Debug)]
pub enum User {
    /// 开通账号；一次性密码只显示这一次 | Make an account; its one-time password is shown this once
    #[command(after_help = "示例 Examples:
  gongjian user add zhangsan --name 张三 --role administrator
  gongjian user add wangmin --name 王敏 --role coordinator --area 430102002
  gongjian user add lixiuying --name 李秀英 --role liaison --unit 湖南省图书馆")]
    Add(Add),
    /// 给账号增加一个身份 | Let an account play one more part
    #[command(after_help = "示例 Example:
  gongjian user grant wangmin --role staff --area 人民新村社区")]
    Grant(Grant),
    /// 列出账号 | List the accounts
    List,
    /// 重置密码，结束其全部会话 | Replace the password, and end all sessions
    #[command(after_help = "示例 Example:\n  gongjian user reset wangmin")]
    Reset(Named),
    /// 停用账号，立即生效 | Let nobody sign in to it any more, at once
    #[command(after_help = "示例 Example:\n  gongjian user disable wangmin")]
    Disable(Named),
    /// 关联统一身份认证账号 | Let somebody sign in by the OpenID provider
    #[command(after_help = "示例 Example:
  gongjian user link wangmin --issuer https://id.example --subject 248289761001")]
    Link {
        #[command(flatten)]
        named: Named,
        /// 认证服务地址 | The provider, as in oidc.issuer
        #[arg(long)]
        issuer: String,
        /// 认证服务中的编号 | What the provider calls the person
        #[arg(long)]
        subject: String,
    },
    /// 解除全部关联 | Unlink all that was linked
    Unlink(Named),
    /// 恢复账号 | Let the account be signed in to again
    #[command(after_help = "示例 Example:\n  gongjian user enable wangmin")]
    Enable(Named),
}

/// An account by its login name.
#[derive(Args, Debug)]
pub struct Named {
    /// 登录名 | The login name
    #[arg(value_name = "LOGIN")]
    login: String,
}

/// A part to be played.
#[derive(Args, Debug)]
pub struct Part {
    /// 身份 | The part: liaison, staff, coordinator, administrator
    #[arg(long)]
    role: Role,
    /// 共建单位：编号或名称（liaison） | The unit, by id or name
    #[arg(long, value_name = "ID|NAME")]
    unit: Option<String>,
    /// 社区（staff）或街道（coordinator）：编号、名称或代码 | The community or street, by id, name or code
    #[arg(long, value_name = "ID|NAME|CODE")]
    area: Option<String>,
}

/// An account to be made.
#[derive(Args, Debug)]
pub struct Add {
    #[command(flatten)]
    named: Named,
    /// 姓名 | What the person is called
    #[arg(long)]
    name: String,
    #[command(flatten)]
    part: Part,
}

/// A grant to be given.
#[derive(Args, Debug)]
pub struct Grant {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    part: Part,
}

impl User {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let store = desk.store().await?;
        match self {
            Self::Add(add) => add.run(desk, &store).await?,
            Self::Grant(grant) => grant.run(desk, &store).await?,
            Self::List => list(desk, &store).await?,
            Self::Reset(named) => named.reset(desk, &store).await?,
            Self::Link { named, issuer, subject } => {
                named.link(desk, &store, &Subject { issuer, subject }).await?;
            }
            Self::Unlink(named) => named.unlink(desk, &store).await?,
            Self::Disable(named) => named.set_disabled(desk, &store, true).await?,
            Self::Enable(named) => named.set_disabled(desk, &store, false).await?,
        }
        store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

impl Part {
    /// The actor that it is.
    pub(super) async fn actor(&self, desk: &Desk, conn: &mut Conn) -> Result<Actor> {
        let missing = |flag: &str| {
            anyhow!(desk.pick(format!("此身份需要 {flag}。"), format!("This part needs {flag}.")))
        };
        let area = || self.area.as_deref().ok_or_else(|| missing("--area"));
        Ok(match self.role {
            Role::Public => bail!(desk.pick("公众不需要登录。", "The public needs no sign-in.")),
            Role::Administrator => Actor::Administrator,
            Role::Liaison => {
                let wanted = self.unit.as_deref().ok_or_else(|| missing("--unit"))?;
                Actor::Liaison { unit: find_unit(desk, conn, wanted).await?.id }
            }
            Role::Coordinator => Actor::Coordinator { street: find_area(desk, conn, area()?).await?.id },
            Role::Staff => {
                let area = find_area(desk, conn, area()?).await?;
                let street = area
                    .street_id
                    .ok_or_else(|| anyhow!(desk.pick("这不是社区。", "This area is not a community.")))?;
                Actor::Staff { street, community: area.id }
            }
        })
    }
}

async fn begin(desk: &Desk, store: &Store) -> Result<Tx> {
    store.begin(&Viewer::local(Actor::Administrator)).await.map_err(|error| desk.failed(&error))
}

async fn done<T>(desk: &Desk, tx: Tx, done: Result<T, StoreError>) -> Result<T> {
    let done = done.map_err(|error| desk.failed(&error))?;
    tx.commit().await.map_err(|error| desk.failed(&error))?;
    Ok(done)
}

fn hand_over(desk: &Desk, login: &str, one_time: &OneTime) {
    println!("{}", one_time.password);
    let told = desk.pick(
        format!("{login}：以上一次性密码只显示这一次，请当面或电话告知本人；首次登录后须改密。"),
        format!("{login}: the one-time password above is not shown again; hand it over in person. It is to be changed at the first sign-in."),
    );
    eprintln!("{told}");
}

impl Add {
    async fn run(self, desk: &Desk, store: &Store) -> Result<()> {
        let one_time = OneTime::new().await.map_err(|error| desk.failed(&error))?;
        let mut tx = begin(desk, store).await?;
        let actor = self.part.actor(desk, &mut tx).await?;
        let added = account::add(&mut tx, &self.named.login, &self.name, actor, Some(&one_time)).await;
        done(desk, tx, added).await?;
        hand_over(desk, &self.named.login, &one_time);
        Ok(())
    }
}

impl Grant {
    async fn run(self, desk: &Desk, store: &Store) -> Result<()> {
        let mut tx = begin(desk, store).await?;
        let account = self.named.find(desk, &mut tx).await?;
        let actor = self.part.actor(desk, &mut tx).await?;
        let given = grant::give(&mut tx, account.id, actor).await;
        done(desk, tx, given).await?;
        let role = self.part.role.label(desk.lang);
        println!(
            "{}",
            desk.pick(
                format!("{} 已可作为{role}", account.login),
                format!("{} may act as {role}", account.login)
            )
        );
        Ok(())
    }
}

impl Named {
    async fn find(&self, desk: &Desk, conn: &mut Conn) -> Result<Account> {
        let found = account::by_login(conn, &self.login).await.map_err(|error| desk.failed(&error))?;
        found.with_context(|| {
            let login = &self.login;
            desk.pick(
                format!("没有账号“{login}”。用 gongjian user list 查看。"),
                format!("There is no account \"{login}\". See gongjian user list."),
            )
        })
    }

    async fn reset(self, desk: &Desk, store: &Store) -> Result<()> {
        let one_time = OneTime::new().await.map_err(|error| desk.failed(&error))?;
        let mut tx = begin(desk, store).await?;
        let account = self.find(desk, &mut tx).await?;
        let reset = account::reset(&mut tx, account.id, &one_time).await;
        done(desk, tx, reset).await?;
        hand_over(desk, &account.login, &one_time);
        Ok(())
    }

    async fn link(self, desk: &Desk, store: &Store, who: &Subject) -> Result<()> {
        let mut tx = begin(desk, store).await?;
        let account = self.find(desk, &mut tx).await?;
        let linked = subject::link(&mut tx, account.id, who).await;
        done(desk, tx, linked).await?;
        let login = account.login;
        println!("{}", desk.pick(format!("已关联 {login}"), format!("Linked {login}")));
        Ok(())
    }

    async fn unlink(self, desk: &Desk, store: &Store) -> Result<()> {
        let mut tx = begin(desk, store).await?;
        let account = self.find(desk, &mut tx).await?;
        let unlinked = subject::unlink(&mut tx, account.id).await;
        done(desk, tx, unlinked).await?;
        let login = account.login;
        println!("{}", desk.pick(format!("已解除 {login}"), format!("Unlinked {login}")));
        Ok(())
    }

    async fn set_disabled(self, desk: &Desk, store: &Store, disabled: bool) -> Result<()> {
        let mut tx = begin(desk, store).await?;
        let account = self.find(desk, &mut tx).await?;
        let set = account::set_disabled(&mut tx, account.id, disabled).await;
        done(desk, tx, set).await?;
        let login = account.login;
        let told = if disabled {
            desk.pick(format!("已停用 {login}"), format!("Disabled {login}"))
        } else {
            desk.pick(format!("已恢复 {login}"), format!("Enabled {login}"))
        };
        println!("{told}");
        Ok(())
    }
}

async fn list(desk: &Desk, store: &Store) -> Result<()> {
    let mut conn = store.read().await.map_err(|error| desk.failed(&error))?;
    let accounts = account::all(&mut conn).await.map_err(|error| desk.failed(&error))?;
    let mut table = table(
        desk.pick(["登录名", "姓名", "身份", "开通", "状态"], ["login", "name", "parts", "made", "state"]),
    );
    for account in &accounts {
        let grants = grant::of_account(&mut conn, account.id).await.map_err(|error| desk.failed(&error))?;
        let parts: Vec<&str> = grants.iter().map(|grant| grant.role.label(desk.lang)).collect();
        table.add_row([
            account.login.clone(),
            account.name.clone(),
            parts.join(", "),
            account.created_at.format("%Y-%m-%d").to_string(),
            state(account, store.clock.now(), desk.lang).to_owned(),
        ]);
    }
    println!("{table}");
    Ok(())
}

fn state(account: &Account, now: DateTime<Utc>, lang: Lang) -> &'static str {
    if account.disabled_at.is_some() {
        lang.pick("已停用", "disabled")
    } else if account.password_expires_at.is_some_and(|expires| expires <= now) {
        lang.pick("一次性密码已过期", "one-time password expired")
    } else if account.password_expires_at.is_some() {
        lang.pick("待首次登录", "awaits its first sign-in")
    } else {
        lang.pick("正常", "open")
    }
}
