//! Reference tables that come with the program: provinces and the waste codes of older public lists.
//!
//! Loaded after every migration, in one transaction, with the same result however often. What an authority loaded
//! since is never overwritten.

use crate::provinces::Province;
use crate::waste_codes::ListedCode;
use crate::{Db, Error, Result, provinces, waste_codes};
use domain::waste::WasteCode;
use serde::Deserialize;

const PROVINCES: &str = include_str!("../../../migrations/reference/provinces.csv");
const WASTE_CODES: &str = include_str!("../../../migrations/reference/waste_codes.csv");

/// Every built-in table, for telling whether a template is of this program.
#[cfg(any(test, feature = "testing"))]
pub(crate) const TABLES: [&str; 2] = [PROVINCES, WASTE_CODES];

#[derive(Deserialize)]
struct ProvinceRow {
    code: String,
    name_vi: String,
    name_en: String,
    merged_from: String,
    source: String,
}

#[derive(Deserialize)]
struct CodeRow {
    code: String,
    name_vi: String,
    name_en: String,
    hazard_properties: String,
    physical_states: String,
    threshold: String,
    basel_a: String,
    basel_y: String,
    source: String,
}

/// Loads the reference tables.
///
/// # Errors
/// [`Error::Open`] when a file that was built in does not read.
pub async fn load(db: &Db) -> Result<()> {
    let provinces: Vec<Province> = read::<ProvinceRow>(PROVINCES)?
        .into_iter()
        .map(|row| Province {
            code: row.code,
            name_vi: row.name_vi,
            name_en: row.name_en,
            merged_from: row.merged_from,
            source: row.source,
        })
        .collect();
    let (groups, codes): (Vec<CodeRow>, Vec<CodeRow>) =
        read::<CodeRow>(WASTE_CODES)?.into_iter().partition(|row| WasteCode::parse(&row.code).is_err());
    let groups: Vec<waste_codes::Group> = groups
        .into_iter()
        .map(|row| waste_codes::Group { code: row.code, name_vi: row.name_vi, source: row.source })
        .collect();
    let codes: Vec<ListedCode> = codes.into_iter().filter_map(listed).collect();

    let mut tx = db.begin("reference.load").await?;
    provinces::replace(&mut tx, &provinces).await?;
    waste_codes::replace_groups(&mut tx, &groups).await?;
    waste_codes::insert_missing(&mut tx, &codes).await?;
    tx.commit().await
}

fn listed(row: CodeRow) -> Option<ListedCode> {
    Some(ListedCode {
        code: WasteCode::parse(&row.code).ok()?,
        name_vi: row.name_vi,
        name_en: row.name_en,
        ec_code: String::new(),
        basel_a: row.basel_a,
        basel_y: row.basel_y,
        hazard_properties: row.hazard_properties,
        physical_states: row.physical_states,
        threshold: row.threshold,
        official: false,
        source: row.source,
    })
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Vec<T>> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, csv::Error>>()
        .map_err(|error| Error::Open(format!("reference table: {error}")))
}
