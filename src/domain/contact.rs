//! Contacts (联系人): the little personal data that the hub holds, kept apart and masked by default.

use super::id::ContactId;

/// A person who can be reached about a need or a unit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// What the person is called.
    pub name: String,
    /// A telephone number.
    pub phone: String,
}

impl Contact {
    /// The contact as everybody may see it: the family name and the last two digits.
    #[must_use]
    pub fn masked(&self) -> Self {
        let name = self.name.chars().next().map(|first| format!("{first}**")).unwrap_or_default();
        let digits = self.phone.chars().count();
        let phone =
            self.phone.chars().enumerate().map(|(at, c)| if at + 2 < digits { '*' } else { c }).collect();
        Self { id: self.id, name, phone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn a_masked_contact_keeps_one_character_and_two_digits() {
        let contact = Contact {
            id: ContactId::new(uuid::Uuid::nil()),
            name: "李秀英".into(),
            phone: "13000000001".into(),
        };
        let masked = contact.masked();
        assert_eq!((masked.name.as_str(), masked.phone.as_str()), ("李**", "*********01"));
    }
}
