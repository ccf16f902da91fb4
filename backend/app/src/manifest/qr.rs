//! QR images and labels to print: SVG and PNG of a manifest's seal or a wall code.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::ports::Core;
use domain::id::ManifestId;
use domain::seal::qr as seal_text;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Modules of white around a code (ISO/IEC 18004: at least 4).
const QUIET: usize = 4;
/// Pixels of one module in a PNG: 73 modules make 648 pixels, 54 mm at 300 dpi.
const PIXELS: usize = 8;

/// The matrix of a text at error correction M.
fn matrix(text: &str) -> Result<QrCode> {
    QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)
        .map_err(|error| Error::Internal(format!("QR: {error}")))
}

/// Any text as an SVG code.
///
/// # Errors
/// [`Error::Internal`] when the text does not fit into a QR.
pub fn text_svg(text: &str) -> Result<String> {
    Ok(matrix(text)?.render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build())
}

/// Any text as a PNG code, 8 pixels a module, one byte of grey a pixel.
///
/// # Errors
/// As [`text_svg`].
pub fn text_png(text: &str) -> Result<Vec<u8>> {
    let code = matrix(text)?;
    let (modules, colours) = (code.width(), code.to_colors());
    let side = (modules + 2 * QUIET) * PIXELS;
    let mut grey = vec![255_u8; side * side];
    for (index, colour) in colours.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
        debug_assert_eq!(*colour, Color::Dark);
        let (left, top) = ((index % modules + QUIET) * PIXELS, (index / modules + QUIET) * PIXELS);
        for row in top..top + PIXELS {
            grey[row * side + left..row * side + left + PIXELS].fill(0);
        }
    }
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&grey, side, side, ExtendedColorType::L8)
        .map_err(|error| Error::Internal(format!("PNG: {error}")))?;
    Ok(png)
}

/// Text of the QR of an envelope, under the public host of this installation.
///
/// # Errors
/// [`Error::Internal`] when the configured host cannot stand in a QR.
pub fn seal_link(core: &Core, envelope: &[u8]) -> Result<String> {
    seal_text::render(&core.settings.public_host, envelope)
        .map_err(|error| Error::Internal(format!("public host: {}", error.code())))
}

/// The QR of an issued manifest as SVG.
///
/// # Errors
/// [`Error::NotFound`] for others' manifests; [`Error::WrongState`] before issue; [`Error::Forbidden`] for those who see
/// it without being a party.
pub async fn svg(app: &App, caller: &Caller, id: ManifestId) -> Result<String> {
    text_svg(&code(app, caller, id).await?.1)
}

/// The QR of an issued manifest as PNG.
///
/// # Errors
/// As [`svg`].
pub async fn png(app: &App, caller: &Caller, id: ManifestId) -> Result<Vec<u8>> {
    text_png(&code(app, caller, id).await?.1)
}

/// The label to stick on the load: QR, number, short code, parties and lines, 100 × 150 mm.
///
/// # Errors
/// As [`svg`].
pub async fn label(app: &App, caller: &Caller, id: ManifestId) -> Result<String> {
    let (view, text, short_code) = code(app, caller, id).await?;
    let summary = &view.summary;
    let mut rows = vec![
        (5, true, format!("Số: {}", summary.number.as_deref().unwrap_or_default())),
        (6, true, short_code),
        (4, false, format!("Chủ nguồn thải: {}", summary.generator.name)),
        (4, false, format!("Vận chuyển: {}", summary.carrier.name)),
        (4, false, format!("Cơ sở xử lý: {}", summary.facility.name)),
    ];
    let plates: Vec<&str> = summary.plates.iter().map(|plate| plate.0.as_str()).collect();
    rows.push((4, false, format!("Biển số: {}", plates.join(", "))));
    for line in view.lines.iter().take(4) {
        rows.push((
            4,
            false,
            format!("{} · {} · {} kg", line.waste_code, line.waste_name, kilograms(line.declared_mass_g.0)),
        ));
    }
    if view.lines.len() > 4 {
        rows.push((4, false, format!("… và {} dòng khác", view.lines.len() - 4)));
    }
    label_svg("CHỨNG TỪ CHẤT THẢI NGUY HẠI", &text, &rows)
}

/// A label: title, code, rows of (size in mm, bold, text).
///
/// # Errors
/// As [`text_svg`].
pub fn label_svg(title: &str, code: &str, rows: &[(u8, bool, String)]) -> Result<String> {
    let matrix = matrix(code)?;
    let (modules, colours) = (matrix.width(), matrix.to_colors());
    let mut path = String::new();
    for index in (0..colours.len()).filter(|index| colours[*index] == Color::Dark) {
        let _ = write!(path, "M{} {}h1v1h-1z", index % modules, index / modules);
    }
    let mut svg = format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="150mm" viewBox="0 0 100 150" "#,
            r#"font-family="'Liberation Sans', Arial, sans-serif"><rect width="100" height="150" fill="white"/>"#,
            r#"<text x="50" y="8" font-size="4.6" font-weight="bold" text-anchor="middle">{title}</text>"#,
            r#"<g transform="translate(17 12) scale({scale})"><path d="{path}"/></g>"#,
        ),
        title = escape(title),
        scale = 66.0 / f64::from(u32::try_from(modules).unwrap_or(1)),
        path = path,
    );
    let mut y = 84.0;
    for (size, bold, text) in rows {
        let size = f64::from(*size);
        y += size * 1.35;
        let weight = if *bold { "bold" } else { "normal" };
        // Long names are squeezed rather than cut: a label must never lose a word.
        let squeeze = if estimated_width(text, size) > 92.0 {
            r#" textLength="92" lengthAdjust="spacingAndGlyphs""#
        } else {
            ""
        };
        let _ = write!(
            svg,
            r#"<text x="4" y="{y:.1}" font-size="{size}" font-weight="{weight}"{squeeze}>{}</text>"#,
            escape(text)
        );
    }
    svg.push_str("</svg>");
    Ok(svg)
}

/// Rough width in mm: half an em a character is generous for a sans serif.
fn estimated_width(text: &str, size: f64) -> f64 {
    f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX)) * size * 0.52
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Grams as kilograms in Vietnamese writing: 430500 → `430,5`.
fn kilograms(grams: i64) -> String {
    let (whole, rest) = (grams / 1000, grams % 1000);
    let mut groups = Vec::new();
    let digits = whole.to_string();
    let mut end = digits.len();
    while end > 3 {
        groups.push(&digits[end - 3..end]);
        end -= 3;
    }
    groups.push(&digits[..end]);
    groups.reverse();
    let whole = groups.join(".");
    if rest == 0 { whole } else { format!("{whole},{}", format!("{rest:03}").trim_end_matches('0')) }
}

async fn code(
    app: &App,
    caller: &Caller,
    id: ManifestId,
) -> Result<(super::view::ManifestView, String, String)> {
    let view = super::find(app, caller, id).await?;
    let state = view.summary.state;
    match view.qr.clone() {
        Some(qr) => Ok((view, qr.code, qr.short_code)),
        // Issued, and kept from a caller who sees it without being a party: a copy of the code would be as good as it.
        None if view.issued_at.is_some() => Err(Error::Forbidden),
        None => Err(Error::WrongState { state }),
    }
}

#[cfg(test)]
mod tests {
    use super::{kilograms, label_svg, text_png, text_svg};

    #[test]
    fn kilograms_are_written_the_vietnamese_way() {
        for (grams, text) in
            [(0, "0"), (430_500, "430,5"), (1_234_567_891, "1.234.567,891"), (999_000, "999")]
        {
            assert_eq!(kilograms(grams), text);
        }
    }

    #[test]
    fn the_longest_code_renders_in_every_form() {
        let text = format!("HTTPS://{}/Q/{}", "A".repeat(53), "B".repeat(464));
        assert!(text_svg(&text).unwrap().contains("<svg"));
        assert!(text_png(&text).unwrap().starts_with(b"\x89PNG"));
        let label = label_svg("T", &text, &[(4, false, "<Dầu & mỡ>".into())]).unwrap();
        assert!(label.contains("&lt;Dầu &amp; mỡ&gt;"));
    }
}
