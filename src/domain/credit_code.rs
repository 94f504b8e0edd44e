//! The check of a unified social credit code (统一社会信用代码, GB 32100-2015).
//!
//! Real units are registered with codes that fail the check character, so a caller refuses a wrong length or
//! a wrong character and only warns about a wrong check.

use super::refusal::{Code, Refusal};

/// How many characters a code has.
pub const LENGTH: usize = 18;

/// The characters in order of their values; I, O, S, V and Z are left out because they look like digits.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What [`verdict`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Length, characters and check character are right.
    Ok,
    /// Not [`LENGTH`] characters; how many there are.
    WrongLength(usize),
    /// The first character that no code contains, counted from 1.
    WrongCharacter(usize),
    /// The last character should be this one: a slip of the pen, or one of the codes registered with a wrong
    /// check.
    WrongCheck(char),
}

/// The [normalised](normalise) code, as good as can be asked for: a wrong check character passes.
///
/// # Errors
/// [`Code::BadText`] for a wrong length or a wrong character.
pub fn check(code: &str) -> Result<String, Refusal> {
    let refused = |zh, en| Err(Refusal::new(Code::BadText, zh, en));
    match verdict(code) {
        Verdict::Ok | Verdict::WrongCheck(_) => Ok(normalise(code)),
        Verdict::WrongLength(found) => refused(
            format!("统一社会信用代码应为{LENGTH}位，现在是{found}位。"),
            format!("A unified social credit code has {LENGTH} characters; this has {found}."),
        ),
        Verdict::WrongCharacter(at) => refused(
            format!("统一社会信用代码第{at}位有误：只用数字和大写字母，且不用I、O、S、V、Z。"),
            format!(
                "Character {at} is wrong: a code has digits and capital letters other than I, O, S, V and Z."
            ),
        ),
    }
}

/// The form in which codes are stored and compared: half-width, upper case, without spaces and hyphens.
#[must_use]
pub fn normalise(code: &str) -> String {
    code.chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The ASCII character of which this is the full-width form.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Judges a code, which is [normalised](normalise) first.
#[must_use]
pub fn verdict(code: &str) -> Verdict {
    let code = normalise(code);
    let length = code.chars().count();
    if length != LENGTH {
        return Verdict::WrongLength(length);
    }
    let mut values = [0; LENGTH];
    for ((at, c), value) in code.chars().enumerate().zip(&mut values) {
        match ALPHABET.iter().position(|known| char::from(*known) == c) {
            Some(found) => *value = found,
            None => return Verdict::WrongCharacter(at + 1),
        }
    }
    let [body @ .., last] = values;
    let expected = check_value(&body);
    if last == expected { Verdict::Ok } else { Verdict::WrongCheck(char::from(ALPHABET[expected])) }
}

/// The value of the check character: what is missing to a multiple of 31. Nothing is missing when the sum
/// already is one, which makes it 0, not 31.
fn check_value(body: &[usize; LENGTH - 1]) -> usize {
    let mut weight = 1;
    let mut sum = 0;
    for value in body {
        sum += value * weight;
        weight = weight * 3 % ALPHABET.len();
    }
    (ALPHABET.len() - sum % ALPHABET.len()) % ALPHABET.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(values: &[usize]) -> String {
        values.iter().map(|value| char::from(ALPHABET[*value])).collect()
    }

    #[test]
    fn published_codes_pass() {
        for code in ["91350100M000100Y43", "9144030071526726XG", "914403001922038216", "91330100799655058B"] {
            assert_eq!(verdict(code), Verdict::Ok, "{code}");
        }
    }

    #[test]
    fn a_sum_that_is_a_multiple_of_31_gives_the_check_character_0() {
        assert_eq!(verdict("000000000000000000"), Verdict::Ok);
        // 1 x 1 + 10 x 3 = 31
        assert_eq!(verdict("1A0000000000000000"), Verdict::Ok);
        assert_eq!(verdict("1A000000000000000Y"), Verdict::WrongCheck('0'));
    }

    #[test]
    fn mistakes_are_told_apart() {
        assert_eq!(verdict(""), Verdict::WrongLength(0));
        assert_eq!(verdict("91350100M000100Y4"), Verdict::WrongLength(17));
        assert_eq!(verdict("91350100M000100Y433"), Verdict::WrongLength(19));
        assert_eq!(verdict("91350100M000I00Y43"), Verdict::WrongCharacter(13));
        assert_eq!(verdict("社1350100M000100Y43"), Verdict::WrongCharacter(1));
        assert_eq!(verdict("91350100M000100Y44"), Verdict::WrongCheck('3'));
    }

    #[test]
    fn full_width_lower_case_and_separators_are_put_right() {
        assert_eq!(normalise("９１３５０１００ｍ０００１００ｙ４３"), "91350100M000100Y43");
        assert_eq!(normalise(" 91350100-m000100y43\u{3000}"), "91350100M000100Y43");
        assert_eq!(verdict("９１３５０１００ｍ０００１００ｙ４３"), Verdict::Ok);
    }

    #[test]
    fn a_wrong_check_passes_and_other_mistakes_are_refused() {
        assert_eq!(check("91350100m000100y44").as_deref(), Ok("91350100M000100Y44"));
        for code in ["91350100M000100Y4", "91350100M000I00Y43"] {
            assert_eq!(check(code).map_err(|refusal| refusal.code), Err(Code::BadText));
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_never_passes(
            body in proptest::array::uniform17(0_usize..31),
            at in 0_usize..LENGTH,
            shift in 1_usize..31,
        ) {
            let mut values = body.to_vec();
            values.push(check_value(&body));
            prop_assert_eq!(verdict(&text(&values)), Verdict::Ok);
            values[at] = (values[at] + shift) % 31;
            prop_assert!(matches!(verdict(&text(&values)), Verdict::WrongCheck(_)));
        }

        #[test]
        fn two_neighbours_swapped_never_pass(body in proptest::array::uniform17(0_usize..31), at in 0_usize..16) {
            prop_assume!(body[at] != body[at + 1]);
            let mut values = body.to_vec();
            values.push(check_value(&body));
            values.swap(at, at + 1);
            prop_assert!(matches!(verdict(&text(&values)), Verdict::WrongCheck(_)));
        }

        #[test]
        fn any_text_gets_a_verdict_and_normalising_twice_changes_nothing(code in ".{0,40}") {
            let once = normalise(&code);
            prop_assert_eq!(normalise(&once), once.clone());
            prop_assert_eq!(verdict(&once), verdict(&code));
        }
    }
}
