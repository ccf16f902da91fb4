//! Filling a registry through the store: parties, people, phones and places, for stories and for pressure alike.

use anyhow::anyhow;
use app::App;
use app::registry::sites::seal_wall_code;
use domain::id::{DeviceId, OrganisationId, PersonId, SiteId};
use domain::party::{OrganisationKind, PermitKind, Role, SiteKind};
use domain::plate::Plate;
use domain::seal::key::SigningKey;
use domain::time::Instant;
use serde_json::Value;
use store::{Json, Tx, devices, grants, organisations, people, permits, sites, vehicles};

/// A registry that is being filled in one transaction.
pub struct Registry<'a> {
    /// Ids, keys and randomness.
    pub app: &'a App,
    /// The transaction.
    pub tx: &'a mut Tx,
    /// When everything in it was registered.
    pub since: Instant,
}

impl std::fmt::Debug for Registry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("since", &self.since).finish_non_exhaustive()
    }
}

/// A site to register.
#[derive(Debug)]
pub struct NewSite<'a> {
    /// What it is for.
    pub kind: SiteKind,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub name: &'a str,
    /// Province it lies in.
    pub province_code: Option<&'a str>,
    /// Latitude of its middle, degrees.
    pub lat: f64,
    /// Longitude of its middle, degrees.
    pub lon: f64,
    /// GeoJSON Polygon.
    pub geofence: Value,
}

/// A permit to register.
#[derive(Debug)]
pub struct NewPermit<'a> {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// What it allows.
    pub kind: PermitKind,
    /// Its number.
    pub number: &'a str,
    /// First instant it is valid, and the first it is valid no more.
    pub valid: (Instant, Instant),
    /// Waste codes; none means all.
    pub waste_codes: &'a [&'a str],
    /// Plates.
    pub plates: Vec<Plate>,
}

impl Registry<'_> {
    /// An organisation.
    ///
    /// # Errors
    /// Store failures, as of every function here.
    pub async fn organisation(
        &mut self,
        kind: OrganisationKind,
        name: &str,
        code: Option<&str>,
        province_code: Option<&str>,
    ) -> anyhow::Result<OrganisationId> {
        let row = organisations::Organisation {
            id: self.app.new_id()?,
            kind,
            name: name.to_owned(),
            code: code.map(str::to_owned),
            province_code: province_code.map(str::to_owned),
            address: String::new(),
            phone: "0225 000 000".to_owned(),
            suspended_at: None,
            created_at: self.since,
        };
        organisations::insert(self.tx, &row).await?;
        Ok(row.id)
    }

    /// A person with one role, who can sign in when there is the hash of a password.
    ///
    /// # Errors
    /// As above.
    pub async fn person(
        &mut self,
        name: &str,
        login: &str,
        (role, organisation_id): (Role, OrganisationId),
        secret_hash: Option<&str>,
    ) -> anyhow::Result<PersonId> {
        let row = people::Person {
            id: self.app.new_id()?,
            name: name.to_owned(),
            login: login.to_owned(),
            phone: String::new(),
            secret_hash: secret_hash.map(str::to_owned),
            demo: false,
            created_at: self.since,
        };
        people::insert(self.tx, &row).await?;
        self.grant(row.id, role, organisation_id).await?;
        Ok(row.id)
    }

    /// One more role of a person.
    ///
    /// # Errors
    /// As above.
    pub async fn grant(
        &mut self,
        person_id: PersonId,
        role: Role,
        organisation_id: OrganisationId,
    ) -> anyhow::Result<()> {
        let grant =
            grants::Grant { person_id, role, organisation_id, granted_at: self.since, ended_at: None };
        Ok(grants::insert(self.tx, &grant).await?)
    }

    /// A phone with its certificate, in this standing.
    ///
    /// # Errors
    /// As above, and when the certificate cannot be sealed.
    pub async fn device(
        &mut self,
        name: &str,
        (person_id, organisation_id): (PersonId, OrganisationId),
        key: &SigningKey,
        status: devices::Status,
    ) -> anyhow::Result<DeviceId> {
        let id: DeviceId = self.app.new_id()?;
        let (random, public) = (self.app.random.as_ref(), key.public());
        let certificate =
            self.app.keyring.certify(random, id, public, person_id, organisation_id, self.since)?;
        let revoked = status == devices::Status::Revoked;
        let row = devices::Device {
            id,
            person_id,
            organisation_id,
            name: name.to_owned(),
            public_key: key.public().xy().to_vec(),
            certificate,
            status,
            created_at: self.since,
            last_seen_at: None,
            revoked_at: revoked.then_some(self.since),
            revoke_reason: revoked.then(|| "Mất".to_owned()),
            admitted_at: None,
            admitted_by: None,
        };
        devices::insert(self.tx, &row).await?;
        Ok(id)
    }

    /// A site and the text of the code on its wall.
    ///
    /// # Errors
    /// As above, and when the code cannot be sealed.
    pub async fn site(&mut self, new: NewSite<'_>) -> anyhow::Result<(SiteId, String)> {
        let row = sites::Site {
            id: self.app.new_id()?,
            organisation_id: new.organisation_id,
            kind: new.kind,
            name: new.name.to_owned(),
            province_code: new.province_code.map(str::to_owned),
            address: String::new(),
            lat_deg: new.lat,
            lon_deg: new.lon,
            geofence: Json(new.geofence),
            created_at: self.since,
        };
        sites::insert(self.tx, &row).await?;
        let now = self.app.now();
        let code = seal_wall_code(self.app, self.tx, row.id, new.name, now).await?;
        Ok((row.id, code))
    }

    /// A permit.
    ///
    /// # Errors
    /// As above.
    pub async fn permit(&mut self, new: NewPermit<'_>) -> anyhow::Result<()> {
        let row = permits::Permit {
            id: self.app.new_id()?,
            organisation_id: new.organisation_id,
            kind: new.kind,
            number: new.number.to_owned(),
            valid_from: new.valid.0,
            valid_to: new.valid.1,
            waste_codes: Json(new.waste_codes.iter().map(|code| (*code).to_owned()).collect()),
            plates: Json(new.plates),
            methods: Json(Vec::new()),
            quotas: Json(Vec::new()),
            provinces: Json(Vec::new()),
            created_at: self.since,
        };
        Ok(permits::insert(self.tx, &row).await?)
    }

    /// A truck.
    ///
    /// # Errors
    /// As above.
    pub async fn vehicle(&mut self, organisation_id: OrganisationId, plate: Plate) -> anyhow::Result<()> {
        let row = vehicles::Vehicle {
            id: self.app.new_id()?,
            organisation_id,
            plate,
            name: String::new(),
            kind: "truck".to_owned(),
            created_at: self.since,
        };
        Ok(vehicles::insert(self.tx, &row).await?)
    }
}

/// A fresh P-256 key.
///
/// # Errors
/// When there is no randomness.
pub fn new_key() -> anyhow::Result<SigningKey> {
    let random = ring::rand::SystemRandom::new();
    let document = SigningKey::generate_pkcs8(&random).map_err(|error| anyhow!("{error}"))?;
    SigningKey::from_pkcs8(&document, &random).map_err(|error| anyhow!("{error}"))
}
