//! Evidence files: what may be kept beside an event, judged by content alone.
//!
//! A photograph carries pixels and a colour profile, nothing else: metadata can tell where a driver lives, so a file
//! with any is refused, never cleaned here: the event that names it signs over its exact bytes. The walkers are
//! strict and read to the last byte, because whatever a lenient reader skips is room for a second file in the first.

mod hash;
mod jpeg;
mod pdf;
mod png;
mod webp;

pub use hash::{BadHash, FileHash};

/// Largest evidence file, bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Most files that one event names.
pub const MAX_FILES: usize = 20;
/// Longest side of a picture, pixels.
const MAX_SIDE: u32 = 16_384;
/// Most pixels of a picture: a viewer must not be made to allocate gigabytes.
const MAX_PIXELS: u64 = 120_000_000;

words! {
    /// What an evidence file is, by its content.
    pub enum FileKind {
        /// JPEG.
        Jpeg = "jpeg",
        /// PNG.
        Png = "png",
        /// WebP, a still.
        Webp = "webp",
        /// PDF.
        Pdf = "pdf",
    }
}

impl FileKind {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// The ending of its name when it is saved.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
        }
    }
}

words! {
    /// What a file shows, as the phone says.
    pub enum FileSubject {
        /// The load, its packages and labels.
        Load = "load",
        /// The weighbridge's ticket.
        Ticket = "ticket",
        /// The signature of the person who hands over, drawn on the driver's screen.
        Signature = "signature",
        /// Physical seals of drums, tank or truck.
        PhysicalSeals = "physical_seals",
        /// The vehicle.
        Vehicle = "vehicle",
        /// A paper.
        Document = "document",
    }
}

/// Why bytes are no evidence file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Not JPEG, PNG, WebP or PDF.
    #[error("neither JPEG, PNG, WebP nor PDF")]
    Kind,
    /// It begins as one of them and does not go on so.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// It carries more than the picture: places, persons, comments.
    #[error("carries {0}")]
    Metadata(&'static str),
    /// More pixels than a screen of ours shows.
    #[error("too many pixels")]
    Pixels,
}

/// What these bytes are.
///
/// # Errors
/// Why they are not kept.
pub fn inspect(bytes: &[u8]) -> Result<FileKind, FileFault> {
    let (kind, size) = if bytes.starts_with(jpeg::MAGIC) {
        (FileKind::Jpeg, jpeg::walk(bytes)?)
    } else if bytes.starts_with(png::MAGIC) {
        (FileKind::Png, png::walk(bytes)?)
    } else if webp::begins(bytes) {
        (FileKind::Webp, webp::walk(bytes)?)
    } else if bytes.starts_with(pdf::MAGIC) {
        pdf::check(bytes)?;
        return Ok(FileKind::Pdf);
    } else {
        return Err(FileFault::Kind);
    };
    size.check()?;
    Ok(kind)
}

/// Width and height of a picture, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    width: u32,
    height: u32,
}

impl Size {
    fn check(self) -> Result<(), FileFault> {
        if self.width == 0 || self.height == 0 {
            return Err(FileFault::Damaged("no pixels"));
        }
        let pixels = u64::from(self.width) * u64::from(self.height);
        if self.width > MAX_SIDE || self.height > MAX_SIDE || pixels > MAX_PIXELS {
            return Err(FileFault::Pixels);
        }
        Ok(())
    }
}

/// Bytes still to read; every step says whether they were there.
#[derive(Debug, Clone, Copy)]
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    const CUT: FileFault = FileFault::Damaged("cut short");

    fn take(&mut self, length: usize) -> Result<&'a [u8], FileFault> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Self::CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, FileFault> {
        Ok(self.take(1)?[0])
    }

    fn u16_be(&mut self) -> Result<usize, FileFault> {
        let bytes = self.take(2)?;
        Ok(usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
    }

    fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// A big-endian length or measure of four bytes.
fn u32_be(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |value, byte| value << 8 | u32::from(*byte))
}

/// A little-endian length or measure of up to four bytes.
fn u32_le(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}
