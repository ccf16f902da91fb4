//! Provinces: the 34 since 2025-07-01.

use crate::app::App;
use crate::error::{FieldCode, FieldErrors, Result};
use crate::page::Page;
use serde::Serialize;
use store::{Tx, provinces};

/// A province.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProvinceView {
    /// Two digits.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
}

/// Every province, by code.
///
/// # Errors
/// Store failures.
pub async fn list(app: &App) -> Result<Page<ProvinceView>> {
    let mut tx = app.db.read("provinces.list").await?;
    let rows = provinces::list(&mut tx).await?;
    Ok(Page::whole(
        rows.into_iter()
            .map(|p| ProvinceView { code: p.code, name_vi: p.name_vi, name_en: p.name_en })
            .collect(),
    ))
}

/// Notes a problem when there is no such province.
pub(crate) async fn check(tx: &mut Tx, code: &str, errors: &mut FieldErrors) -> Result<()> {
    let known = provinces::list(tx).await?.iter().any(|province| province.code == code);
    errors.check(known, "province_code", FieldCode::Unknown, "Use one of the 34 province codes.");
    Ok(())
}
