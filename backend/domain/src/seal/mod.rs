//! Seals: signatures over manifests, wall codes, devices, lists and events, all by one algorithm, ES256.
//! Formats are in `tests/vectors/seals.cddl`; the same vectors run here and in the PWA.
//!
//! `decode` gives an [`Unverified`], only a check against a trust list gives a [`Sealed`], and [`verdict`] says all
//! of it in one list of named checks.

pub mod cbor;
pub mod device;
pub mod envelope;
pub mod jws;
pub mod key;
pub mod live;
#[cfg(test)]
mod live_tests;
pub mod live_verdict;
pub mod manifest;
pub mod proven;
pub mod qr;
pub mod short_code;
pub mod site;
pub mod status_list;
mod strict_json;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod trust_list;
pub mod verdict;
#[cfg(test)]
mod verdict_tests;

pub use envelope::{Claims, Sealed, Typ, Unverified, seal};
pub use key::{Kid, PublicKey, SigningKey, sha256};
