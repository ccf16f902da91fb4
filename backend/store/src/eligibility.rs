//! Eligibility: permits and suspensions of the parties of a load, in one statement over both tables: they are asked
//! together for every batch of events and every approval.

use crate::batch::{Column, Statement, ids};
use crate::{Json, Result, Tx};
use domain::id::OrganisationId;
use domain::party::{PermitFacts, PermitKind, Quota, Suspension};
use domain::plate::Plate;
use domain::time::Instant;
use domain::waste::TreatmentMethod;
use std::sync::LazyLock;

/// What is on record about some organisations, in force or not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Their permits, oldest first.
    pub permits: Vec<PermitFacts>,
    /// Their suspensions, oldest first.
    pub suspensions: Vec<Suspension>,
}

/// A permit, or a suspension where the kind is null.
#[derive(sqlx::FromRow)]
struct Row {
    organisation_id: OrganisationId,
    kind: Option<PermitKind>,
    number: Option<String>,
    begins_at: Instant,
    ends_at: Option<Instant>,
    waste_codes: Option<Json<Vec<String>>>,
    plates: Option<Json<Vec<Plate>>>,
    methods: Option<Json<Vec<TreatmentMethod>>>,
    quotas: Option<Json<Vec<Quota>>>,
    provinces: Option<Json<Vec<String>>>,
}

/// Permits and suspensions of organisations.
pub async fn list_for(tx: &mut Tx, organisations: &[OrganisationId]) -> Result<Standing> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT organisation_id, kind, number, valid_from AS begins_at, valid_to AS ends_at, waste_codes, plates, \
                    methods, quotas, provinces \
             FROM permits WHERE organisation_id IN (SELECT wanted FROM {input}) \
             UNION ALL \
             SELECT organisation_id, NULL, NULL, suspended_at, lifted_at, NULL, NULL, NULL, NULL, NULL \
             FROM suspensions WHERE organisation_id IN (SELECT wanted FROM {input}) \
             ORDER BY begins_at, organisation_id, number",
            &[("wanted", Column::Uuid)],
        )
    });
    let mut standing = Standing::default();
    for row in LIST.fetch::<Row>(tx, ids(organisations)).await? {
        let (Some(kind), Some(number), Some(valid_to)) = (row.kind, row.number, row.ends_at) else {
            standing.suspensions.push(Suspension {
                organisation_id: row.organisation_id,
                suspended_at: row.begins_at,
                lifted_at: row.ends_at,
            });
            continue;
        };
        standing.permits.push(PermitFacts {
            organisation_id: row.organisation_id,
            kind,
            number,
            valid_from: row.begins_at,
            valid_to,
            waste_codes: row.waste_codes.map(|codes| codes.0).unwrap_or_default(),
            plates: row.plates.map(|plates| plates.0).unwrap_or_default(),
            methods: row.methods.map(|methods| methods.0).unwrap_or_default(),
            quotas: row.quotas.map(|quotas| quotas.0).unwrap_or_default(),
            provinces: row.provinces.map(|provinces| provinces.0).unwrap_or_default(),
        });
    }
    Ok(standing)
}
