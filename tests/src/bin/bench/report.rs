//! The dated table.

use super::Options;
use super::crypto::Rates;
use super::run::Measured;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Everything measured as Markdown.
pub(crate) fn table(options: &Options, measured: &[Measured], rates: &Rates) -> String {
    let mut text = format!(
        "## {}\n\n2 shared cores, load average {} at the end; client, server and database on them together. \
         {} connections, {} rounds.\n\n",
        server::compose::now().format("%Y-%m-%d %H:%M UTC"),
        load_average(),
        options.connections,
        options.rounds,
    );
    text.push_str(
        "| database | what | per second | p50 ms | p99 ms | ratio |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for one in measured {
        let mut one = one.clone();
        let (noop, bare, pickups) = (one.noop.rate(), one.bare.rate(), one.pickups.rate());
        let name = match one.kind {
            store::Kind::Sqlite => "SQLite",
            store::Kind::Postgres => "PostgreSQL",
        };
        let rows = [
            (format!("(a) no-op route, body of {} bytes", one.body_bytes), &mut one.noop, String::new()),
            (format!("(b) bare commits, rows of {} bytes", one.row_bytes), &mut one.bare, String::new()),
            (
                "signed pickups, one a request".to_owned(),
                &mut one.pickups,
                format!("**{:.2} × (b)**, {:.2} × (a)", pickups / bare, pickups / noop),
            ),
        ];
        for (what, slice, ratio) in rows {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "| {name} | {what} | {:.0} | {:.1} | {:.1} | {ratio} |",
                slice.rate(),
                slice.percentile(50),
                slice.percentile(99),
            );
        }
        if one.with_findings > 0 {
            let _ = writeln!(text, "\n{name}: {} pickups of the warm-up raised findings.", one.with_findings);
        }
    }
    let _ = writeln!(
        text,
        "\nOne core alone verifies {:.0} seals of manifests a second (QR text to claims) and {:.0} signed events.",
        rates.seals, rates.events
    );
    text
}

fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// Appends to the file of results.
pub(crate) fn append(path: &Path, table: &str) -> anyhow::Result<()> {
    let mut file = std::fs::File::options().create(true).append(true).open(path)?;
    if file.metadata()?.len() == 0 {
        file.write_all(b"# Throughput\n\nMade by `scripts/bench`, newest last. (a) and (b) are measured in the same run: only the ratios compare.\n\n")?;
    }
    Ok(file.write_all(format!("{table}\n").as_bytes())?)
}
