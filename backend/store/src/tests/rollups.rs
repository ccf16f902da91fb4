use super::{CARRIER, FACILITY, GENERATOR, STRANGER, draft, line, new_manifest, seeded};
use crate::manifests::{self, Viewer};
use crate::rollups::{self, Dimension, Filter, Group, Order};
use crate::testing::both;
use crate::{Db, Tx, lines};
use domain::id::ManifestId;
use domain::mass::MassBasis;
use domain::rollup::Deltas;
use domain::waste::TreatmentMethod;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Numbers that a seed decides.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const CODES: [&str; 4] = ["17 02 03", "17 01 01", "18 02 01", "16 01 06"];
const STATES: [&str; 5] = ["issued", "in_transit", "accepted", "rejected", "void"];

/// Manifests of every kind, each appended as it is, half of them changed afterwards and appended again as they changed.
async fn many(tx: &mut Tx, count: u32, dice: &mut Dice) -> Vec<ManifestId> {
    let mut ids = Vec::new();
    for n in 0..count {
        let mut content = draft();
        content.generator_id = dice.of(&[GENERATOR, STRANGER]);
        content.generator_province = dice.of(&[Some("31"), Some("33"), None]).map(str::to_owned);
        content.facility_province = dice.of(&[Some("33"), Some("01")]).map(str::to_owned);
        content.lines = (1..=i32::try_from(1 + dice.below(4)).unwrap())
            .map(|number| {
                let mut line = line(number, dice.of(&CODES), i64::try_from(dice.below(900_000)).unwrap());
                line.treatment_method = dice.of(&[TreatmentMethod::Recycling, TreatmentMethod::CoProcessing]);
                line.mass_basis = dice.of(MassBasis::ALL);
                line
            })
            .collect();
        let id = new_manifest(tx, n, content).await;
        for _ in 0..=dice.below(2) {
            let before = counted(tx, id).await;
            change(tx, id, dice).await;
            let mut deltas = counted(tx, id).await;
            for (key, measures) in before.rows() {
                deltas.add_row(key, &measures, -1);
            }
            rollups::append(tx, Uuid::from_u128(dice.below(1 << 30) as u128), deltas.rows()).await.unwrap();
        }
        ids.push(id);
    }
    ids
}

async fn counted(tx: &mut Tx, id: ManifestId) -> Deltas {
    let row = manifests::find(tx, id).await.unwrap().unwrap();
    let lines = lines::list_for(tx, &[id]).await.unwrap();
    let lines = lines.iter().map(|line| rollups::counted_line(&line.declared, line.masses())).collect();
    let mut deltas = Deltas::default();
    deltas.add(&rollups::counted(&row, lines));
    deltas
}

async fn change(tx: &mut Tx, id: ManifestId, dice: &mut Dice) {
    // Around midnight in Hà Nội, the end of a month and the end of a year.
    let issued =
        ["2026-11-23T16:59:59.999Z", "2026-11-23T17:30:00Z", "2026-10-31T17:00:00Z", "2026-12-31T17:30:00Z"];
    let issued: domain::time::Instant = dice.of(&issued).parse().unwrap();
    let at = |minutes: usize| issued + chrono::TimeDelta::minutes(i64::try_from(minutes).unwrap());
    let (picked, arrived, accepted) = (dice.below(500), dice.below(900), dice.below(900));
    let some = |minutes: usize| (!minutes.is_multiple_of(3)).then(|| at(minutes));
    on_tx!(tx, c => sqlx::query(
        "UPDATE manifests SET issued_at = $2, picked_up_at = $3, arrived_at = $4, accepted_at = $5, state = $6, \
             open_findings = $7, planned_delivery_at = $8 WHERE id = $1",
    )
    .bind(id).bind(issued).bind(some(picked)).bind(some(arrived)).bind(some(accepted)).bind(dice.of(&STATES))
    .bind(i64::try_from(dice.below(3)).unwrap()).bind(at(dice.below(900))).execute(c).await.map(drop))
    .unwrap();
    let received = i64::try_from(dice.below(900_000)).unwrap();
    let line = i32::try_from(1 + dice.below(4)).unwrap();
    on_tx!(tx, c => sqlx::query(
        "UPDATE manifest_lines SET received_mass_g = $2, loaded_mass_g = 5, refused_mass_g = 1, treated_mass_g = 2 \
         WHERE manifest_id = $1 AND line = $3",
    )
    .bind(id).bind(received).bind(line).execute(c).await.map(drop))
    .unwrap();
}

/// Each dimension as plain SQL over manifests `m` and their lines `l`. The local day is the UTC day seven hours later:
/// here of fixed instants, told apart by hand.
const PLAIN: [(Dimension, &str); 11] = [
    (Dimension::Day, LOCAL_DAY),
    (Dimension::Month, "substr(local_day, 1, 7)"),
    (Dimension::Year, "substr(local_day, 1, 4)"),
    (Dimension::Province, "coalesce(m.generator_province, '')"),
    (Dimension::Destination, "coalesce(m.facility_province, '')"),
    (Dimension::WasteGroup, "substr(l.waste_code, 1, 2)"),
    (Dimension::WasteCode, "l.waste_code"),
    (Dimension::Method, "l.treatment_method"),
    (Dimension::State, "m.state"),
    (Dimension::Generator, "(SELECT o.name FROM organisations o WHERE o.id = m.generator_id)"),
    (Dimension::Facility, "(SELECT o.name FROM organisations o WHERE o.id = m.facility_id)"),
];
const LOCAL_DAY: &str = "local_day";

/// Manifests, declared, received, discrepant, late, open findings.
type Plain = BTreeMap<(String, String), (i64, i64, i64, i64, i64, i64)>;

type PlainRow = (String, String, i64, i64, i64, i64, i64, i64);

async fn plain(tx: &mut Tx, first: &str, second: &str, condition: &str) -> Plain {
    let sql = sqlx::AssertSqlSafe(format!(
        "WITH days (at, local_day) AS (VALUES \
             ($1, '2026-11-23'), ($2, '2026-11-24'), ($3, '2026-11-01'), ($4, '2027-01-01')), \
         loads AS (SELECT DISTINCT {first} AS a, {second} AS b, m.id, m.open_findings, \
                 CASE WHEN m.arrived_at > m.planned_delivery_at THEN 1 ELSE 0 END AS late, \
                 CASE WHEN EXISTS (SELECT 1 FROM manifest_lines d WHERE d.manifest_id = m.id AND \
                     abs(d.received_mass_g - d.declared_mass_g) > CASE \
                         WHEN d.declared_mass_g * (CASE d.mass_basis WHEN 'measured' THEN 50 ELSE 100 END) / 1000 > 10000 \
                         THEN d.declared_mass_g * (CASE d.mass_basis WHEN 'measured' THEN 50 ELSE 100 END) / 1000 \
                         ELSE 10000 END) THEN 1 ELSE 0 END AS discrepant \
             FROM manifests m JOIN manifest_lines l ON l.manifest_id = m.id JOIN days ON days.at = m.issued_at \
             WHERE {condition}), \
         masses AS (SELECT {first} AS a, {second} AS b, CAST(sum(l.declared_mass_g) AS BIGINT) AS declared, \
                 CAST(sum(coalesce(l.received_mass_g, 0)) AS BIGINT) AS received \
             FROM manifests m JOIN manifest_lines l ON l.manifest_id = m.id JOIN days ON days.at = m.issued_at \
             WHERE {condition} GROUP BY 1, 2) \
         SELECT loads.a, loads.b, count(*), max(masses.declared), max(masses.received), \
                CAST(sum(discrepant) AS BIGINT), CAST(sum(late) AS BIGINT), CAST(sum(open_findings) AS BIGINT) \
         FROM loads JOIN masses ON masses.a = loads.a AND masses.b = loads.b GROUP BY loads.a, loads.b",
    ));
    let days: Vec<domain::time::Instant> =
        ["2026-11-23T16:59:59.999Z", "2026-11-23T17:30:00Z", "2026-10-31T17:00:00Z", "2026-12-31T17:30:00Z"]
            .map(|text| text.parse().unwrap())
            .to_vec();
    let rows: Vec<PlainRow> = on_tx!(tx, c => sqlx::query_as(sql)
        .bind(days[0]).bind(days[1]).bind(days[2]).bind(days[3]).fetch_all(c).await)
    .unwrap();
    rows.into_iter().map(|(a, b, n, d, r, x, l, f)| ((a, b), (n, d, r, x, l, f))).collect()
}

fn told(groups: &[Group], by: (Dimension, Dimension)) -> Plain {
    let name = |dimension: Dimension, key: &str| match dimension {
        Dimension::Generator | Dimension::Facility => {
            let known = [
                (GENERATOR, "Nhà máy Đúc (hư cấu)"),
                (STRANGER, "Xưởng Khác (hư cấu)"),
                (FACILITY, "Xử lý Xanh (hư cấu)"),
            ];
            known.iter().find(|(id, _)| id.to_string() == key).unwrap().1.to_owned()
        }
        _ => key.to_owned(),
    };
    groups
        .iter()
        .map(|group| {
            let m = &group.measures;
            let key = (name(by.0, &group.first), name(by.1, &group.second));
            let figures =
                (m.manifests, m.declared_mass_g, m.received_mass_g, m.discrepant, m.late, m.open_findings);
            (key, figures)
        })
        .collect()
}

async fn groups(tx: &mut Tx, by: (Dimension, Dimension), filter: &Filter<'_>) -> Plain {
    let found = rollups::groups(tx, (Some(by.0), Some(by.1)), filter, Order::Manifests, 5_000).await.unwrap();
    assert!(found.windows(2).all(|two| two[0].measures.manifests >= two[1].measures.manifests));
    told(&found, by)
}

#[tokio::test]
async fn cross_tabs_of_any_two_dimensions_equal_plain_sql_before_and_after_compacting() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let mut dice = Dice(5);
        many(&mut tx, 50, &mut dice).await;
        tx.commit().await.unwrap();
        for compacted in [false, true] {
            let mut tx = db.read("test").await.unwrap();
            for (index, (first, first_sql)) in PLAIN.iter().enumerate() {
                for (second, second_sql) in &PLAIN[index + 1..] {
                    let plain = plain(&mut tx, first_sql, second_sql, "TRUE").await;
                    let found = groups(&mut tx, (*first, *second), &Filter::default()).await;
                    assert_eq!(found, plain, "{first:?} × {second:?}, compacted: {compacted}");
                }
            }
            drop(tx);
            let mut tx = db.begin("test").await.unwrap();
            while rollups::compact(&mut tx).await.unwrap() > 0 {}
            assert!(rollups::grains_agree(&mut tx).await.unwrap());
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn filters_count_what_plain_sql_counts() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let mut dice = Dice(8);
        many(&mut tx, 58, &mut dice).await;
        rollups::compact(&mut tx).await.unwrap();
        many_more(&mut tx, &mut dice).await;
        tx.commit().await.unwrap();
        let mut tx = db.read("test").await.unwrap();
        let day = |text: &str| text.parse().ok();
        let viewer = Viewer { organisations: vec![STRANGER], ..Viewer::default() };
        let province = Viewer { provinces: vec!["31".to_owned()], ..Viewer::default() };
        let cases: Vec<(Filter<'_>, &str)> = vec![
            (Filter { waste_code: Some("17 02 03"), ..Filter::default() }, "l.waste_code = '17 02 03'"),
            (Filter { waste_group: Some("17"), ..Filter::default() }, "l.waste_code LIKE '17%'"),
            (
                Filter {
                    waste_group: Some("17"),
                    method: Some(TreatmentMethod::Recycling),
                    ..Filter::default()
                },
                "l.waste_code LIKE '17%' AND l.treatment_method = 'TC'",
            ),
            (Filter { province: Some(""), ..Filter::default() }, "m.generator_province IS NULL"),
            (Filter { destination: Some("01"), ..Filter::default() }, "m.facility_province = '01'"),
            (
                Filter { from: day("2026-11-02"), to: day("2026-11-23"), ..Filter::default() },
                "local_day = '2026-11-23'",
            ),
            (Filter { from: day("2026-11-24"), ..Filter::default() }, "local_day >= '2026-11-24'"),
            (
                Filter { from: day("2026-11-01"), to: day("2026-11-30"), ..Filter::default() },
                "local_day LIKE '2026-11%'",
            ),
            (Filter { generator_id: Some(STRANGER), ..Filter::default() }, "substr(hex_of, 1, 2) = '40'"),
            (Filter { viewer: Some(&viewer), ..Filter::default() }, "substr(hex_of, 1, 2) = '40'"),
            (
                Filter { viewer: Some(&province), ..Filter::default() },
                "m.generator_province = '31' OR m.facility_province = '31'",
            ),
            (
                Filter { states: vec![domain::manifest::ManifestState::Void], ..Filter::default() },
                "m.state = 'void'",
            ),
            (Filter { carrier_id: Some(CARRIER), ..Filter::default() }, "TRUE"),
        ];
        for (filter, condition) in cases {
            let condition = condition.replace(
                "substr(hex_of, 1, 2) = '40'",
                "(SELECT o.name FROM organisations o WHERE o.id = m.generator_id) = 'Xưởng Khác (hư cấu)'",
            );
            let by = (Dimension::State, Dimension::Destination);
            let plain = plain(&mut tx, "m.state", "coalesce(m.facility_province, '')", &condition).await;
            assert_eq!(groups(&mut tx, by, &filter).await, plain, "{condition}");
        }
    })
    .await;
}

/// More of the same beside those that are compacted: readers sum both.
async fn many_more(tx: &mut Tx, dice: &mut Dice) {
    for n in 0..5 {
        let id = super::manifest_id(n);
        let before = counted(tx, id).await;
        change(tx, id, dice).await;
        let mut deltas = counted(tx, id).await;
        for (key, measures) in before.rows() {
            deltas.add_row(key, &measures, -1);
        }
        rollups::append(tx, Uuid::from_u128(1 << 90 | n), deltas.rows()).await.unwrap();
    }
}

#[tokio::test]
async fn two_servers_compact_together_and_nothing_is_lost_or_counted_twice() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        many(&mut tx, 60, &mut Dice(13)).await;
        let by = (Dimension::WasteCode, Dimension::State);
        let before = groups(&mut tx, by, &Filter::default()).await;
        tx.commit().await.unwrap();
        let work = |db: Db| async move {
            let mut tx = db.begin("test").await.unwrap();
            let moved = rollups::compact(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
            moved
        };
        let (one, other) = tokio::join!(work(db.clone()), work(db.clone()));
        assert!(one + other > 0 && one.min(other) == 0, "{one} and {other}");
        let mut tx = db.read("test").await.unwrap();
        assert_eq!(groups(&mut tx, by, &Filter::default()).await, before);
        assert!(rollups::grains_agree(&mut tx).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_day_lists_its_rows_and_clearing_forgets_them() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        many(&mut tx, 40, &mut Dice(21)).await;
        rollups::lock(&mut tx).await.unwrap();
        let day = "2026-11-24".parse().unwrap();
        let pending = rollups::list_of_day(&mut tx, day).await.unwrap();
        assert!(!pending.is_empty() && pending.keys().all(|key| key.day == day));
        rollups::compact(&mut tx).await.unwrap();
        assert_eq!(rollups::list_of_day(&mut tx, day).await.unwrap(), pending);
        let days = rollups::list_days(&mut tx).await.unwrap();
        assert_eq!((days[0].to_string().as_str(), days.len()), ("2026-11-01", 62), "every day between, too");
        rollups::clear(&mut tx).await.unwrap();
        assert!(rollups::list_of_day(&mut tx, day).await.unwrap().is_empty());
    })
    .await;
}
