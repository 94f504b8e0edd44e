use crate::domain::refusal::{Code, Refusal};

/// The longest name of a subgraph.
const LONGEST: usize = 40;
/// Names that would be taken for something of the hub's or of the specification's.
const RESERVED: [&str; 6] = ["hub", "join", "link", "core", "federation", "gongjian"];

/// The name of a subgraph, and what everything is called that it brings: types `Library_…`, fields `library_…`. The hub
/// itself uses no underscores, and no two names make the same prefix; so what one brings never meets what another does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    name: String,
    kinds: String,
    fields: String,
}

impl Namespace {
    /// The namespace of a name: words of lower-case letters and digits, each beginning with a letter, joined by hyphens.
    ///
    /// # Errors
    /// [`Code::BadText`] where it is no such name or is reserved.
    pub fn new(name: &str) -> Result<Self, Refusal> {
        let name = name.trim();
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if name.len() > LONGEST || !name.split('-').all(is_word) {
            return Err(Refusal::new(
                Code::BadText,
                format!("子图名称由小写英文字母和数字组成，各词以字母开头、用连字符相连，最多{LONGEST}个字符，如 changsha-library。"),
                format!("A subgraph's name is words of lower-case letters and digits, each beginning with a letter, joined by hyphens, at most {LONGEST} characters: changsha-library."),
            )
            .at("name"));
        }
        if RESERVED.contains(&name) {
            return Err(Refusal::new(
                Code::BadText,
                format!("名称 {name} 已被保留，请换一个。"),
                format!("The name {name} is reserved; choose another."),
            )
            .at("name"));
        }
        let kinds: String = name.split('-').map(capital).collect::<String>() + "_";
        let fields = kinds[..1].to_ascii_lowercase() + &kinds[1..];
        Ok(Self { name: name.to_owned(), kinds, fields })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the names of its types begin with.
    #[must_use]
    pub fn kinds(&self) -> &str {
        &self.kinds
    }

    /// What the names of the fields begin with that it adds to the roots and to the hub's types.
    #[must_use]
    pub fn fields(&self) -> &str {
        &self.fields
    }
}

fn capital(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_two_prefixes() {
        let made = Namespace::new("changsha-library2").unwrap();
        assert_eq!((made.kinds(), made.fields()), ("ChangshaLibrary2_", "changshaLibrary2_"));
        assert_eq!(Namespace::new("b").unwrap().kinds(), "B_");
    }

    #[test]
    fn other_names_are_refused() {
        let long = "a".repeat(LONGEST + 1);
        for bad in ["", "-", "a-", "-a", "A", "1a", "a-1", "a_b", "图书馆", "a b", "hub", "join", &long] {
            assert_eq!(Namespace::new(bad).unwrap_err().code, Code::BadText, "{bad}");
        }
    }

    #[test]
    fn no_two_names_share_a_prefix() {
        let names = ["ab", "a-b", "a1-b", "ab1", "a-b1", "abc", "a-bc", "ab-c", "a-b-c"];
        let mut made: Vec<String> =
            names.iter().map(|name| Namespace::new(name).unwrap().kinds().to_owned()).collect();
        made.sort();
        made.dedup();
        assert_eq!(made.len(), names.len());
    }
}
