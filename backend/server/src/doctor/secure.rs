//! Keys and certificates.

use super::{Check, Light, Sentence};
use crate::config::Config;
use crate::keys;
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use std::path::Path;
use store::{Db, trust_lists};

/// Days before an end at which it is time to act.
const SOON_DAYS: i64 = 30;

pub(super) async fn keys(db: &Db, config: &Config, now: DateTime<Utc>) -> Check {
    let sign = Sentence::of(
        "Ký danh sách tin cậy mới bằng khoá gốc: emanifest keys sign --root FILE; rồi khởi động lại máy chủ.",
        "Sign the next trust list with the root key: emanifest keys sign --root FILE; then restart the server.",
    );
    if let Err(error) = keys::open(db, &config.keys_dir, &SystemRandom::new(), now).await {
        return Check::bad(
            "keys",
            Light::Red,
            Sentence::of(
                format!("không dùng được khoá: {error}"),
                format!("the keys cannot be used: {error}"),
            ),
            sign,
        );
    }
    let newest = async {
        let mut tx = db.read("doctor.keys").await?;
        trust_lists::find_newest(&mut tx).await
    };
    match newest.await {
        Ok(Some(list)) => {
            let days = (list.expires_at - now).num_days();
            let seen = Sentence::of(
                format!("danh sách tin cậy số {} còn {days} ngày", list.seq),
                format!("trust list {} has {days} days left", list.seq),
            );
            match days {
                SOON_DAYS.. => Check::green("keys", seen.vi, seen.en),
                1..SOON_DAYS => Check::bad("keys", Light::Yellow, seen, sign),
                _ => Check::bad("keys", Light::Red, seen, sign),
            }
        }
        Ok(None) => Check::bad(
            "keys",
            Light::Red,
            Sentence::of("chưa có danh sách tin cậy", "there is no trust list"),
            sign,
        ),
        Err(error) => super::checks::unreachable(&error),
    }
}

/// A root key on the server would let whoever takes the server make keys of their own.
pub(super) fn root_key(config: &Config) -> Check {
    let is_root = |name: &str| name.starts_with("root-") && name.ends_with(".key");
    let found = std::fs::read_dir(&config.keys_dir)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(is_root));
    if !found {
        return Check::green("root_key", "không nằm trên máy chủ", "is not on the server");
    }
    Check::bad(
        "root_key",
        Light::Red,
        Sentence::of("khoá gốc nằm trên máy chủ", "the root key lies on the server"),
        Sentence::of(
            format!(
                "Chép root-*.key trong {} ra hai USB cất ở hai nơi, rồi xoá khỏi máy chủ.",
                config.keys_dir.display()
            ),
            format!(
                "Copy root-*.key of {} to two media kept in two places, then remove it here.",
                config.keys_dir.display()
            ),
        ),
    )
}

pub(super) fn tls(config: &Config, now: DateTime<Utc>) -> Check {
    let renew = Sentence::of(
        "Gia hạn chứng thư và thay tệp: máy chủ tự đọc lại trong vòng một phút.",
        "Renew the certificate and replace the files: the server reads them again within a minute.",
    );
    let Some(path) = &config.tls_cert else {
        if config.behind_https || config.listen.ip().is_loopback() {
            return Check::green(
                "tls",
                "do máy chủ phía trước đảm nhiệm",
                "is the business of the proxy in front",
            );
        }
        return Check::bad(
            "tls",
            Light::Red,
            Sentence::of("phục vụ ra mạng mà không có HTTPS", "serves a network without HTTPS"),
            Sentence::of(
                "Đặt tls_cert và tls_key, hoặc đặt sau một máy chủ HTTPS và ghi behind_https = true: trình duyệt không cho quét và ghi khi không có HTTPS.",
                "Set tls_cert and tls_key, or put an HTTPS proxy in front and set behind_https = true: browsers neither scan nor keep events without HTTPS.",
            ),
        );
    };
    match days_left(path, now) {
        Ok(days) => {
            let seen = Sentence::of(
                format!("chứng thư còn {days} ngày"),
                format!("the certificate has {days} days left"),
            );
            match days {
                SOON_DAYS.. => Check::green("tls", seen.vi, seen.en),
                1..SOON_DAYS => Check::bad("tls", Light::Yellow, seen, renew),
                _ => Check::bad("tls", Light::Red, seen, renew),
            }
        }
        Err(error) => Check::bad(
            "tls",
            Light::Red,
            Sentence::of(
                format!("không đọc được chứng thư: {error}"),
                format!("the certificate is unreadable: {error}"),
            ),
            renew,
        ),
    }
}

/// Days until the first certificate of a PEM file ends; negative when it has.
///
/// # Errors
/// When it is none.
pub(crate) fn days_left(path: &Path, now: DateTime<Utc>) -> anyhow::Result<i64> {
    let pem = std::fs::read(path)?;
    let (_, first) = x509_parser::pem::parse_x509_pem(&pem)?;
    let ends = first.parse_x509()?.validity().not_after.timestamp();
    Ok((ends - now.timestamp()).div_euclid(24 * 60 * 60))
}

pub(super) fn push(config: &Config) -> Check {
    match keys::open_push(&config.keys_dir, &SystemRandom::new()) {
        Ok(Some(_)) => Check::green("push", "có khoá thông báo đẩy", "there is a key for push messages"),
        Ok(None) => Check::bad(
            "push",
            Light::Yellow,
            Sentence::of("không có thông báo đẩy", "there are no push messages"),
            Sentence::of(
                "Tạo khoá: emanifest keys push; rồi khởi động lại máy chủ.",
                "Make a key: emanifest keys push; then restart the server.",
            ),
        ),
        Err(error) => Check::bad(
            "push",
            Light::Red,
            Sentence::of(
                format!("khoá thông báo đẩy hỏng: {error}"),
                format!("the push key is bad: {error}"),
            ),
            Sentence::of(
                "Khôi phục push.key từ bản sao lưu: khoá mới buộc mọi trình duyệt đăng ký lại.",
                "Restore push.key from a backup: with a new key every browser has to subscribe again.",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::days_left;
    use chrono::{TimeZone as _, Utc};

    #[test]
    fn the_end_of_a_certificate_is_read_from_its_file() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut told = rcgen::CertificateParams::new(vec!["emanifest.example.vn".to_owned()]).unwrap();
        told.not_after = rcgen::date_time_ymd(2027, 1, 10);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cert.pem");
        std::fs::write(&path, told.self_signed(&key).unwrap().pem()).unwrap();
        assert_eq!(days_left(&path, Utc.with_ymd_and_hms(2026, 12, 31, 0, 0, 0).unwrap()).unwrap(), 10);
        assert_eq!(days_left(&path, Utc.with_ymd_and_hms(2027, 1, 11, 12, 0, 0).unwrap()).unwrap(), -2);
        std::fs::write(&path, "no certificate").unwrap();
        assert!(days_left(&path, Utc.with_ymd_and_hms(2026, 12, 31, 0, 0, 0).unwrap()).is_err());
    }
}
