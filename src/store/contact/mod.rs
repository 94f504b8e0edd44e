//! Contact data: kept apart from all else, shown to few, every read in the trail.

mod erase;
mod shown;

pub use erase::{clear_away, erase_of_need, erase_of_unit};
pub use shown::{Owner, Shown, show};

use super::conn::Tx;
use super::error::Result;
use super::sql::sql;
use crate::domain::check;
use crate::domain::id::ContactId;
use crate::domain::refusal::{Code, Refusal};

/// A person to be reached, as somebody typed it.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// What the person is called.
    pub name: String,
    /// A telephone number.
    pub phone: String,
}

/// Keeps a contact in place of the one before, which is erased. `None` leaves what is there.
///
/// # Errors
/// A refusal where the name or the number are wrong, naming the field below `field`.
pub async fn replace(
    tx: &mut Tx,
    before: Option<ContactId>,
    new: Option<&NewContact>,
    field: &str,
) -> Result<Option<ContactId>> {
    let Some(new) = new else { return Ok(before) };
    let name = check::title(&format!("{field}.name"), &new.name, 40)?;
    let phone = phone(&format!("{field}.phone"), &new.phone)?;
    if let Some(before) = before {
        tx.execute(sql!("UPDATE contact SET name = $1, phone = $2 WHERE id = $3", name, phone, before))
            .await?;
        return Ok(Some(before));
    }
    let id: ContactId = tx.id();
    tx.execute(sql!("INSERT INTO contact (id, name, phone) VALUES ($1, $2, $3)", id, name, phone)).await?;
    Ok(Some(id))
}

fn phone(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let known = text.bytes().all(|byte| byte.is_ascii_digit() || b"+- ()".contains(&byte));
    if known && (5..=20).contains(&digits) && text.len() <= 32 {
        return Ok(text.to_owned());
    }
    Err(Refusal::new(
        Code::BadText,
        "电话号码应有5至20位数字，可含+、-、空格和括号。",
        "A telephone number has 5 to 20 digits, and perhaps +, -, spaces and brackets.",
    )
    .at(field)
    .into())
}
