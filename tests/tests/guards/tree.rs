//! Reading the tree, and the rules about single files: length, lints, unfinished work.

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every file below the folders that has one of the endings, built and fetched things left out.
pub(crate) fn files(folders: &[&str], endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let built = ["node_modules", "dist", "dev-dist", "target", "paraglide", "test-results"]
                .contains(&name.as_str());
            if path.is_dir() && !built && !name.starts_with('.') {
                waiting.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "nothing found below {folders:?}");
    found
}

/// A file's path below the root, for messages.
pub(crate) fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Folders with code of ours.
pub(crate) const CODE: [&str; 5] = ["backend", "mobile-api", "pwa/src", "tests/src", "tests/tests"];

#[test]
fn every_file_is_read_in_one_sitting() {
    let long: Vec<String> = files(&CODE, &[".rs", ".ts", ".svelte", ".css"])
        .into_iter()
        .filter(|path| !path.ends_with("schema.d.ts"))
        .filter_map(|path| {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            (lines > 450).then(|| format!("{} has {lines} lines", name(&path)))
        })
        .collect();
    assert!(long.is_empty(), "longer than 450 lines; is there a second room in them?\n{}", long.join("\n"));
}

#[test]
fn nothing_is_unfinished_or_silenced() {
    // Written in pieces so that this file does not find itself.
    let patterns = [
        concat!("#[al", "low("),
        concat!("#![al", "low("),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
        concat!("@ts-", "ignore"),
        concat!("as ", "any"),
        concat!(".sk", "ip("),
        concat!(".on", "ly("),
    ];
    let mut found = Vec::new();
    for path in files(&CODE, &[".rs", ".ts", ".svelte"]) {
        if path.ends_with("schema.d.ts") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let rust = path.extension().is_some_and(|ending| ending == "rs");
            let hit = patterns.iter().find(|pattern| {
                // `.skip(n)` is an iterator's in Rust and a silenced test's in TypeScript.
                let of_iterators = rust && (pattern.starts_with(".sk") || pattern.starts_with("as "));
                line.contains(**pattern) && !of_iterators
            });
            if let Some(hit) = hit {
                found.push(format!("{}:{}: {hit}", name(&path), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "unfinished or silenced:\n{}", found.join("\n"));
}

#[test]
fn both_migration_folders_hold_the_same_files() {
    let names = |folder: &str| {
        files(&[folder], &[".sql"]).iter().map(|p| p.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
}
