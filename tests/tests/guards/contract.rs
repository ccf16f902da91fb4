//! The contract: the snapshot equals the routes, every problem code has a title, every write can say what was wrong.

use crate::tree::{files, root};
use std::collections::BTreeMap;

fn document() -> serde_json::Value {
    let (_, document) = server::http::contract();
    serde_json::to_value(&document).unwrap()
}

#[test]
fn the_snapshot_equals_the_routes() {
    let snapshot: serde_json::Value =
        serde_json::from_slice(&std::fs::read(root().join("mobile-api/openapi.json")).unwrap()).unwrap();
    assert!(
        snapshot == document(),
        "mobile-api/openapi.json is stale: run scripts/generate and look at the difference"
    );
}

#[test]
fn every_operation_is_described() {
    for (path, operations) in document()["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["tags"].is_array(), "{method} {path} has no tag");
        }
    }
}

/// Generated clients name their functions by it: `list_sites`, never a bare `list`.
#[test]
fn every_operation_has_a_telling_id_of_its_own() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (path, operations) in document()["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            let asked = format!("{method} {path}");
            let telling = id.contains('_') && id.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(telling, "{asked}: name its handler by verb and noun, not {id:?}");
            let other = seen.insert(id.clone(), asked.clone());
            assert!(other.is_none(), "{asked} and {other:?} are both {id}");
        }
    }
}

#[test]
fn every_code_that_is_sent_has_a_title_and_a_translation() {
    let mut codes: Vec<String> = Vec::new();
    for path in files(&["backend/app/src", "mobile-api/src", "backend/server/src"], &[".rs"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("Problem::new(") {
            let rest: String = text[at..].chars().take(120).collect();
            let mut parts = rest.splitn(3, '"');
            let (head, code) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let name = head.trim_start_matches("Problem::new(").trim().strip_prefix("StatusCode::");
            let name = name.and_then(|name| name.strip_suffix(','));
            if name.is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
                codes.push(code.to_owned());
            }
        }
    }
    codes.sort();
    codes.dedup();
    assert!(codes.len() >= 5, "the search found too little: {codes:?}");
    let translated = std::fs::read_to_string(root().join("pwa/src/lib/i18n/problems.ts")).unwrap();
    for code in codes.iter().filter(|code| *code != "internal") {
        assert!(translated.contains(code.as_str()), "{code} has no translation in the PWA");
        assert_ne!(mobile_api::problem::title(code), "Internal error", "{code} has no title");
    }
}
