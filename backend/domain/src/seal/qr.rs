//! The text of a QR or wall code: `HTTPS://<HOST>/Q/<BASE32>`, so that any camera app opens the public page.
//!
//! Upper case keeps the QR in its dense alphanumeric mode; reading does not mind case or surrounding white space.

use data_encoding::{BASE32_NOPAD, DecodeKind};

/// Most characters of a host, port included, that keep the worst manifest within QR version 14-M.
pub const HOST_MAX: usize = 53;
/// Longest text worth reading: 1 KiB of payload and its envelope in base32, prefix, host and some white space.
const TEXT_MAX: usize = 2048;

/// Why a text is not a seal's link: one variant per rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// Nothing there.
    #[error("the code is empty")]
    Empty,
    /// Far longer than any seal.
    #[error("the code is too long")]
    TooLong,
    /// A link, but not to `/Q/…` over http or https.
    #[error("the code is a link to something else")]
    OtherLink,
    /// The host is empty, too long or not a host.
    #[error("the code names no proper host")]
    Host,
    /// A character that base32 does not have.
    #[error("the code has a character that does not belong there")]
    Symbol,
    /// A length that no base32 text has.
    #[error("the code is cut or too long by some characters")]
    Length,
    /// Leftover bits that are not zero.
    #[error("the code has stray bits at its end")]
    TrailingBits,
}

impl QrError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::OtherLink => "other_link",
            Self::Host => "bad_host",
            Self::Symbol => "bad_symbol",
            Self::Length => "bad_length",
            Self::TrailingBits => "trailing_bits",
        }
    }
}

/// What a scanned text holds; nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedCode {
    /// Host in lower case with its port, or none for bare base32. Never to be navigated to before the trust list
    /// names it.
    pub host: Option<String>,
    /// The envelope's bytes.
    pub bytes: Vec<u8>,
}

/// Reads the text of a QR, a wall code or bare base32.
///
/// # Errors
/// [`QrError`]: the first broken rule.
pub fn parse(text: &str) -> Result<ScannedCode, QrError> {
    if text.len() > TEXT_MAX {
        return Err(QrError::TooLong);
    }
    let upper = text.trim().to_ascii_uppercase();
    if upper.is_empty() {
        return Err(QrError::Empty);
    }
    let (host, base32) = match upper.strip_prefix("HTTPS://").or_else(|| upper.strip_prefix("HTTP://")) {
        Some(rest) => {
            let (host, path) = rest.split_once('/').ok_or(QrError::OtherLink)?;
            let base32 = path.strip_prefix("Q/").ok_or(QrError::OtherLink)?;
            if !is_host(host) {
                return Err(QrError::Host);
            }
            (Some(host.to_ascii_lowercase()), base32)
        }
        None if upper.contains("://") => return Err(QrError::OtherLink),
        None => (None, upper.as_str()),
    };
    if base32.is_empty() {
        return Err(QrError::Empty);
    }
    if !base32.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')) {
        return Err(QrError::Symbol);
    }
    let bytes = BASE32_NOPAD.decode(base32.as_bytes()).map_err(|error| match error.kind {
        DecodeKind::Length => QrError::Length,
        DecodeKind::Trailing => QrError::TrailingBits,
        DecodeKind::Symbol | DecodeKind::Padding => QrError::Symbol,
    })?;
    Ok(ScannedCode { host, bytes })
}

/// Writes the text of a QR.
///
/// # Errors
/// [`QrError::Host`] when the host cannot stand in a QR of the agreed size.
pub fn render(host: &str, envelope: &[u8]) -> Result<String, QrError> {
    let host = host.to_ascii_uppercase();
    if !is_host(&host) {
        return Err(QrError::Host);
    }
    Ok(format!("HTTPS://{host}/Q/{}", BASE32_NOPAD.encode(envelope)))
}

/// Letters, digits, dots and hyphens with an optional port: no user, no brackets.
fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    host.len() <= HOST_MAX
        && name.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
        && port.is_none_or(|port| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{QrError, parse, render};
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_one_code_is_that_code() {
        let text = render("Demo.Example.VN:8080", &[1, 2, 3]).unwrap();
        assert_eq!(text, "HTTPS://DEMO.EXAMPLE.VN:8080/Q/AEBAG");
        for spelling in
            [text.as_str(), "https://demo.example.vn:8080/q/aebag", " http://Demo.Example.vn:8080/Q/AEBAG\n"]
        {
            let code = parse(spelling).unwrap();
            assert_eq!(
                (code.host.as_deref(), code.bytes.as_slice()),
                (Some("demo.example.vn:8080"), &[1, 2, 3][..])
            );
        }
        assert_eq!(parse("aebag").unwrap().host, None);
    }

    #[test]
    fn each_rule_has_its_code() {
        for (text, error) in [
            ("  ", QrError::Empty),
            ("https://a.vn/Q/", QrError::Empty),
            ("https://a.vn/", QrError::OtherLink),
            ("https://a.vn", QrError::OtherLink),
            ("https://a.vn/R/AEBAG", QrError::OtherLink),
            ("ftp://a.vn/Q/AEBAG", QrError::OtherLink),
            ("https://user@a.vn/Q/AEBAG", QrError::Host),
            ("https:///Q/AEBAG", QrError::Host),
            ("https://a.vn:/Q/AEBAG", QrError::Host),
            ("https://a..vn/Q/AEBAG", QrError::Host),
            ("https://a.vn/Q/AEBAG?x=1", QrError::Symbol),
            ("https://a.vn/Q/AEBAG===", QrError::Symbol),
            ("AEB0G", QrError::Symbol),
            ("AEB AG", QrError::Symbol),
            ("ÀEBAG", QrError::Symbol),
            ("AEBAGA", QrError::Length),
            ("AEBAH", QrError::TrailingBits),
        ] {
            assert_eq!(parse(text).unwrap_err(), error, "{text}");
        }
        assert_eq!(parse(&"A".repeat(3000)).unwrap_err(), QrError::TooLong);
        assert_eq!(parse(&format!("https://{}/Q/AEBAG", "a".repeat(54))).unwrap_err(), QrError::Host);
        assert_eq!(render("a/b", &[1]), Err(QrError::Host));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 1..400)) {
            prop_assert_eq!(parse(&render("a.vn", &bytes).unwrap()).unwrap().bytes, bytes);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = parse(&text);
        }
    }
}
