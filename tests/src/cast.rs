//! Who is there: fictional organisations and the people in them, entered through the store.

use crate::http::Http;
use crate::person::{PASSWORD, Person};
use crate::registry::Registry;
use crate::{World, new_id};
use app::App;
use domain::id::{OrganisationId, PersonId};
use domain::party::{OrganisationKind, Role};
use store::Tx;
use tokio::sync::OnceCell;

/// Hải Phòng, Hải Dương included since 2025-07-01.
pub const PROVINCE: &str = "31";
/// A province where nothing of a story happens.
pub const OTHER_PROVINCE: &str = "01";

macro_rules! cast {
    ($($(#[$meta:meta])* $name:ident: $label:literal, $role:ident at $organisation:ident;)+) => {
        /// Everybody, by what they do. Nobody is signed in before asking for something.
        #[derive(Debug, Clone)]
        pub struct Cast {
            $($(#[$meta])* pub $name: Person,)+
        }

        /// Everybody's name in the cast and role.
        pub const EVERYBODY: &[(&str, Role)] = &[$((stringify!($name), Role::$role),)+];

        impl Cast {
            /// The same people at another server.
            #[must_use]
            pub fn at(&self, http: &Http) -> Self {
                Self { $($name: self.$name.at(http),)+ }
            }

            /// Everybody.
            #[must_use]
            pub fn everybody(&self) -> Vec<(&'static str, &Person)> {
                vec![$((stringify!($name), &self.$name),)+]
            }
        }

        async fn people(app: &App, http: &Http, tx: &mut Tx, all: &Organisations, hash: &str) -> Cast {
            Cast { $($name: {
                let login = concat!(stringify!($name), "@e-manifest.test");
                person(app, http, tx, ($label, login), (Role::$role, all.$organisation), hash).await
            },)+ }
        }
    };
}

cast! {
    /// Declares for the generator.
    generator: "Nhân viên môi trường 1", Generator at generator;
    /// Approves for the same generator.
    generator_chief: "Trưởng phòng môi trường 1", Generator at generator;
    /// Of another generator.
    other_generator: "Nhân viên môi trường 2", Generator at other_generator;
    /// Dispatcher of the carrier.
    dispatcher: "Điều phối 1", Carrier at carrier;
    /// Drives for the carrier.
    driver: "Lái xe 1", Driver at carrier;
    /// Drives for the same carrier.
    second_driver: "Lái xe 2", Driver at carrier;
    /// Dispatcher of another carrier.
    other_dispatcher: "Điều phối 2", Carrier at other_carrier;
    /// Drives for the other carrier.
    other_driver: "Lái xe 3", Driver at other_carrier;
    /// Office of the facility.
    facility: "Văn phòng cơ sở 1", Facility at facility;
    /// Gate of the same facility.
    gate: "Cổng cơ sở 1", Facility at facility;
    /// Gate of another facility.
    other_gate: "Cổng cơ sở 2", Facility at other_facility;
    /// Checks at the roadside.
    inspector: "Cán bộ kiểm tra 1", Inspector at province;
    /// Oversees the province.
    authority: "Cán bộ Sở 1", Authority at province;
    /// Oversees another province.
    other_authority: "Cán bộ Sở 2", Authority at other_province;
    /// Oversees the country.
    ministry: "Cán bộ Bộ 1", Authority at country;
    /// Runs the installation.
    admin: "Quản trị 1", Admin at country;
}

struct Organisations {
    generator: OrganisationId,
    other_generator: OrganisationId,
    carrier: OrganisationId,
    other_carrier: OrganisationId,
    facility: OrganisationId,
    other_facility: OrganisationId,
    province: OrganisationId,
    other_province: OrganisationId,
    country: OrganisationId,
}

/// Enters organisations and people.
pub(crate) async fn enter(app: &App, http: &Http) -> Cast {
    let hash = hash().await;
    let mut tx = app.db.begin("tests.cast").await.unwrap();
    let all = organisations(&mut Registry { app, tx: &mut tx, since: app.now() }).await.unwrap();
    let cast = people(app, http, &mut tx, &all, hash).await;
    tx.commit().await.unwrap();
    cast
}

async fn organisations(registry: &mut Registry<'_>) -> anyhow::Result<Organisations> {
    let (generator, carrier) = (OrganisationKind::Generator, OrganisationKind::Carrier);
    let (facility, authority) = (OrganisationKind::Facility, OrganisationKind::Authority);
    let mut enter = async |kind, name: &str, code, province| {
        registry.organisation(kind, &format!("{name} (hư cấu)"), Some(code), province).await
    };
    let here = Some(PROVINCE);
    Ok(Organisations {
        generator: enter(generator, "Cơ khí Đình Vũ", "QLCTNH-31.0001", here).await?,
        other_generator: enter(generator, "Hoá chất Nomura", "QLCTNH-31.0002", here).await?,
        carrier: enter(carrier, "Vận tải Cảng Xanh", "VT-31.0001", here).await?,
        other_carrier: enter(carrier, "Vận tải Sông Cấm", "VT-31.0002", here).await?,
        facility: enter(facility, "Xử lý Thuỷ Nguyên", "XL-31.0001", here).await?,
        other_facility: enter(facility, "Xử lý An Dương", "XL-31.0002", here).await?,
        province: enter(authority, "Sở Hải Phòng", "S-31", here).await?,
        other_province: enter(authority, "Sở Hà Nội", "S-01", Some(OTHER_PROVINCE)).await?,
        country: enter(authority, "Bộ", "B", None).await?,
    })
}

impl World {
    /// One more person, in a role and an organisation that the story names.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn another(&self, role: Role, organisation_id: OrganisationId) -> Person {
        let hash = hash().await;
        let login = format!("{}@e-manifest.test", new_id::<PersonId>(self.app.now()));
        let mut tx = self.app.db.begin("tests.another").await.unwrap();
        let name = ("Một người nữa", login.as_str());
        let person = person(&self.app, self.http(), &mut tx, name, (role, organisation_id), hash).await;
        tx.commit().await.unwrap();
        person
    }

    /// Somebody who declares for the generator and works at the facility's desk, too.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn person_at_both_desks(&self) -> Person {
        let (generator, facility) = (self.cast.generator.organisation_id, self.cast.facility.organisation_id);
        let (app, hash) = (&self.app, hash().await);
        let mut tx = app.db.begin("tests.both_desks").await.unwrap();
        let name = ("Người hai nơi", "both@e-manifest.test");
        let person = person(app, self.http(), &mut tx, name, (Role::Generator, generator), hash).await;
        let mut registry = Registry { app, tx: &mut tx, since: app.now() };
        registry.grant(person.id, Role::Facility, facility).await.unwrap();
        tx.commit().await.unwrap();
        person
    }
}

/// The hash of everybody's password.
async fn hash() -> &'static str {
    static HASH: OnceCell<String> = OnceCell::const_new();
    HASH.get_or_init(async || app::password::hash(PASSWORD.to_owned()).await.unwrap()).await
}

async fn person(
    app: &App,
    http: &Http,
    tx: &mut Tx,
    (name, login): (&str, &str),
    (role, organisation_id): (Role, OrganisationId),
    hash: &str,
) -> Person {
    let mut registry = Registry { app, tx, since: app.now() };
    let id = registry.person(name, login, (role, organisation_id), Some(hash)).await.unwrap();
    Person::new(http, id, name, login, role, organisation_id)
}
