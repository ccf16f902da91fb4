//! PNG (ISO/IEC 15948): chunks from IHDR to IEND, nothing behind.

use super::{FileFault, Rest, Size, u32_be};

pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Walks every chunk; the size stands in the first.
pub(super) fn walk(bytes: &[u8]) -> Result<Size, FileFault> {
    let mut rest = Rest(&bytes[MAGIC.len()..]);
    let (name, header) = chunk(&mut rest)?;
    if name != b"IHDR" || header.len() != 13 {
        return Err(FileFault::Damaged("no header"));
    }
    let size = Size { width: u32_be(header), height: u32_be(&header[4..]) };
    let mut pixels = false;
    loop {
        let (name, body) = chunk(&mut rest)?;
        match name {
            b"IEND" if !body.is_empty() || !rest.is_empty() => {
                return Err(FileFault::Metadata("bytes behind its end"));
            }
            b"IEND" if pixels => return Ok(size),
            b"IDAT" => pixels = true,
            b"PLTE" | b"tRNS" | b"cHRM" | b"gAMA" | b"iCCP" | b"sBIT" | b"sRGB" | b"cICP" | b"bKGD"
            | b"hIST" | b"pHYs" => {}
            b"eXIf" => return Err(FileFault::Metadata("Exif")),
            b"tEXt" | b"zTXt" | b"iTXt" => return Err(FileFault::Metadata("a text")),
            // An upper-case first letter marks a chunk without which the picture cannot be read.
            [first, ..] if first.is_ascii_uppercase() => {
                return Err(FileFault::Damaged("chunk out of place"));
            }
            _ => return Err(FileFault::Metadata("an extra chunk")),
        }
    }
}

/// Length, name, content, checksum. The checksum is not looked at: the hash of the whole says more.
fn chunk<'a>(rest: &mut Rest<'a>) -> Result<(&'a [u8], &'a [u8]), FileFault> {
    let length = usize::try_from(u32_be(rest.take(4)?)).unwrap_or(usize::MAX);
    let name = rest.take(4)?;
    let body = rest.take(length)?;
    rest.take(4)?;
    Ok((name, body))
}
