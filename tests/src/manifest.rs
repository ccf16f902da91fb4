//! A load: a manifest as its parties see it, and the desk work that brings it on its way.

use crate::World;
use crate::person::Person;
use crate::places::{PLATE, WASTE_CODE, route};
use chrono::TimeDelta;
use domain::id::ManifestId;
use serde_json::{Value, json};

/// An issued manifest with everything that is printed on it.
#[derive(Debug, Clone)]
pub struct Load {
    /// Its id.
    pub id: ManifestId,
    /// Its number.
    pub number: String,
    /// Text of its QR.
    pub code: String,
    /// The short code under it.
    pub short_code: String,
    /// The six digits that the generator reads out.
    pub pickup_code: String,
}

impl Load {
    /// Path of the manifest, with a tail such as `/void`.
    #[must_use]
    pub fn path(&self, tail: &str) -> String {
        format!("/api/v1/manifests/{}{tail}", self.id)
    }

    /// Reads the printed facts from the generator's view.
    ///
    /// # Panics
    /// When the manifest is not issued.
    #[must_use]
    pub fn of(view: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("not issued: {view}")).to_owned();
        Self {
            id: text(&view["id"]).parse().unwrap(),
            number: text(&view["number"]),
            code: text(&view["qr"]["code"]),
            short_code: text(&view["qr"]["short_code"]),
            pickup_code: text(&view["pickup_code"]),
        }
    }
}

impl World {
    /// What the generator declares: 481 kg of waste oil in four drums, to be moved today by the first driver.
    #[must_use]
    pub fn declaration(&self) -> Value {
        json!({
            "generator_site_id": self.places.store.id,
            "carrier_id": self.cast.dispatcher.organisation_id,
            "facility_site_id": self.places.facility.id,
            "plates": [PLATE],
            "driver_id": self.cast.driver.id,
            "planned_pickup_at": self.clock.now() + TimeDelta::minutes(10),
            "planned_delivery_at": self.clock.now() + TimeDelta::hours(3),
            "route": {"geometry": route(), "corridor_m": 200},
            "lines": [{
                "waste_code": WASTE_CODE,
                "name": "Dầu động cơ thải",
                "physical_state": "liquid",
                "declared_mass_g": 481_000,
                "mass_basis": "estimated",
                "packaging": {"kind": "drum", "count": 4},
                "treatment_method": "TC",
            }],
        })
    }

    /// Declares and proposes in the generator's name; the id.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn proposed(&self, declaration: &Value) -> String {
        let draft = self.cast.generator.post("/api/v1/manifests", declaration).await.expect(201);
        let id = draft["id"].as_str().unwrap().to_owned();
        let _ = self.cast.generator.press(&format!("/api/v1/manifests/{id}/propose")).await.ok();
        id
    }

    /// The usual load, declared and approved.
    pub async fn issued(&self) -> Load {
        self.issued_as(&self.declaration()).await
    }

    /// Another load, declared by the generator and approved by the facility.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn issued_as(&self, declaration: &Value) -> Load {
        let id = self.proposed(declaration).await;
        let _ = self.cast.facility.press(&format!("/api/v1/manifests/{id}/approve")).await.ok();
        Load::of(&self.cast.generator.get(&format!("/api/v1/manifests/{id}")).await.ok())
    }

    /// The manifest as somebody sees it.
    ///
    /// # Panics
    /// When they may not.
    pub async fn view(&self, person: &Person, load: &Load) -> Value {
        person.get(&load.path("")).await.ok()
    }

    /// Codes of the findings of a manifest that hold, in order, as the facility sees them.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn findings(&self, load: &Load) -> Vec<String> {
        let all = self.cast.facility.get(&load.path("/findings")).await.ok();
        let open = crate::http::items(&all).iter().filter(|finding| finding["status"] == "open");
        let mut codes: Vec<String> =
            open.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
        codes.sort();
        codes
    }
}
