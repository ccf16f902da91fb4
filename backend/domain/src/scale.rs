//! Weighbridges: what a scale reports of itself, and what its readings of one ticket say together.

use crate::id::ScaleId;
use crate::mass::Grams;
use crate::plate::Plate;
use crate::time::Instant;
use chrono::TimeDelta;

/// The longest time between two readings of one weighing: many scales begin their numbers anew every morning, and
/// yesterday's empty truck must not be taken from today's full one.
const ONE_WEIGHING: TimeDelta = TimeDelta::hours(12);

words! {
    /// What stood on the scale.
    pub enum ReadingKind {
        /// Truck and load.
        Gross = "gross",
        /// The empty truck.
        Tare = "tare",
    }
}

/// One reading of a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Which scale.
    pub scale_id: ScaleId,
    /// Number of the weighing, the same for gross and tare.
    pub ticket: String,
    /// What stood on it.
    pub kind: ReadingKind,
    /// Grams.
    pub mass_g: Grams,
    /// The plate, where the scale knows it.
    pub plate: Option<Plate>,
    /// The scale's own clock.
    pub measured_at: Instant,
    /// The server's clock.
    pub received_at: Instant,
}

/// One weighing: a truck that was weighed in and, once it has unloaded, out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Which scale.
    pub scale_id: ScaleId,
    /// Its number.
    pub ticket: String,
    /// The plate last named.
    pub plate: Option<Plate>,
    /// Truck and load, as last measured.
    pub gross: Option<(Grams, Instant)>,
    /// The empty truck, as last measured; awaited while it is absent.
    pub tare: Option<(Grams, Instant)>,
    /// Server time of the last reading.
    pub received_at: Instant,
}

impl Ticket {
    /// What was unloaded: gross less tare; absent while one is missing, or when the empty truck weighs more.
    #[must_use]
    pub fn net_g(&self) -> Option<Grams> {
        let net = self.gross?.0.0.checked_sub(self.tare?.0.0)?;
        (net >= 0).then_some(Grams(net))
    }

    /// True when the empty truck weighs more than the full one: one of the two belongs to another truck.
    #[must_use]
    pub fn is_upside_down(&self) -> bool {
        self.gross.zip(self.tare).is_some_and(|(gross, tare)| tare.0 > gross.0)
    }

    /// True when the reading is the one that counts here.
    #[must_use]
    pub fn counts(&self, reading: &Reading) -> bool {
        let measured = match reading.kind {
            ReadingKind::Gross => self.gross,
            ReadingKind::Tare => self.tare,
        };
        self.scale_id == reading.scale_id
            && self.ticket == reading.ticket
            && measured == Some((reading.mass_g, reading.measured_at))
    }

    fn begun(reading: &Reading) -> Self {
        Self {
            scale_id: reading.scale_id,
            ticket: reading.ticket.clone(),
            plate: None,
            gross: None,
            tare: None,
            received_at: reading.received_at,
        }
    }

    fn takes(&mut self, reading: Reading) {
        let measured = Some((reading.mass_g, reading.measured_at));
        match reading.kind {
            ReadingKind::Gross => self.gross = measured,
            ReadingKind::Tare => self.tare = measured,
        }
        self.plate = reading.plate.or_else(|| self.plate.take());
        self.received_at = self.received_at.max(reading.received_at);
    }

    /// When it was last measured.
    fn measured_at(&self) -> Option<Instant> {
        self.gross.map(|(_, at)| at).max(self.tare.map(|(_, at)| at))
    }
}

/// Gathers readings into tickets, the latest first. Of several readings of one kind the last measured counts; the
/// order in which they come does not matter. The same number half a day later is another weighing.
#[must_use]
pub fn tickets(mut readings: Vec<Reading>) -> Vec<Ticket> {
    readings.sort_by(|a, b| {
        (a.measured_at, a.received_at, a.mass_g, a.kind.as_str()).cmp(&(
            b.measured_at,
            b.received_at,
            b.mass_g,
            b.kind.as_str(),
        ))
    });
    let mut tickets: Vec<Ticket> = Vec::new();
    for reading in readings {
        let same = |ticket: &&mut Ticket| {
            ticket.scale_id == reading.scale_id
                && ticket.ticket == reading.ticket
                && ticket.measured_at().is_some_and(|at| reading.measured_at - at <= ONE_WEIGHING)
        };
        if let Some(ticket) = tickets.iter_mut().find(same) {
            ticket.takes(reading);
        } else {
            let mut ticket = Ticket::begun(&reading);
            ticket.takes(reading);
            tickets.push(ticket);
        }
    }
    tickets.sort_by(|a, b| (b.received_at, &b.ticket).cmp(&(a.received_at, &a.ticket)));
    tickets
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn minute(m: u32) -> Instant {
        format!("2026-11-23T01:{m:02}:00Z").parse().unwrap()
    }

    fn reading(ticket: &str, kind: ReadingKind, mass: i64, at: u32) -> Reading {
        Reading {
            scale_id: ScaleId(Uuid::from_u128(1)),
            ticket: ticket.to_owned(),
            kind,
            mass_g: Grams(mass),
            plate: None,
            measured_at: minute(at),
            received_at: minute(at),
        }
    }

    #[test]
    fn gross_in_and_tare_out_make_a_net() {
        let plated = Reading {
            plate: Some(Plate("15C-123.45".into())),
            ..reading("7", ReadingKind::Gross, 9_430_000, 1)
        };
        let both = [plated.clone(), reading("7", ReadingKind::Tare, 9_000_000, 30)];
        let found = tickets(both.to_vec());
        assert_eq!((found.len(), found[0].net_g()), (1, Some(Grams(430_000))));
        assert_eq!(found[0].plate, plated.plate, "named once");
        let backwards = tickets(both.into_iter().rev().collect());
        assert_eq!(backwards, found, "whatever order they come in");
        assert_eq!(tickets(vec![plated])[0].net_g(), None, "waiting for tare");
    }

    #[test]
    fn a_corrected_reading_counts_and_tickets_stay_apart() {
        let found = tickets(vec![
            reading("1", ReadingKind::Gross, 9_500_000, 1),
            reading("1", ReadingKind::Gross, 9_400_000, 2),
            reading("1", ReadingKind::Tare, 9_600_000, 20),
            reading("2", ReadingKind::Gross, 8_000_000, 10),
        ]);
        assert_eq!(found.iter().map(|t| t.ticket.as_str()).collect::<Vec<_>>(), ["1", "2"], "latest first");
        assert_eq!(found[0].gross, Some((Grams(9_400_000), minute(2))));
        assert_eq!(found[0].net_g(), None, "an empty truck is not heavier than a full one");
        assert!(found[0].is_upside_down() && !found[1].is_upside_down());
        assert!(found[0].counts(&reading("1", ReadingKind::Gross, 9_400_000, 2)));
        assert!(!found[0].counts(&reading("1", ReadingKind::Gross, 9_500_000, 1)), "corrected");
        let other =
            Reading { scale_id: ScaleId(Uuid::from_u128(2)), ..reading("1", ReadingKind::Gross, 1, 40) };
        let found = tickets(vec![reading("1", ReadingKind::Gross, 9_500_000, 1), other]);
        assert_eq!(found.len(), 2, "two scales may count alike");
    }

    #[test]
    fn numbers_that_begin_anew_every_morning_are_new_weighings() {
        let day = |day: i64, hour: i64, kind, mass| {
            let at = minute(0) + TimeDelta::days(day) + TimeDelta::hours(hour);
            Reading { measured_at: at, received_at: at, ..reading("1", kind, mass, 0) }
        };
        let found = tickets(vec![
            day(0, 7, ReadingKind::Gross, 9_000_000),
            day(0, 19, ReadingKind::Tare, 8_000_000),
            day(1, 8, ReadingKind::Gross, 9_900_000),
        ]);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].net_g(), found[0].tare), (None, None), "today's truck is still full");
        assert_eq!(
            found[1].net_g(),
            Some(Grams(1_000_000)),
            "twelve hours between in and out are one weighing"
        );
    }
}
