//! The code of an invitation: twelve letters that are read out, typed and scanned, and the hash under which it is kept.

use crate::error::Result;
use crate::ports::Core;
use domain::seal::key::sha256;

/// Letters of a code: no vowels, nothing that looks like something else.
const ALPHABET: &[u8; 24] = b"BCDFGHJKMNPQRTVWXY234679";

/// A fresh code, `XXXX-XXXX-XXXX`.
///
/// # Errors
/// [`crate::Error::Internal`] when the system has no randomness to give.
pub(crate) fn draw(core: &Core) -> Result<String> {
    let mut letters = String::with_capacity(14);
    for index in 0..12 {
        if index > 0 && index % 4 == 0 {
            letters.push('-');
        }
        let at = usize::try_from(core.random_below(24)?).unwrap_or(0);
        letters.push(char::from(ALPHABET[at]));
    }
    Ok(letters)
}

/// Hash under which a code is stored; case, spaces and hyphens do not matter.
pub(crate) fn code_hash(code: &str) -> Vec<u8> {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    sha256(plain.as_bytes()).to_vec()
}
