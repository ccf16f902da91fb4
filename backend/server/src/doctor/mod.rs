//! `emanifest doctor`: a traffic light for whoever runs an installation. Each red and yellow says what to do.
//!
//! It looks and never changes anything, and works while the server serves as well as when it does not start.

mod checks;
mod machine;
mod secure;
mod watch;

pub use watch::watch;

use crate::config::Config;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// In order, or not used here on purpose.
    Green,
    /// Works, and will not for long, or less well than it could.
    Yellow,
    /// Broken, or data may be lost.
    Red,
}

/// A sentence in the language of the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Sentence {
    fn of(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }
}

/// What one look gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable name, for programs that watch.
    pub name: &'static str,
    /// How it stands.
    pub light: Light,
    /// What was seen.
    pub seen: Sentence,
    /// What to do; none where it is green.
    pub to_do: Option<Sentence>,
}

impl Check {
    fn green(name: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { name, light: Light::Green, seen: Sentence::of(vi, en), to_do: None }
    }

    fn bad(name: &'static str, light: Light, seen: Sentence, to_do: Sentence) -> Self {
        Self { name, light, seen, to_do: Some(to_do) }
    }
}

/// The language of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Tiếng Việt.
    Vi,
    /// English.
    En,
}

/// Looks at everything.
pub async fn examine(config: &Config, now: DateTime<Utc>) -> Vec<Check> {
    let mut checks = Vec::new();
    match store::Db::connect(&config.database_url, store::Options::default()).await {
        Ok(db) => {
            checks.push(checks::database(&db).await);
            checks.push(checks::clock(&db, now).await);
            checks.push(secure::keys(&db, config, now).await);
            checks.push(checks::backups(&db, config, now).await);
            checks.push(checks::notices(&db).await);
            checks.push(checks::parked(&db).await);
            checks.push(checks::devices(&db, now).await);
            db.close().await;
        }
        Err(error) => checks.push(checks::unreachable(&error)),
    }
    checks.push(secure::root_key(config));
    checks.push(secure::tls(config, now));
    checks.push(secure::push(config));
    checks.push(checks::mail(config).await);
    checks.extend(machine::disk(config));
    checks.extend(machine::patroni().await);
    checks
}

/// The answers as lines for a terminal.
#[must_use]
pub fn lines(checks: &[Check], language: Language) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for check in checks {
        let light = match (check.light, language) {
            (Light::Green, Language::Vi) => "XANH",
            (Light::Yellow, Language::Vi) => "VÀNG",
            (Light::Red, Language::Vi) => "ĐỎ  ",
            (Light::Green, Language::En) => "GREEN ",
            (Light::Yellow, Language::En) => "YELLOW",
            (Light::Red, Language::En) => "RED   ",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{light}  {:<10} {}", check.name, check.seen.in_language(language));
        if let Some(to_do) = &check.to_do {
            let _ = writeln!(
                text,
                "{:light$}  → {}",
                "",
                to_do.in_language(language),
                light = light.chars().count()
            );
        }
    }
    text
}

/// The worst light.
#[must_use]
pub fn worst(checks: &[Check]) -> Light {
    checks.iter().map(|check| check.light).max().unwrap_or(Light::Green)
}
