//! PDF (ISO 32000): its header at the first byte, its trailer at the last.
//!
//! What lies between is not interpreted: a PDF is only ever handed out as a download, never shown inside our pages.

use super::FileFault;

pub(super) const MAGIC: &[u8] = b"%PDF-";

/// How far from the end the trailer may begin.
const TAIL: usize = 1024;

pub(super) fn check(bytes: &[u8]) -> Result<(), FileFault> {
    let version = bytes.get(MAGIC.len()..MAGIC.len() + 3);
    if !version.is_some_and(|text| matches!(text, [b'1' | b'2', b'.', b'0'..=b'9'])) {
        return Err(FileFault::Damaged("no version"));
    }
    let tail = bytes[bytes.len().saturating_sub(TAIL)..].trim_ascii_end();
    let Some(trailer) = tail.strip_suffix(b"%%EOF") else {
        return Err(FileFault::Damaged("no end"));
    };
    if !contains(trailer, b"startxref") {
        return Err(FileFault::Damaged("no cross-reference"));
    }
    // A photograph embedded as the camera wrote it.
    if contains(bytes, b"Exif\0\0") {
        return Err(FileFault::Metadata("a picture with Exif"));
    }
    Ok(())
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
