//! What changed of a field pack since the one that a phone holds.
//!
//! Every manifest and every site lies in one of a list's *drawers*, by the last byte of its id, which is random. The
//! cursor of a pack is one short digest a drawer, so that the server needs to remember nothing: it makes the pack of
//! now, compares drawer by drawer and leaves out what the phone holds already. What left the pack goes with its drawer.

use super::{FieldPack, StatusEntries};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::seal::key::sha256;
use serde::Serialize;
use uuid::Uuid;

/// First byte of a cursor; another layout gets another number, and phones with an old cursor get the whole pack.
const VERSION: u8 = 1;
/// Bytes of a digest: a change goes unnoticed once in 2⁴⁸.
const DIGEST: usize = 6;
/// Fewest and most drawers of a list.
const DRAWERS: (usize, usize) = (16, 256);
/// Longest cursor worth reading: two full lists and the two parts that come whole.
const LONGEST: usize = 8 * 1024;

type Digest = [u8; DIGEST];

/// What a pack leaves out because the phone holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PackDelta {
    /// The cursor of the pack that the phone holds: this one is to be laid over it.
    pub since: String,
    /// Drawers of `manifests` that come anew: what the phone holds in them goes, what is here takes its place. A
    /// thing's drawer is the last byte of its id, modulo the number of drawers.
    pub manifests: Drawers,
    /// The same of `sites`.
    pub sites: Drawers,
    /// Whether `status_lists` is here; if not, the phone keeps its own.
    pub status_lists: bool,
    /// Whether `waste_codes` is here; if not, the phone keeps its own.
    pub waste_codes: bool,
}

/// Which drawers of a list come anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Drawers {
    /// How many drawers the list has.
    pub of: usize,
    /// Those that come anew.
    pub changed: Vec<usize>,
}

/// The digests of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Digests {
    manifests: Vec<Digest>,
    sites: Vec<Digest>,
    status_lists: Digest,
    waste_codes: Digest,
}

impl Digests {
    /// Digests of a pack; its status lists count by their entries and the hour, because each is signed anew.
    pub(super) fn of(pack: &FieldPack, entries: &StatusEntries, now: DateTime<Utc>) -> Result<Self> {
        let manifests = pack.manifests.iter().map(|one| (one.view.summary.id.0, one));
        let sites = pack.sites.iter().map(|one| (one.id.0, one));
        Ok(Self {
            manifests: drawers(manifests.len(), manifests)?,
            sites: drawers(sites.len(), sites)?,
            status_lists: digest(&(now.timestamp() / 3_600, entries))?,
            waste_codes: digest(&pack.waste_codes)?,
        })
    }

    /// The cursor: base64url of version, numbers of drawers and digests.
    pub(super) fn cursor(&self) -> String {
        let mut bytes = vec![VERSION];
        for list in [&self.manifests, &self.sites] {
            bytes.extend(u16::try_from(list.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(list.as_flattened());
        }
        bytes.extend(self.status_lists);
        bytes.extend(self.waste_codes);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a cursor of ours; none when it is of another layout or no cursor at all.
    pub(super) fn read(cursor: &str) -> Option<Self> {
        if cursor.len() > LONGEST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let rest = bytes.strip_prefix(&[VERSION])?;
        let (manifests, rest) = read_list(rest)?;
        let (sites, rest) = read_list(rest)?;
        let (status_lists, rest) = rest.split_first_chunk()?;
        let (waste_codes, rest) = rest.split_first_chunk()?;
        rest.is_empty().then_some(Self {
            manifests,
            sites,
            status_lists: *status_lists,
            waste_codes: *waste_codes,
        })
    }

    /// Entity tag of a pack with these digests and these parts that always come.
    pub(super) fn tag(&self, always: &impl Serialize) -> Result<String> {
        let mut bytes = self.cursor().into_bytes();
        bytes.extend(json(always)?);
        Ok(HEXLOWER.encode(&sha256(&bytes)[..16]))
    }

    /// Leaves out of `pack`, whose digests these are, what the phone with `held` has.
    pub(super) fn cut(&self, held: &Self, pack: FieldPack) -> FieldPack {
        let manifests = changed(&held.manifests, &self.manifests);
        let sites = changed(&held.sites, &self.sites);
        let delta = PackDelta {
            since: held.cursor(),
            status_lists: held.status_lists != self.status_lists,
            waste_codes: held.waste_codes != self.waste_codes,
            manifests,
            sites,
        };
        let mut cut = pack;
        cut.manifests.retain(|one| delta.manifests.has(one.view.summary.id.0));
        cut.sites.retain(|one| delta.sites.has(one.id.0));
        if !delta.status_lists {
            cut.status_lists.clear();
        }
        if !delta.waste_codes {
            cut.waste_codes.clear();
        }
        cut.delta = Some(delta);
        cut
    }
}

impl Drawers {
    fn has(&self, id: Uuid) -> bool {
        self.changed.binary_search(&place(id, self.of)).is_ok()
    }
}

/// The drawer of a thing.
fn place(id: Uuid, of: usize) -> usize {
    usize::from(id.as_bytes()[15]) % of
}

fn drawers<T: Serialize>(count: usize, things: impl Iterator<Item = (Uuid, T)>) -> Result<Vec<Digest>> {
    let of = (count / 8).next_power_of_two().clamp(DRAWERS.0, DRAWERS.1);
    let mut filled: Vec<Vec<(Uuid, Vec<u8>)>> = vec![Vec::new(); of];
    for (id, thing) in things {
        filled[place(id, of)].push((id, json(&thing)?));
    }
    Ok(filled
        .into_iter()
        .map(|mut drawer| {
            drawer.sort_unstable();
            short(&drawer.into_iter().flat_map(|(_, json)| sha256(&json)).collect::<Vec<u8>>())
        })
        .collect())
}

/// The drawers that differ; all when their number does.
fn changed(held: &[Digest], now: &[Digest]) -> Drawers {
    let differs = |n: &usize| held.len() != now.len() || held[*n] != now[*n];
    Drawers { of: now.len(), changed: (0..now.len()).filter(differs).collect() }
}

fn read_list(bytes: &[u8]) -> Option<(Vec<Digest>, &[u8])> {
    let (count, rest) = bytes.split_first_chunk::<2>()?;
    let count = usize::from(u16::from_be_bytes(*count));
    let fits = count.is_power_of_two() && (DRAWERS.0..=DRAWERS.1).contains(&count);
    let (list, rest) = rest.split_at_checked(count * DIGEST).filter(|_| fits)?;
    Some((list.as_chunks::<DIGEST>().0.to_vec(), rest))
}

fn digest(thing: &impl Serialize) -> Result<Digest> {
    Ok(short(&json(thing)?))
}

fn short(bytes: &[u8]) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(&sha256(bytes)[..DIGEST]);
    digest
}

fn json(thing: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(thing).map_err(|error| Error::Internal(format!("pack: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{Digests, Drawers, changed, drawers, place};
    use uuid::Uuid;

    fn digests(names: &[(u128, &str)]) -> Digests {
        let things = names.iter().map(|(id, name)| (Uuid::from_u128(*id), *name));
        Digests {
            manifests: drawers(names.len(), things).unwrap(),
            sites: drawers(0, std::iter::empty::<(Uuid, ())>()).unwrap(),
            status_lists: [1; 6],
            waste_codes: [2; 6],
        }
    }

    #[test]
    fn a_cursor_reads_back_and_anything_else_is_none() {
        let all = digests(&[(1, "a"), (0x22, "b")]);
        assert_eq!(Digests::read(&all.cursor()), Some(all.clone()));
        for wrong in ["", "AQ", "!", &all.cursor()[1..], &format!("{}AAAA", all.cursor()), &"A".repeat(9_000)]
        {
            assert_eq!(Digests::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_the_drawer_of_what_changed_came_or_went_differs() {
        let before = digests(&[(1, "a"), (2, "b"), (0x12, "c")]);
        let after = digests(&[(1, "a"), (2, "b, changed"), (0x12, "c")]);
        assert_eq!(changed(&before.manifests, &after.manifests), Drawers { of: 16, changed: vec![2] });
        let gone = digests(&[(2, "b"), (0x12, "c")]);
        assert_eq!(changed(&before.manifests, &gone.manifests).changed, [1]);
        let same = digests(&[(0x12, "c"), (2, "b"), (1, "a")]);
        assert_eq!(changed(&before.manifests, &same.manifests).changed, [0; 0]);
    }

    #[test]
    fn more_drawers_come_with_more_things_and_then_all_are_sent() {
        let few: Vec<(u128, &str)> = (0..100).map(|id| (id, "a")).collect();
        let many: Vec<(u128, &str)> = (0..400).map(|id| (id, "a")).collect();
        let (few, many) = (digests(&few), digests(&many));
        assert_eq!((few.manifests.len(), many.manifests.len()), (16, 64));
        assert_eq!(changed(&few.manifests, &many.manifests).changed.len(), 64);
        assert_eq!(place(Uuid::from_u128(0xff), 64), 63);
    }
}
