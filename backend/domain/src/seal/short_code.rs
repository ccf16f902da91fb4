//! Short code printed under every QR, for torn codes and broken cameras: 10 Crockford base32 characters and a check
//! character, shown as `XXXXX-XXXXX-C`.

use std::fmt;
use std::str::FromStr;

/// Crockford's alphabet; the last five only as check characters.
const ALPHABET: &[u8; 37] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
const CHARACTERS: u32 = 10;
const BITS: u32 = 50;

/// Fifty bits that name one seal in the field pack and on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShortCode(u64);

/// Why a text is not a short code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShortCodeError {
    /// Not eleven characters.
    #[error("a short code has ten characters and a check character")]
    Length,
    /// A character that the alphabet does not have there.
    #[error("a character does not belong in a short code")]
    Symbol,
    /// The check character does not fit: something was misread.
    #[error("the check character does not fit")]
    Check,
}

impl ShortCodeError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "short_code_length",
            Self::Symbol => "short_code_symbol",
            Self::Check => "short_code_check",
        }
    }
}

impl ShortCode {
    /// The low 50 bits of a number, such as a random one.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & ((1 << BITS) - 1))
    }

    /// The first 50 bits of a seal's digest. Rarely two seals share them: the table is unique by it, and the next
    /// `attempt` takes another 50 bits (up to 4 attempts, then they repeat).
    #[must_use]
    pub fn from_digest(digest: &[u8; 32], attempt: u8) -> Self {
        let start = usize::from(attempt % 4) * 8;
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[start..start + 8]);
        Self::from_bits(u64::from_be_bytes(bytes) >> (64 - BITS))
    }

    /// The 50 bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    fn symbol(value: u64) -> char {
        // The remainder keeps the index inside the alphabet whatever the value.
        char::from(ALPHABET[usize::try_from(value % 37).unwrap_or(0)])
    }
}

impl fmt::Display for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for at in (0..CHARACTERS).rev() {
            write!(f, "{}", Self::symbol((self.0 >> (5 * at)) & 31))?;
            if at == CHARACTERS / 2 {
                f.write_str("-")?;
            }
        }
        write!(f, "-{}", Self::symbol(self.0 % 37))
    }
}

impl FromStr for ShortCode {
    type Err = ShortCodeError;

    /// Forgives case, spaces, hyphens, and O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, ShortCodeError> {
        let mut values = [0_u64; CHARACTERS as usize + 1];
        let mut count = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value =
                ALPHABET.iter().position(|symbol| char::from(*symbol) == c).ok_or(ShortCodeError::Symbol)?;
            *values.get_mut(count).ok_or(ShortCodeError::Length)? = value as u64;
            count += 1;
        }
        if count != values.len() {
            return Err(ShortCodeError::Length);
        }
        let (characters, check) = values.split_at(CHARACTERS as usize);
        if characters.iter().any(|value| *value > 31) {
            return Err(ShortCodeError::Symbol);
        }
        let bits = characters.iter().fold(0, |bits, value| (bits << 5) | value);
        if check != [bits % 37] {
            return Err(ShortCodeError::Check);
        }
        Ok(Self(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::{ShortCode, ShortCodeError};
    use proptest::prelude::*;

    #[test]
    fn input_is_forgiven_what_eyes_confuse() {
        let code = ShortCode::from_bits(0x0_8421);
        assert_eq!(code.to_string(), "00000-01111-7");
        for text in ["00000-01111-7", "ooooo oiLl1 7", "00000011117", " 00000 - 01111 - 7 "] {
            assert_eq!(text.parse(), Ok(code), "{text}");
        }
    }

    #[test]
    fn each_rule_has_its_variant() {
        for (text, error) in [
            ("", ShortCodeError::Length),
            ("00000-01111", ShortCodeError::Length),
            ("00000-01111-77", ShortCodeError::Length),
            ("0000U-01111-7", ShortCodeError::Symbol),
            ("00000-0111!-7", ShortCodeError::Symbol),
            ("00000-01112-7", ShortCodeError::Check),
        ] {
            assert_eq!(text.parse::<ShortCode>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read(bits: u64) {
            let code = ShortCode::from_bits(bits);
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn one_wrong_or_two_swapped_characters_are_noticed(bits: u64, at in 0_usize..10, with in 0_u64..32) {
            let shift = 5 * at;
            let right = ShortCode::from_bits(bits);
            let wrong = ShortCode::from_bits(right.bits() & !(31 << shift) | with << shift);
            prop_assume!(wrong != right);
            let mut text = wrong.to_string();
            text.pop();
            text.extend(right.to_string().chars().last());
            prop_assert_eq!(text.parse::<ShortCode>(), Err(ShortCodeError::Check));
        }
    }
}
