//! People who sign in: their accounts, what they were granted, the browsers in which they are signed in.

use super::id::{AccountId, AreaId, GrantId, SessionId, UnitId};
use super::refusal::{Code, Refusal};
use super::viewer::{Actor, Role};
use chrono::{DateTime, Utc};
use unicode_normalization::UnicodeNormalization as _;

/// Characters that a password has at least. Length is all that is asked: rules about kinds of characters make people
/// choose worse ones.
pub const PASSWORD_LEAST: usize = 12;
/// Characters that a password has at most.
pub const PASSWORD_MOST: usize = 256;

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Account {
    /// Its id, which is also the pseudonym of whoever uses it.
    pub id: AccountId,
    /// The name to sign in with.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// Until when a password that somebody else knows can be changed; `None` where it is the person's own.
    pub password_expires_at: Option<DateTime<Utc>>,
    /// Since when nobody can sign in to it.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// One part that an account plays.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The part.
    pub role: Role,
    /// The street: a coordinator's, that of community staff, or the one that a liaison's unit belongs to.
    pub street_id: Option<AreaId>,
    /// The community of community staff.
    pub community_id: Option<AreaId>,
    /// The unit of a liaison.
    pub unit_id: Option<UnitId>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
}

impl Grant {
    /// Whom it lets act; `None` where it is incomplete.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        Actor::new(self.role, self.street_id, self.community_id, self.unit_id)
    }
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// By which grant it acts.
    pub grant_id: Option<GrantId>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub used_at: DateTime<Utc>,
    /// When it ends, however much it is used.
    pub expires_at: DateTime<Utc>,
}

/// The name to sign in with as it is kept: however it was typed, the same person.
///
/// # Errors
/// [`Code::BadText`] where it is shorter than 2 or longer than 64 characters, or has any that are neither letters nor
/// digits nor one of `. _ - @ +`.
pub fn login(field: &str, text: &str) -> Result<String, Refusal> {
    let clean = folded(text);
    let fits = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
    if (2..=64).contains(&clean.chars().count()) && clean.chars().all(fits) {
        return Ok(clean);
    }
    Err(Refusal::new(
        Code::BadText,
        "登录名应为2至64个字，只含文字、数字和 . _ - @ +。",
        "A login name has 2 to 64 letters, digits and . _ - @ +.",
    )
    .at(field))
}

/// How a login name is looked for.
#[must_use]
pub fn folded(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).take(65).collect()
}

/// Refuses a password that is too short, too long, or the login name.
///
/// # Errors
/// [`Code::BadText`].
pub fn password(field: &str, password: &str, login: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    if !(PASSWORD_LEAST..=PASSWORD_MOST).contains(&length) {
        return Err(Refusal::new(
            Code::BadText,
            format!("密码应有{PASSWORD_LEAST}至{PASSWORD_MOST}个字符，建议用几个词连成一句。"),
            format!("A password has {PASSWORD_LEAST} to {PASSWORD_MOST} characters; a few words in a row are good."),
        )
        .at(field));
    }
    if folded(password).contains(login) && length < login.chars().count() + PASSWORD_LEAST {
        return Err(Refusal::new(
            Code::BadText,
            "密码不能由登录名加几个字符组成。",
            "A password must be more than the login name and a few characters.",
        )
        .at(field));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_is_the_same_however_it_is_typed() {
        for typed in ["Li.Xiuying", " li.xiuying ", "ｌｉ.xiuying"] {
            assert_eq!(login("login", typed).as_deref(), Ok("li.xiuying"), "{typed}");
        }
        assert_eq!(login("login", "李秀英").as_deref(), Ok("李秀英"));
        for bad in ["", "a", "a b", "a\u{0}", "<b>", &"x".repeat(65)] {
            assert!(login("login", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_measured_by_its_length() {
        for (text, good) in [
            ("correct horse battery", true),
            ("十二个汉字也可以当作密码", true),
            ("short", false),
            ("li.xiuying12", false),
            ("li.xiuying and eleven more", true),
            (&"x".repeat(257), false),
        ] {
            assert_eq!(password("new", text, "li.xiuying").is_ok(), good, "{text}");
        }
    }
}
