//! What must hold after every story: nothing but acts and events holds truth, and no chain was tampered with.

use app::App;
use data_encoding::HEXLOWER;
use domain::seal::jws::UnverifiedJws;
use domain::seal::key::{PublicKey, sha256};
use serde_json::Value;
use std::collections::BTreeMap;
use store::Db;
use store::testing::rows;

/// Folds everything again: no projection may change.
///
/// # Errors
/// What changed.
///
/// # Panics
/// When the database fails.
pub async fn nothing_else_holds_truth(app: &App) -> Result<(), String> {
    let before = projections(&app.db).await;
    let rebuilt = app::rebuild::rebuild(app).await.map_err(|error| format!("rebuild: {error:?}"))?;
    if rebuilt.changed > 0 {
        return Err(format!(
            "{} of {} manifests changed when folded again",
            rebuilt.changed, rebuilt.manifests
        ));
    }
    if rebuilt.rollups > 0 {
        return Err(format!("{} rows of the statistics were not what a rebuild counts", rebuilt.rollups));
    }
    let after = projections(&app.db).await;
    for (table, rows) in &before {
        if *rows != after[table] {
            return Err(format!("{table} changed when folded again: {rows:?} became {:?}", after[table]));
        }
    }
    Ok(())
}

async fn projections(db: &Db) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for table in ["manifests", "manifest_lines", "findings", "seals", "custody_events", "trips"] {
        let mut texts: Vec<String> = rows(db, table)
            .await
            .unwrap()
            .into_iter()
            .map(|mut row| {
                if let Some(fields) = row.as_object_mut() {
                    fields.remove("version");
                    fields.remove("updated_at");
                }
                row.to_string()
            })
            .collect();
        texts.sort();
        all.insert(table, texts);
    }
    all
}

/// Walks the custody chain of every manifest: numbers without gaps, every hash over the one before, every
/// signature by the key of its device.
///
/// # Errors
/// The first link that does not hold.
///
/// # Panics
/// When the database fails.
pub async fn chains_hold(db: &Db) -> Result<(), String> {
    let mut keys: BTreeMap<String, PublicKey> = BTreeMap::new();
    for device in rows(db, "devices").await.unwrap() {
        let xy: [u8; 64] =
            bytes(&device["public_key"]).try_into().map_err(|_| "a key is not 64 bytes".to_owned())?;
        keys.insert(text(&device["id"]), PublicKey::from_xy(&xy));
    }
    let mut heads: BTreeMap<String, (i64, Vec<u8>)> = BTreeMap::new();
    let mut events = rows(db, "custody_events").await.unwrap();
    events.retain(|event| !event["manifest_id"].is_null());
    events.sort_by_key(|event| (text(&event["manifest_id"]), event["seq"].as_i64()));
    for event in &events {
        let manifest = text(&event["manifest_id"]);
        let (seq, previous) = heads.remove(&manifest).unwrap_or_default();
        let jws = event["jws"].as_str().unwrap_or_default();
        let recorded: chrono::DateTime<chrono::Utc> = text(&event["record_time"]).parse().unwrap();
        let mut link = previous;
        link.extend_from_slice(jws.as_bytes());
        link.extend_from_slice(&recorded.timestamp_millis().to_be_bytes());
        let hash = sha256(&link).to_vec();
        let holds = event["seq"] == seq + 1 && bytes(&event["chain_hash"]) == hash;
        let key = keys.get(&text(&event["device_id"])).ok_or("an event of no device")?;
        let signed = UnverifiedJws::parse(jws).and_then(|jws| jws.verify(key)).is_ok();
        if !holds || !signed {
            return Err(format!("link {} of manifest {manifest}: chained {holds}, signed {signed}", seq + 1));
        }
        heads.insert(manifest, (seq + 1, hash));
    }
    for manifest in rows(db, "manifests").await.unwrap() {
        let (seq, hash) = heads.remove(&text(&manifest["id"])).unwrap_or_default();
        if manifest["last_seq"] != seq || bytes(&manifest["chain_hash"]) != hash {
            return Err(format!("manifest {} does not name the end of its chain", manifest["id"]));
        }
    }
    Ok(())
}

/// A UUID column: SQLite keeps 16 bytes, PostgreSQL writes hyphens.
fn text(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match text.strip_prefix("\\x") {
        Some(hex) => hex.to_owned(),
        None if text.len() == 36 => text.replace('-', ""),
        None => text.to_owned(),
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    let hex = value.as_str().and_then(|text| text.strip_prefix("\\x")).unwrap_or_default();
    HEXLOWER.decode(hex.as_bytes()).unwrap_or_default()
}
