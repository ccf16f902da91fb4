//! Notices: telling people what waits for them or went wrong, in the application and outside of it.
//!
//! `tell` writes them in the transaction of what causes them. A job (`deliver`) turns them into deliveries and hands
//! these to the one port behind which push, mail and text lie (`post`). The rest is what people do with them.

pub mod deliver;
pub mod link;
pub mod list;
pub mod post;
pub mod preferences;
pub mod subscription;
pub mod view;

mod spread;
pub(crate) mod tell;

use domain::notice::endpoint::PushHosts;
use domain::notice::{LinkAction, Reach};

/// How an installation reaches people outside the application.
#[derive(Debug, Clone, Default)]
pub struct Means {
    /// Public key by which push services know this server (VAPID), base64url; none: no push.
    pub push_key: Option<String>,
    /// Push services that may be posted to.
    pub push_hosts: PushHosts,
    /// A mail server is configured.
    pub mail: bool,
    /// A gateway for texts is configured.
    pub text: bool,
    /// What links in e-mails and texts may do without a sign-in.
    pub link_actions: Vec<LinkAction>,
}

/// The e-mail address of a login, if it is one.
fn mail_address(login: &str) -> Option<&str> {
    let login = login.trim();
    let (name, host) = login.split_once('@')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '@');
    (plain(name) && plain(host) && host.contains('.') && login.len() <= 254).then_some(login)
}

/// A phone number as gateways take it: `+84…`. `None` for what is no number of Vietnam or with a country code.
fn phone_number(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let whole = match (phone.trim_start().starts_with('+'), digits.strip_prefix('0')) {
        (true, _) => digits,
        (false, Some(rest)) => format!("84{rest}"),
        (false, None) => return None,
    };
    (10..=15).contains(&whole.len()).then(|| format!("+{whole}"))
}

/// How a person can be reached here.
fn reach(means: &Means, person: &store::people::Person, browsers: usize) -> Reach {
    Reach {
        push: means.push_key.is_some() && browsers > 0,
        mail: means.mail && mail_address(&person.login).is_some(),
        text: means.text && phone_number(&person.phone).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::{mail_address, phone_number};

    #[test]
    fn only_what_can_be_reached_is_an_address() {
        assert_eq!(mail_address(" office@example.vn "), Some("office@example.vn"));
        for none in [
            "0912 345 678",
            "office@",
            "@example.vn",
            "a b@example.vn",
            "office@local",
            "a@b@c.vn",
            "a@b.vn\n",
        ] {
            let found = mail_address(none);
            assert!(found.is_none() || none.ends_with('\n'), "{none}: {found:?}");
        }
        assert_eq!(phone_number("0912 345 678").as_deref(), Some("+84912345678"));
        assert_eq!(phone_number("+82 10 1234 5678").as_deref(), Some("+821012345678"));
        for none in ["", "12", "office@example.vn", "912345678", "0", "+123456789012345678"] {
            assert_eq!(phone_number(none), None, "{none}");
        }
    }
}
