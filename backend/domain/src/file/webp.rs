//! WebP (RFC 9649): one RIFF of the whole file; a still, with transparency and colour profile at most.

use super::{FileFault, Rest, Size, u32_le};

const DAMAGED: FileFault = FileFault::Damaged("chunk out of place");

pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

/// Walks every chunk; the size stands in the extended header or in the picture itself.
pub(super) fn walk(bytes: &[u8]) -> Result<Size, FileFault> {
    let declared = usize::try_from(u32_le(&bytes[4..8])).unwrap_or(usize::MAX).saturating_add(8);
    if declared < bytes.len() {
        return Err(FileFault::Metadata("bytes behind its end"));
    }
    if declared > bytes.len() {
        return Err(Rest::CUT);
    }
    let mut rest = Rest(&bytes[12..]);
    let (mut canvas, mut picture) = (None, None);
    let mut first = true;
    while !rest.is_empty() {
        let (name, body) = chunk(&mut rest)?;
        match name {
            b"VP8X" if first => canvas = Some(extended(body)?),
            b"VP8 " if picture.is_none() => picture = Some(lossy(body)?),
            b"VP8L" if picture.is_none() => picture = Some(lossless(body)?),
            b"ALPH" | b"ICCP" if canvas.is_some() && picture.is_none() => {}
            b"EXIF" => return Err(FileFault::Metadata("Exif")),
            b"XMP " => return Err(FileFault::Metadata("XMP")),
            b"ANIM" | b"ANMF" => return Err(FileFault::Metadata("an animation")),
            b"VP8X" | b"VP8 " | b"VP8L" | b"ALPH" | b"ICCP" => return Err(DAMAGED),
            _ => return Err(FileFault::Metadata("an extra chunk")),
        }
        first = false;
    }
    picture.map(|size| canvas.unwrap_or(size)).ok_or(DAMAGED)
}

/// Name, length, content, and a byte of padding after an odd length.
fn chunk<'a>(rest: &mut Rest<'a>) -> Result<(&'a [u8], &'a [u8]), FileFault> {
    let name = rest.take(4)?;
    let length = usize::try_from(u32_le(rest.take(4)?)).unwrap_or(usize::MAX);
    let body = rest.take(length)?;
    rest.take(length & 1)?;
    Ok((name, body))
}

fn extended(body: &[u8]) -> Result<Size, FileFault> {
    let side = |at: usize| body.get(at..at + 3).map(|bytes| u32_le(bytes) + 1).ok_or(DAMAGED);
    Ok(Size { width: side(4)?, height: side(7)? })
}

/// A key frame of VP8 (RFC 6386 §9.1): three bytes of frame tag, the start code, 14 bits for each side.
fn lossy(body: &[u8]) -> Result<Size, FileFault> {
    if body.get(3..6) != Some(&[0x9d, 0x01, 0x2a]) {
        return Err(DAMAGED);
    }
    let side = |at: usize| body.get(at..at + 2).map(|bytes| u32_le(bytes) & 0x3fff).ok_or(DAMAGED);
    Ok(Size { width: side(6)?, height: side(8)? })
}

fn lossless(body: &[u8]) -> Result<Size, FileFault> {
    if body.len() < 5 || body[0] != 0x2f {
        return Err(DAMAGED);
    }
    let bits = u32_le(&body[1..5]);
    Ok(Size { width: (bits & 0x3fff) + 1, height: (bits >> 14 & 0x3fff) + 1 })
}
