//! Import directions: `domain <- store <- app <- mobile-api <- server`, and what each crate may not know.

use crate::tree::{files, name, root};

/// What each crate may depend on of ours, and foreign crates it must not know.
const RULES: [(&str, &[&str], &[&str]); 5] = [
    ("backend/domain", &[], &["tokio", "axum", "http", "tracing", "reqwest"]),
    ("backend/store", &["domain"], &["axum", "http", "utoipa"]),
    ("backend/app", &["domain", "store"], &["axum", "http", "sqlx", "tower", "tower-http"]),
    ("mobile-api", &["app", "domain"], &["sqlx"]),
    ("backend/server", &["app", "domain", "mobile-api", "store"], &["sqlx"]),
];

#[test]
fn crates_depend_in_one_direction() {
    let ours = ["domain", "store", "app", "mobile-api", "server", "tests"];
    for (folder, allowed, forbidden) in RULES {
        let text = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        for dependency in manifest["dependencies"].as_table().unwrap().keys() {
            assert!(!forbidden.contains(&dependency.as_str()), "{folder} must not know {dependency}");
            let foreign = !ours.contains(&dependency.as_str());
            assert!(
                foreign || allowed.contains(&dependency.as_str()),
                "{folder} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn only_the_store_says_select() {
    for path in
        files(&["backend/domain/src", "backend/app/src", "mobile-api/src", "backend/server/src"], &[".rs"])
    {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["SELECT ", "INSERT INTO", "DELETE FROM", "sqlx::query"] {
            assert!(!text.contains(word), "{} says {word}: that belongs into backend/store", name(&path));
        }
    }
}

#[test]
fn the_domain_reads_no_clock_and_no_file() {
    for path in files(&["backend/domain/src"], &[".rs"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["Utc::now", "Local::now", "SystemTime", "std::fs", "std::net", "std::env"] {
            assert!(
                !text.contains(word),
                "{} says {word}: time, files and sockets come in as arguments",
                name(&path)
            );
        }
    }
}

#[test]
fn screens_never_call_the_field_routes_themselves() {
    for path in files(&["pwa/src/routes", "pwa/src/lib/components"], &[".ts", ".svelte"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("/field/events"), "{}: only lib/sync talks to the field routes", name(&path));
    }
}
