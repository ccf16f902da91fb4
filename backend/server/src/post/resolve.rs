//! Names to addresses of the open internet alone: a listed name that is made to point inside leads nowhere.

use domain::notice::endpoint::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

/// Resolves by the system and drops every address that is not public.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 443)).await?;
            Ok(Box::new(public(found)?.into_iter()) as Addrs)
        })
    }
}

fn public(found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, std::io::Error> {
    let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
    if public.is_empty() {
        // The name is not told: an attacker would learn what resolves inside.
        return Err(std::io::Error::other("no public address"));
    }
    Ok(public)
}

#[cfg(test)]
mod tests {
    use super::{PublicOnly, public};
    use reqwest::dns::Resolve as _;

    #[test]
    fn inner_addresses_are_dropped_from_what_a_name_resolves_to() {
        let all = ["127.0.0.1:443", "8.8.8.8:443", "10.0.0.7:443", "[::1]:443"].map(|a| a.parse().unwrap());
        assert_eq!(public(all.into_iter()).unwrap(), ["8.8.8.8:443".parse().unwrap()]);
        assert!(public(["192.168.1.1:443".parse().unwrap()].into_iter()).is_err());
    }

    #[tokio::test]
    async fn a_name_of_this_machine_leads_nowhere() {
        assert!(PublicOnly.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
