//! Names of the groups: of provinces, codes, groups of codes and organisations; whatever else its key says all.

use super::filter::By;
use crate::error::Result;
use domain::id::OrganisationId;
use domain::waste::WasteCode;
use std::collections::HashMap;
use store::{Tx, organisations, provinces, waste_codes};

/// Names by key.
pub(super) async fn labels<'a>(
    tx: &mut Tx,
    by: By,
    keys: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, String>> {
    Ok(match by {
        By::Day | By::Month | By::Year | By::Method | By::State => HashMap::new(),
        By::Province | By::Destination => {
            provinces::list(tx).await?.into_iter().map(|row| (row.code, row.name_vi)).collect()
        }
        By::WasteGroup => {
            waste_codes::list_groups(tx).await?.into_iter().map(|row| (row.code, row.name_vi)).collect()
        }
        By::WasteCode => {
            let codes: Vec<WasteCode> = keys.filter_map(|key| WasteCode::parse(key).ok()).collect();
            let rows = waste_codes::find_many(tx, &codes).await?;
            rows.into_iter().map(|row| (row.code.as_str().to_owned(), row.name_vi)).collect()
        }
        By::Generator | By::Carrier | By::Facility => {
            let ids: Vec<OrganisationId> =
                keys.filter_map(|key| key.parse().ok().map(OrganisationId)).collect();
            let rows = organisations::find_many(tx, &ids).await?;
            rows.into_iter().map(|row| (row.id.to_string(), row.name)).collect()
        }
    })
}
