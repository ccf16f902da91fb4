//! The doctor on its rounds: lights as metrics and log lines while the server serves.

use super::{Light, examine};
use crate::clock::SystemClock;
use crate::config::Config;
use app::ports::Clock as _;
use std::time::Duration;

/// How often the installation is examined.
const EXAMINE_EVERY: Duration = Duration::from_secs(600);

/// Examines the installation from time to time: `doctor_light` is 0 green, 1 yellow, 2 red for each check, and what is
/// not green is logged with what to do, so that a certificate's or key's end is known a month before.
pub async fn watch(config: Config) {
    let mut told = Vec::new();
    let mut clock = tokio::time::interval(EXAMINE_EVERY);
    loop {
        clock.tick().await;
        let checks = examine(&config, SystemClock.now()).await;
        for check in &checks {
            let light = match check.light {
                Light::Green => 0.0,
                Light::Yellow => 1.0,
                Light::Red => 2.0,
            };
            metrics::gauge!("doctor_light", "check" => check.name).set(light);
            let to_do = check.to_do.as_ref().map_or("", |to_do| to_do.en.as_str());
            if check.light != Light::Green && !told.contains(&(check.name, check.light)) {
                tracing::warn!(
                    check = check.name,
                    seen = check.seen.en,
                    to_do,
                    "the installation needs its operator"
                );
            }
        }
        told = checks.iter().map(|check| (check.name, check.light)).collect();
    }
}
