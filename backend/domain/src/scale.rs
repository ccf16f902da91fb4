//! Weighbridges: what a scale reports of itself, and what its readings of one ticket say together.

use crate::id::ScaleId;
use crate::mass::Grams;
use crate::plate::Plate;
use crate::time::Instant;

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
        let net = self.gross?.0.0 - self.tare?.0.0;
        (net >= 0).then_some(Grams(net))
    }
}

/// Gathers readings into tickets, the latest first. Of several readings of one kind the last measured counts; the
/// order in which they come does not matter.
#[must_use]
pub fn tickets(mut readings: Vec<Reading>) -> Vec<Ticket> {
    readings.sort_by(|a, b| {
        (a.measured_at, a.received_at, a.mass_g).cmp(&(b.measured_at, b.received_at, b.mass_g))
    });
    let mut tickets: Vec<Ticket> = Vec::new();
    for reading in readings {
        let same = |t: &&mut Ticket| t.scale_id == reading.scale_id && t.ticket == reading.ticket;
        let ticket = match tickets.iter_mut().find(same) {
            Some(ticket) => ticket,
            None => {
                tickets.push(Ticket {
                    scale_id: reading.scale_id,
                    ticket: reading.ticket,
                    plate: None,
                    gross: None,
                    tare: None,
                    received_at: reading.received_at,
                });
                let Some(ticket) = tickets.last_mut() else { continue };
                ticket
            }
        };
        let measured = Some((reading.mass_g, reading.measured_at));
        match reading.kind {
            ReadingKind::Gross => ticket.gross = measured,
            ReadingKind::Tare => ticket.tare = measured,
        }
        ticket.plate = reading.plate.or_else(|| ticket.plate.take());
        ticket.received_at = ticket.received_at.max(reading.received_at);
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
        let other = Reading {
            scale_id: ScaleId(Uuid::from_u128(2)),
            ..reading("1", ReadingKind::Gross, 1, 40)
        };
        let found = tickets(vec![reading("1", ReadingKind::Gross, 9_500_000, 1), other]);
        assert_eq!(found.len(), 2, "two scales may count alike");
    }
}
