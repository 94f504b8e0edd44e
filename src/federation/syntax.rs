//! Reading a submitted schema, within limits that hold before anything else looks at it.

use super::Settings;
use crate::domain::subgraph::{Problem, SubgraphProblemCode as Code};
use async_graphql::parser::types::{ServiceDocument, TypeSystemDefinition};
use async_graphql::parser::{Error, parse_schema};

/// Brackets inside each other: parsers call themselves for each of them.
const NESTING: usize = 32;

/// Reads a schema.
pub(super) fn read(sdl: &str, settings: &Settings) -> Result<ServiceDocument, Problem> {
    if sdl.len() > settings.sdl_bytes {
        return Err(too_large("字节数", "bytes", settings.sdl_bytes, sdl.len()));
    }
    if let Some((line, column)) = too_deep(sdl) {
        return Err(Problem::new(
            Code::TooLarge,
            "",
            format!("括号嵌套超过{NESTING}层，请简化此处。"),
            format!("Brackets are nested deeper than {NESTING}; make this simpler."),
        )
        .at(line, column));
    }
    let document = parse_schema(sdl).map_err(|error| unreadable(&error))?;
    let types =
        document.definitions.iter().filter(|one| matches!(one, TypeSystemDefinition::Type(_))).count();
    if types > settings.sdl_types {
        return Err(too_large("类型数", "types", settings.sdl_types, types));
    }
    Ok(document)
}

fn too_large(zh: &str, en: &str, most: usize, found: usize) -> Problem {
    Problem::new(
        Code::TooLarge,
        "",
        format!("子图的{zh}最多{most}，现在是{found}。请删去枢纽已有的类型和不需要的部分。"),
        format!(
            "A subgraph has {most} {en} at most; this has {found}. Leave out what is the hub's and what nobody needs."
        ),
    )
}

fn unreadable(error: &Error) -> Problem {
    let expected = match error {
        // What the parser shows of the text is left out: the last line says what it had expected.
        Error::Syntax { message, .. } => {
            message.lines().last().map(|line| line.trim_start_matches([' ', '=']))
        }
        _ => None,
    };
    let told = expected.map_or_else(|| error.to_string(), |line| line.trim().chars().take(200).collect());
    let problem = Problem::new(
        Code::Syntax,
        "",
        format!("此处不符合 GraphQL 语法（{told}）。"),
        format!("This is no GraphQL here ({told})."),
    );
    match error.positions().next() {
        Some(at) => problem.at(at.line, at.column),
        None => problem,
    }
}

/// Where brackets are nested too deep, comments and texts left out.
fn too_deep(sdl: &str) -> Option<(usize, usize)> {
    let bytes = sdl.as_bytes();
    let (mut at, mut line, mut begin, mut depth) = (0, 1, 0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => {
                while bytes.get(at + 1).is_some_and(|next| *next != b'\n') {
                    at += 1;
                }
            }
            b'"' => {
                let end = end_of_text(bytes, at);
                for (place, _) in bytes[at..end].iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
                    (line, begin) = (line + 1, at + place + 1);
                }
                at = end;
                continue;
            }
            b'\n' => (line, begin) = (line + 1, at + 1),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTING {
            return Some((line, sdl.get(begin..at).map_or(at - begin, |text| text.chars().count()) + 1));
        }
        at += 1;
    }
    None
}

/// Where the text ends that begins at a quotation mark.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    if rest.starts_with(b"\"\"\"") {
        let mut at = start + 3;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if bytes[at..].starts_with(b"\"\"\"") {
                return at + 3;
            } else {
                at += 1;
            }
        }
        return bytes.len();
    }
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether a selection inside a directive is nested no deeper than a schema may be.
pub(super) fn is_flat(selection: &str) -> bool {
    too_deep(selection).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(sdl: &str) -> Problem {
        read(sdl, &Settings::default()).unwrap_err()
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let told = problem("type Query {\n  a: Int\n  b Int\n}");
        assert_eq!((told.code, told.line, told.column), (Code::Syntax, Some(3), Some(5)));
        assert!(!told.en.contains('\n') && !told.en.contains("type Query"), "{}", told.en);
    }

    #[test]
    fn depth_is_refused_before_a_parser_sees_it() {
        let deep = "[".repeat(1_000_000 / 4);
        for sdl in [
            format!("type Query {{\n a: {deep}Int }}"),
            format!("type Query {{\n a(b: Int = {deep}"),
            format!("type Query {{\n a(b: Int = {}", "{a:".repeat(50_000)),
        ] {
            let told = problem(&sdl);
            assert_eq!((told.code, told.line), (Code::TooLarge, Some(2)));
        }
        let text =
            format!("\"\"\"{deep}\"\"\" type Query {{ a: Int # {deep}\n b(c: String = \"{deep}\"): Int }}");
        assert!(read(&text, &Settings { sdl_bytes: usize::MAX, ..Settings::default() }).is_ok());
    }

    #[test]
    fn texts_that_do_not_end_end_with_the_schema() {
        for sdl in ["\"", "\"\"\"", "\"\\", "\"\"\"\\\"\"\"", "# x", "type Query { a: Int } \"é"] {
            assert_eq!(problem(sdl).code, Code::Syntax, "{sdl}");
        }
    }

    #[test]
    fn too_much_is_refused() {
        let types: Vec<String> =
            (0..=Settings::default().sdl_types).map(|at| format!("type A{at} {{ a: Int }}\n")).collect();
        assert_eq!(problem(&types.concat()).code, Code::TooLarge);
        assert_eq!(problem(&" ".repeat(Settings::default().sdl_bytes + 1)).code, Code::TooLarge);
    }
}
