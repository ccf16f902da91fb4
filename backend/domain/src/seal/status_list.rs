//! Status list (IETF Token Status List, 4 bits an entry): the state of every issued seal in a few hundred kilobytes.

use super::cbor::{self, ClaimsError, MapReader};
use super::envelope::{Claims, Typ};
use chrono::{DateTime, Duration, Utc};
use coset::cbor::value::Value;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{Read, Write};

/// Entries of one list; the next seal opens the next list.
pub const ENTRIES: u32 = 1 << 20;
/// How long a reader may go without asking again: 5 minutes.
pub const TTL: Duration = Duration::minutes(5);

/// Bytes of a full list before compression: 512 KiB.
const BYTES_MAX: usize = (ENTRIES / 2) as usize;
const BITS: u64 = 4;
const CLAIM_SUB: i64 = 2;
const CLAIM_EXP: i64 = 4;
const CLAIM_IAT: i64 = 6;
const CLAIM_STATUS_LIST: i64 = 65_533;
const CLAIM_TTL: i64 = 65_534;
const URI_MAX: usize = 256;

words! {
    /// State of a seal.
    pub enum SealStatus {
        /// In force.
        Valid = "valid",
        /// Manifest void.
        Void = "void",
        /// Held by the authority.
        OnHold = "on_hold",
        /// Load received; a second use is one too many.
        Completed = "completed",
        /// A later revision has its own seal.
        Superseded = "superseded",
    }
}

impl SealStatus {
    /// Value in the list: the registered 0, 1, 2 and the application's 3 and 0x0C.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Void => 1,
            Self::OnHold => 2,
            Self::Completed => 3,
            Self::Superseded => 0x0C,
        }
    }

    /// Reads a value; `None` for one that this version does not know.
    #[must_use]
    pub const fn from_value(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Valid),
            1 => Some(Self::Void),
            2 => Some(Self::OnHold),
            3 => Some(Self::Completed),
            0x0C => Some(Self::Superseded),
            _ => None,
        }
    }
}

/// Place of one seal: which list and which entry. Every revision has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusIndex(pub u32);

impl StatusIndex {
    /// Number of the list, from 0.
    #[must_use]
    pub const fn list(self) -> u32 {
        self.0 / ENTRIES
    }

    /// Entry in that list, below [`ENTRIES`].
    #[must_use]
    pub const fn entry(self) -> u32 {
        self.0 % ENTRIES
    }

    /// The place with these two numbers, if there is one.
    #[must_use]
    pub fn new(list: u32, entry: u32) -> Option<Self> {
        list.checked_mul(ENTRIES)
            .filter(|_| entry < ENTRIES)
            .and_then(|start| start.checked_add(entry))
            .map(Self)
    }
}

/// The entries of one list, two to a byte, the even one in the low half.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusBits(Vec<u8>);

impl StatusBits {
    /// A list of `entries` (rounded up to even, at most [`ENTRIES`]), all valid.
    #[must_use]
    pub fn new(entries: u32) -> Self {
        Self(vec![0; (entries.min(ENTRIES) as usize).div_ceil(2)])
    }

    /// Number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len() * 2
    }

    /// True without entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The raw value of an entry, `None` beyond the end.
    #[must_use]
    pub fn value(&self, entry: u32) -> Option<u8> {
        let byte = self.0.get(entry as usize / 2)?;
        Some(if entry.is_multiple_of(2) { byte & 0x0F } else { byte >> 4 })
    }

    /// Writes an entry; grows the list when need be. Beyond [`ENTRIES`] nothing happens.
    pub fn set(&mut self, entry: u32, status: SealStatus) {
        if entry >= ENTRIES {
            return;
        }
        let at = entry as usize / 2;
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        let shift = if entry.is_multiple_of(2) { 0 } else { 4 };
        self.0[at] = (self.0[at] & !(0x0F << shift)) | (status.value() << shift);
    }

    fn deflate(&self) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing into a vector cannot fail; an empty answer would be refused by every reader.
        encoder.write_all(&self.0).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    fn inflate(zlib: &[u8]) -> Option<Self> {
        let mut bits = Vec::new();
        let mut decoder = ZlibDecoder::new(zlib);
        decoder.by_ref().take(BYTES_MAX as u64 + 1).read_to_end(&mut bits).ok()?;
        let whole =
            bits.len() <= BYTES_MAX && usize::try_from(decoder.total_in()).is_ok_and(|n| n == zlib.len());
        whole.then_some(Self(bits))
    }
}

/// A status list as its token says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    /// Where it is served: `https://host/status/{n}`.
    pub uri: String,
    /// When it was made.
    pub issued_at: DateTime<Utc>,
    /// After this it says nothing any more.
    pub expires_at: DateTime<Utc>,
    /// Seconds after which a reader with a network asks again.
    pub ttl: Duration,
    /// The entries.
    pub bits: StatusBits,
}

/// What a reader knows about one seal's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusLookup {
    /// A list (or the issue table) says so, as of then.
    Known {
        /// The state.
        status: SealStatus,
        /// When that was known.
        as_of: DateTime<Utc>,
    },
    /// The list is older than the seal and cannot know it: nothing against it, as of then.
    OlderThanSeal {
        /// When the list was made.
        as_of: DateTime<Utc>,
    },
    /// No list, or a value nobody knows.
    Unknown,
    /// This kind of seal has no status (wall codes).
    None,
}

impl StatusList {
    /// Looks up the seal at `index`, sealed at `issued_at`, in the list with the number `list`.
    #[must_use]
    pub fn lookup(&self, list: u32, index: StatusIndex, issued_at: DateTime<Utc>) -> StatusLookup {
        if list != index.list() {
            return StatusLookup::Unknown;
        }
        let as_of = self.issued_at;
        match self.bits.value(index.entry()) {
            Some(0) if issued_at > as_of => StatusLookup::OlderThanSeal { as_of },
            None if issued_at >= as_of => StatusLookup::OlderThanSeal { as_of },
            None => StatusLookup::Unknown,
            Some(value) => match SealStatus::from_value(value) {
                Some(status) => StatusLookup::Known { status, as_of },
                None => StatusLookup::Unknown,
            },
        }
    }
}

impl Claims for StatusList {
    const TYP: Typ = Typ::Status;
    // An old list still tells what was void then: the verdict shows its age.
    const ENDS_AT_EXPIRY: bool = false;

    fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    fn to_cbor(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        cbor::map(vec![
            (CLAIM_SUB, text(&self.uri)),
            (CLAIM_EXP, cbor::seconds(self.expires_at)),
            (CLAIM_IAT, cbor::seconds(self.issued_at)),
            // "lst" sorts before "bits": the shorter key comes first in bytewise order.
            (
                CLAIM_STATUS_LIST,
                Value::Map(vec![
                    (text("lst"), Value::Bytes(self.bits.deflate())),
                    (text("bits"), Value::from(BITS)),
                ]),
            ),
            (CLAIM_TTL, Value::from(self.ttl.num_seconds())),
        ])
    }

    fn from_cbor(value: Value) -> Result<Self, ClaimsError> {
        let mut claims = MapReader::new(value, "claims")?;
        let uri = cbor::text(claims.require(CLAIM_SUB, "sub")?, URI_MAX, "sub")?;
        let expires_at = cbor::instant(&claims.require(CLAIM_EXP, "exp")?, "exp")?;
        let issued_at = cbor::instant(&claims.require(CLAIM_IAT, "iat")?, "iat")?;
        let mut list = MapReader::new(claims.require(CLAIM_STATUS_LIST, "status_list")?, "status_list")?;
        if cbor::unsigned(&list.require_text("bits", "bits")?, 8, "bits")? != BITS {
            return Err(ClaimsError::OutOfRange("bits"));
        }
        let lst = list.require_text("lst", "lst")?;
        let zlib = lst.as_bytes().ok_or(ClaimsError::WrongType("lst"))?;
        let bits = StatusBits::inflate(zlib).ok_or(ClaimsError::OutOfRange("lst"))?;
        let ttl = cbor::unsigned(&claims.require(CLAIM_TTL, "ttl")?, 86_400, "ttl")?;
        let ttl = Duration::seconds(i64::try_from(ttl).map_err(|_| ClaimsError::OutOfRange("ttl"))?);
        Ok(Self { uri, issued_at, expires_at, ttl, bits })
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES, SealStatus, StatusBits, StatusIndex, StatusList, StatusLookup, TTL};
    use crate::seal::cbor;
    use crate::seal::envelope::Claims;
    use chrono::{DateTime, Duration, Utc};
    use proptest::prelude::*;

    fn at() -> DateTime<Utc> {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    fn list(bits: StatusBits) -> StatusList {
        let uri = "https://demo.example/status/0".into();
        StatusList { uri, issued_at: at(), expires_at: at() + Duration::hours(24), ttl: TTL, bits }
    }

    /// A working year: old manifests completed, some void, superseded or held at random, the last tenth on the road.
    fn a_year() -> StatusBits {
        let mut bits = StatusBits::new(1_000_000);
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        for entry in 0..1_000_000 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let status = match random % 1000 {
                0..25 => SealStatus::Void,
                25..45 => SealStatus::Superseded,
                45..47 => SealStatus::OnHold,
                _ if entry < 900_000 || random.is_multiple_of(7) => SealStatus::Completed,
                _ => SealStatus::Valid,
            };
            bits.set(entry, status);
        }
        bits
    }

    #[test]
    fn a_million_manifests_keep_the_size_bound() {
        let bits = a_year();
        let payload = cbor::encode(&list(bits.clone()).to_cbor()).unwrap();
        assert!(bits.0.len() <= 600_000, "{} bytes before compression", bits.0.len());
        assert!(payload.len() <= 150_000, "{} bytes after compression", payload.len());
        assert_eq!(StatusList::from_cbor(cbor::decode(&payload).unwrap()).unwrap().bits, bits);
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut bomb = list(StatusBits::default());
        bomb.bits.0 = vec![0; 50_000_000];
        let payload = cbor::encode(&bomb.to_cbor()).unwrap();
        let error = StatusList::from_cbor(cbor::decode(&payload).unwrap()).unwrap_err();
        assert_eq!(error, cbor::ClaimsError::OutOfRange("lst"));
    }

    #[test]
    fn an_old_list_knows_nothing_of_a_newer_seal() {
        let mut bits = StatusBits::new(4);
        bits.set(1, SealStatus::Void);
        let list = list(bits);
        let before = at() - Duration::hours(1);
        let after = at() + Duration::hours(1);
        let known = |status| StatusLookup::Known { status, as_of: at() };
        assert_eq!(list.lookup(0, StatusIndex(0), before), known(SealStatus::Valid));
        assert_eq!(list.lookup(0, StatusIndex(1), after), known(SealStatus::Void));
        assert_eq!(list.lookup(0, StatusIndex(0), after), StatusLookup::OlderThanSeal { as_of: at() });
        assert_eq!(list.lookup(0, StatusIndex(99), after), StatusLookup::OlderThanSeal { as_of: at() });
        assert_eq!(list.lookup(0, StatusIndex(99), before), StatusLookup::Unknown);
        assert_eq!(list.lookup(0, StatusIndex(ENTRIES), before), StatusLookup::Unknown);
    }

    #[test]
    fn places_count_through_the_lists() {
        assert_eq!((StatusIndex(ENTRIES + 7).list(), StatusIndex(ENTRIES + 7).entry()), (1, 7));
        assert_eq!(StatusIndex::new(1, 7), Some(StatusIndex(ENTRIES + 7)));
        assert_eq!(StatusIndex::new(4096, 0), None);
        assert_eq!(StatusIndex::new(0, ENTRIES), None);
    }

    proptest! {
        #[test]
        fn what_is_set_is_got(writes in proptest::collection::vec((0_u32..2000, 0_usize..5), 0..50)) {
            let mut bits = StatusBits::new(10);
            let mut model = std::collections::HashMap::new();
            for (entry, word) in writes {
                bits.set(entry, SealStatus::ALL[word]);
                model.insert(entry, SealStatus::ALL[word].value());
            }
            for entry in 0..u32::try_from(bits.len()).unwrap() {
                prop_assert_eq!(bits.value(entry), Some(model.get(&entry).copied().unwrap_or(0)));
            }
        }
    }
}
