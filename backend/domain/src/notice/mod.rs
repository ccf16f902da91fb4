//! Notices: what people are told, whom, by which ways and when. Never a truth of its own: a notice points to a
//! manifest, and what stands on a lock screen names nobody and nothing (`wording`).

pub mod delay;
pub mod endpoint;
pub mod quiet;
pub mod rule;
pub mod wording;

use chrono::TimeDelta;

words! {
    /// What a notice is about: the closed list.
    pub enum Topic {
        /// A trip is this driver's now.
        TripAssigned = "trip_assigned",
        /// A trip is this driver's no more.
        TripWithdrawn = "trip_withdrawn",
        /// A manifest waits for this desk.
        YourTurn = "your_turn",
        /// The driver took a load that nobody of the generator confirmed.
        ConfirmPickup = "confirm_pickup",
        /// A manifest is numbered and sealed.
        Issued = "issued",
        /// The facility took the load.
        Accepted = "accepted",
        /// The facility took a part of it.
        PartlyAccepted = "partly_accepted",
        /// The facility refused it.
        Rejected = "rejected",
        /// Everything was treated and certified: copy 4 is back.
        Closed = "closed",
        /// Masses differ by more than the tolerance.
        Discrepancy = "discrepancy",
        /// A load is not where it should be.
        Deviation = "deviation",
        /// The authority holds a load.
        Hold = "hold",
        /// A held load may go on.
        Released = "released",
        /// A manifest was voided.
        Voided = "voided",
    }
}

words! {
    /// How a notice reaches a person outside the application.
    pub enum Way {
        /// A push message to a browser that asked for it.
        Push = "push",
        /// An e-mail.
        Mail = "mail",
        /// A text message, by SMS or a messenger behind the operator's gateway.
        Text = "text",
    }
}

words! {
    /// Languages a notice is written in.
    pub enum Language {
        /// Vietnamese, the source.
        Vi = "vi",
        /// English.
        En = "en",
        /// Korean.
        Ko = "ko",
    }
}

words! {
    /// The one thing that a link in a message may do without a sign-in.
    pub enum LinkAction {
        /// The generator confirms that it handed the load over.
        ConfirmPickup = "confirm_pickup",
        /// A side approves a proposal; off unless the operator allows it, because an approval seals.
        Approve = "approve",
    }
}

impl Topic {
    /// True when it does not wait for the end of quiet hours: a load stands still or is where it should not be.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        match self {
            Self::Rejected | Self::Deviation | Self::Hold | Self::Released => true,
            Self::TripAssigned
            | Self::TripWithdrawn
            | Self::YourTurn
            | Self::ConfirmPickup
            | Self::Issued
            | Self::Accepted
            | Self::PartlyAccepted
            | Self::Closed
            | Self::Discrepancy
            | Self::Voided => false,
        }
    }

    /// True when the reader is asked to do something.
    #[must_use]
    pub const fn asks(self) -> bool {
        match self {
            Self::YourTurn | Self::ConfirmPickup | Self::Rejected | Self::Hold => true,
            Self::TripAssigned
            | Self::TripWithdrawn
            | Self::Issued
            | Self::Accepted
            | Self::PartlyAccepted
            | Self::Closed
            | Self::Discrepancy
            | Self::Deviation
            | Self::Released
            | Self::Voided => false,
        }
    }

    /// True when the good course of things leads here: the list in the application is enough unless somebody wants more.
    #[must_use]
    pub const fn is_routine(self) -> bool {
        matches!(self, Self::Issued | Self::Accepted | Self::Closed)
    }

    /// Whether a person who chose nothing gets it by this way. Whoever installed nothing is reached by e-mail, and
    /// without an address by text, when something is asked.
    #[must_use]
    pub const fn is_wanted(self, way: Way, reach: Reach) -> bool {
        match way {
            Way::Push => !self.is_routine(),
            Way::Mail => self.asks() && !reach.push,
            Way::Text => self.asks() && !reach.push && !reach.mail,
        }
    }

    /// How long it is worth being told outside the application.
    #[must_use]
    pub const fn lasts(self) -> TimeDelta {
        match self {
            Self::YourTurn
            | Self::ConfirmPickup
            | Self::Discrepancy
            | Self::PartlyAccepted
            | Self::Closed => TimeDelta::hours(48),
            Self::TripAssigned
            | Self::TripWithdrawn
            | Self::Issued
            | Self::Accepted
            | Self::Rejected
            | Self::Deviation
            | Self::Hold
            | Self::Released
            | Self::Voided => TimeDelta::hours(24),
        }
    }

    /// What a link beside it may do, by the state the manifest has when the link is used.
    #[must_use]
    pub const fn link_action(self) -> Option<LinkAction> {
        match self {
            Self::ConfirmPickup => Some(LinkAction::ConfirmPickup),
            Self::YourTurn => Some(LinkAction::Approve),
            Self::TripAssigned
            | Self::TripWithdrawn
            | Self::Issued
            | Self::Accepted
            | Self::PartlyAccepted
            | Self::Rejected
            | Self::Closed
            | Self::Discrepancy
            | Self::Deviation
            | Self::Hold
            | Self::Released
            | Self::Voided => None,
        }
    }
}

/// By which ways a person can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// A browser of theirs takes push messages.
    pub push: bool,
    /// They have an e-mail address, and the operator sends mail.
    pub mail: bool,
    /// They have a phone number, and the operator has a gateway.
    pub text: bool,
}

impl Reach {
    /// True when this way leads to the person.
    #[must_use]
    pub const fn has(self, way: Way) -> bool {
        match way {
            Way::Push => self.push,
            Way::Mail => self.mail,
            Way::Text => self.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, Topic, Way};

    #[test]
    fn who_installed_nothing_is_reached_by_mail_and_else_by_text() {
        let all = Reach { push: true, mail: true, text: true };
        let no_push = Reach { push: false, ..all };
        let phone_only = Reach { push: false, mail: false, text: true };
        let ways = |topic: Topic, reach: Reach| -> Vec<Way> {
            Way::ALL.iter().copied().filter(|way| reach.has(*way) && topic.is_wanted(*way, reach)).collect()
        };
        assert_eq!(ways(Topic::YourTurn, all), [Way::Push]);
        assert_eq!(ways(Topic::YourTurn, no_push), [Way::Mail]);
        assert_eq!(ways(Topic::YourTurn, phone_only), [Way::Text]);
        assert_eq!(ways(Topic::Discrepancy, no_push), [], "nothing is asked: the list is enough");
        assert_eq!(ways(Topic::Accepted, all), []);
    }

    #[test]
    fn every_topic_that_asks_or_alarms_is_pushed() {
        for topic in Topic::ALL {
            let reach = Reach { push: true, mail: false, text: false };
            assert!(topic.is_wanted(Way::Push, reach) || topic.is_routine(), "{topic}");
            assert!(!(topic.is_urgent() && topic.is_routine()), "{topic}");
        }
    }
}
