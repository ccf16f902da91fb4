//! Database, clock, backups, queues and devices.

use super::{Check, Light, Sentence};
use crate::backup::MADE_AT;
use crate::config::Config;
use chrono::{DateTime, Duration, Utc};
use domain::time::instant;
use std::time::Duration as Wait;
use store::deliveries::{self, State};
use store::{Db, health, meta};

/// Oldest PostgreSQL that this version is tested with.
const POSTGRES: i32 = 150_000;

pub(super) fn unreachable(error: &store::Error) -> Check {
    Check::bad(
        "database",
        Light::Red,
        Sentence::of(format!("không mở được: {error}"), format!("cannot be opened: {error}")),
        Sentence::of(
            "Xem database_url có đúng không, máy chủ cơ sở dữ liệu có chạy không, ổ đĩa còn chỗ không.",
            "See whether database_url is right, the database server runs and the disk has room.",
        ),
    )
}

pub(super) async fn database(db: &Db) -> Check {
    let look = async {
        let settings = health::postgres_settings(db).await?;
        let mut tx = db.read("doctor.database").await?;
        Ok::<_, store::Error>((settings, meta::epoch(&mut tx).await?, meta::newest_instant(&mut tx).await?))
    };
    let (settings, epoch, newest) = match look.await {
        Ok(seen) => seen,
        Err(error) => return unreachable(&error),
    };
    let until = newest.map_or_else(|| "—".to_owned(), |at| at.to_rfc3339());
    let seen = |kind: &str| {
        Sentence::of(
            format!("{kind}, kỷ nguyên {epoch}, ghi lần cuối {until}"),
            format!("{kind}, epoch {epoch}, last written {until}"),
        )
    };
    let Some(settings) = settings else {
        let Sentence { vi, en } = seen("SQLite");
        return Check::green("database", vi, en);
    };
    let kind = format!("PostgreSQL {}", settings.version / 10_000);
    if settings.fsync != "on" || settings.synchronous_commit == "off" {
        return Check::bad(
            "database",
            Light::Red,
            seen(&format!(
                "{kind}, fsync {}, synchronous_commit {}",
                settings.fsync, settings.synchronous_commit
            )),
            Sentence::of(
                "Đặt fsync = on và synchronous_commit = on: nếu không, sự kiện đã báo “đã nhận” có thể mất khi mất điện.",
                "Set fsync = on and synchronous_commit = on: otherwise acknowledged events can be lost with the power.",
            ),
        );
    }
    if settings.version < POSTGRES {
        return Check::bad(
            "database",
            Light::Yellow,
            seen(&kind),
            Sentence::of("Nâng lên PostgreSQL 15 trở lên.", "Upgrade to PostgreSQL 15 or later."),
        );
    }
    let Sentence { vi, en } = seen(&kind);
    Check::green("database", vi, en)
}

/// How far clocks may be apart before it shows in the books.
const APART: Duration = Duration::seconds(30);

pub(super) async fn clock(db: &Db, now: DateTime<Utc>) -> Check {
    let set = Sentence::of(
        "Bật đồng bộ giờ: timedatectl set-ntp true; rồi xem lại: timedatectl.",
        "Switch time synchronisation on: timedatectl set-ntp true; then look again: timedatectl.",
    );
    let look = async {
        let settings = health::postgres_settings(db).await?;
        let mut tx = db.read("doctor.clock").await?;
        Ok::<_, store::Error>((settings.map(|settings| settings.clock), meta::newest_instant(&mut tx).await?))
    };
    let (theirs, newest) = match look.await {
        Ok(seen) => seen,
        Err(error) => return unreachable(&error),
    };
    if let Some(newest) = newest.filter(|newest| *newest > now + APART) {
        return Check::bad(
            "clock",
            Light::Red,
            Sentence::of(
                format!("đồng hồ {now} đi sau bản ghi mới nhất {newest}"),
                format!("the clock, {now}, is behind the newest record, {newest}"),
            ),
            set,
        );
    }
    if let Some(theirs) = theirs.filter(|theirs| (*theirs - now).abs() > APART) {
        return Check::bad(
            "clock",
            Light::Red,
            Sentence::of(
                format!("lệch đồng hồ máy chủ cơ sở dữ liệu {} giây", (theirs - now).num_seconds()),
                format!("{} s apart from the database server's", (theirs - now).num_seconds()),
            ),
            set,
        );
    }
    let kept =
        ["/run/systemd/timesync/synchronized", "/run/chrony", "/run/ntpd.pid", "/run/chrony/chronyd.pid"];
    if kept.iter().any(|path| std::path::Path::new(path).exists()) {
        return Check::green("clock", format!("{now}, có đồng bộ"), format!("{now}, synchronised"));
    }
    Check::bad(
        "clock",
        Light::Yellow,
        Sentence::of(
            format!("{now}; không thấy dịch vụ đồng bộ giờ nào"),
            format!("{now}; no time synchronisation was found"),
        ),
        set,
    )
}

pub(super) async fn backups(db: &Db, config: &Config, now: DateTime<Utc>) -> Check {
    let made = async {
        let mut tx = db.read("doctor.backups").await?;
        meta::find(&mut tx, MADE_AT).await
    };
    let made = match made.await {
        Ok(made) => made.and_then(|text| DateTime::parse_from_rfc3339(&text).ok()).map(|at| at.to_utc()),
        Err(error) => return unreachable(&error),
    };
    let run = Sentence::of(
        "Chạy ngay: emanifest backup; rồi bật bộ hẹn giờ: systemctl enable --now emanifest-backup.timer.",
        "Run now: emanifest backup; then switch the timer on: systemctl enable --now emanifest-backup.timer.",
    );
    if config.backup_dir.is_none() || config.backup_recipients.is_empty() {
        return Check::bad(
            "backups",
            Light::Red,
            Sentence::of("chưa cài đặt sao lưu", "backups are not set up"),
            Sentence::of(
                "Tạo khoá: emanifest keys backup --file …; ghi backup_dir và backup_recipients vào cấu hình.",
                "Make a key: emanifest keys backup --file …; write backup_dir and backup_recipients into the configuration.",
            ),
        );
    }
    let Some(made) = made else {
        return Check::bad("backups", Light::Red, Sentence::of("chưa có bản nào", "there is none yet"), run);
    };
    let hours = (now - made).num_hours();
    let seen =
        Sentence::of(format!("bản mới nhất cách đây {hours} giờ"), format!("the newest is {hours} h old"));
    match hours {
        ..=26 => Check::green("backups", seen.vi, seen.en),
        27..=168 => Check::bad("backups", Light::Yellow, seen, run),
        _ => Check::bad("backups", Light::Red, seen, run),
    }
}

/// Notices that may wait before something is wrong with the way out.
const WAITING: i64 = 1_000;

pub(super) async fn notices(db: &Db) -> Check {
    let counted = async {
        let mut tx = db.read("doctor.notices").await?;
        deliveries::count_by_state(&mut tx).await
    };
    let counted = match counted.await {
        Ok(counted) => counted,
        Err(error) => return unreachable(&error),
    };
    let of = |state: State| counted.iter().find(|(held, _)| *held == state).map_or(0, |(_, count)| *count);
    let (waiting, dead) = (of(State::Waiting), of(State::Dead));
    let seen = Sentence::of(
        format!("{waiting} thông báo đang chờ gửi, {dead} không gửi được"),
        format!("{waiting} notices wait to be sent, {dead} could not be sent"),
    );
    if waiting <= WAITING {
        return Check::green("notices", seen.vi, seen.en);
    }
    Check::bad(
        "notices",
        Light::Yellow,
        seen,
        Sentence::of(
            "Xem nhật ký: journalctl -u emanifest | grep notice; máy chủ có ra được Internet không?",
            "Read the log: journalctl -u emanifest | grep notice; can the server reach the Internet?",
        ),
    )
}

pub(super) async fn parked(db: &Db) -> Check {
    let counted = async {
        let mut tx = db.read("doctor.parked").await?;
        health::count_parked(&mut tx).await
    };
    match counted.await {
        Ok(0) => Check::green("events", "không có sự kiện nào bị gác lại", "no event is parked"),
        Ok(count) => Check::bad(
            "events",
            Light::Red,
            Sentence::of(
                format!("{count} sự kiện hợp lệ không lưu được, đang gác lại"),
                format!("{count} authentic events could not be stored and are parked"),
            ),
            Sentence::of(
                "Giữ nguyên cơ sở dữ liệu, báo cho đội phát triển kèm nhật ký: bản gốc vẫn còn trong refused_events.",
                "Keep the database as it is and tell the developers, with the log: the bytes are in refused_events.",
            ),
        ),
        Err(error) => unreachable(&error),
    }
}

pub(super) async fn devices(db: &Db, now: DateTime<Utc>) -> Check {
    let counted = async {
        let mut tx = db.read("doctor.devices").await?;
        health::count_silent_devices(&mut tx, instant(now - Duration::days(7))).await
    };
    match counted.await {
        Ok((all, silent)) if silent * 2 <= all => Check::green(
            "devices",
            format!("{all} điện thoại, {silent} im lặng quá 7 ngày"),
            format!("{all} phones, {silent} silent for over 7 days"),
        ),
        Ok((all, silent)) => Check::bad(
            "devices",
            Light::Yellow,
            Sentence::of(
                format!("{silent} trong {all} điện thoại im lặng quá 7 ngày"),
                format!("{silent} of {all} phones are silent for over 7 days"),
            ),
            Sentence::of(
                "Xem trang Thiết bị: máy nào không dùng nữa thì thu hồi, máy nào còn dùng thì mở ứng dụng khi có mạng.",
                "Look at the page Devices: revoke those out of use, open the application on the others where there is a network.",
            ),
        ),
        Err(error) => unreachable(&error),
    }
}

pub(super) async fn mail(config: &Config) -> Check {
    let Some(url) = &config.mail_url else {
        return Check::green("mail", "không dùng thư điện tử", "e-mail is not used");
    };
    let parsed = url::Url::parse(&url.0).ok();
    let host = parsed.as_ref().and_then(|url| url.host_str()).unwrap_or_default().to_owned();
    let port = parsed.as_ref().and_then(|url| url.port()).unwrap_or(if url.0.starts_with("smtps") {
        465
    } else {
        587
    });
    let call = tokio::net::TcpStream::connect((host.as_str(), port));
    match tokio::time::timeout(Wait::from_secs(5), call).await {
        Ok(Ok(_)) => Check::green("mail", format!("{host} trả lời"), format!("{host} answers")),
        Ok(Err(_)) | Err(_) => Check::bad(
            "mail",
            Light::Red,
            Sentence::of(format!("{host}:{port} không trả lời"), format!("{host}:{port} does not answer")),
            Sentence::of(
                "Xem mail_url và tường lửa; thông báo vẫn nằm trong hàng đợi và sẽ được gửi lại.",
                "See mail_url and the firewall; notices stay in the queue and are tried again.",
            ),
        ),
    }
}
