//! The certificate authority of `--lan`: camera, position and service worker need HTTPS, and no public authority
//! certifies a private address. Its key never leaves the data folder, and it can certify private addresses only.

use super::logins::write_private;
use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, Days, Utc};
use domain::seal::key::sha256;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// Days the authority's certificate is valid.
const AUTHORITY_DAYS: u64 = 3 * 365;
/// Days a server certificate is valid; phones refuse more than 825, and one is made at every start.
const SERVER_DAYS: u64 = 90;
/// Networks that the authority may certify: what is not routed on the internet.
const NETWORKS: [([u8; 4], u8); 5] = [
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([169, 254, 0, 0], 16),
    ([192, 0, 2, 0], 24),
];

/// True for an address that is not reachable from the internet.
pub(super) const fn is_local(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_link_local() || address.is_documentation()
}

/// Files of the server's certificate, and the authority's certificate for phones to install.
#[derive(Debug)]
pub(super) struct Certified {
    /// PEM of the server's certificate.
    pub(super) certificate: PathBuf,
    /// PEM of its key, mode 0600.
    pub(super) key: PathBuf,
    /// PEM of the authority's certificate.
    pub(super) authority: String,
}

/// Certifies an address with the authority in a folder, which is made at first.
///
/// # Errors
/// When the folder cannot be written or holds something else.
pub(super) fn certify(folder: &Path, address: Ipv4Addr, now: DateTime<Utc>) -> anyhow::Result<Certified> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (key_path, certificate_path) = (folder.join("ca.key"), folder.join("ca.crt"));
    let key = match std::fs::read_to_string(&key_path) {
        Ok(text) => KeyPair::from_pem(&text).with_context(|| format!("{} is damaged", key_path.display()))?,
        Err(_) => {
            let key = KeyPair::generate()?;
            write_private(&key_path, key.serialize_pem().as_bytes())?;
            write_private(&certificate_path, authority(&key, now)?.self_signed(&key)?.pem().as_bytes())?;
            key
        }
    };
    let authority_pem = std::fs::read_to_string(&certificate_path)
        .with_context(|| format!("{} is missing; delete {}", certificate_path.display(), folder.display()))?;
    let issuer = Issuer::new(authority(&key, now)?, key);
    let server_key = KeyPair::generate()?;
    let mut server = CertificateParams::new(vec![address.to_string()])?;
    server.distinguished_name = named(&format!("E-manifest {address}"));
    server.use_authority_key_identifier_extension = true;
    server.key_usages.push(KeyUsagePurpose::DigitalSignature);
    server.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    valid_for(&mut server, now, SERVER_DAYS)?;
    let certificate = server.signed_by(&server_key, &issuer)?;
    let certified = Certified {
        certificate: folder.join("server.crt"),
        key: folder.join("server.key"),
        authority: authority_pem,
    };
    write_private(&certified.certificate, certificate.pem().as_bytes())?;
    write_private(&certified.key, server_key.serialize_pem().as_bytes())?;
    Ok(certified)
}

/// The authority's certificate: its name comes from its key, so it is the same whenever it is made again.
fn authority(key: &KeyPair, now: DateTime<Utc>) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mark = data_encoding::HEXUPPER.encode(&sha256(key.public_key_raw())[..4]);
    params.distinguished_name = named(&format!("E-manifest demo {mark}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let networks = NETWORKS
        .map(|(network, prefix)| GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(network, prefix)));
    let mut permitted_subtrees = networks.to_vec();
    // A reserved name that never resolves: with it on the list no other name may be certified.
    permitted_subtrees.push(GeneralSubtree::DnsName("invalid".to_owned()));
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    valid_for(&mut params, now, AUTHORITY_DAYS)?;
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::OrganizationName, "E-manifest (demo)");
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Sets the validity: from yesterday, because a phone's clock may lag, for so many days.
fn valid_for(params: &mut CertificateParams, now: DateTime<Utc>, days: u64) -> anyhow::Result<()> {
    let day = |at: chrono::NaiveDate| -> anyhow::Result<_> {
        Ok(date_time_ymd(at.year(), u8::try_from(at.month())?, u8::try_from(at.day())?))
    };
    let today = now.date_naive();
    params.not_before = day(today - Days::new(1))?;
    params.not_after = day(today + Days::new(days))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{certify, is_local};
    use std::net::Ipv4Addr;

    #[test]
    fn the_authority_stays_and_its_key_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        let first = certify(folder.path(), Ipv4Addr::new(192, 168, 1, 7), now).unwrap();
        let second = certify(folder.path(), Ipv4Addr::new(192, 168, 1, 8), now).unwrap();
        assert_eq!(first.authority, second.authority);
        assert!(std::fs::read_to_string(&second.certificate).unwrap().contains("BEGIN CERTIFICATE"));
        for name in ["ca.key", "server.key"] {
            let meta = std::fs::metadata(folder.path().join(name)).unwrap();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o777, 0o600);
        }
    }

    #[test]
    fn public_addresses_are_refused() {
        assert!(is_local(Ipv4Addr::new(192, 168, 1, 7)) && is_local(Ipv4Addr::new(172, 20, 10, 2)));
        for public in [[8, 8, 8, 8], [172, 32, 0, 1], [100, 64, 0, 1], [0, 0, 0, 0], [127, 0, 0, 1]] {
            assert!(!is_local(Ipv4Addr::from(public)), "{public:?}");
        }
    }
}
