//! JPEG (ITU-T T.81): markers from SOI to EOI, nothing behind.

use super::{FileFault, Rest, Size};

pub(super) const MAGIC: &[u8] = &[0xff, 0xd8, 0xff];

const DAMAGED: FileFault = FileFault::Damaged("marker out of place");

/// Walks every marker; the size stands in the frame header.
pub(super) fn walk(bytes: &[u8]) -> Result<Size, FileFault> {
    let mut rest = Rest(&bytes[2..]);
    let mut size = None;
    let mut scanned = false;
    loop {
        match marker(&mut rest)? {
            // End of image: the last two bytes, or something follows that no picture needs.
            0xd9 if !rest.is_empty() => return Err(FileFault::Metadata("bytes behind its end")),
            0xd9 if scanned => return size.ok_or(DAMAGED),
            // Start of scan: a header, then coded data up to the next marker.
            0xda if size.is_some() => {
                segment(&mut rest)?;
                skip_coded(&mut rest);
                scanned = true;
            }
            // Frame headers of every process but the hierarchical ones.
            0xc0..=0xc3 | 0xc9..=0xcb if size.is_none() => size = Some(frame(segment(&mut rest)?)?),
            // Tables: Huffman, arithmetic conditioning, quantisation, restart interval.
            0xc4 | 0xcc | 0xdb | 0xdd => drop(segment(&mut rest)?),
            0xe0 => named(segment(&mut rest)?, b"JFIF\0", "an APP0 extension")?,
            0xe2 => named(segment(&mut rest)?, b"ICC_PROFILE\0", "an APP2 block")?,
            0xee => named(segment(&mut rest)?, b"Adobe", "an APP14 block")?,
            0xe1 => return Err(FileFault::Metadata("Exif or XMP")),
            0xe3..=0xef => return Err(FileFault::Metadata("an application block")),
            0xfe => return Err(FileFault::Metadata("a comment")),
            _ => return Err(DAMAGED),
        }
    }
}

/// The next marker; any number of fill bytes may stand before it.
fn marker(rest: &mut Rest<'_>) -> Result<u8, FileFault> {
    if rest.byte()? != 0xff {
        return Err(DAMAGED);
    }
    loop {
        match rest.byte()? {
            0xff => {}
            code => return Ok(code),
        }
    }
}

/// What stands in a segment; its length counts its own two bytes.
fn segment<'a>(rest: &mut Rest<'a>) -> Result<&'a [u8], FileFault> {
    let length = rest.u16_be()?.checked_sub(2).ok_or(DAMAGED)?;
    rest.take(length)
}

fn named(body: &[u8], name: &[u8], what: &'static str) -> Result<(), FileFault> {
    if body.starts_with(name) { Ok(()) } else { Err(FileFault::Metadata(what)) }
}

/// Precision, height, width, components.
fn frame(body: &[u8]) -> Result<Size, FileFault> {
    let mut rest = Rest(body);
    rest.byte()?;
    let side = |rest: &mut Rest<'_>| rest.u16_be().map(|pixels| u32::try_from(pixels).unwrap_or(u32::MAX));
    let height = side(&mut rest)?;
    Ok(Size { width: side(&mut rest)?, height })
}

/// Leaves `rest` at the marker after the coded data: 0xff there is followed by 0x00 or a restart number.
fn skip_coded(rest: &mut Rest<'_>) {
    let inside = |pair: &[u8]| pair[0] != 0xff || matches!(pair[1], 0x00 | 0xd0..=0xd7);
    let end = rest.0.windows(2).position(|pair| !inside(pair)).unwrap_or(rest.0.len());
    rest.0 = &rest.0[end..];
}
