//! Waste codes: search, and the importer of the official 8-column sheet.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{FieldCode, FieldErrors, Result};
use crate::page::Page;
use chrono::{DateTime, Utc};
use domain::party::Role;
use domain::waste::WasteCode;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use store::waste_codes::{self, ListedCode};

/// Columns of the official sheet, in its order.
pub const COLUMNS: [&str; 8] =
    ["Mã CTNH", "Tên", "Mã EC", "Basel A", "Basel Y", "Tính chất nguy hại", "Trạng thái", "Ngưỡng"];
/// Rows of the largest sheet taken.
const MAX_ROWS: usize = 5_000;

/// A waste code.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WasteCodeView {
    /// `17 02 03`.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name, if known.
    pub name_en: String,
    /// Letters N, C, OH, AM, Đ, ĐS, LN.
    pub hazard_properties: String,
    /// Rắn/lỏng/bùn.
    pub physical_states: String,
    /// True when it comes from the official list; else "chưa đối chiếu".
    pub checked: bool,
}

/// Words to find.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WasteCodeQuery {
    /// Words or digits; accents and case ignored. Everything without it.
    pub q: Option<String>,
    /// Items wanted, 1 to 500.
    pub limit: Option<u16>,
}

/// What an import did.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Imported {
    /// Codes in the official list now.
    pub loaded: usize,
}

/// A declared code that the list loaded so far lacks.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UnlistedCodeView {
    /// `17 02 99`.
    pub code: String,
    /// Name as typed.
    pub name: String,
    /// How often it was declared with this name.
    pub times: i64,
    /// First declaration.
    pub first_seen_at: DateTime<Utc>,
    /// Last declaration.
    pub last_seen_at: DateTime<Utc>,
}

/// The authority's queue of codes that declarants typed because the list lacks them; most declared first.
///
/// # Errors
/// [`crate::Error::Forbidden`] for everybody else.
pub async fn unlisted(app: &App, caller: &Caller) -> Result<Page<UnlistedCodeView>> {
    caller.require_any(&[Role::Authority, Role::Admin])?;
    let mut tx = app.db.read("waste_codes.unlisted").await?;
    let mut rows = store::unlisted::list(&mut tx).await?;
    rows.sort_by(|a, b| b.times.cmp(&a.times).then_with(|| a.code.cmp(&b.code)));
    Ok(Page::whole(
        rows.into_iter()
            .map(|row| UnlistedCodeView {
                code: row.code.as_str().to_owned(),
                name: row.name,
                times: row.times,
                first_seen_at: row.first_seen_at,
                last_seen_at: row.last_seen_at,
            })
            .collect(),
    ))
}

/// Waste codes that match, best first.
///
/// # Errors
/// Store failures.
pub async fn search(app: &App, _caller: &Caller, query: WasteCodeQuery) -> Result<Page<WasteCodeView>> {
    let mut tx = app.db.read("waste_codes.search").await?;
    let text = query.q.unwrap_or_default();
    let limit = query.limit.unwrap_or(50).clamp(1, 500);
    let rows = if text.trim().is_empty() {
        waste_codes::list(&mut tx).await?
    } else {
        waste_codes::search(&mut tx, &text, limit).await?
    };
    Ok(Page::whole(rows.into_iter().take(usize::from(limit)).map(view).collect()))
}

/// Loads the official sheet: all of it or nothing.
///
/// # Errors
/// [`crate::Error::Fields`] with one problem a cell, path `row 12 · Mã CTNH`; [`crate::Error::Forbidden`].
pub async fn import(app: &App, caller: &Caller, sheet: &[u8]) -> Result<Imported> {
    caller.require_any(&[Role::Authority, Role::Admin])?;
    let codes = read_sheet(sheet)?;
    let mut tx = app.db.begin("waste_codes.import").await?;
    waste_codes::replace_official(&mut tx, &codes).await?;
    super::audit(app, &mut tx, caller, None, "waste_codes.import", &codes.len().to_string()).await?;
    tx.commit().await?;
    Ok(Imported { loaded: codes.len() })
}

/// Reads the sheet as CSV (comma or semicolon, UTF-8), with or without its head row.
///
/// # Errors
/// [`crate::Error::Fields`] with every problem of every row.
pub fn read_sheet(sheet: &[u8]) -> Result<Vec<ListedCode>> {
    let mut errors = FieldErrors::default();
    let text = sheet.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sheet);
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let semicolons = first.iter().filter(|byte| **byte == b';').count();
    let delimiter = if semicolons > first.iter().filter(|byte| **byte == b',').count() { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text);
    let mut codes: Vec<ListedCode> = Vec::new();
    let mut seen: HashSet<WasteCode> = HashSet::new();
    for (index, record) in reader.records().enumerate() {
        let at = |column: usize| format!("row {} · {}", index + 1, COLUMNS[column]);
        let Ok(record) = record else {
            errors.add(format!("row {}", index + 1), FieldCode::BadFormat, "This row is not UTF-8 text.");
            continue;
        };
        let cell = |column: usize| record.get(column).unwrap_or_default().trim().to_owned();
        let is_head =
            index == 0 && WasteCode::parse(&cell(0)).is_err() && domain::text::fold(&cell(0)).contains("ma");
        let is_empty = record.iter().all(|cell| cell.trim().is_empty());
        // Groups and subgroups (two or four digits) structure the sheet; only six digits are codes.
        let digits = cell(0).chars().filter(char::is_ascii_digit).count();
        if is_head
            || is_empty
            || (matches!(digits, 2 | 4) && cell(0).chars().all(|c| c.is_ascii_digit() || c == ' '))
        {
            continue;
        }
        if codes.len() >= MAX_ROWS {
            errors.add("sheet", FieldCode::TooLong, "At most 5,000 codes.");
            break;
        }
        errors.check(
            record.len() == COLUMNS.len(),
            format!("row {}", index + 1),
            FieldCode::BadFormat,
            "Eight columns.",
        );
        let name = errors.text(&at(1), &cell(1), 1_000).to_owned();
        let code = match WasteCode::parse(&cell(0)) {
            Ok(code) => code,
            Err(error) => {
                errors.add(at(0), FieldCode::BadFormat, error.to_string());
                continue;
            }
        };
        errors.check(
            seen.insert(code.clone()),
            at(0),
            FieldCode::Duplicate,
            "This code stands above already.",
        );
        let known = |text: &str| {
            text.split([',', ';', '/', ' '])
                .filter(|word| !word.is_empty())
                .all(|word| ["N", "C", "OH", "AM", "Đ", "ĐS", "LN"].contains(&word.to_uppercase().as_str()))
        };
        errors.check(known(&cell(5)), at(5), FieldCode::Unknown, "Letters of N, C, OH, AM, Đ, ĐS, LN.");
        codes.push(ListedCode {
            code,
            name_vi: name,
            name_en: String::new(),
            ec_code: cell(2),
            basel_a: cell(3),
            basel_y: cell(4),
            hazard_properties: cell(5),
            physical_states: cell(6),
            threshold: cell(7),
            official: true,
            source: "official sheet, imported".to_owned(),
        });
    }
    errors.check(!codes.is_empty(), "sheet", FieldCode::Required, "The sheet holds no six-digit code.");
    errors.finish()?;
    Ok(codes)
}

fn view(row: ListedCode) -> WasteCodeView {
    WasteCodeView {
        code: row.code.as_str().to_owned(),
        name_vi: row.name_vi,
        name_en: row.name_en,
        hazard_properties: row.hazard_properties,
        physical_states: row.physical_states,
        checked: row.official,
    }
}

#[cfg(test)]
mod tests {
    use super::read_sheet;
    use crate::error::Error;

    #[test]
    fn a_sheet_with_head_groups_and_codes_loads() {
        let sheet = "Mã CTNH;Tên;Mã EC;Basel A;Basel Y;Tính chất nguy hại;Trạng thái;Ngưỡng\n\
                     17;DẦU THẢI;;;;;;\n17 02;Dầu động cơ;;;;;;\n\
                     17 02 03;Dầu động cơ tổng hợp thải;13 02 06;A3020;Y8;Đ, ĐS, C;Lỏng;**\n";
        let codes = read_sheet(sheet.as_bytes()).unwrap();
        assert_eq!(codes.len(), 1);
        assert_eq!((codes[0].code.as_str(), codes[0].threshold.as_str()), ("17 02 03", "**"));
    }

    #[test]
    fn every_bad_row_is_named_and_nothing_loads() {
        let sheet = "17 02 03,Dầu,,,,Đ,Lỏng,**\n17 02 03,Dầu,,,,Đ,Lỏng,**\n17 02 0x,Dầu,,,,Q,Lỏng,\n17 02 04,,,,,N,Rắn,*\n";
        let Err(Error::Fields(errors)) = read_sheet(sheet.as_bytes()) else { panic!("loaded") };
        let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["row 2 · Mã CTNH", "row 3 · Mã CTNH", "row 4 · Tên"]);
    }
}
