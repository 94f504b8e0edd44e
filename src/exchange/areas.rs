//! The official tree of areas, from four files: `provinces.csv`, `cities.csv`, `areas.csv` and `streets.csv`, each with
//! a header line and the columns `code`, `name` and, but for the provinces, the code of the area above.

use crate::domain::area::AreaKind;
use crate::domain::check::{self, TITLE_CHARS};
use crate::domain::text::Lang;
use crate::store::area::{CodedArea, import_level};
use crate::store::conn::Tx;
use crate::store::error::Error as StoreError;
use csv::{Reader, StringRecord};
use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

/// A file and what its rows are.
struct Sheet {
    file: &'static str,
    kind: AreaKind,
    /// The number of digits of a code.
    digits: usize,
    /// The column with the code of the area above.
    parent: Option<&'static str>,
}

/// The files, parents before their children.
const SHEETS: [Sheet; 4] = [
    Sheet { file: "provinces.csv", kind: AreaKind::Province, digits: 2, parent: None },
    Sheet { file: "cities.csv", kind: AreaKind::City, digits: 4, parent: Some("provinceCode") },
    Sheet { file: "areas.csv", kind: AreaKind::District, digits: 6, parent: Some("cityCode") },
    Sheet { file: "streets.csv", kind: AreaKind::Street, digits: 9, parent: Some("areaCode") },
];

/// Rows that are brought in with one statement.
const CHUNK: usize = 1_000;

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The file.
    pub file: &'static str,
    /// The line, counted from 1; the header is the first.
    pub line: u64,
    zh: String,
    en: String,
}

impl BadRow {
    fn new(file: &'static str, line: u64, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { file, line, zh: zh.into(), en: en.into() }
    }

    /// Where it is and what is wrong with it, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let Self { file, line, zh, en } = self;
        lang.pick(format!("{file} 第{line}行：{zh}"), format!("{file}, line {line}: {en}"))
    }
}

/// Reads the four files of a folder, the highest level first.
///
/// # Errors
/// Every row that cannot be taken; then nothing should be.
pub fn read(folder: &Path) -> Result<Vec<CodedArea>, Vec<BadRow>> {
    let (mut areas, mut bad, mut above) = (Vec::new(), Vec::new(), HashSet::new());
    for sheet in &SHEETS {
        let mut level = Level { sheet, above: &above, codes: HashSet::new(), names: HashSet::new() };
        match level.read(&folder.join(sheet.file), &mut areas) {
            Ok(rows) => bad.extend(rows),
            Err(row) => bad.push(row),
        }
        above = level.codes;
    }
    if bad.is_empty() { Ok(areas) } else { Err(bad) }
}

/// Brings areas in, the higher levels first, and gives back how many were new or had another name. `progress` is told
/// how many rows each step has brought in.
///
/// # Errors
/// Denied to all but the administrator; where the database fails.
pub async fn import(
    tx: &mut Tx,
    areas: &[CodedArea],
    mut progress: impl FnMut(u64),
) -> Result<u64, StoreError> {
    let mut changed = 0;
    for level in areas.chunk_by(|one, next| one.kind == next.kind) {
        for chunk in level.chunks(CHUNK) {
            changed += import_level(tx, chunk).await?;
            progress(u64::try_from(chunk.len()).unwrap_or_default());
        }
    }
    Ok(changed)
}

/// One file while it is read.
struct Level<'a> {
    sheet: &'a Sheet,
    above: &'a HashSet<String>,
    codes: HashSet<String>,
    names: HashSet<(Option<String>, String)>,
}

impl Level<'_> {
    fn read(&mut self, path: &Path, areas: &mut Vec<CodedArea>) -> Result<Vec<BadRow>, BadRow> {
        let file = self.sheet.file;
        let unreadable = |error: csv::Error| {
            BadRow::new(file, 1, format!("无法读取：{error}"), format!("cannot be read: {error}"))
        };
        let mut reader = Reader::from_path(path).map_err(unreadable)?;
        let columns = self.columns(&mut reader).map_err(unreadable)??;
        let mut bad = Vec::new();
        for record in reader.into_records() {
            match record.map_err(|error| malformed(file, &error)).and_then(|row| self.area(&row, columns)) {
                Ok(area) => areas.push(area),
                Err(row) => bad.push(row),
            }
        }
        Ok(bad)
    }

    /// The places of the code, the name and the code of the area above.
    fn columns(&self, reader: &mut Reader<File>) -> csv::Result<Result<Columns, BadRow>> {
        let headers = reader.headers()?;
        let column = |name: &str| {
            headers.iter().position(|header| header.trim() == name).ok_or_else(|| {
                BadRow::new(
                    self.sheet.file,
                    1,
                    format!("表头缺少“{name}”列"),
                    format!("the header lacks the column \"{name}\""),
                )
            })
        };
        let columns = || {
            Ok(Columns {
                code: column("code")?,
                name: column("name")?,
                parent: self.sheet.parent.map(column).transpose()?,
            })
        };
        Ok(columns())
    }

    fn area(&mut self, row: &StringRecord, columns: Columns) -> Result<CodedArea, BadRow> {
        let Sheet { file, kind, digits, .. } = *self.sheet;
        let line = row.position().map_or(0, csv::Position::line);
        let wrong = |zh: String, en: String| BadRow::new(file, line, zh, en);
        let cell = |column: usize| row.get(column).unwrap_or_default().trim();
        let code = cell(columns.code);
        if code.len() != digits || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong(
                format!("代码“{code}”应为{digits}位数字"),
                format!("the code \"{code}\" should have {digits} digits"),
            ));
        }
        let name = check::title("name", cell(columns.name), TITLE_CHARS).map_err(|refusal| {
            wrong(
                format!("名称有误，{}", refusal.message(Lang::Zh)),
                format!("the name is wrong. {}", refusal.message(Lang::En)),
            )
        })?;
        let parent = columns.parent.map(|column| cell(column).to_owned());
        if let Some(parent) = &parent
            && !(self.above.contains(parent) && code.starts_with(parent.as_str()))
        {
            return Err(wrong(
                format!("代码{code}不属于上级“{parent}”，或上级不存在"),
                format!("the code {code} does not belong to \"{parent}\", or that area is missing"),
            ));
        }
        if !self.codes.insert(code.to_owned()) {
            return Err(wrong(format!("代码{code}重复"), format!("the code {code} occurs twice")));
        }
        if !self.names.insert((parent.clone(), name.clone())) {
            return Err(wrong(
                format!("同一上级下有两个“{name}”"),
                format!("\"{name}\" occurs twice in the same area"),
            ));
        }
        Ok(CodedArea { code: code.to_owned(), name, kind, parent })
    }
}

/// The places of the columns that are read.
#[derive(Clone, Copy)]
struct Columns {
    code: usize,
    name: usize,
    parent: Option<usize>,
}

fn malformed(file: &'static str, error: &csv::Error) -> BadRow {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => BadRow::new(
            file,
            line,
            format!("应有{expected_len}列，实有{len}列"),
            format!("{expected_len} columns were expected, and {len} found"),
        ),
        csv::ErrorKind::Utf8 { .. } => BadRow::new(file, line, "不是 UTF-8 编码", "is not UTF-8"),
        _ => BadRow::new(file, line, format!("无法读取：{error}"), format!("cannot be read: {error}")),
    }
}
