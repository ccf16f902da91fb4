use super::{FACILITY, draft, line, new_manifest, seeded};
use crate::Tx;
use crate::manifests::{self, Filter};
use crate::stats::{self, Figures, Group};
use crate::testing::both;
use domain::manifest::ManifestState;

/// Three manifests: two issued (one with two lines of the same code), one draft.
async fn three(tx: &mut Tx) {
    let mut twice = draft();
    twice.lines = vec![line(1, "17 02 03", 100), line(2, "17 02 03", 200), line(3, "18 01 02", 50)];
    twice.generator_province = Some("33".to_owned());
    twice.planned_pickup_at = "2026-11-30T17:00:00Z".parse().unwrap();
    for (n, content) in [(1, draft()), (2, twice), (3, draft())] {
        let id = new_manifest(tx, n, content).await;
        if n < 3 {
            on_tx!(tx, c => sqlx::query(
                "UPDATE manifests SET state = 'issued', open_findings = $2, received_mass_g = 7 WHERE id = $1",
            )
            .bind(id).bind(i64::from(n)).execute(c).await.map(drop))
            .unwrap();
            on_tx!(tx, c => sqlx::query("UPDATE manifest_lines SET received_mass_g = 7 WHERE manifest_id = $1 AND line = 1")
                .bind(id).execute(c).await.map(drop))
            .unwrap();
        }
    }
}

fn short(rows: &[Figures]) -> Vec<(&str, i64, i64, i64, i64)> {
    rows.iter()
        .map(|row| {
            (row.key.as_str(), row.manifests, row.declared_mass_g, row.received_mass_g, row.open_findings)
        })
        .collect()
}

#[tokio::test]
async fn figures_group_by_province_code_facility_month_and_state() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        three(&mut tx).await;
        let all = Filter::default();
        let by_province = stats::summary(&mut tx, Group::Province, &all).await.unwrap();
        assert_eq!(short(&by_province), [("31", 1, 501_000, 7, 1), ("33", 1, 350, 7, 2)]);
        assert!(by_province[0].label.as_deref().unwrap().contains("Hải Phòng"));
        let by_code = stats::summary(&mut tx, Group::WasteCode, &all).await.unwrap();
        assert_eq!(
            short(&by_code),
            [("17 02 03", 2, 481_300, 14, 3), ("18 01 02", 1, 50, 0, 2), ("18 02 01", 1, 20_000, 0, 1)]
        );
        assert!(by_code[0].label.is_some());
        let by_facility = stats::summary(&mut tx, Group::Facility, &all).await.unwrap();
        assert_eq!(short(&by_facility), [(FACILITY.to_string().as_str(), 2, 501_350, 14, 3)]);
        assert_eq!(by_facility[0].label.as_deref(), Some("Xử lý Xanh (hư cấu)"));
        let by_month = stats::summary(&mut tx, Group::Month, &all).await.unwrap();
        assert_eq!(
            short(&by_month),
            [("2026-11", 1, 501_000, 7, 1), ("2026-12", 1, 350, 7, 2)],
            "local months"
        );
        let by_state = stats::summary(&mut tx, Group::State, &all).await.unwrap();
        assert_eq!(short(&by_state), [("issued", 2, 501_350, 14, 3)]);
        let total = stats::total(&mut tx, &all).await.unwrap();
        assert_eq!(short(&[total]), [("", 2, 501_350, 14, 3)]);
    })
    .await;
}

#[tokio::test]
async fn a_figure_counts_exactly_what_its_list_shows() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        three(&mut tx).await;
        let issued = Filter { states: vec![ManifestState::Issued], ..Filter::default() };
        for filter in [
            issued.clone(),
            Filter { province: Some("33"), ..issued.clone() },
            Filter { waste_code: Some("17 02 03"), ..issued.clone() },
            Filter { from: Some("2026-12-01".parse().unwrap()), ..issued.clone() },
            Filter { to: Some("2026-11-30".parse().unwrap()), ..issued.clone() },
            Filter { query: Some("nothing like it"), ..issued },
        ] {
            let listed = manifests::list(&mut tx, &filter, &crate::Page::default()).await.unwrap().items;
            let total = stats::total(&mut tx, &filter).await.unwrap();
            assert_eq!(total.manifests, i64::try_from(listed.len()).unwrap(), "{filter:?}");
            assert_eq!(total.declared_mass_g, listed.iter().map(|row| row.declared_mass_g.0).sum::<i64>());
            for group in [Group::Province, Group::Facility, Group::Month, Group::State] {
                let rows = stats::summary(&mut tx, group, &filter).await.unwrap();
                assert_eq!(rows.iter().map(|row| row.manifests).sum::<i64>(), total.manifests, "{group:?}");
            }
        }
    })
    .await;
}
