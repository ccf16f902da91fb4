//! Which contents are kept as evidence, over the shared vectors.

use domain::file::{FileFault, FileHash, FileKind, inspect};
use proptest::prelude::*;
use std::path::Path;

fn vector(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/files");
    std::fs::read(folder.join(name)).unwrap()
}

const KEPT: [(&str, FileKind); 9] = [
    ("plain.jpg", FileKind::Jpeg),
    ("progressive.jpg", FileKind::Jpeg),
    ("restart.jpg", FileKind::Jpeg),
    ("profile.jpg", FileKind::Jpeg),
    ("plain.png", FileKind::Png),
    ("lossy.webp", FileKind::Webp),
    ("lossless.webp", FileKind::Webp),
    ("alpha.webp", FileKind::Webp),
    ("paper.pdf", FileKind::Pdf),
];

#[test]
fn pictures_of_every_kind_are_kept() {
    for (name, kind) in KEPT {
        assert_eq!(inspect(&vector(name)), Ok(kind), "{name}");
    }
}

#[test]
fn whatever_carries_more_than_the_picture_is_refused() {
    for name in [
        "exif_place.jpg",
        "exif_turned.jpg",
        "xmp_place.jpg",
        "iptc_place.jpg",
        "comment.jpg",
        "exif_place.png",
        "text.png",
        "exif_place.webp",
        "animated.webp",
    ] {
        assert!(matches!(inspect(&vector(name)), Err(FileFault::Metadata(_))), "{name}");
    }
    // A PDF that holds the photograph as the camera wrote it.
    let mut paper = vector("paper.pdf");
    let end = paper.len() - 40;
    paper.splice(end..end, vector("exif_place.jpg"));
    assert!(matches!(inspect(&paper), Err(FileFault::Metadata(_))));
}

#[test]
fn a_second_file_behind_the_first_is_refused() {
    for (name, kind) in KEPT.into_iter().filter(|(_, kind)| *kind != FileKind::Pdf) {
        for tail in [&b"PK\x03\x04"[..], b"<script>", b"\0", b"%PDF-1.7\n%%EOF"] {
            let mut bytes = vector(name);
            bytes.extend_from_slice(tail);
            assert!(inspect(&bytes).is_err(), "{name} as {kind} with {tail:?}");
        }
    }
    let mut paper = vector("paper.pdf");
    paper.extend_from_slice(b"<html>");
    assert!(inspect(&paper).is_err());
    // Something before the header, which some readers forgive.
    let mut page = b"<script>alert(1)</script>".to_vec();
    page.extend(vector("paper.pdf"));
    assert_eq!(inspect(&page), Err(FileFault::Kind));
}

#[test]
fn a_file_cut_short_is_damaged_wherever_the_cut_is() {
    for (name, kind) in KEPT {
        let bytes = vector(name);
        // The white space at the end of a PDF is no part of it.
        let whole = if kind == FileKind::Pdf { bytes.trim_ascii_end().len() } else { bytes.len() };
        for length in 0..whole {
            assert!(inspect(&bytes[..length]).is_err(), "{name} cut to {length}");
        }
    }
}

#[test]
fn what_is_no_picture_is_refused_by_content_whatever_it_is_called() {
    let no_pictures = [
        &b""[..],
        b"GIF89a\x01\0\x01\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"BM\0\0\0\0",
        b"MZ\x90\0",
        b"\x7fELF",
        b"II*\0",
        b"\0\0\0\x18ftypheic",
    ];
    for bytes in no_pictures {
        assert_eq!(inspect(bytes), Err(FileFault::Kind), "{bytes:?}");
    }
}

#[test]
fn a_picture_that_would_fill_the_memory_is_refused() {
    let mut png = vector("plain.png");
    png[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    assert_eq!(inspect(&png), Err(FileFault::Pixels));
    png[20..24].copy_from_slice(&0_u32.to_be_bytes());
    assert_eq!(inspect(&png), Err(FileFault::Damaged("no pixels")));
    let mut jpeg = vector("plain.jpg");
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(inspect(&jpeg), Err(FileFault::Pixels));
}

#[test]
fn a_hash_is_64_lower_case_digits() {
    let hash = FileHash::of(b"");
    let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hash.to_string(), text);
    assert_eq!(text.parse(), Ok(hash));
    assert_eq!(serde_json::from_str::<FileHash>(&format!("\"{text}\"")).unwrap(), hash);
    assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{text}\""));
    for bad in ["", &text[..63], &text.to_uppercase(), &format!("{text}0"), &text.replace('e', "g")] {
        assert!(bad.parse::<FileHash>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_walkers_fall_over(
        name in prop::sample::select(KEPT.map(|(name, _)| name).to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = vector(name);
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = inspect(&bytes);
    }
}
