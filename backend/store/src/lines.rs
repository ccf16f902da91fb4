//! `manifest_lines`: declared, loaded, received, refused and treated mass beside each other.

use crate::batch::{Column, Statement, ids};
use crate::{Result, Tx};
use domain::custody::folded::LineMasses;
use domain::id::ManifestId;
use domain::mass::{Grams, MassBasis};
use domain::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode, WasteLine};
use std::sync::LazyLock;

/// A line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The manifest.
    pub manifest_id: ManifestId,
    /// As declared.
    pub declared: WasteLine,
    /// As loaded, if stated.
    pub loaded_mass_g: Option<Grams>,
    /// At the facility's scale, refused part included.
    pub received_mass_g: Option<Grams>,
    /// Refused part of what was received.
    pub refused_mass_g: Option<Grams>,
    /// Treated so far.
    pub treated_mass_g: Option<Grams>,
}

impl Line {
    /// Its masses beside each other.
    #[must_use]
    pub const fn masses(&self) -> LineMasses {
        LineMasses {
            line: self.declared.line,
            declared_g: self.declared.declared_mass_g,
            loaded_g: self.loaded_mass_g,
            received_g: self.received_mass_g,
            refused_g: self.refused_mass_g,
            treated_g: self.treated_mass_g,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    manifest_id: ManifestId,
    line: i32,
    waste_code: WasteCode,
    waste_name: String,
    checked: bool,
    physical_state: PhysicalState,
    declared_mass_g: Grams,
    mass_basis: MassBasis,
    packaging_kind: String,
    packaging_count: i32,
    treatment_method: TreatmentMethod,
    loaded_mass_g: Option<Grams>,
    received_mass_g: Option<Grams>,
    refused_mass_g: Option<Grams>,
    treated_mass_g: Option<Grams>,
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        Self {
            manifest_id: row.manifest_id,
            declared: WasteLine {
                line: row.line,
                waste_code: row.waste_code,
                waste_name: row.waste_name,
                checked: row.checked,
                physical_state: row.physical_state,
                declared_mass_g: row.declared_mass_g,
                mass_basis: row.mass_basis,
                packaging: Packaging { kind: row.packaging_kind, count: row.packaging_count },
                treatment_method: row.treatment_method,
            },
            loaded_mass_g: row.loaded_mass_g,
            received_mass_g: row.received_mass_g,
            refused_mass_g: row.refused_mass_g,
            treated_mass_g: row.treated_mass_g,
        }
    }
}

/// The lines of manifests, by manifest and line number.
pub async fn list_for(tx: &mut Tx, manifests: &[ManifestId]) -> Result<Vec<Line>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT manifest_id, line, waste_code, waste_name, checked, physical_state, declared_mass_g, mass_basis, \
                    packaging_kind, packaging_count, treatment_method, loaded_mass_g, received_mass_g, \
                    refused_mass_g, treated_mass_g \
             FROM manifest_lines WHERE manifest_id IN (SELECT wanted FROM {input}) ORDER BY manifest_id, line",
            &[("wanted", Column::Uuid)],
        )
    });
    let rows: Vec<Row> = LIST.fetch(tx, ids(manifests)).await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// Adds declared lines.
pub async fn insert(tx: &mut Tx, manifest: ManifestId, lines: &[WasteLine]) -> Result<()> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO manifest_lines (manifest_id, line, waste_code, waste_name, checked, physical_state, \
                 declared_mass_g, mass_basis, packaging_kind, packaging_count, treatment_method) \
             SELECT manifest_id, line, waste_code, waste_name, checked, physical_state, declared_mass_g, mass_basis, \
                 packaging_kind, packaging_count, treatment_method FROM {input}",
            &[
                ("manifest_id", Column::Uuid),
                ("line", Column::Int),
                ("waste_code", Column::Text),
                ("waste_name", Column::Text),
                ("checked", Column::Bool),
                ("physical_state", Column::Text),
                ("declared_mass_g", Column::Int),
                ("mass_basis", Column::Text),
                ("packaging_kind", Column::Text),
                ("packaging_count", Column::Int),
                ("treatment_method", Column::Text),
            ],
        )
    });
    let rows = lines
        .iter()
        .map(|line| {
            vec![
                manifest.into(),
                line.line.into(),
                line.waste_code.as_str().into(),
                line.waste_name.as_str().into(),
                line.checked.into(),
                line.physical_state.as_str().into(),
                line.declared_mass_g.into(),
                line.mass_basis.as_str().into(),
                line.packaging.kind.as_str().into(),
                line.packaging.count.into(),
                line.treatment_method.as_str().into(),
            ]
        })
        .collect();
    INSERT.execute(tx, rows).await.map(drop)
}

/// Replaces the declared lines of a draft; whatever was loaded or received goes with them.
pub async fn replace(tx: &mut Tx, manifest: ManifestId, lines: &[WasteLine]) -> Result<()> {
    on_tx!(tx, c => sqlx::query("DELETE FROM manifest_lines WHERE manifest_id = $1")
        .bind(manifest).execute(c).await.map(drop))?;
    insert(tx, manifest, lines).await
}

/// Writes the masses that the fold found, for a whole batch in one statement. Declared masses are never written over.
pub async fn update_masses(tx: &mut Tx, masses: &[(ManifestId, LineMasses)]) -> Result<()> {
    static UPDATE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE manifest_lines SET loaded_mass_g = new_loaded, received_mass_g = new_received, \
                 refused_mass_g = new_refused, treated_mass_g = new_treated \
             FROM {input} WHERE manifest_id = new_manifest AND line = new_line \
                 AND (loaded_mass_g IS DISTINCT FROM new_loaded OR received_mass_g IS DISTINCT FROM new_received \
                      OR refused_mass_g IS DISTINCT FROM new_refused OR treated_mass_g IS DISTINCT FROM new_treated)",
            &[
                ("new_manifest", Column::Uuid),
                ("new_line", Column::Int),
                ("new_loaded", Column::Int),
                ("new_received", Column::Int),
                ("new_refused", Column::Int),
                ("new_treated", Column::Int),
            ],
        )
    });
    let rows = masses
        .iter()
        .map(|(manifest, line)| {
            vec![
                (*manifest).into(),
                line.line.into(),
                line.loaded_g.into(),
                line.received_g.into(),
                line.refused_g.into(),
                line.treated_g.into(),
            ]
        })
        .collect();
    UPDATE.execute(tx, rows).await.map(drop)
}
