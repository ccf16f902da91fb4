//! `provinces`: the 34 provinces since July 2025.

use crate::batch::{Column, Statement};
use crate::{Result, Tx};
use std::sync::LazyLock;

/// A province.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Province {
    /// Two digits of the General Statistics Office.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// The provinces it was made of.
    pub merged_from: String,
    /// Where this row comes from.
    pub source: String,
}

/// Every province, by code.
pub async fn list(tx: &mut Tx) -> Result<Vec<Province>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT code, name_vi, name_en, merged_from, source FROM provinces ORDER BY code",
    )
    .fetch_all(c).await)
}

/// Writes provinces, replacing those of the same code.
pub async fn replace(tx: &mut Tx, provinces: &[Province]) -> Result<()> {
    static REPLACE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO provinces (code, name_vi, name_en, merged_from, source, folded) \
             SELECT code, name_vi, name_en, merged_from, source, folded FROM {input} WHERE TRUE \
             ON CONFLICT (code) DO UPDATE SET name_vi = excluded.name_vi, name_en = excluded.name_en, \
             merged_from = excluded.merged_from, source = excluded.source, folded = excluded.folded",
            &[
                ("code", Column::Text),
                ("name_vi", Column::Text),
                ("name_en", Column::Text),
                ("merged_from", Column::Text),
                ("source", Column::Text),
                ("folded", Column::Text),
            ],
        )
    });
    let rows = provinces
        .iter()
        .map(|p| {
            let folded = domain::text::fold(&format!("{} {} {}", p.name_vi, p.name_en, p.merged_from));
            vec![
                p.code.as_str().into(),
                p.name_vi.as_str().into(),
                p.name_en.as_str().into(),
                p.merged_from.as_str().into(),
                p.source.as_str().into(),
                folded.into(),
            ]
        })
        .collect();
    REPLACE.execute(tx, rows).await.map(drop)
}
