//! One word a concept: the forbidden words of GLOSSARY.md appear nowhere in names, texts or tables; languages complete.

use crate::tree::{CODE, files, name, root};
use std::collections::{BTreeMap, BTreeSet};

/// The first column of the table under "Forbidden words".
fn forbidden() -> Vec<String> {
    let glossary = std::fs::read_to_string(root().join("GLOSSARY.md")).unwrap();
    let (_, table) = glossary.split_once("## Forbidden words").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---"));
    let words: Vec<String> = rows
        .skip(1)
        .map(|row| row.split('|').nth(1).unwrap().trim().trim_matches('`').to_lowercase())
        .collect();
    assert!(words.len() > 5, "the table was not found");
    words
}

/// True when the word stands there on its own or as a part of a name: `FooManager`, `foo_manager`, `manager`.
fn says(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphabetic) && !after.is_some_and(|c| c.is_alphabetic() && c != 's')
    })
}

#[test]
fn forbidden_words_stand_nowhere() {
    let words = forbidden();
    let mut found = Vec::new();
    let mut sources = files(&CODE, &[".rs", ".ts", ".svelte"]);
    sources.extend(files(&["migrations/sqlite", "migrations/postgres"], &[".sql"]));
    sources.extend(files(&["pwa/messages"], &[".json"]));
    for path in sources {
        if path.ends_with("guards/words.rs") || path.ends_with("schema.d.ts") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
        for word in &words {
            if says(&text, word) {
                found.push(format!("{}: {word}", name(&path)));
            }
        }
    }
    assert!(found.is_empty(), "GLOSSARY.md names better words:\n{}", found.join("\n"));
}

/// Key and placeholders of every text of a language.
fn texts(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts = BTreeMap::new();
    for path in files(&[&format!("pwa/messages/{language}")], &[".json"]) {
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for (key, text) in value.as_object().unwrap() {
            let text = text.as_str().unwrap();
            let names = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned());
            assert!(!text.trim().is_empty(), "{language}: {key} is empty");
            texts.insert(key.clone(), names.collect());
        }
    }
    texts
}

#[test]
fn every_language_says_everything() {
    let vi = texts("vi");
    assert!(vi.len() > 800, "only {} texts were read", vi.len());
    for language in ["en", "ko"] {
        let other = texts(language);
        let lacking: Vec<_> = vi.keys().filter(|key| !other.contains_key(*key)).collect();
        assert!(lacking.is_empty(), "{language} lacks {lacking:?}");
        let unknown: Vec<_> = other.keys().filter(|key| !vi.contains_key(*key)).collect();
        assert!(unknown.is_empty(), "only {language} has {unknown:?}");
        for (key, names) in &vi {
            assert_eq!(names, &other[key], "{language}: the values named in {key}");
        }
    }
}
