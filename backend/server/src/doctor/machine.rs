//! The machine underneath: room on its disks, and cluster software that is known to lose data.

use super::{Check, Light, Sentence};
use crate::config::Config;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::process::Command;

const GIGABYTE: u64 = 1_000_000_000;

/// One check for each disk that something of ours lies on.
pub(super) fn disk(config: &Config) -> Vec<Check> {
    let mut places: Vec<PathBuf> = vec![config.keys_dir.clone()];
    if let Some(path) = config.database_url.strip_prefix("sqlite:") {
        places.push(path.trim_start_matches("//").split('?').next().unwrap_or(path).into());
    }
    if !config.files.contains("://") {
        places.push((&config.files).into());
    }
    places.extend(config.backup_dir.clone());
    let mut disks: BTreeMap<u64, (PathBuf, u64, u64)> = BTreeMap::new();
    for place in places {
        if let Some((path, seen)) =
            nearest(&place).and_then(|path| Some((path, rustix::fs::statvfs(path).ok()?)))
        {
            let size = seen.f_blocks.saturating_mul(seen.f_frsize);
            let free = seen.f_bavail.saturating_mul(seen.f_frsize);
            disks.entry(seen.f_fsid).or_insert((path.to_owned(), size, free));
        }
    }
    disks.into_values().map(|(path, size, free)| judge(&path, size, free)).collect()
}

/// The path itself, or the nearest folder above that exists.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p }).find(|p| p.exists())
}

fn judge(path: &Path, size: u64, free: u64) -> Check {
    let (gigabytes, percent) = (free / GIGABYTE, free.saturating_mul(100) / size.max(1));
    let seen = Sentence::of(
        format!("{}: còn {gigabytes} GB ({percent} %)", path.display()),
        format!("{}: {gigabytes} GB left ({percent} %)", path.display()),
    );
    let to_do = Sentence::of(
        "Dời tệp minh chứng hoặc bản sao lưu sang ổ khác, hoặc lắp ổ lớn hơn: đầy ổ thì điện thoại giữ sự kiện lại cho đến khi có chỗ.",
        "Move evidence files or backups to another disk, or put in a larger one: on a full disk phones keep their events until there is room.",
    );
    if free < GIGABYTE || percent < 5 {
        Check::bad("disk", Light::Red, seen, to_do)
    } else if percent < 15 {
        Check::bad("disk", Light::Yellow, seen, to_do)
    } else {
        Check::green("disk", seen.vi, seen.en)
    }
}

/// Where Patroni runs on this machine it has to be version 4: version 3.0.2 lost most acknowledged writes in a run in
/// which its leader was cut off for about its time to live.
pub(super) async fn patroni() -> Option<Check> {
    let said = Command::new("patroni").arg("--version").output().await.ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = text.split_whitespace().last()?.to_owned();
    let major: u32 = version.split('.').next()?.parse().ok()?;
    Some(if major >= 4 {
        Check::green("patroni", version.clone(), version)
    } else {
        Check::bad(
            "patroni",
            Light::Red,
            Sentence::of(format!("phiên bản {version}"), format!("version {version}")),
            Sentence::of(
                "Cài Patroni 4 (PyPI): bản 3 đã làm mất dữ liệu đã báo nhận khi máy chủ chính bị cắt mạng.",
                "Install Patroni 4 (PyPI): version 3 lost acknowledged data when its leader was cut off.",
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{GIGABYTE, judge, nearest};
    use crate::doctor::Light;
    use std::path::Path;

    #[test]
    fn a_disk_is_judged_by_its_free_part_and_by_what_that_is() {
        let light = |size, free| judge(Path::new("/srv"), size, free).light;
        assert_eq!(light(100 * GIGABYTE, 50 * GIGABYTE), Light::Green);
        assert_eq!(light(100 * GIGABYTE, 10 * GIGABYTE), Light::Yellow);
        assert_eq!(light(100 * GIGABYTE, 4 * GIGABYTE), Light::Red);
        assert_eq!(light(2 * GIGABYTE, GIGABYTE - 1), Light::Red);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_on_the_disk_above_it() {
        assert_eq!(nearest(Path::new("/no/such/folder")), Some(Path::new("/")));
        assert_eq!(nearest(Path::new("none-such")), Some(Path::new(".")));
    }
}
