//! Counts the words and signs of a document without reading it: the parser is slow and calls itself, so it sees only
//! what is small enough.

/// What a document looks like from outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Tokens, counted up to one more than wanted.
    pub tokens: u64,
    /// How deep the brackets go.
    pub nesting: u64,
    /// Bytes of the longest name or number.
    pub longest: u64,
}

/// Counts, until there are more tokens than `most`.
pub(super) fn count(query: &str, most: u64) -> Words {
    let bytes = query.as_bytes();
    let (mut at, mut tokens, mut open, mut deepest, mut longest) = (0, 0, 0_u64, 0, 0);
    while at < bytes.len() && tokens <= most {
        let rest = &bytes[at..];
        let (length, counts) = token(rest);
        if is_name(rest[0]) {
            longest = longest.max(length as u64);
        }
        match rest[0] {
            b'{' | b'[' | b'(' => open += 1,
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
        tokens += u64::from(counts);
        at += length.max(1);
    }
    Words { tokens, nesting: deepest, longest }
}

/// The length of what comes next, and whether it is a token: white space, commas and comments are none.
fn token(rest: &[u8]) -> (usize, bool) {
    let run = |part: fn(u8) -> bool| rest.iter().position(|byte| !part(*byte)).unwrap_or(rest.len());
    match rest[0] {
        b' ' | b'\t' | b'\n' | b'\r' | b',' => (1, false),
        0xEF if rest.starts_with("\u{feff}".as_bytes()) => (3, false),
        b'#' => (run(|byte| byte != b'\n' && byte != b'\r'), false),
        b'"' if rest.starts_with(b"\"\"\"") => (block_string(rest), true),
        b'"' => (string(rest), true),
        b'.' if rest.starts_with(b"...") => (3, true),
        byte if is_name(byte) => (run(|byte| is_name(byte) || byte == b'.'), true),
        _ => (1, true),
    }
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    rest.len()
}

fn block_string(rest: &[u8]) -> usize {
    let mut at = 3;
    while at < rest.len() {
        if rest[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if rest[at..].starts_with(b"\"\"\"") {
            return at + 3;
        } else {
            at += 1;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{Words, count};

    #[test]
    fn tokens_are_counted_as_the_specification_says() {
        for (query, tokens, nesting, longest) in [
            ("", 0, 0, 0),
            ("{ a, b # c d e\n }", 4, 1, 1),
            ("{a(b:\"c { d\\\" e\")}", 8, 2, 1),
            ("{a(b:\"\"\"c { \\\"\"\" d\"\"\")}", 8, 2, 1),
            ("\u{feff}query($a:[Int!]=[1,2.5]){...on B{c}}", 23, 2, 5),
            ("{{{{", 4, 4, 0),
            ("{\"unterminated", 2, 1, 0),
            ("{\u{1F600}}", 6, 1, 0),
        ] {
            assert_eq!(count(query, 100), Words { tokens, nesting, longest }, "{query}");
        }
        assert_eq!(count(&"a ".repeat(1_000_000), 10).tokens, 11);
    }
}
