//! Every gram has a place: what was received is refused, treated or still to be treated, whatever is decided and
//! treated in whatever parts.

use super::{Effect, fold};
use crate::custody::event::EventKind;
use crate::custody::finding::FindingCode;
use crate::custody::record::RecordedEvent;
use crate::custody::state::Custody;
use crate::custody::story::{
    CLERK, GATE, Tell, acceptance, arrival, bare, codes, delivery, event_id, facts, issued, minute, pickup,
    tell,
};
use crate::manifest::ManifestState;
use crate::mass::Grams;
use crate::waste::TreatmentMethod;
use proptest::prelude::*;

fn treatment(id: u128, at: i64, line: i32, grams: i64) -> RecordedEvent {
    bare(id, EventKind::Treatment, GATE, at).mass(line, grams, None)
}

fn closing(at: i64) -> RecordedEvent {
    bare(90, EventKind::Closing, GATE, at).detail("name", " Người phụ trách ")
}

fn road(more: &[RecordedEvent]) -> Vec<RecordedEvent> {
    [pickup(), delivery(), acceptance()].into_iter().chain(more.iter().cloned()).collect()
}

#[test]
fn treated_line_by_line_and_certified() {
    let mut first = treatment(10, 500, 1, 478_000).detail("performed_on", "2026-11-22");
    first.payload.lines[0].method = Some("TC".into());
    let all = road(&[first, treatment(11, 600, 2, 20_000), closing(700)]);
    let folded = fold(&facts(), &issued(), &all);
    assert_eq!(folded.state(), ManifestState::Closed);
    assert_eq!(folded.turn, None);
    assert_eq!(folded.custody.treated_at(), Some(minute(600)));
    let certificate = folded.custody.certificate().unwrap();
    assert_eq!(
        (certificate.scan.event_id, certificate.name.as_deref()),
        (event_id(90), Some("Người phụ trách"))
    );
    let part = folded.custody.treated()[0].parts[0];
    assert_eq!(
        (part.method, part.performed_on.to_string().as_str()),
        (Some(TreatmentMethod::Recycling), "2026-11-22")
    );
    assert_eq!(folded.custody.treated()[1].parts[0].method, None, "the event named none");
    assert_eq!(codes(&facts(), &all), []);
    let json = serde_json::to_value(&folded.custody).unwrap();
    assert_eq!(serde_json::from_value::<Custody>(json).unwrap(), folded.custody);
}

#[test]
fn nobody_certifies_what_is_not_treated_and_nobody_twice() {
    let early = fold(&facts(), &issued(), &road(&[closing(400)]));
    assert_eq!(
        (early.state(), early.step(event_id(90)).unwrap().effect),
        (ManifestState::Accepted, Effect::OutOfSequence)
    );
    // Its clock was wrong, or a treatment came later: the certificate does not count until somebody signs again.
    let treated = [treatment(10, 500, 1, 478_000), treatment(11, 600, 2, 20_000)];
    let late = fold(&facts(), &issued(), &road(&[treated.as_slice(), &[closing(550)]].concat()));
    assert_eq!(late.state(), ManifestState::Treated);
    let again = bare(91, EventKind::Closing, GATE, 800);
    let twice = fold(&facts(), &issued(), &road(&[treated.as_slice(), &[closing(700), again]].concat()));
    assert_eq!(twice.step(event_id(91)).unwrap().effect, Effect::Repeated);
    assert_eq!(twice.custody.certificate().unwrap().scan.event_id, event_id(90));
    let not_theirs = bare(92, EventKind::Closing, CLERK, 700);
    let strange = fold(&facts(), &issued(), &road(&[treated.as_slice(), &[not_theirs]].concat()));
    assert_eq!(
        (strange.state(), strange.step(event_id(92)).unwrap().effect),
        (ManifestState::Treated, Effect::NotEntitled)
    );
}

#[test]
fn more_treated_than_kept_is_told_at_the_treatment_that_went_beyond() {
    let all =
        road(&[treatment(10, 500, 1, 400_000), treatment(11, 520, 1, 78_001), treatment(12, 540, 2, 20_000)]);
    let (folded, judged) = tell(&facts(), &issued(), &all);
    assert_eq!(folded.state(), ManifestState::Treated);
    let gaps: Vec<_> = judged.findings.iter().map(|f| (f.code, f.event_id)).collect();
    assert_eq!(gaps, [(FindingCode::MassBalanceGap, Some(event_id(11)))]);
    assert_eq!(judged.findings[0].detail["lines"][0]["treated_mass_g"], 478_001);
    assert_eq!(folded.lines[0].stock_g(), Some(Grams(0)));
}

#[test]
fn a_decision_that_contradicts_itself_decides_nothing() {
    let partial = |received, refused| {
        bare(9, EventKind::PartialAcceptance, GATE, 150)
            .mass(1, received, Some(refused))
            .mass(2, 20_000, None)
    };
    let because = |event: RecordedEvent| event.detail("reason", "Rò rỉ");
    let told = |event: RecordedEvent| {
        let (folded, judged) = tell(&facts(), &issued(), &[pickup(), arrival(), event]);
        (folded.state(), judged.findings.iter().map(|f| f.code).collect::<Vec<_>>())
    };
    let waits = |codes: &[FindingCode]| (ManifestState::Arrived, codes.to_vec());
    assert_eq!(told(because(partial(478_000, 0))), waits(&[FindingCode::NothingRefused]));
    let mut whole = because(partial(478_000, 478_000));
    whole.payload.lines[1].refused_g = Some(Grams(20_000));
    assert_eq!(told(whole), waits(&[FindingCode::AllRefused]));
    assert_eq!(told(because(partial(478_000, 478_001))), waits(&[FindingCode::RefusedAboveReceived]));
    assert_eq!(told(partial(478_000, 1)), waits(&[FindingCode::ReasonMissing]));
    assert_eq!(told(partial(478_000, 0)), waits(&[FindingCode::NothingRefused, FindingCode::ReasonMissing]));
    let silent = bare(9, EventKind::Rejection, GATE, 150).detail("reason", "  ");
    assert_eq!(told(silent), waits(&[FindingCode::ReasonMissing]));
    assert_eq!(told(because(partial(478_000, 1))), (ManifestState::PartlyAccepted, vec![]));
    // The next one decides.
    let right = because(partial(478_000, 8_000)).estimated(160);
    let mut right = right;
    right.payload.id = event_id(19);
    let folded = fold(&facts(), &issued(), &[pickup(), arrival(), because(partial(478_000, 0)), right]);
    assert_eq!(folded.state(), ManifestState::PartlyAccepted);
}

/// Received and refused grams of both lines, whether the rest is treated at last, and treatments in any parts: line,
/// grams, minute.
type Course = (i64, i64, i64, i64, bool, Vec<(i32, i64, i64)>);

fn courses() -> impl Strategy<Value = Course> {
    let mass = 0..600_000_i64;
    let parts = prop::collection::vec((1..3_i32, 0..300_000_i64, 0..1_000_i64), 0..8);
    (mass.clone(), 0..40_000_i64, mass, 0..40_000_i64, any::<bool>(), parts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn every_gram_is_accounted_for((first, second, refused, refused_too, last, parts) in courses()) {
        let refused = [refused.min(first), refused_too.min(second)];
        let partial = refused[0] + refused[1] > 0;
        let (kind, of) = if partial && refused[0] + refused[1] == first + second {
            (EventKind::Rejection, refused)
        } else if partial {
            (EventKind::PartialAcceptance, refused)
        } else {
            (EventKind::Acceptance, [0, 0])
        };
        let decision = bare(9, kind, GATE, 150)
            .mass(1, first, Some(of[0])).mass(2, second, Some(of[1])).detail("reason", "Lẫn tạp chất");
        let mut events = vec![pickup(), arrival(), decision];
        for (index, (line, grams, at)) in parts.iter().enumerate() {
            events.push(treatment(2_000 + index as u128, 200 + at, *line, *grams));
        }
        if last {
            // Whatever is left, in one go, and the certificate after it.
            let left = |folded: &super::Folded, line: usize| folded.lines[line].stock_g().unwrap_or_default().0;
            let so_far = fold(&facts(), &issued(), &events);
            let rest = bare(3_000, EventKind::Treatment, GATE, 2_000)
                .mass(1, left(&so_far, 0), None).mass(2, left(&so_far, 1), None);
            events.extend([rest, closing(3_000)]);
        }
        let (folded, judged) = tell(&facts(), &issued(), &events);
        let mut stock = Grams(0);
        let mut beyond = false;
        for (line, received) in folded.lines.iter().zip([first, second]) {
            let accepted = line.accepted_g().unwrap();
            let treated = line.treated_g.unwrap_or_default();
            prop_assert_eq!(line.received_g, Some(Grams(received)));
            prop_assert_eq!(accepted + line.refused_g.unwrap(), Grams(received));
            let parts: Grams = folded.custody.treated().iter()
                .filter(|t| t.line == line.line).flat_map(|t| &t.parts).map(|part| part.mass_g).sum();
            prop_assert_eq!(parts, treated);
            let over = Grams((treated.0 - accepted.0).max(0));
            // In: accepted, and what was treated beyond it. Out: treated, and what still lies there.
            prop_assert_eq!(accepted + over, treated + line.stock_g().unwrap());
            stock = stock + line.stock_g().unwrap();
            beyond |= over > Grams(0);
        }
        let gaps = judged.findings.iter().filter(|f| f.code == FindingCode::MassBalanceGap).count();
        prop_assert_eq!(gaps > 0, beyond);
        match folded.state() {
            ManifestState::Treated | ManifestState::Closed => prop_assert_eq!(stock, Grams(0)),
            ManifestState::Rejected => prop_assert_eq!(kind, EventKind::Rejection),
            _ => prop_assert!(stock > Grams(0) || folded.custody.treated().is_empty()),
        }
    }
}
