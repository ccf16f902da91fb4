//! `waste_codes`: the list of hazardous wastes, official where the authority has loaded its annex.

use crate::batch::{Column, Statement};
use crate::search::pattern;
use crate::{Result, Tx};
use domain::waste::WasteCode;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "code, name_vi, name_en, ec_code, basel_a, basel_y, hazard_properties, physical_states, threshold, official, \
         source"
    };
}

/// A waste code with what its list says about it, in the words of the list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedCode {
    /// The code.
    pub code: WasteCode,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name, if the list has one.
    pub name_en: String,
    /// Code of the European list.
    pub ec_code: String,
    /// Basel convention, annex VIII.
    pub basel_a: String,
    /// Basel convention, annex I.
    pub basel_y: String,
    /// Hazard letters (N, C, OH, AM, Đ, ĐS, LN).
    pub hazard_properties: String,
    /// Usual states, such as `Rắn/lỏng`.
    pub physical_states: String,
    /// `*`, `**`, or NH/KS/TT.
    pub threshold: String,
    /// From the annex that the authority loaded; otherwise shown as "chưa đối chiếu".
    pub official: bool,
    /// Where the row comes from.
    pub source: String,
}

impl ListedCode {
    fn digits(&self) -> String {
        self.code.as_str().replace(' ', "")
    }
}

/// Codes whose digits begin with, or whose names contain, the query; by code, at most `limit`.
pub async fn search(tx: &mut Tx, query: &str, limit: u16) -> Result<Vec<ListedCode>> {
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    let is_code = !digits.is_empty() && query.chars().all(|c| c.is_ascii_digit() || " .-*".contains(c));
    let (by_digits, by_name) =
        if is_code { (format!("{digits}%"), String::new()) } else { (String::new(), pattern(query)) };
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM waste_codes WHERE digits LIKE $1 OR folded LIKE $2 ESCAPE '!' \
         ORDER BY code LIMIT $3",
    ))
    .bind(by_digits).bind(by_name).bind(i64::from(limit)).fetch_all(c).await)
}

/// The listed ones among these codes, by code.
pub async fn find_many(tx: &mut Tx, codes: &[WasteCode]) -> Result<Vec<ListedCode>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM waste_codes WHERE code IN (SELECT wanted FROM {input}) ORDER BY code"
            ),
            &[("wanted", Column::Text)],
        )
    });
    FIND.fetch(tx, codes.iter().map(|code| vec![code.as_str().into()]).collect()).await
}

/// Every code, by code.
pub async fn list(tx: &mut Tx) -> Result<Vec<ListedCode>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM waste_codes ORDER BY code"))
        .fetch_all(c).await)
}

const INPUT: [(&str, Column); 13] = [
    ("code", Column::Text),
    ("name_vi", Column::Text),
    ("name_en", Column::Text),
    ("ec_code", Column::Text),
    ("basel_a", Column::Text),
    ("basel_y", Column::Text),
    ("hazard_properties", Column::Text),
    ("physical_states", Column::Text),
    ("threshold", Column::Text),
    ("official", Column::Bool),
    ("source", Column::Text),
    ("digits", Column::Text),
    ("folded", Column::Text),
];

macro_rules! insert {
    ($conflict:literal) => {
        concat!(
            "INSERT INTO waste_codes (",
            columns!(),
            ", digits, folded) SELECT ",
            columns!(),
            ", digits, folded FROM {input} WHERE TRUE ON CONFLICT (code) ",
            $conflict
        )
    };
}

fn rows(codes: &[ListedCode]) -> Vec<Vec<crate::batch::Value>> {
    codes
        .iter()
        .map(|row| {
            vec![
                row.code.as_str().into(),
                row.name_vi.as_str().into(),
                row.name_en.as_str().into(),
                row.ec_code.as_str().into(),
                row.basel_a.as_str().into(),
                row.basel_y.as_str().into(),
                row.hazard_properties.as_str().into(),
                row.physical_states.as_str().into(),
                row.threshold.as_str().into(),
                row.official.into(),
                row.source.as_str().into(),
                row.digits().into(),
                domain::text::fold(&format!("{} {}", row.name_vi, row.name_en)).into(),
            ]
        })
        .collect()
}

/// Adds codes of older lists; what is listed already stays.
pub async fn insert_missing(tx: &mut Tx, codes: &[ListedCode]) -> Result<()> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| Statement::new(insert!("DO NOTHING"), &INPUT));
    INSERT.execute(tx, rows(codes)).await.map(drop)
}

/// Replaces the official list as a whole: rows of the old one go, rows of older lists give way to equal codes.
/// An English name that was known stays where the new list has none.
pub async fn replace_official(tx: &mut Tx, codes: &[ListedCode]) -> Result<()> {
    static REPLACE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            insert!(
                "DO UPDATE SET name_vi = excluded.name_vi, ec_code = excluded.ec_code, \
                 name_en = CASE WHEN excluded.name_en = '' THEN waste_codes.name_en ELSE excluded.name_en END, \
                 basel_a = excluded.basel_a, basel_y = excluded.basel_y, \
                 hazard_properties = excluded.hazard_properties, physical_states = excluded.physical_states, \
                 threshold = excluded.threshold, official = TRUE, source = excluded.source, \
                 digits = excluded.digits, folded = excluded.folded"
            ),
            &INPUT,
        )
    });
    // Not deleted: a code that left the list was used on manifests and stays findable, as not checked.
    on_tx!(tx, c => sqlx::query("UPDATE waste_codes SET official = FALSE WHERE official").execute(c).await.map(drop))?;
    REPLACE.execute(tx, rows(codes)).await.map(drop)
}

/// A heading of the list: `17` or `17 02`.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Group {
    /// Two or four digits, in printed form.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// Where the row comes from.
    pub source: String,
}

/// Every heading, by code.
pub async fn list_groups(tx: &mut Tx) -> Result<Vec<Group>> {
    on_tx!(tx, c => sqlx::query_as("SELECT code, name_vi, source FROM waste_groups ORDER BY code").fetch_all(c).await)
}

/// Writes headings, replacing those of the same code.
pub async fn replace_groups(tx: &mut Tx, groups: &[Group]) -> Result<()> {
    static REPLACE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO waste_groups (code, name_vi, source) SELECT code, name_vi, source FROM {input} WHERE TRUE \
             ON CONFLICT (code) DO UPDATE SET name_vi = excluded.name_vi, source = excluded.source",
            &[("code", Column::Text), ("name_vi", Column::Text), ("source", Column::Text)],
        )
    });
    let rows = groups
        .iter()
        .map(|row| vec![row.code.as_str().into(), row.name_vi.as_str().into(), row.source.as_str().into()])
        .collect();
    REPLACE.execute(tx, rows).await.map(drop)
}
