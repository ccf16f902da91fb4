//! Text rules shared by every noun: folding for search and words that are not in a closed list.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A word that is not in the closed list it was read for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {list}")]
pub struct UnknownWord {
    /// Rust name of the list.
    pub list: &'static str,
    /// The word as received.
    pub word: String,
}

/// Folds text for search: lower case, no diacritics, đ as d, single spaces.
///
/// Both databases compare only folded columns, because `lower('Đ')` is ASCII-only in one of them.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'đ' => folded.push('d'),
            c if c.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.push(c),
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn vietnamese_text_folds_to_plain_letters() {
        assert_eq!(fold("  Dầu  thải ĐƯỜNG\tHải Phòng "), "dau thai duong hai phong");
    }
}
